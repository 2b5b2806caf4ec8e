// Carries out what a record book learns about who belongs: stored first, then it holds, then it is told,
// then what does not count any more is swept away, some of it in each turn of the event loop.

import type { MembershipStep, RecordBook, Step } from '../core/book/record-book.ts';
import type { Released } from '../core/book/waiting-room.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Durability, RecordStore, StoreChange } from '../core/ports/record-store.ts';
import type { Learned } from '../core/security/security-book.ts';
import type { ChangeOrigin, RecordListener } from './record-desk.ts';

interface SecurityTurnsParts {
  readonly book: RecordBook;
  readonly store: RecordStore;
  readonly clock: Clock;
  /** What our own statements survive. */
  readonly durability: Durability;
}

/** What the desk does for it. */
interface DeskHost {
  isOpen(): boolean;
  /** Throws when nothing was stored. */
  carryOut(step: Step): void;
  /** What they failed with. */
  admit(released: readonly Released[]): readonly unknown[];
  report(failures: readonly unknown[]): void;
  schedule(): void;
}

/** Versions that are swept away at once, before others have their turn. A guess: some 50 ms. */
const SWEPT_AT_ONCE = 2_048;

export class SecurityTurns {
  readonly #parts: SecurityTurnsParts;
  readonly #listener: RecordListener;
  readonly #host: DeskHost;
  #isSweepComing = false;

  constructor(parts: SecurityTurnsParts, listener: RecordListener, host: DeskHost) {
    this.#parts = parts;
    this.#listener = listener;
    this.#host = host;
  }

  /** True when something is to be swept away and was not, for want of a disk: it is tried again later. */
  get isStuck(): boolean {
    return !this.#isSweepComing && !this.#parts.book.isSwept;
  }

  /** Throws `WorldError`, with nothing learned. What waited for the memberships is judged now. */
  learnMemberships({ changes, learned }: MembershipStep, origin: ChangeOrigin): void {
    const more = this.#adopt(changes, origin);
    const failures = this.#host.admit(this.#parts.book.releaseFor(learned));
    this.#settle(more, failures);
  }

  /** The same for a statement or a page; returns what it was given. */
  learn(learned: Learned, origin: ChangeOrigin): Learned {
    if (learned.kind !== 'stored') return learned;
    this.#settle(this.#adopt(learned.changes, origin), []);
    return learned;
  }

  /** In turns of their own, until nothing is left that does not count. */
  sweepSoon(): void {
    const { book, clock } = this.#parts;
    if (this.#isSweepComing || book.isSwept || !this.#host.isOpen()) return;
    this.#isSweepComing = true;
    clock.nextTurn(() => {
      this.#isSweepComing = false;
      if (!this.#host.isOpen()) return;
      if (this.#sweepSome()) this.sweepSoon();
      else this.#host.schedule();
    });
  }

  /** False when it could not be stored. */
  #sweepSome(): boolean {
    const { book, clock } = this.#parts;
    try {
      this.#host.carryOut(book.sweep(clock.now().wallTime, SWEPT_AT_ONCE));
      return true;
    } catch (error) {
      book.sweepAnew();
      this.#host.report([error]);
      return false;
    }
  }

  /**
   * Throws when nothing was stored; once it is, nothing fails any more. What is ours is on the disk before
   * anybody is told of it. Returns what is to be stored as well.
   */
  #adopt(changes: readonly StoreChange[], origin: ChangeOrigin): readonly Learned[] {
    const { book, store, durability } = this.#parts;
    if (changes.length === 0) return [];
    store.commit(changes, origin === 'here' ? durability : 'process');
    const before = book.security;
    const more = book.onStored(changes);
    try {
      this.#listener.onStored?.(changes, origin);
      if (book.security !== before) this.#listener.onSecurity?.(book.security);
    } catch (error) {
      this.#host.report([error]);
    }
    return more;
  }

  /** What waited for what came is stored as well, and so on; then what may be judged now is. */
  #settle(more: readonly Learned[], failures: readonly unknown[]): void {
    const failed = [...failures];
    const open = [...more];
    for (let next = open.shift(); next !== undefined; next = open.shift()) {
      if (next.kind !== 'stored') continue;
      try {
        open.push(...this.#adopt(next.changes, 'elsewhere'));
      } catch (error) {
        failed.push(error);
      }
    }
    failed.push(...this.#host.admit(this.#parts.book.releaseForSecurity()));
    this.#host.schedule();
    this.#host.report(failed);
    this.sweepSoon();
  }
}
