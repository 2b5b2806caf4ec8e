// Whose turn it is: records are fetched from one neighbor at a time, so that no two bring the same.
// Whoever has the turn keeps it while records come from it, and else for two minutes at most, whatever
// it sends meanwhile.

import { type Instant, instantOf } from '../../base/time.ts';
import type { LinkId } from '../../domain/links.ts';

/** A comparison without any record takes seconds; a guess that leaves room for a slow link. */
const TURN_MS = 120_000;

interface Held {
  readonly link: LinkId;
  readonly until: Instant;
  /** Records of it that had been accepted when the time began. */
  readonly accepted: number;
}

export class SyncTurn {
  #held: Held | null = null;

  get isFree(): boolean {
    return this.#held === null;
  }

  isOf(link: LinkId): boolean {
    return this.#held?.link === link;
  }

  /** False while it is another's turn. */
  take(link: LinkId, accepted: number, now: Instant): boolean {
    if (this.#held !== null) return this.#held.link === link;
    this.#held = { link, accepted, until: instantOf(now + TURN_MS) };
    return true;
  }

  /** When it is to be asked whether the turn is over. */
  get endsAt(): Instant | null {
    return this.#held?.until ?? null;
  }

  /** Whether nothing came for so long; when something did, the time begins anew. */
  isOver(accepted: number, now: Instant): boolean {
    const held = this.#held;
    if (held === null || held.until > now) return false;
    if (accepted <= held.accepted) return true;
    this.#held = { link: held.link, accepted, until: instantOf(now + TURN_MS) };
    return false;
  }

  release(link: LinkId): void {
    if (this.isOf(link)) this.#held = null;
  }
}
