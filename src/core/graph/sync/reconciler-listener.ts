// What the reconciler tells its owner. Calls come from inside a step; none of them may call back.

import type { LinkId } from '../../domain/links.ts';
import type { SyncLag } from './refused-memory.ts';
import type { ArrivalListener } from './sync-frames.ts';
import type { SyncPhaseName } from './sync-phase.ts';

export interface ReconcilerListener extends ArrivalListener {
  /** A BUNDLE to be judged: `onJudged` follows once, whatever becomes of it. Its bytes are valid during the call. */
  onBundle(link: LinkId, payload: Uint8Array): void;
  onProgress(link: LinkId, progress: SyncProgress): void;
  /** All that this neighbor and we can give each other is here and there; `records` came from it so far. */
  onSynced(link: LinkId, records: number): void;
  /** What one of the two did not get, all of it anew; empty when there is no more. */
  onLag(link: LinkId, lags: readonly SyncLag[]): void;
  /** Whether records may go either way: not while the two differ in who belongs and should not. */
  onUnlike(link: LinkId, isUnlike: boolean): void;
  /** That has lasted too long: somebody keeps something back. */
  onWithheld(link: LinkId): void;
}

export interface SyncProgress {
  readonly phase: SyncPhaseName;
  /** Records that were taken. */
  readonly received: number;
  /** A guess until the two sets were compared. */
  readonly expected: number;
  /** Bundles. */
  readonly sent: number;
}
