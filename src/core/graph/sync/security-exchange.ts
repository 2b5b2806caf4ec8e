// What one neighbor and we exchange of who belongs to the group (protocol.md §13.6, §14.10): what is asked
// for and not judged yet, and whether the two agree once lists were exchanged in full. A difference that
// stays although neither side has changed is held against the neighbor; one that is on its way never is.

import { bytesKey } from '../../base/bytes.ts';
import type { Instant } from '../../base/time.ts';
import { instantOf } from '../../base/time.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { LinkId } from '../../domain/links.ts';
import { KIND } from '../../wire/frame.ts';
import { encodeSecurityWant, type RefusedElement } from '../../wire/sync.ts';
import type { Outbox } from '../outbox.ts';
import { sameDigest } from './element-index.ts';
import { packedInOrder } from './ranges.ts';
import type { SecuritySet } from './security-set.ts';

/**
 * What became of a chain, statement or page: `full` when there was no room for it, `open` when something
 * is missing that it needs, or the disk failed.
 */
export type SecurityOutcome = 'settled' | 'full' | 'open';

const DIGEST_BYTES = 32;
const PREFIX_BYTES = 8;
/** Of what there was no room for so many are told: one is enough to explain a difference. */
const FULL_TOLD_MAX = 16;
/** After this time without any frame what was asked for is not waited for any more. A guess. */
const WANTED_MS = 10_000;
/** A neighbor that differs for so long is parted with: as long as any comparison may stand still. */
const WITHHELD_MS = 30_000;

/** Both heads when lists began to be exchanged. */
interface Heads {
  readonly ours: Uint8Array;
  readonly theirs: Uint8Array;
}

export class SecurityExchange {
  readonly #link: LinkId;
  readonly #set: SecuritySet;
  readonly #wanted = new Set<string>();
  #unjudged = 0;
  readonly #full = new Map<string, Uint8Array>();
  #began: Heads | null = null;
  /** What differs is explained, by us or by the far end. */
  #isExcused = false;
  #unlikeSince: Instant | null = null;
  #wasTold = false;

  constructor(link: LinkId, set: SecuritySet) {
    this.#link = link;
    this.#set = set;
  }

  /** All that was asked for came, or is not waited for, and was judged. */
  get isSettled(): boolean {
    return this.#wanted.size === 0 && this.#unjudged === 0;
  }

  get isJudging(): boolean {
    return this.#unjudged > 0;
  }

  /** No records go either way. */
  get isUnlike(): boolean {
    return this.#unlikeSince !== null;
  }

  want(digests: readonly Uint8Array[], out: Outbox<unknown>): void {
    for (let at = 0; at < digests.length; at += LIMITS.syncItemsMax) {
      const some = digests.slice(at, at + LIMITS.syncItemsMax);
      const packed = packedInOrder(some, DIGEST_BYTES);
      out.send(this.#link, KIND.securityWant, encodeSecurityWant(packed));
    }
    for (const digest of digests) this.#wanted.add(bytesKey(digest));
  }

  came(digest: Uint8Array): void {
    this.#wanted.delete(bytesKey(digest));
    this.#unjudged += 1;
  }

  judged(digest: Uint8Array, outcome: SecurityOutcome): void {
    this.#unjudged -= 1;
    if (outcome === 'settled') return;
    this.#isExcused = true;
    if (outcome === 'full' && this.#full.size < FULL_TOLD_MAX) {
      this.#full.set(bytesKey(digest), digest.slice(0, PREFIX_BYTES));
    }
  }

  /** When what was asked for is not waited for any more; null while nothing is. */
  overdueAt(movedAt: Instant): Instant | null {
    const isWaiting = this.#wanted.size > 0 && this.#unjudged === 0;
    return isWaiting ? instantOf(movedAt + WANTED_MS) : null;
  }

  forgetWanted(): void {
    this.#wanted.clear();
  }

  /** Lists are about to be exchanged. */
  begin(theirHead: Uint8Array): void {
    this.#began = { ours: this.#ourHead(), theirs: theirHead };
    this.#isExcused = false;
    this.#full.clear();
  }

  /** Whatever was to be exchanged was, and neither side has become any different; nor were they the same. */
  isSuspect(theirHead: Uint8Array): boolean {
    if (this.#began === null || sameDigest(theirHead, this.#ourHead())) return false;
    const { ours, theirs } = this.#began;
    return sameDigest(ours, this.#ourHead()) && sameDigest(theirs, theirHead);
  }

  /** What the far end is told: that it is we who are full. */
  toTell(): readonly RefusedElement[] {
    return [...this.#full.values()].map((prefix) => ({ prefix, because: 'quota' }));
  }

  /** What the far end had no room for, of ours. */
  onRefused(refused: readonly RefusedElement[]): void {
    const isTheirs = ({ prefix, because }: RefusedElement): boolean =>
      because === 'quota' && this.#set.hasPrefix(prefix);
    if (this.#began !== null && refused.some(isTheirs)) this.#isExcused = true;
  }

  /** The exchange is over. True when something is held against the neighbor that was not before. */
  end(theirHead: Uint8Array, now: Instant): boolean {
    if (this.#began === null) return false;
    const isUnlike = this.isSuspect(theirHead) && !this.#isExcused;
    this.#began = null;
    if (!isUnlike) {
      this.#unlikeSince = null;
      return false;
    }
    const isNew = this.#unlikeSince === null;
    this.#unlikeSince ??= now;
    return isNew;
  }

  /** Nothing differs any more. */
  agreed(): void {
    this.#unlikeSince = null;
  }

  /** When a difference has lasted for too long; null while there is none, and once that was told. */
  get withheldAt(): Instant | null {
    const since = this.#wasTold ? null : this.#unlikeSince;
    return since === null ? null : instantOf(since + WITHHELD_MS);
  }

  wasTold(): void {
    this.#wasTold = true;
  }

  /** A comparison was given up. */
  giveUp(): void {
    this.#wanted.clear();
    this.#began = null;
  }

  #ourHead(): Uint8Array {
    return this.#set.head.subarray(0, PREFIX_BYTES);
  }
}
