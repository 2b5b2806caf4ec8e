// A bundle carries some records of a batch with their proof: it decodes to what was encoded, opens for
// every set of places, and no byte of it can be changed unnoticed (protocol.md §12.5).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BrokenInvariant } from '../../../src/core/base/assert.ts';
import { concatBytes } from '../../../src/core/base/bytes.ts';
import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';
import type { Bundle } from '../../../src/core/domain/records.ts';
import { assembleBatch, signBatch } from '../../../src/core/records/batch-assembly.ts';
import type { BatchContents } from '../../../src/core/records/batch-contents.ts';
import { signedBytesOf } from '../../../src/core/records/batch-statement.ts';
import { decodeBundle, encodeBundle, openBundle } from '../../../src/core/records/bundle.ts';
import { merklePath, rootOfPath } from '../../../src/core/records/merkle.ts';
import { alice, bob, mallory } from '../../support/golden-chains.ts';
import {
  batchOf,
  bundleOf,
  contentOf,
  draftOf,
  draftsOf,
  newTools,
  someBytes,
  standingOf,
} from '../../support/record-samples.ts';
import { nodeCrypto } from '../../support/trust-cast.ts';

const BYTES_MAX = 1_000_000;

function opened(bundle: Bundle, tools = newTools()): BatchContents {
  const verdict = openBundle(bundle, tools);
  assert.ok(verdict.ok, verdict.ok ? '' : verdict.refusal.detail);
  return verdict.value;
}

function refused(bundle: Bundle, says: RegExp, tools = newTools()): void {
  const verdict = openBundle(bundle, tools);
  assert.ok(!verdict.ok);
  assert.equal(verdict.refusal.code, 'RECORD_INVALID');
  assert.match(verdict.refusal.detail, says);
}

function subsetsOf(count: number): readonly (readonly number[])[] {
  const places = Array.from({ length: count }, (_, place) => place);
  const subsets = Array.from({ length: 2 ** count }, (_, bits) =>
    places.filter((place) => Math.floor(bits / 2 ** place) % 2 === 1),
  );
  return subsets.slice(1);
}

test('an assembled batch is what anybody computes from its bytes', () => {
  const batch = batchOf(draftsOf(7, 1_025));
  const received = decodeBundle(encodeBundle({ ...batch.batch, ...batch, cover: [] }), BYTES_MAX);
  assert.deepEqual(opened(received), batch);
  const { hash, signature } = batch.batch;
  assert.ok(nodeCrypto.verify(alice.publicKey, signedBytesOf(hash), signature));
  assert.deepEqual(
    batch.entries.map(({ sequence }) => sequence),
    [1, 2, 3, 4, 5, 6, 7],
  );
});

test('every set of places of 1 to 7 travels, opens, and has the paths of its records', () => {
  for (let count = 1; count <= 7; count++) {
    const standing = standingOf({ firstSequence: 300, previous: someBytes(32) });
    const batch = batchOf(draftsOf(count, 1_100), standing);
    const leaves = batch.entries.map(({ hash }) => hash);
    for (const places of subsetsOf(count)) {
      const bundle = bundleOf(batch, places);
      const bytes = encodeBundle(bundle);
      const decoded = decodeBundle(bytes, bytes.length);
      assert.deepEqual(encodeBundle(decoded), bytes);
      const { batch: signed, leaves: all, entries } = opened(decoded);
      assert.deepEqual(signed, batch.batch);
      const isWhole = places.length === count;
      assert.deepEqual(all, isWhole ? concatBytes(leaves) : null);
      const expected = batch.entries.filter(({ place }) => places.includes(place));
      assert.deepEqual(
        entries,
        expected.map((entry) => ({
          ...entry,
          path: isWhole ? null : merklePath(leaves, entry.place, nodeCrypto),
        })),
      );
      for (const { hash, place, path } of entries) {
        if (path === null) continue;
        const root = rootOfPath(hash, place, count, path, nodeCrypto);
        assert.deepEqual(root, signed.statement.root);
      }
    }
  }
});

test('no byte of a bundle can be changed unnoticed', () => {
  const batch = batchOf(draftsOf(6, 1_030));
  for (const places of [[2], [0, 3], [0, 1, 2, 3, 4, 5]]) {
    const bytes = encodeBundle(bundleOf(batch, places));
    for (let at = 0; at < bytes.length; at++) {
      for (const bit of [0x01, 0x80]) {
        const changed = bytes.slice();
        changed[at] = (changed[at] ?? 0) ^ bit;
        assert.ok(isNoticed(changed, batch), `byte ${at} of ${bytes.length}, bit ${bit}`);
      }
    }
  }
});

/** Refused in form, in content, or because the signature is not one of what it now says. */
function isNoticed(bytes: Uint8Array, { batch }: BatchContents): boolean {
  let bundle: Bundle;
  try {
    bundle = decodeBundle(bytes, BYTES_MAX);
  } catch (error) {
    assert.ok(error instanceof MalformedBytes);
    return true;
  }
  const verdict = openBundle(bundle, newTools());
  if (!verdict.ok) return verdict.refusal.code === 'RECORD_INVALID';
  const { hash, signature } = verdict.value.batch;
  const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.from(a).equals(b);
  return !isSame(hash, batch.hash) || !isSame(signature, batch.signature);
}

test('a bundle that ends early or late is refused at every length', () => {
  const bytes = encodeBundle(bundleOf(batchOf(draftsOf(4, 1_030)), [1, 2]));
  for (let length = 0; length < bytes.length; length++) {
    assert.throws(() => decodeBundle(bytes.subarray(0, length), BYTES_MAX), MalformedBytes);
  }
  assert.throws(() => decodeBundle(Uint8Array.of(...bytes, 0), BYTES_MAX), MalformedBytes);
});

test('a bundle above the limit is refused unread', () => {
  const bytes = encodeBundle(bundleOf(batchOf(draftsOf(2)), [0]));
  decodeBundle(bytes, bytes.length);
  const malformed = { name: 'MalformedBytes', message: /^bundle of \d+ bytes/ };
  assert.throws(() => decodeBundle(bytes, bytes.length - 1), malformed);
});

/** Where the list of records begins: behind the statement with its two short numbers, and the signature. */
const RECORDS_AT = 32 + 32 + 8 + 1 + 1 + 32 + 32 + 64;

/** A bundle of so many with records from raw bytes behind the head. */
function rawBundle(
  count: number,
  ...tail: readonly (readonly number[] | Uint8Array)[]
): Uint8Array {
  const head = encodeBundle(bundleOf(batchOf(draftsOf(count)), [0])).slice(0, RECORDS_AT);
  return Uint8Array.of(...head, ...tail.flatMap((part) => [...part]));
}

/** A record as it stands in a bundle. */
function recordAt(place: number): readonly number[] {
  const [entry] = batchOf(draftsOf(1)).entries;
  assert.ok(entry !== undefined);
  return [place, entry.contentBytes.length, ...entry.contentBytes];
}

test('places stand in their order, each once, below the count', () => {
  const malformed = (says: RegExp) => ({ name: 'MalformedBytes', message: says });
  const decode = (bytes: Uint8Array) => decodeBundle(bytes, BYTES_MAX);
  const two = decode(rawBundle(3, [2], recordAt(0), recordAt(2), [0]));
  assert.deepEqual(
    two.entries.map(({ place }) => place),
    [0, 2],
  );
  const swapped = rawBundle(3, [2], recordAt(2), recordAt(0), [0]);
  assert.throws(() => decode(swapped), malformed(/places/));
  const twice = rawBundle(3, [2], recordAt(1), recordAt(1), [0]);
  assert.throws(() => decode(twice), malformed(/places/));
  assert.throws(() => decode(rawBundle(3, [1], recordAt(3), [0])), malformed(/integer above 2/));
});

test('a bundle has a record, and not more than its batch', () => {
  const malformed = (says: RegExp) => ({ name: 'MalformedBytes', message: says });
  const none = rawBundle(3, [0], [1], someBytes(32));
  assert.throws(() => decodeBundle(none, BYTES_MAX), malformed(/without a record/));
  const more = rawBundle(1, [2], recordAt(0), recordAt(0), [0]);
  assert.throws(() => decodeBundle(more, BYTES_MAX), malformed(/integer above 1/));
  const far = rawBundle(3, [3], recordAt(0));
  assert.throws(() => decodeBundle(far, BYTES_MAX), malformed(/count above what follows/));
});

test('a cover has not more hashes than there are records missing', () => {
  const malformed = (says: RegExp) => ({ name: 'MalformedBytes', message: says });
  const bytes = rawBundle(3, [1], recordAt(0), [3], someBytes(96));
  assert.throws(() => decodeBundle(bytes, BYTES_MAX), malformed(/integer above 2/));
  const far = rawBundle(3, [1], recordAt(0), [2], someBytes(63));
  assert.throws(() => decodeBundle(far, BYTES_MAX), malformed(/count above what follows/));
});

test('a content above the longest there is is refused by its length', () => {
  const bytes = rawBundle(3, [1], [0, 0xff, 0xff, 0x7f], someBytes(100));
  const malformed = { name: 'MalformedBytes', message: /integer above 1\d\d,?\d\d\d/ };
  assert.throws(() => decodeBundle(bytes, BYTES_MAX), malformed);
});

test('other data than those that are signed are refused, of any length', () => {
  const batch = batchOf([draftOf(someBytes(2_000)), draftOf(someBytes(5), { ordinal: 1 })]);
  const bundle = bundleOf(batch, [0, 1]);
  const withData = (at: number, data: Uint8Array | null): Bundle => ({
    ...bundle,
    entries: bundle.entries.map((entry, place) => (place === at ? { ...entry, data } : entry)),
  });
  assert.deepEqual(opened(withData(0, someBytes(2_000))), batch);
  refused(withData(0, someBytes(2_000, 2)), /^record 0: other data/);
  refused(withData(0, someBytes(1_999)), /^record 0: 1999 bytes of data, 2000 are signed/);
  refused(withData(0, null), /^record 0: 0 bytes of data/);
  refused(withData(1, someBytes(5)), /^record 1: data beside inline ones/);
});

test('records of another place, sequence, journal or group are not those under the root', () => {
  const batch = batchOf(draftsOf(4));
  const bundle = bundleOf(batch, [1, 2]);
  const [one, two] = bundle.entries;
  assert.ok(one !== undefined && two !== undefined);
  const swapped = [
    { ...two, place: 1 },
    { ...one, place: 2 },
  ];
  refused({ ...bundle, entries: swapped }, /under the root/);
  const { statement } = bundle;
  const later = { ...statement, firstSequence: 2, previous: someBytes(32) };
  refused({ ...bundle, statement: later }, /under the root/);
  refused({ ...bundle, statement: { ...statement, journal: someBytes(8) } }, /under the root/);
  refused({ ...bundle, statement: { ...statement, author: bob.publicKey } }, /under the root/);
  refused({ ...bundle, statement: { ...statement, root: someBytes(32) } }, /under the root/);
  refused(bundle, /under the root/, newTools(mallory.group));
});

test('the cover of other records is refused', () => {
  const batch = batchOf(draftsOf(5));
  const bundle = bundleOf(batch, [1, 2]);
  refused({ ...bundle, cover: [] }, /cover/);
  refused({ ...bundle, cover: [...bundle.cover].reverse() }, /under the root/);
  refused({ ...bundle, cover: bundleOf(batch, [4]).cover }, /cover/);
  const whole = bundleOf(batch, [0, 1, 2, 3, 4]);
  refused({ ...whole, cover: [someBytes(32)] }, /cover/);
});

test('a batch of ours that breaks a rule is a mistake of ours', () => {
  const tools = newTools();
  const broken = (run: () => unknown): void => assert.throws(run, BrokenInvariant);
  broken(() => assembleBatch(standingOf(), [], tools));
  broken(() => assembleBatch(standingOf(), draftsOf(1_025), tools));
  const detached = draftOf(someBytes(2_000));
  broken(() => assembleBatch(standingOf(), [{ ...detached, data: null }], tools));
  broken(() => assembleBatch(standingOf(), [{ ...detached, data: someBytes(1_999) }], tools));
  const inline = { content: contentOf(), data: someBytes(3) };
  broken(() => assembleBatch(standingOf(), [inline], tools));
  const unsigned = assembleBatch(standingOf(), draftsOf(1), tools);
  broken(() => signBatch(unsigned, bob));
});

test('a bundle of ours that breaks a rule is a mistake of ours', () => {
  const broken = (changed: Bundle): void => {
    assert.throws(() => encodeBundle(changed), BrokenInvariant);
  };
  const bundle = bundleOf(batchOf(draftsOf(4, 2_000)), [1, 2]);
  const [one, two] = bundle.entries;
  assert.ok(one !== undefined && two !== undefined);
  broken({ ...bundle, entries: [] });
  broken({ ...bundle, entries: [two, one] });
  broken({ ...bundle, entries: [one, one] });
  broken({ ...bundle, entries: [{ ...one, place: 4 }] });
  broken({ ...bundle, entries: [{ ...two, data: null }] });
  broken({ ...bundle, entries: [{ ...one, data: someBytes(2_000) }] });
  broken({ ...bundle, signature: someBytes(63) });
  broken({ ...bundle, cover: [someBytes(31)] });
});
