// Every membership that is known, by the key of its member: which of them counts changes with the time and
// with what was taken away, so all are kept. As many as can be listed to a neighbor.

import { bytesKey } from '../base/bytes.ts';
import type { WallTime } from '../base/time.ts';
import { LIMITS } from '../domain/limits.ts';
import type { Membership } from '../domain/membership.ts';
import type { PeerName } from '../domain/names.ts';
import { countingOrder, type RemovalOf } from './counting-order.ts';

export class MembershipsByMember {
  readonly #byMember = new Map<PeerName, Map<string, Membership>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Says whether it is new. Without room nothing is kept: the store keeps no more either. */
  add(membership: Membership): boolean {
    const digest = bytesKey(membership.chainDigest);
    const known = this.#byMember.get(membership.member) ?? new Map<string, Membership>();
    if (known.has(digest) || this.#size >= LIMITS.syncMembershipsMax) return false;
    known.set(digest, membership);
    this.#byMember.set(membership.member, known);
    this.#size += 1;
    return true;
  }

  members(): Iterable<PeerName> {
    return this.#byMember.keys();
  }

  /** In the order in which they came. */
  of(member: PeerName): Iterable<Membership> {
    return this.#byMember.get(member)?.values() ?? [];
  }

  /** The one that counts now; null for one of whom nothing is known. */
  countingOf(member: PeerName, removalOf: RemovalOf, now: WallTime): Membership | null {
    const order = countingOrder(removalOf, now);
    let best: Membership | null = null;
    for (const membership of this.of(member)) {
      if (best === null || order(membership, best) < 0) best = membership;
    }
    return best;
  }
}
