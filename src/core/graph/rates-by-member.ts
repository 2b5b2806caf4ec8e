// How often something may happen for each member: what one of them can make us do does not depend on
// how many nodes it calls itself or by how many links its frames come. Bounded; the member that was
// asked about longest ago is forgotten first, and begins anew.

import type { Instant } from '../base/time.ts';
import { LIMITS } from '../domain/limits.ts';
import type { PeerName } from '../domain/names.ts';
import { TokenBucket } from './token-bucket.ts';

export class RatesByMember {
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #bucketByMember = new Map<PeerName, TokenBucket>();

  constructor(burst: number, perSecond: number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
  }

  /** False when the member had its share; nothing is taken then. */
  take(member: PeerName, now: Instant): boolean {
    const bucket =
      this.#bucketByMember.get(member) ?? new TokenBucket(this.#burst, this.#perSecond);
    this.#bucketByMember.delete(member);
    this.#bucketByMember.set(member, bucket);
    this.#forgetOldest();
    return bucket.take(now);
  }

  /** It turned out that nothing had to be taken. */
  giveBack(member: PeerName): void {
    this.#bucketByMember.get(member)?.giveBack();
  }

  isEmpty(member: PeerName, now: Instant): boolean {
    return this.#bucketByMember.get(member)?.isEmpty(now) ?? false;
  }

  #forgetOldest(): void {
    if (this.#bucketByMember.size <= LIMITS.membersRatedMax) return;
    for (const oldest of this.#bucketByMember.keys()) {
      this.#bucketByMember.delete(oldest);
      return;
    }
  }
}
