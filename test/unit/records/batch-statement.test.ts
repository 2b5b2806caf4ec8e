// What an author signs for a batch: its fields, its numbers, its hash and the signed bytes (protocol.md
// §12.4). Hash and signed bytes are computed here without the code under test.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import fc from 'fast-check';

import { BrokenInvariant } from '../../../src/core/base/assert.ts';
import { ByteReader } from '../../../src/core/base/byte-reader.ts';
import { ByteWriter } from '../../../src/core/base/byte-writer.ts';
import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';
import type { BatchStatement } from '../../../src/core/domain/records.ts';
import {
  batchHash,
  readBatchStatement,
  signedBytesOf,
  writeBatchStatement,
} from '../../../src/core/records/batch-statement.ts';
import { club, mallory } from '../../support/golden-chains.ts';
import { someBytes, standingOf } from '../../support/record-samples.ts';
import { nodeCrypto } from '../../support/trust-cast.ts';

const first: BatchStatement = { ...standingOf(), count: 3, root: someBytes(32) };
const later: BatchStatement = { ...first, firstSequence: 300, previous: someBytes(32, 9) };
const SEQUENCE_MAX = Number.MAX_SAFE_INTEGER;

function write(statement: BatchStatement): Uint8Array {
  const out = new ByteWriter();
  writeBatchStatement(out, statement);
  return out.finish();
}

function read(bytes: Uint8Array): BatchStatement {
  const input = new ByteReader(bytes);
  const statement = readBatchStatement(input);
  input.end();
  return statement;
}

/** The fields as they stand on the page, whatever they say. */
function raw(statement: BatchStatement): Uint8Array {
  const { author, membership, journal, firstSequence, count, previous, root } = statement;
  const out = new ByteWriter().raw(author).raw(membership).raw(journal);
  return out.varint(firstSequence).varint(count).raw(previous).raw(root).finish();
}

function refused(changes: Partial<BatchStatement>, base = later): void {
  const wrong = { ...base, ...changes };
  assert.throws(() => read(raw(wrong)), MalformedBytes);
  assert.throws(() => write(wrong), BrokenInvariant);
}

const anyDigest = fc.uint8Array({ minLength: 32, maxLength: 32 });

const anyStatement: fc.Arbitrary<BatchStatement> = fc.record(
  {
    author: anyDigest,
    membership: anyDigest,
    journal: fc.uint8Array({ minLength: 8, maxLength: 8 }),
    firstSequence: fc.oneof(
      fc.constantFrom(1, 2, SEQUENCE_MAX - 1_023),
      fc.integer({ min: 1, max: 2 ** 50 }),
    ),
    count: fc.integer({ min: 1, max: 1_024 }),
    previous: anyDigest,
    root: anyDigest,
  },
  { noNullPrototype: true },
);

test('a statement that was written is read, and has one form', () => {
  fc.assert(
    fc.property(anyStatement, (statement) => {
      assert.deepEqual(write(statement), raw(statement));
      assert.deepEqual(read(raw(statement)), statement);
    }),
  );
});

test('a statement that ends early or late is refused at every length', () => {
  const bytes = write(later);
  for (let length = 0; length < bytes.length; length++) {
    assert.throws(() => read(bytes.subarray(0, length)), MalformedBytes);
  }
  assert.throws(() => read(Uint8Array.of(...bytes, 0)), MalformedBytes);
});

test('a batch has 1 to 1,024 records', () => {
  for (const count of [1, 1_024]) assert.equal(read(write({ ...later, count })).count, count);
  refused({ count: 0 });
  refused({ count: 1_025 });
});

test('sequences begin with 1 and end with 2^53-1', () => {
  refused({ firstSequence: 0 });
  refused({ firstSequence: 0 }, first);
  const last = { ...later, firstSequence: SEQUENCE_MAX - 2 };
  assert.deepEqual(read(write(last)), last);
  refused({ firstSequence: SEQUENCE_MAX - 1 });
  refused({ firstSequence: SEQUENCE_MAX });
  assert.deepEqual(read(write({ ...last, firstSequence: SEQUENCE_MAX, count: 1 })).count, 1);
});

test('a field of another length is a mistake of ours', () => {
  for (const name of ['author', 'membership', 'journal', 'previous', 'root'] as const) {
    for (const bytes of [later[name].slice(1), Uint8Array.of(...later[name], 1)]) {
      assert.throws(() => write({ ...later, [name]: bytes }), BrokenInvariant, name);
    }
  }
});

function shortText(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
}

test('the batch hash is over the group and every field', () => {
  const hashed = Buffer.concat([
    shortText('peergroup-batch-v1'),
    shortText(club.group),
    raw(later),
  ]);
  const digest = createHash('sha256').update(hashed).digest();
  assert.deepEqual(batchHash(later, club.group, nodeCrypto), new Uint8Array(digest));
  const others: readonly BatchStatement[] = [
    { ...later, author: someBytes(32) },
    { ...later, membership: someBytes(32) },
    { ...later, journal: someBytes(8) },
    { ...later, firstSequence: 301 },
    { ...later, count: 4 },
    { ...later, previous: someBytes(32, 8) },
    { ...later, root: someBytes(32, 8) },
  ];
  const hashes = [later, ...others].map((each) => batchHash(each, club.group, nodeCrypto));
  hashes.push(batchHash(later, mallory.group, nodeCrypto));
  assert.equal(new Set(hashes.map((each) => Buffer.from(each).toString('hex'))).size, 9);
});

test('what is signed says that it is a batch', () => {
  const hash = batchHash(first, club.group, nodeCrypto);
  const signed = Buffer.concat([shortText('peergroup-batch-signature-v1'), hash]);
  assert.deepEqual(signedBytesOf(hash), new Uint8Array(signed));
});
