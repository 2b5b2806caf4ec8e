// What a `GroupNode` is told: facts from below, wishes from above, and that its time has come.

import type { RecordVerdict } from '../book/admission.ts';
import type { DialTarget, Lead, LinkId, OpenedLink } from '../domain/links.ts';
import type { MessageType } from '../domain/message-types.ts';
import type { StoreChange } from '../ports/record-store.ts';
import type { Learned } from '../security/security-book.ts';
import type { Errand } from './effect.ts';
import type { KnownEpoch, NodeName } from './graph-event.ts';

/** Who made the changes: this application, this member's own clock, or another member. */
type StoredBy = 'here' | 'clock' | 'elsewhere';

/** What became of a batch that was given to be judged. */
export type Judgement =
  /** One verdict for each entry of the batch; what was accepted is stored. */
  | { readonly kind: 'judged'; readonly verdicts: readonly RecordVerdict[] }
  /** The signature is not that of the author. */
  | { readonly kind: 'forged' }
  /** The disk, or a bug of ours: nothing was stored. */
  | { readonly kind: 'failed'; readonly code: string };

/**
 * `void`: it does not count, and is neither stored nor passed on. `full`: there is no room for it. `failed`:
 * the disk, or a bug of ours; nothing is said about the chain.
 */
export type ChainVerdict = 'sound' | 'unsound' | 'void' | 'full' | 'failed';

/** What became of a statement or page; `failed` as above. */
export type SecurityVerdict = Learned | { readonly kind: 'failed' };

export type Input =
  /** Nothing happens before. Contacts are where members may be found; nobody has verified them. */
  | { readonly kind: 'connect'; readonly contacts: readonly Lead[] }
  | { readonly kind: 'leave' }
  | { readonly kind: 'linkOpened'; readonly opened: OpenedLink }
  /** The payload is valid during the step. */
  | {
      readonly kind: 'frame';
      readonly link: LinkId;
      readonly frame: number;
      readonly payload: Uint8Array;
    }
  | { readonly kind: 'linkDrained'; readonly link: LinkId }
  | { readonly kind: 'linkClosed'; readonly link: LinkId; readonly why: string }
  | {
      readonly kind: 'dialFailed';
      readonly target: DialTarget;
      readonly code: string;
      readonly detail: string;
    }
  /** These changes are on the disk. */
  | {
      readonly kind: 'stored';
      readonly changes: readonly StoreChange[];
      readonly by: StoredBy;
    }
  | { readonly kind: 'judged'; readonly errand: Errand; readonly judgement: Judgement }
  | { readonly kind: 'chainJudged'; readonly errand: Errand; readonly verdict: ChainVerdict }
  | {
      readonly kind: 'statementJudged' | 'pageJudged';
      readonly errand: Errand;
      readonly outcome: SecurityVerdict;
    }
  /** By what members find each other since this epoch; whoever begins an epoch tells it here, too. */
  | { readonly kind: 'epochSecret'; readonly epoch: KnownEpoch }
  | {
      readonly kind: 'broadcast';
      readonly ask: number;
      readonly type: MessageType;
      readonly bytes: Uint8Array;
    }
  | {
      readonly kind: 'sendToNeighbor';
      readonly ask: number;
      /** Both: a node id alone is what a node says of itself. */
      readonly node: NodeName;
      readonly type: MessageType;
      readonly bytes: Uint8Array;
    }
  /** We listen elsewhere than before. */
  | { readonly kind: 'readdress' }
  /** What was put off by a `goOn` effect. */
  | { readonly kind: 'goOn' }
  /** `nextDeadline()` is over. */
  | { readonly kind: 'deadline' };
