// Makes a batch of our own records (protocol.md §12.4): contents, ids, hashes, the root, the statement,
// and the author's signature. What others will compute from the bytes is computed by the same code.

import { assert } from '../base/assert.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { concatBytes, equalBytes } from '../base/bytes.ts';
import { LIMITS } from '../domain/limits.ts';
import type { BatchStatement, RecordContent } from '../domain/records.ts';
import type { Signer } from '../ports/crypto.ts';
import { type BatchContents, type BatchEntry, type BatchTools, entryOf } from './batch-contents.ts';
import { batchHash, signedBytesOf } from './batch-statement.ts';
import { merkleRoot } from './merkle.ts';
import { writeContent } from './record-content.ts';

/** Where a batch stands: everything in its statement that does not follow from its records. */
export type BatchStanding = Omit<BatchStatement, 'count' | 'root'>;

export interface UnsignedBatch {
  readonly statement: BatchStatement;
  readonly hash: Uint8Array;
  /** The hashes of all its records, 32 bytes each. */
  readonly leaves: Uint8Array;
  readonly entries: readonly BatchEntry[];
}

/** A record to be published, with its detached data. */
export interface RecordDraft {
  readonly content: RecordContent;
  /** Null unless the content names detached data, whose digest these have. */
  readonly data: Uint8Array | null;
  /** The canonical form of `content` by its author, where it has been made already. */
  readonly contentBytes?: Uint8Array;
}

/** 1 to `LIMITS.recordsInBatchMax` records, in this order. */
export function assembleBatch(
  standing: BatchStanding,
  drafts: readonly RecordDraft[],
  tools: BatchTools,
): UnsignedBatch {
  assert(
    drafts.length >= 1 && drafts.length <= LIMITS.recordsInBatchMax,
    'a batch has 1 to 1,024 records',
  );
  const out = new ByteWriter();
  const encoded = (content: RecordContent): Uint8Array => {
    writeContent(out.reset(), content, standing.author);
    return out.finish();
  };
  const entries = drafts.map(({ content, data, contentBytes = encoded(content) }, place) => {
    assertDetached(content, data);
    return entryOf({ place, content, contentBytes, data }, standing, tools);
  });
  const hashes = entries.map((entry) => entry.hash);
  const root = merkleRoot(hashes, tools.crypto);
  const statement = { ...standing, count: drafts.length, root };
  const hash = batchHash(statement, tools.group, tools.crypto);
  return { statement, hash, leaves: concatBytes(hashes), entries };
}

/** `signer` has the key of the batch's author. */
export function signBatch(unsigned: UnsignedBatch, signer: Signer): BatchContents {
  const { statement, hash, leaves, entries } = unsigned;
  assert(equalBytes(statement.author, signer.publicKey), 'a batch is signed by its author');
  const signature = signer.sign(signedBytesOf(hash));
  return { batch: { statement, hash, signature }, leaves, entries };
}

function assertDetached({ data: signed }: RecordContent, data: Uint8Array | null): void {
  const detachedBytes = signed.kind === 'detached' ? signed.length : null;
  assert((data?.length ?? null) === detachedBytes, 'detached data have the length that is signed');
}
