// A content has one form, and whatever has another form is refused (protocol.md §12.1). Each violation
// is put into bytes that are otherwise sound.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { BrokenInvariant } from '../../../src/core/base/assert.ts';
import { concatBytes } from '../../../src/core/base/bytes.ts';
import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';
import { wallTimeOf } from '../../../src/core/base/time.ts';
import type { RecordContent } from '../../../src/core/domain/records.ts';
import {
  CONTENT_BYTES_MAX,
  CONTENT_BYTES_MIN,
  decodeContent,
  encodeContent,
} from '../../../src/core/records/record-content.ts';
import { alice, bob } from '../../support/golden-chains.ts';
import {
  anyContent,
  CREATED_AT,
  contentOf,
  DATE_MAX,
  DAY_MS,
  guid,
  MOMENT_MAX,
  type RawContent,
  rawContent,
  someBytes,
  stringOf,
} from '../../support/record-samples.ts';

const me = alice.publicKey;
const REFRESHED = 2;
const SOMEBODY_ELSES = 4;
const oneAttribute = Uint8Array.of(1, 1, 0x61, 1, 0);

function decode(changes: Partial<RawContent> = {}): RecordContent {
  return decodeContent(rawContent(changes), me);
}

function refused(changes: Partial<RawContent>, says: RegExp): void {
  const malformed = { name: 'MalformedBytes', message: says };
  assert.throws(() => decodeContent(rawContent(changes), me), malformed);
}

test('a content that was written is read, and has one form', () => {
  fc.assert(
    fc.property(anyContent, (content) => {
      const bytes = encodeContent(content, me);
      assert.ok(bytes.length >= CONTENT_BYTES_MIN && bytes.length <= CONTENT_BYTES_MAX);
      assert.deepEqual(decodeContent(bytes, me), content);
      assert.deepEqual(encodeContent(decodeContent(bytes, me), me), bytes);
    }),
    { numRuns: 500 },
  );
});

test('the fields stand in the order of the page', () => {
  const content = contentOf({
    creator: bob.publicKey,
    ordinal: 5,
    version: 300,
    modifiedAt: wallTimeOf(CREATED_AT + 1_000),
    expiresAt: wallTimeOf(CREATED_AT + 1_000 + DAY_MS),
    refreshMs: 240_000,
    attributes: [{ name: 'a', value: stringOf('') }],
    data: { kind: 'inline', bytes: someBytes(9) },
  });
  const raw = rawContent({
    flags: REFRESHED + SOMEBODY_ELSES,
    creator: bob.publicKey,
    stamp: (BigInt(CREATED_AT) << 20n) + 5n,
    version: 300,
    modified: 1_000,
    refresh: 240_000,
    attributes: oneAttribute,
    length: 9,
    data: someBytes(9),
  });
  assert.deepEqual(encodeContent(content, me), raw);
  assert.deepEqual(decodeContent(raw, me), content);
});

test('the shortest and the longest content there are have the lengths that bound a bundle', () => {
  assert.equal(encodeContent(contentOf({ expiresAt: wallTimeOf(CREATED_AT + 1) }), me).length, 30);
  assert.equal(CONTENT_BYTES_MIN, 30);
  const attributes = Array.from({ length: 256 }, (_, at) => ({
    name: `a${String(at).padStart(39, '0')}`,
    value: stringOf('x'.repeat(728)),
  }));
  const longest = contentOf({
    creator: bob.publicKey,
    version: Number.MAX_SAFE_INTEGER,
    refreshMs: MOMENT_MAX,
    attributes,
    data: { kind: 'inline', bytes: someBytes(1_024) },
  });
  const { length } = encodeContent(longest, me);
  assert.ok(length <= CONTENT_BYTES_MAX && length > CONTENT_BYTES_MAX - 300, `${length}`);
});

test('a content that ends early or late is refused at every length', () => {
  const bytes = encodeContent(
    contentOf({
      creator: bob.publicKey,
      refreshMs: 500,
      attributes: [
        { name: 'a', value: stringOf('é') },
        { name: 'b', value: { kind: 'int', value: -3n } },
      ],
      data: { kind: 'inline', bytes: someBytes(3) },
    }),
    me,
  );
  for (let length = 0; length < bytes.length; length++) {
    assert.throws(() => decodeContent(bytes.subarray(0, length), me), MalformedBytes);
  }
  assert.throws(() => decodeContent(concatBytes([bytes, Uint8Array.of(0)]), me), MalformedBytes);
});

test('a flag that the page does not define is refused', () => {
  for (let flags = 8; flags < 256; flags++) refused({ flags }, /unknown flag/);
});

test('the creator is the author unless the bytes name another', () => {
  assert.equal(decode().creator, me);
  const other = decode({ flags: SOMEBODY_ELSES, creator: bob.publicKey });
  assert.deepEqual(other.creator, bob.publicKey);
});

test('the author is not named as creator', () => {
  refused({ flags: SOMEBODY_ELSES, creator: me }, /creator is the author/);
});

test('the stamp holds every moment and ordinal there are, and none beyond', () => {
  for (const createdAt of [0, 1, 4_095, 4_096, 2 ** 32, MOMENT_MAX - 1, MOMENT_MAX]) {
    for (const ordinal of [0, 1, 0x8_0000, 2 ** 20 - 1]) {
      const stamp = (BigInt(createdAt) << 20n) + BigInt(ordinal);
      const content = decode({ stamp });
      assert.deepEqual([content.createdAt, content.ordinal], [createdAt, ordinal]);
      assert.deepEqual(encodeContent(content, me), rawContent({ stamp }));
    }
  }
  refused({ stamp: 2n ** 63n }, /stamp/);
  refused({ stamp: 2n ** 64n - 1n }, /stamp/);
});

test('version, lifetime and refresh begin with 1', () => {
  refused({ version: 0 }, /1 is the least/);
  refused({ lifetime: 0 }, /1 is the least/);
  refused({ flags: REFRESHED, refresh: 0 }, /1 is the least/);
  assert.equal(decode({ lifetime: 1 }).expiresAt, CREATED_AT + 1);
  assert.equal(decode({ flags: REFRESHED, refresh: 1 }).refreshMs, 1);
});

test('no version is made after 2^43 ms, and none refreshed for longer', () => {
  assert.equal(decode({ modified: MOMENT_MAX - CREATED_AT }).modifiedAt, MOMENT_MAX);
  refused({ modified: MOMENT_MAX - CREATED_AT + 1 }, /integer above/);
  assert.equal(decode({ flags: REFRESHED, refresh: MOMENT_MAX }).refreshMs, MOMENT_MAX);
  refused({ flags: REFRESHED, refresh: MOMENT_MAX + 1 }, /integer above/);
});

test('no record lives beyond the year 9999', () => {
  assert.equal(decode({ lifetime: DATE_MAX - CREATED_AT }).expiresAt, DATE_MAX);
  refused({ lifetime: DATE_MAX - CREATED_AT + 1 }, /integer above/);
});

test('a number has its shortest form', () => {
  const bytes = rawContent({ version: 1 });
  const at = 1 + 16 + 8;
  assert.equal(bytes[at], 1);
  const longer = concatBytes([bytes.slice(0, at), Uint8Array.of(0x81, 0), bytes.slice(at + 1)]);
  const malformed = { name: 'MalformedBytes', message: /shortest form/ };
  assert.throws(() => decodeContent(longer, me), malformed);
});

test('data up to 1,024 bytes stand in the content, longer ones by their digest', () => {
  for (const length of [0, 1, 1_023, 1_024]) {
    const { data } = decode({ length, data: someBytes(length) });
    assert.deepEqual(data, { kind: 'inline', bytes: someBytes(length) });
  }
  for (const length of [1_025, 16_777_216]) {
    const { data } = decode({ length, data: someBytes(32) });
    assert.deepEqual(data, { kind: 'detached', length, digest: someBytes(32) });
  }
  refused({ length: 1_024, data: someBytes(32) }, /ends early/);
  refused({ length: 1_025, data: someBytes(1_025) }, /bytes too many/);
  refused({ length: 16_777_217, data: someBytes(32) }, /integer above/);
});

test('a tombstone has no attributes, no data and no refresh', () => {
  assert.ok(decode({ flags: 1 }).isDeleted);
  assert.ok(decode({ flags: 1 + SOMEBODY_ELSES, creator: bob.publicKey }).isDeleted);
  refused({ flags: 1 + REFRESHED, refresh: 500 }, /tombstone/);
  refused({ flags: 1, attributes: oneAttribute }, /tombstone/);
  refused({ flags: 1, length: 1, data: someBytes(1) }, /tombstone/);
  refused({ flags: 1, length: 1_025, data: someBytes(32) }, /tombstone/);
});

test('what is read are views, so that a message is not copied', () => {
  const bytes = rawContent({ flags: SOMEBODY_ELSES, creator: bob.publicKey });
  const { type, creator } = decodeContent(bytes, me);
  assert.equal(type.buffer, bytes.buffer);
  assert.equal(creator.buffer, bytes.buffer);
});

test('a content of ours that breaks a rule is a mistake of ours', () => {
  const wrong: readonly Partial<RecordContent>[] = [
    { type: guid(0).slice(1) },
    { creator: someBytes(31) },
    { createdAt: wallTimeOf(-1) },
    { createdAt: wallTimeOf(CREATED_AT - 0.5) },
    { createdAt: wallTimeOf(2 ** 43), modifiedAt: wallTimeOf(2 ** 43) },
    { ordinal: -1 },
    { ordinal: 2 ** 20 },
    { version: 0 },
    { version: 1.5 },
    { version: 2 ** 53 },
    { modifiedAt: wallTimeOf(CREATED_AT - 1) },
    { modifiedAt: wallTimeOf(CREATED_AT + 0.5) },
    { modifiedAt: wallTimeOf(2 ** 43), expiresAt: wallTimeOf(2 ** 43 + 1) },
    { expiresAt: CREATED_AT },
    { expiresAt: wallTimeOf(Number.NaN) },
    { expiresAt: wallTimeOf(DATE_MAX + 1) },
    { refreshMs: 0 },
    { refreshMs: 0.5 },
    { refreshMs: 2 ** 43 },
    { isDeleted: true, refreshMs: 500 },
    { isDeleted: true, attributes: [{ name: 'a', value: stringOf('') }] },
    { isDeleted: true, data: { kind: 'inline', bytes: someBytes(1) } },
    { isDeleted: true, data: { kind: 'detached', length: 2_000, digest: someBytes(32) } },
    { data: { kind: 'inline', bytes: someBytes(1_025) } },
    { data: { kind: 'detached', length: 1_024, digest: someBytes(32) } },
    { data: { kind: 'detached', length: 16_777_217, digest: someBytes(32) } },
    { data: { kind: 'detached', length: 2_000, digest: someBytes(31) } },
  ];
  for (const changes of wrong) {
    const keys = Object.keys(changes).join();
    assert.throws(() => encodeContent(contentOf(changes), me), BrokenInvariant, keys);
  }
  assert.throws(() => encodeContent(contentOf(), someBytes(31)), BrokenInvariant);
});
