// The hash of a record is bound to group, author, journal, sequence and every byte of the content
// (protocol.md §12.3). What is expected here is computed without the code under test.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import fc from 'fast-check';

import { RecordHashes } from '../../../src/core/records/record-hashes.ts';
import { alice, bob, club, mallory } from '../../support/golden-chains.ts';
import { guid, someBytes } from '../../support/record-samples.ts';
import { nodeCrypto } from '../../support/trust-cast.ts';

const journal = guid(0x70).slice(0, 8);

function sha256(parts: readonly Uint8Array[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}

function expectedHash(
  group: string,
  author: Uint8Array,
  journalBytes: Uint8Array,
  sequence: number,
  content: Uint8Array,
): Uint8Array {
  const texts = ['peergroup-record-v1', group].flatMap((text) => [
    Buffer.from([text.length]),
    Buffer.from(text),
  ]);
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(BigInt(sequence));
  const context = sha256([...texts, author, journalBytes]);
  return new Uint8Array(sha256([Buffer.from([0]), context, number, content]));
}

test('a hash is that over the context, the sequence and the content', () => {
  const hashes = new RecordHashes(club.group, nodeCrypto);
  const anyBytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  const anyNumber = fc.oneof(fc.constantFrom(1, 2 ** 53 - 1, 2 ** 32), fc.maxSafeNat());
  fc.assert(
    fc.property(
      fc.constantFrom(alice.publicKey, bob.publicKey),
      fc.oneof(fc.constant(journal), anyBytes(8)),
      anyNumber,
      fc.uint8Array({ maxLength: 600 }),
      (author, number, sequence, content) => {
        const hash = hashes.hashOf(author, number, sequence, content);
        assert.deepEqual(hash, expectedHash(club.group, author, number, sequence, content));
      },
    ),
  );
});

test('contents of every length are hashed whole, the longest too', () => {
  const hashes = new RecordHashes(club.group, nodeCrypto);
  for (const length of [0, 1, 4_054, 4_055, 4_056, 4_096, 199_037]) {
    const content = someBytes(length);
    const expected = expectedHash(club.group, alice.publicKey, journal, 7, content);
    assert.deepEqual(hashes.hashOf(alice.publicKey, journal, 7, content), expected);
    const short = expectedHash(club.group, alice.publicKey, journal, 8, someBytes(3));
    assert.deepEqual(hashes.hashOf(alice.publicKey, journal, 8, someBytes(3)), short);
  }
});

test('group, author, journal, sequence and content each make another hash', () => {
  const hashes = new RecordHashes(club.group, nodeCrypto);
  const made = [
    hashes.hashOf(alice.publicKey, journal, 1, someBytes(9)),
    new RecordHashes(mallory.group, nodeCrypto).hashOf(alice.publicKey, journal, 1, someBytes(9)),
    hashes.hashOf(bob.publicKey, journal, 1, someBytes(9)),
    hashes.hashOf(alice.publicKey, guid(0x71).slice(0, 8), 1, someBytes(9)),
    hashes.hashOf(alice.publicKey, journal, 2, someBytes(9)),
    hashes.hashOf(alice.publicKey, journal, 1, someBytes(10)),
  ];
  assert.equal(new Set(made.map((hash) => Buffer.from(hash).toString('hex'))).size, made.length);
});

test('journals beyond what is remembered have the right hashes all the same', () => {
  const hashes = new RecordHashes(club.group, nodeCrypto);
  for (let round = 0; round < 2; round++) {
    for (let first = 0; first < 200; first++) {
      const other = someBytes(8, first);
      const expected = expectedHash(club.group, alice.publicKey, other, 1, someBytes(5));
      assert.deepEqual(hashes.hashOf(alice.publicKey, other, 1, someBytes(5)), expected);
    }
  }
});

test('a remembered context does not change with the bytes that it was asked for', () => {
  const hashes = new RecordHashes(club.group, nodeCrypto);
  const changing = journal.slice();
  hashes.hashOf(alice.publicKey, changing, 1, someBytes(5));
  changing[6] = 0xff;
  const expected = expectedHash(club.group, alice.publicKey, changing, 1, someBytes(5));
  assert.deepEqual(hashes.hashOf(alice.publicKey, changing, 1, someBytes(5)), expected);
});
