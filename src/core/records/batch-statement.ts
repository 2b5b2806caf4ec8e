// What the author of a batch signs (protocol.md §12.4): write and read side by side, the batch hash, and
// the bytes of the signature.

import { assert } from '../base/assert.ts';
import type { ByteReader } from '../base/byte-reader.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import { LIMITS } from '../domain/limits.ts';
import type { GroupName } from '../domain/names.ts';
import type { BatchStatement } from '../domain/records.ts';
import type { Crypto } from '../ports/crypto.ts';

const HASH_CONTEXT = 'peergroup-batch-v1';
/** Says what is signed, so that no other signature of the same key can pass for this one. */
const SIGNATURE_CONTEXT = 'peergroup-batch-signature-v1';
const KEY_BYTES = 32;
const JOURNAL_BYTES = 8;
const DIGEST_BYTES = 32;

export function writeBatchStatement(out: ByteWriter, statement: BatchStatement): void {
  const { author, membership, journal, firstSequence, count, previous, root } = statement;
  assert(author.length === KEY_BYTES, 'an author is a key of 32 bytes');
  assert(membership.length === DIGEST_BYTES, 'a membership is a digest of 32 bytes');
  assert(journal.length === JOURNAL_BYTES, 'a journal has 8 bytes');
  assert(previous.length === DIGEST_BYTES, 'the batch before is a hash of 32 bytes');
  assert(root.length === DIGEST_BYTES, 'a root has 32 bytes');
  assert(misnumbered(statement) === null, 'the numbers of a batch are in their bounds');
  out.raw(author).raw(membership).raw(journal).varint(firstSequence).varint(count);
  out.raw(previous).raw(root);
}

/** The bytes are views. */
export function readBatchStatement(input: ByteReader): BatchStatement {
  const statement: BatchStatement = {
    author: input.raw(KEY_BYTES),
    membership: input.raw(DIGEST_BYTES),
    journal: input.raw(JOURNAL_BYTES),
    firstSequence: input.varint(Number.MAX_SAFE_INTEGER),
    count: input.varint(LIMITS.recordsInBatchMax),
    previous: input.raw(DIGEST_BYTES),
    root: input.raw(DIGEST_BYTES),
  };
  const wrong = misnumbered(statement);
  if (wrong !== null) throw new MalformedBytes(`batch: ${wrong}`);
  return statement;
}

/** SHA-256 over group and statement: what is signed, and what the journal's next batch names. */
export function batchHash(statement: BatchStatement, group: GroupName, crypto: Crypto): Uint8Array {
  const out = new ByteWriter().text(HASH_CONTEXT).text(group);
  writeBatchStatement(out, statement);
  return crypto.sha256(out.finish());
}

/** What the author's Ed25519 signature is over. */
export function signedBytesOf(hash: Uint8Array): Uint8Array {
  return new ByteWriter().text(SIGNATURE_CONTEXT).raw(hash).finish();
}

/** What is wrong with the numbers; null when nothing is. Whether they go on where the journal ended is a law. */
function misnumbered({ firstSequence, count }: BatchStatement): string | null {
  if (firstSequence < 1) return 'sequences begin with 1';
  if (count < 1 || count > LIMITS.recordsInBatchMax) return `${count} records`;
  return firstSequence > Number.MAX_SAFE_INTEGER - (count - 1) ? 'a sequence above 2^53-1' : null;
}
