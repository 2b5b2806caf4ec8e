// Runs the record book of a group: gathers what is published in one turn into one batch and one commit
// of the next, has signatures checked beside the loop, removes and refreshes what is due, and sweeps away
// what does not count any more. Changes are stored first and told after; what is stored is never reported
// as failed.

import { BrokenInvariant } from '../core/base/assert.ts';
import { type Instant, instantOf, type WallTime, wallTimeOf } from '../core/base/time.ts';
import type { RecordVerdict } from '../core/book/admission.ts';
import type { Publication, PublishStep, RecordBook, Step } from '../core/book/record-book.ts';
import type { Released } from '../core/book/waiting-room.ts';
import type { GroupRecord, RecordChange } from '../core/domain/records.ts';
import type { Verdict } from '../core/domain/refusals.ts';
import { accept } from '../core/domain/refusals.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Durability, RecordStore, StoreChange } from '../core/ports/record-store.ts';
import { WorldError } from '../core/ports/world-error.ts';
import type { BatchContents } from '../core/records/batch-contents.ts';
import type { VerifiedBatch } from '../core/records/verified-batch.ts';
import type { Learned } from '../core/security/security-book.ts';
import type { SecurityState } from '../core/security/security-state.ts';
import { type ArrivedBatch, ArrivedBatches } from './arrived-batches.ts';
import { SecurityTurns } from './security-turns.ts';
import type { SignatureChecks } from './signature-checks.ts';
import { WaitingPublications } from './waiting-publications.ts';

/** Where a change comes from: this application, this member's own clock, or another member. */
export type ChangeOrigin = 'here' | 'clock' | 'elsewhere';

export interface RecordListener {
  /** These changes are stored; called before anybody is told of them. */
  onStored?(changes: readonly StoreChange[], origin: ChangeOrigin): void;
  /** Who belongs and what counts from now on; what does not count any more goes in the turns that follow. */
  onSecurity?(state: SecurityState): void;
  /** The changes are stored. */
  onChanges(changes: readonly RecordChange[], origin: ChangeOrigin): void;
  /**
   * What was due by itself could not be stored. After a failure of the world it is tried again; after
   * a bug of ours nothing is, and nothing is stored or taken any more.
   */
  onFailed(error: unknown): void;
}

export type PublishResult =
  | { readonly kind: 'published'; readonly records: readonly GroupRecord[] }
  | { readonly kind: 'refused'; readonly refusal: (Verdict<never> & { ok: false })['refusal'] }
  /** Nothing was stored. */
  | { readonly kind: 'failed'; readonly error: unknown };

export type TakeResult =
  | { readonly kind: 'judged'; readonly verdicts: readonly RecordVerdict[] }
  /** The signature is not that of the author. */
  | { readonly kind: 'forged' }
  /** Nobody asks any more. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'failed'; readonly error: unknown };

export interface RecordDeskParts {
  readonly book: RecordBook;
  readonly store: RecordStore;
  readonly clock: Clock;
  readonly checks: SignatureChecks;
  /** What an acknowledged publication survives. */
  readonly durability: Durability;
}

type Forwarded = Pick<ArrivedBatch<TakeResult>, 'batch' | 'from'>;

/** Records that are published, removed or refreshed at once, before others have their turn. A guess: some 50 ms. */
const STEP_RECORDS_MAX = 2_048;
/** Bytes of those. One record goes beyond, and one publication of several. Without it a step would hold and write any amount. */
const STEP_BYTES_MAX = 16_777_216;
/** The wall clock may jump, so what is due is asked for again after this. */
const LOOK_AGAIN_MS = 30_000;
/** After a failure of the disk. */
const RETRY_MS = 5_000;
const CLOSED = 'nothing is published once the desk is closed';

export class RecordDesk {
  readonly #parts: RecordDeskParts;
  readonly #listener: RecordListener;
  readonly #waiting: WaitingPublications<PublishResult>;
  readonly #arrived = new ArrivedBatches<TakeResult>();
  readonly #security: SecurityTurns;
  #isTurnComing = false;
  #cancelWake: (() => void) | null = null;
  /** What failed or was refused when it was due is due at once again, and has to wait. */
  #restUntil: Instant | null = null;
  #isOpen = true;
  /** Of ours: why nothing is stored any more. */
  #bug: { readonly error: unknown } | null = null;

  constructor(parts: RecordDeskParts, listener: RecordListener) {
    this.#parts = parts;
    this.#listener = listener;
    this.#waiting = new WaitingPublications(parts.book);
    this.#security = new SecurityTurns(parts, listener, {
      isOpen: () => this.#isOpen,
      carryOut: (step) => this.#carryOut(step, 'elsewhere', 'process'),
      admit: (released) => this.#admitReleased(released),
      report: (failures) => this.#report(failures),
      schedule: () => this.schedule(),
    });
    this.#wakeAfter(0);
    this.#security.sweepSoon();
  }

  /** `done` is called once, in a later turn, when the records are stored, or are not. */
  publish(publication: Publication, done: (result: PublishResult) => void): void {
    if (!this.#isOpen) {
      const error = this.#bug === null ? new BrokenInvariant(CLOSED) : this.#bug.error;
      this.#parts.clock.nextTurn(() => done({ kind: 'failed', error }));
      return;
    }
    this.#waiting.add({ publication, done });
    this.#publishNextTurn();
  }

  /**
   * Judges what `from` forwarded, its signature first; null for what nobody did, of which nothing waits
   * here when it cannot be judged yet. `done` is called once, later.
   */
  take(contents: BatchContents, from: string | null, done: (result: TakeResult) => void): void {
    try {
      this.#parts.checks.check(contents, (batch) => this.#onChecked(batch, from, done));
    } catch (error) {
      this.#parts.clock.nextTurn(() => done({ kind: 'failed', error }));
    }
  }

  /**
   * Throws `WorldError`, with nothing learned. What waited for the membership is judged now. `here`: one that
   * was issued here, which is on the disk before the whole group is told of it, with its `admission`.
   */
  learnMembership(
    chain: readonly Uint8Array[],
    origin: ChangeOrigin = 'elsewhere',
    admission: Uint8Array | null = null,
  ): Verdict<void> {
    const learned = this.#parts.book.learnMembership(chain, admission);
    if (learned.ok) this.#security.learnMemberships(learned.value, origin);
    return learned.ok ? accept(undefined) : learned;
  }

  /**
   * What `from` says about who belongs; null for what nobody did. Throws `WorldError`, with nothing learned.
   * What does not count any more goes in the turns that follow.
   */
  learnStatement(bytes: Uint8Array, _from: string | null): Learned {
    return this.#security.learn(this.#parts.book.learnStatement(bytes), 'elsewhere');
  }

  /** The same for a list of what a revocation lets count. */
  learnPage(bytes: Uint8Array, _from: string | null): Learned {
    return this.#security.learn(this.#parts.book.learnPage(bytes), 'elsewhere');
  }

  /** Our own, with the pages that it names: on the disk, as our records are, before anybody is told of it. */
  publishStatement(bytes: Uint8Array, pages: readonly Uint8Array[] = []): Learned {
    const { book } = this.#parts;
    for (const page of pages) this.#security.learn(book.learnPage(page), 'here');
    return this.#security.learn(book.learnStatement(bytes), 'here');
  }

  /** What was published before is stored; nothing is taken any more. */
  close(): void {
    while (this.#waiting.size > 0) this.#publishSome();
    this.#isOpen = false;
    this.#cancelWake?.();
  }

  /** Not at the end of this one: who publishes when the last is stored would keep everything else from its turn. */
  #publishNextTurn(): void {
    if (this.#isTurnComing || this.#waiting.size === 0) return;
    this.#isTurnComing = true;
    this.#parts.clock.nextTurn(() => {
      this.#isTurnComing = false;
      if (this.#waiting.size > 0) this.#publishSome();
      this.#publishNextTurn();
    });
  }

  #publishSome(): void {
    const some = this.#waiting.take(STEP_RECORDS_MAX, STEP_BYTES_MAX);
    const results = this.#published(some.map(({ publication }) => publication));
    for (const [at, result] of results.entries()) some[at]?.done(result);
  }

  /** For each publication. What the disk refuses fails for all of them, what breaks us for the one that does. */
  #published(publications: readonly Publication[]): readonly PublishResult[] {
    const { book, durability } = this.#parts;
    let step: PublishStep;
    try {
      step = book.publish(publications, this.#now());
    } catch (error) {
      return this.#publishedApart(publications, error);
    }
    try {
      this.#carryOut(step, 'here', durability);
    } catch (error) {
      if (!(error instanceof WorldError)) return this.#publishedApart(publications, error);
      return publications.map(() => ({ kind: 'failed', error }));
    }
    return step.results.map(resultOf);
  }

  /** Half by half, in their order, so that one culprit among many costs few commits more. */
  #publishedApart(publications: readonly Publication[], error: unknown): readonly PublishResult[] {
    if (publications.length === 1) return [{ kind: 'failed', error }];
    const middle = Math.ceil(publications.length / 2);
    const before = this.#published(publications.slice(0, middle));
    return [...before, ...this.#published(publications.slice(middle))];
  }

  #onChecked(
    batch: VerifiedBatch | null,
    from: string | null,
    done: (result: TakeResult) => void,
  ): void {
    if (batch === null) {
      done(this.#answerOr({ kind: 'forged' }));
      return;
    }
    this.#arrived.add({ batch, from, done });
    if (this.#arrived.size === 1) this.#admitNextTurn();
  }

  #admitNextTurn(): void {
    this.#parts.clock.nextTurn(() => {
      const some = this.#arrived.take(STEP_RECORDS_MAX, STEP_BYTES_MAX);
      const results = this.#admitTogether(some);
      for (const [at, { done }] of some.entries()) done(results[at] ?? { kind: 'closed' });
      if (this.#arrived.size > 0) this.#admitNextTurn();
    });
  }

  /** What can be answered whatever the batch is, before anything is judged. */
  #answerOr(answer: TakeResult): TakeResult {
    if (this.#bug !== null) return { kind: 'failed', error: this.#bug.error };
    return this.#isOpen ? answer : { kind: 'closed' };
  }

  /** In one commit; what breaks us fails alone, so that one culprit takes none of the others with it. */
  #admitTogether(arrived: readonly Forwarded[]): readonly TakeResult[] {
    const { book } = this.#parts;
    if (this.#bug !== null || !this.#isOpen) {
      return arrived.map(() => this.#answerOr({ kind: 'closed' }));
    }
    if (arrived.length === 1) return arrived.map(({ batch, from }) => this.#admit(batch, from));
    try {
      const step = book.admitAll(
        arrived.map(({ batch }) => batch),
        this.#now(),
      );
      this.#carryOut(step, 'elsewhere', 'process');
      return arrived.map((each, at) => this.#judged(each, step.verdicts[at] ?? []));
    } catch (error) {
      if (error instanceof WorldError) return arrived.map(() => ({ kind: 'failed', error }));
      return arrived.map(({ batch, from }) => this.#admit(batch, from));
    }
  }

  /** What is deferred waits, in the share of whoever forwarded it. */
  #judged({ batch, from }: Forwarded, verdicts: readonly RecordVerdict[]): TakeResult {
    if (from !== null && verdicts.some(({ kind }) => kind === 'deferred')) {
      this.#parts.book.keepWaiting(batch, verdicts, from, this.#now());
      this.schedule();
    }
    return { kind: 'judged', verdicts };
  }

  #admit(batch: VerifiedBatch, from: string | null): TakeResult {
    const { book } = this.#parts;
    try {
      const step = book.admit(batch, this.#now());
      this.#carryOut(step, 'elsewhere', 'process');
      return this.#judged({ batch, from }, step.verdicts);
    } catch (error) {
      return { kind: 'failed', error };
    }
  }

  /** Each for itself; what cannot be stored is due again later. Returns what they failed with. */
  #admitReleased(released: readonly Released[]): readonly unknown[] {
    const failures: unknown[] = [];
    const failed: Released[] = [];
    for (const each of released) {
      const result = this.#admit(each.batch, each.from);
      if (result.kind !== 'failed') continue;
      failures.push(result.error);
      failed.push(each);
    }
    this.#parts.book.putBack(failed, wallTimeOf(this.#now() + RETRY_MS));
    return failures;
  }

  /** Throws when nothing was stored; once it is, nothing fails any more. */
  #carryOut(step: Step, origin: ChangeOrigin, durability: Durability): void {
    if (step.changes.length === 0) return;
    this.#parts.store.commit(step.changes, durability);
    try {
      this.#listener.onStored?.(step.changes, origin);
      if (step.told.length > 0) this.#listener.onChanges(step.told, origin);
    } catch (error) {
      this.#report([error]);
    }
    this.schedule();
  }

  /** Some of what is due by now. First what makes room; each part for itself, for one that fails must not stop the others. */
  #onWake(): void {
    if (!this.#isOpen) return;
    const { book } = this.#parts;
    const { instant, wallTime } = this.#parts.clock.now();
    const failures: unknown[] = [];
    const isDone = [() => this.#removeDue(wallTime), () => this.#refreshDue(wallTime)].map(
      (act) => {
        try {
          return !this.#isOpen || act();
        } catch (error) {
          failures.push(error);
          return false;
        }
      },
    );
    this.#restUntil = isDone.includes(false) ? instantOf(instant + RETRY_MS) : null;
    if (this.#isOpen) {
      const released = book.releaseDue(wallTime, STEP_RECORDS_MAX, STEP_BYTES_MAX);
      failures.push(...this.#admitReleased(released));
    }
    this.#security.sweepSoon();
    this.schedule();
    this.#report(failures);
  }

  #removeDue(now: WallTime): true {
    this.#carryOut(this.#parts.book.removeDue(now, STEP_RECORDS_MAX), 'clock', 'process');
    return true;
  }

  /** False when something was refused, which would be due again at once. */
  #refreshDue(now: WallTime): boolean {
    const { book, durability } = this.#parts;
    const refreshing = book.refreshDue(now, STEP_RECORDS_MAX, STEP_BYTES_MAX);
    if (refreshing.length === 0) return true;
    const step = book.publish(refreshing, now);
    this.#carryOut(step, 'clock', durability);
    return step.results.every(({ ok }) => ok);
  }

  /** Once, however many there are, and a bug of ours before what the world does. */
  #report(failures: readonly unknown[]): void {
    const bug = failures.find((error) => !(error instanceof WorldError));
    if (bug !== undefined) this.#breakOff(bug);
    if (failures.length > 0) this.#listener.onFailed(bug ?? failures[0]);
  }

  /** After a bug of ours nothing is stored any more, and nobody waits for it in vain. */
  #breakOff(error: unknown): void {
    this.#isOpen = false;
    this.#bug = { error };
    this.#cancelWake?.();
    for (const { done } of this.#waiting.takeAll()) done({ kind: 'failed', error });
  }

  /** One wake-up, for what is due next, also by others' doing. Reckoned before the one there is goes, which is all that is left if it fails. */
  schedule(): void {
    if (!this.#isOpen) return;
    const delayMs = this.#untilNextMs();
    if (this.#isOpen) this.#wakeAfter(delayMs);
  }

  #wakeAfter(delayMs: number): void {
    this.#cancelWake?.();
    this.#cancelWake = this.#parts.clock.wakeAfter(delayMs, () => this.#onWake());
  }

  /** Whoever asks has stored something: what fails here is not theirs. The wake-up meets it again, and reports it. */
  #untilNextMs(): number {
    const { instant, wallTime } = this.#parts.clock.now();
    const restMs = Math.max(0, (this.#restUntil ?? instant) - instant);
    try {
      const next = this.#parts.book.nextDue();
      const latestMs = this.#security.isStuck ? RETRY_MS : LOOK_AGAIN_MS;
      const nextMs = next === null ? latestMs : Math.min(next - wallTime, latestMs);
      return Math.max(restMs, nextMs);
    } catch (error) {
      if (!(error instanceof WorldError)) this.#report([error]);
      return RETRY_MS;
    }
  }

  #now(): WallTime {
    return this.#parts.clock.now().wallTime;
  }
}

function resultOf(verdict: Verdict<readonly GroupRecord[]>): PublishResult {
  if (!verdict.ok) return { kind: 'refused', refusal: verdict.refusal };
  return { kind: 'published', records: verdict.value };
}
