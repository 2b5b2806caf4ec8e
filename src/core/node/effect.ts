// What a `GroupNode` wants done. Effects are carried out in their order, each to its end, and before
// the next input: whatever is promised to others stands behind what keeps the promise.

import type { LinkEffect } from '../graph/outbox.ts';
import type { BatchContents } from '../records/batch-contents.ts';
import type { GraphEvent } from './graph-event.ts';

/** Number of something that is judged outside; the answer names it. */
export type Errand = number;

interface BroughtItem {
  readonly errand: Errand;
  /** The member that brought it. */
  readonly from: string;
  readonly bytes: Uint8Array;
}

export type NodeEffect =
  /** Its signature is to be checked, then the record book judges and stores it: `judged` follows, once. */
  | {
      readonly kind: 'take';
      readonly errand: Errand;
      /** The member that forwarded it: what has to wait, waits in its share of the room. */
      readonly from: string;
      readonly contents: BatchContents;
    }
  /** A chain of certificates, to be judged and stored: `chainJudged` follows, once. */
  | { readonly kind: 'learn'; readonly errand: Errand; readonly chain: readonly Uint8Array[] }
  /** A statement about who belongs, the same: `statementJudged` follows, once. */
  | ({ readonly kind: 'learnStatement' } & BroughtItem)
  /** A page of what a revocation lets count: `pageJudged` follows, once. */
  | ({ readonly kind: 'learnPage' } & BroughtItem)
  /** From now on links are told of. */
  | { readonly kind: 'openDoor' }
  /** Hangs up whatever links are left, and takes none any more. */
  | { readonly kind: 'closeDoor' }
  /** `goOn` follows in a turn of its own, so that others have theirs. */
  | { readonly kind: 'goOn' }
  | { readonly kind: 'tell'; readonly event: GraphEvent }
  /** To the wish of this number; -1 when that would be too much at once, and nothing was sent. */
  | { readonly kind: 'answer'; readonly ask: number; readonly reached: number };

export type Effect = LinkEffect | NodeEffect;
