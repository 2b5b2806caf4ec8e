// Who asked to become a member and waits for somebody to say yes (protocol.md §15.5). The answer is kept for
// as long as the question would be, so whoever asks again gets it. Known here alone: an admitter that was not
// asked does not ask its own people.

import { bytesKey, equalBytes } from '../base/bytes.ts';
import { hexText } from '../base/hex.ts';
import { type Instant, instantOf, type Now, type WallTime } from '../base/time.ts';
import type { IdentityCertificate } from '../domain/certificates.ts';
import { LIMITS } from '../domain/limits.ts';

export interface PendingJoin {
  /** Names the question for whoever answers it. */
  readonly id: string;
  /** Digest of the offer. */
  readonly offer: Uint8Array;
  readonly joiner: IdentityCertificate;
  readonly askedAt: WallTime;
}

export type PendingAnswer = 'waiting' | 'approved' | 'denied';

interface Question {
  readonly pending: PendingJoin;
  /** The customer that asked, in whose share it is. */
  readonly host: string;
  readonly until: Instant;
  answer: PendingAnswer;
}

export class PendingJoins {
  readonly #questions = new Map<string, Question>();

  /** What was answered, if somebody was asked. */
  answerOf(offer: Uint8Array, joiner: IdentityCertificate, now: Now): PendingAnswer | null {
    this.#forgetOld(now);
    return this.#questions.get(keyOf(offer, joiner))?.answer ?? null;
  }

  /**
   * The question about one who asks, and whether it is new; null when too many wait already, in all, of this
   * host or by this offer. Whoever is late is then told to come again: those who wait keep their places, or
   * a flood would wash them out.
   */
  ask(
    offer: Uint8Array,
    joiner: IdentityCertificate,
    host: string,
    now: Now,
  ): { readonly pending: PendingJoin; readonly isNew: boolean } | null {
    this.#forgetOld(now);
    const key = keyOf(offer, joiner);
    const known = this.#questions.get(key);
    if (known !== undefined) return { pending: known.pending, isNew: false };
    if (!this.#hasRoomFor(offer, host)) return null;
    const id = `${hexText(offer)}-${hexText(joiner.publicKey)}`;
    const pending = { id, offer, joiner, askedAt: now.wallTime };
    const until = instantOf(now.instant + LIMITS.joinPendingMs);
    this.#questions.set(key, { pending, host, until, answer: 'waiting' });
    return { pending, isNew: true };
  }

  /** The question that was answered; null when nobody waits under this id. An answer is for good. */
  answer(id: string, answer: 'approved' | 'denied', now: Now): PendingJoin | null {
    this.#forgetOld(now);
    for (const question of this.#questions.values()) {
      if (question.pending.id !== id || question.answer !== 'waiting') continue;
      question.answer = answer;
      return question.pending;
    }
    return null;
  }

  /** It became a member, so nothing is left to ask. */
  settled(offer: Uint8Array, joiner: IdentityCertificate): void {
    this.#questions.delete(keyOf(offer, joiner));
  }

  /** Those that nobody has answered, the first first. */
  waiting(now: Now): readonly PendingJoin[] {
    this.#forgetOld(now);
    return [...this.#questions.values()]
      .filter(({ answer }) => answer === 'waiting')
      .map(({ pending }) => pending);
  }

  #hasRoomFor(offer: Uint8Array, host: string): boolean {
    const questions = [...this.#questions.values()];
    const ofHost = questions.filter((each) => each.host === host);
    const ofOffer = questions.filter(({ pending }) => equalBytes(pending.offer, offer));
    return (
      questions.length < LIMITS.joinsPendingMax &&
      ofHost.length < LIMITS.joinsPendingPerHostMax &&
      ofOffer.length < LIMITS.joinsPendingPerOfferMax
    );
  }

  /** All wait equally long, so the oldest stand in front. */
  #forgetOld({ instant }: Now): void {
    for (const [key, { until }] of this.#questions) {
      if (until > instant) return;
      this.#questions.delete(key);
    }
  }
}

function keyOf(offer: Uint8Array, { publicKey }: IdentityCertificate): string {
  return bytesKey(offer) + bytesKey(publicKey);
}
