// The id of a record is bound to group, creator, type and creation, and to nothing else, and begins with
// the latter (protocol.md §12.2). What is expected here is computed without the code under test.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import fc from 'fast-check';

import { BrokenInvariant } from '../../../src/core/base/assert.ts';
import { compareBytes } from '../../../src/core/base/bytes.ts';
import { wallTimeOf } from '../../../src/core/base/time.ts';
import type { RecordContent } from '../../../src/core/domain/records.ts';
import { RecordIds } from '../../../src/core/records/record-ids.ts';
import { alice, bob, club, mallory } from '../../support/golden-chains.ts';
import { anyContent, CREATED_AT, contentOf, guid } from '../../support/record-samples.ts';
import { nodeCrypto } from '../../support/trust-cast.ts';

function expectedId(group: string, content: RecordContent): string {
  const stamp = Buffer.alloc(8);
  stamp.writeBigUInt64BE((BigInt(content.createdAt) << 20n) + BigInt(content.ordinal));
  const digest = createHash('sha256')
    .update(Buffer.concat([Buffer.from([22]), Buffer.from('peergroup-record-id-v1')]))
    .update(Buffer.concat([Buffer.from([group.length]), Buffer.from(group)]))
    .update(content.creator)
    .update(content.type)
    .update(stamp)
    .digest();
  return Buffer.concat([stamp, digest.subarray(0, 8)]).toString('hex');
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

test('an id is the stamp, then the digest over group, creator, type and stamp', () => {
  const ids = new RecordIds(club.group, nodeCrypto);
  fc.assert(
    fc.property(anyContent, (content) => {
      assert.equal(hex(ids.idOf(content)), expectedId(club.group, content));
      assert.equal(hex(ids.idOf(content)), expectedId(club.group, content));
    }),
  );
});

test('group, creator, type, moment and ordinal each make another id', () => {
  const ids = new RecordIds(club.group, nodeCrypto);
  const content = contentOf();
  const made = [
    ids.idOf(content),
    new RecordIds(mallory.group, nodeCrypto).idOf(content),
    ids.idOf({ ...content, creator: bob.publicKey }),
    ids.idOf({ ...content, type: guid(0x40) }),
    ids.idOf({ ...content, createdAt: wallTimeOf(CREATED_AT + 1) }),
    ids.idOf({ ...content, ordinal: 1 }),
  ];
  assert.equal(new Set(made.map(hex)).size, made.length);
});

test('what may change in a record does not change its id', () => {
  const ids = new RecordIds(club.group, nodeCrypto);
  const later = { version: 2, modifiedAt: wallTimeOf(CREATED_AT + 9), isDeleted: true };
  assert.deepEqual(ids.idOf(contentOf(later)), ids.idOf(contentOf()));
});

test('the digests of two records of one creator and type have nothing in common', () => {
  const ids = new RecordIds(club.group, nodeCrypto);
  const digests = Array.from({ length: 100 }, (_, ordinal) =>
    hex(ids.idOf(contentOf({ ordinal }))),
  );
  assert.equal(new Set(digests.map((id) => id.slice(16))).size, digests.length);
});

test('ids lie in the order of creation', () => {
  const ids = new RecordIds(club.group, nodeCrypto);
  fc.assert(
    fc.property(anyContent, anyContent, (a, b) => {
      const difference = a.createdAt - b.createdAt || a.ordinal - b.ordinal;
      if (difference === 0) return;
      assert.equal(Math.sign(difference), Math.sign(compareBytes(ids.idOf(a), ids.idOf(b))));
    }),
  );
});

test('an id does not depend on what was asked for before, nor change with what comes after', () => {
  const ids = new RecordIds(club.group, nodeCrypto);
  const [creator, type] = [alice.publicKey.slice(), guid(1)];
  const first = ids.idOf(contentOf({ creator, type }));
  const before = hex(first);
  creator[31] = (creator[31] ?? 0) ^ 1;
  const changed = contentOf({ creator, type });
  assert.equal(hex(ids.idOf(changed)), expectedId(club.group, changed));
  assert.equal(hex(first), before);
  ids.idOf(changed).fill(0);
  assert.equal(hex(ids.idOf(changed)), expectedId(club.group, changed));
});

test('a stamp or a type that is none is a mistake of ours', () => {
  const ids = new RecordIds(club.group, nodeCrypto);
  for (const ordinal of [-1, 0.5, 2 ** 20]) {
    assert.throws(() => ids.idOf(contentOf({ ordinal })), BrokenInvariant);
  }
  for (const createdAt of [-1, 0.5, 2 ** 43].map(wallTimeOf)) {
    assert.throws(() => ids.idOf(contentOf({ createdAt })), BrokenInvariant);
  }
  for (const length of [15, 17]) {
    assert.throws(() => ids.idOf(contentOf({ type: new Uint8Array(length) })), BrokenInvariant);
  }
});
