// A batch whose signature was found to be that of its author. Admission takes nothing else, so that no
// path into the book can forget the check; whoever calls `markVerified` has made it.

import type { BatchContents, BatchEntry } from './batch-contents.ts';
import { decodeContent } from './record-content.ts';

declare const verified: unique symbol;

export type VerifiedBatch = BatchContents & { readonly [verified]: true };

/** For the two that know: the signer itself, and engine/signature-checks.ts. */
export function markVerified(contents: BatchContents): VerifiedBatch {
  return contents as VerifiedBatch;
}

/** The content in memory of its own; `author` stays where it is. */
export function ownContent(
  entry: Pick<BatchEntry, 'contentBytes'>,
  author: Uint8Array,
): Pick<BatchEntry, 'content' | 'contentBytes'> {
  const contentBytes = entry.contentBytes.slice();
  return { contentBytes, content: decodeContent(contentBytes, author) };
}

/**
 * The same with some of its records: what was proved of the batch holds for each of them. In memory of
 * its own, for a view of one small record would keep all of the message that it came in.
 */
export function copyOfSome(batch: VerifiedBatch, places: ReadonlySet<number>): VerifiedBatch {
  const { statement, hash, signature } = batch.batch;
  const author = statement.author.slice();
  const entries = batch.entries
    .filter(({ place }) => places.has(place))
    .map((entry) => ({
      ...entry,
      ...ownContent(entry, author),
      data: entry.data?.slice() ?? null,
    }));
  const copied = {
    ...statement,
    author,
    membership: statement.membership.slice(),
    journal: statement.journal.slice(),
    previous: statement.previous.slice(),
    root: statement.root.slice(),
  };
  const signed = { statement: copied, hash: hash.slice(), signature: signature.slice() };
  return markVerified({ batch: signed, leaves: batch.leaves, entries });
}
