// The memberships that are known here, by the digests of their chains and by their members' keys. All
// are held, since every card that is judged needs one; up to as many as can be listed to a neighbor.

import { bytesKey } from '../base/bytes.ts';
import type { WallTime } from '../base/time.ts';
import { LIMITS } from '../domain/limits.ts';
import type { Membership } from '../domain/membership.ts';
import type { PeerName } from '../domain/names.ts';
import { type CardHolder, holderOf } from '../graph/overlay/peer-card.ts';

export class Directory {
  readonly #membershipByDigest = new Map<string, Membership>();
  /** Of several memberships of a key the one that ends last. */
  readonly #latestByKey = new Map<string, Membership>();
  /** What the members call themselves. */
  readonly #friendlyNames = new Map<PeerName, string>();

  get size(): number {
    return this.#membershipByDigest.size;
  }

  add(membership: Membership): void {
    const digest = bytesKey(membership.chainDigest);
    if (this.#membershipByDigest.has(digest)) return;
    // Whoever may issue memberships could fill everybody's memory with them.
    if (this.#membershipByDigest.size >= LIMITS.syncMembershipsMax) return;
    this.#membershipByDigest.set(digest, membership);
    const key = bytesKey(membership.publicKey);
    const latest = this.#latestByKey.get(key);
    if (latest === undefined || latest.notAfter < membership.notAfter) {
      this.#latestByKey.set(key, membership);
      this.#friendlyNames.set(membership.member, membership.friendlyName);
    }
  }

  has(chainDigest: Uint8Array): boolean {
    return this.#membershipByDigest.has(bytesKey(chainDigest));
  }

  /** Empty for one of whom no membership is known. */
  friendlyNameOf(member: PeerName): string {
    return this.#friendlyNames.get(member) ?? '';
  }

  digests(): readonly Uint8Array[] {
    return [...this.#membershipByDigest.values()].map(({ chainDigest }) => chainDigest);
  }

  /** DER, the root first. */
  chainOf(chainDigest: Uint8Array): readonly Uint8Array[] | null {
    const membership = this.#membershipByDigest.get(bytesKey(chainDigest));
    return membership?.chain.map(({ der }) => der) ?? null;
  }

  /** Null for a key of nobody, and for one whose memberships have all ended. */
  holderOf(publicKey: Uint8Array, now: WallTime): CardHolder | null {
    const membership = this.#latestByKey.get(bytesKey(publicKey));
    // The whole second that a certificate names still counts.
    if (membership === undefined || membership.notAfter + 1_000 <= now) return null;
    return holderOf(membership);
  }
}
