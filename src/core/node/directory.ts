// The memberships that are known here, by the digests of their chains and by their members' keys: whose a
// key is, whether that member lives, and what of security is offered to others. All are held, since every
// card that is judged needs one; up to as many as can be listed to a neighbor.

import { bytesKey } from '../base/bytes.ts';
import type { WallTime } from '../base/time.ts';
import { LIMITS } from '../domain/limits.ts';
import type { Membership } from '../domain/membership.ts';
import type { PeerName } from '../domain/names.ts';
import { type CardHolder, holderOf } from '../graph/overlay/peer-card.ts';
import type { SecurityState } from '../security/security-state.ts';

/** What the directory asks of the evaluation. */
export type DirectorySecurity = Pick<
  SecurityState,
  'removalOf' | 'isChainListed' | 'listedDigests'
>;

export class Directory {
  readonly #security: () => DirectorySecurity;
  readonly #membershipByDigest = new Map<string, Membership>();
  readonly #membershipsByKey = new Map<string, Membership[]>();
  readonly #keyByMember = new Map<PeerName, string>();
  /** Both by the state of now, and made when they are needed. */
  readonly #livingByKey = new Map<string, Membership | null>();
  #listedChains: Uint8Array[] | null = null;

  constructor(security: () => DirectorySecurity) {
    this.#security = security;
  }

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
    const others = this.#membershipsByKey.get(key);
    if (others === undefined) this.#membershipsByKey.set(key, [membership]);
    else others.push(membership);
    this.#keyByMember.set(membership.member, key);
    this.#livingByKey.delete(key);
    if (this.#listedChains === null || !this.#security().isChainListed(membership)) return;
    this.#listedChains.push(membership.chainDigest);
  }

  /** The evaluation is another one: whoever lived may not live any more, and what was listed be so no longer. */
  securityChanged(): void {
    this.#livingByKey.clear();
    this.#listedChains = null;
  }

  has(chainDigest: Uint8Array): boolean {
    return this.#membershipByDigest.has(bytesKey(chainDigest));
  }

  /** Empty for one of whom no membership is known. */
  friendlyNameOf(member: PeerName): string {
    const key = this.#keyByMember.get(member);
    const memberships = key === undefined ? [] : (this.#membershipsByKey.get(key) ?? []);
    return latestOf(memberships)?.friendlyName ?? '';
  }

  /** Of the chains, statements and pages that others are offered. */
  listed(): readonly Uint8Array[] {
    const security = this.#security();
    this.#listedChains ??= [...this.#membershipByDigest.values()]
      .filter((membership) => security.isChainListed(membership))
      .map(({ chainDigest }) => chainDigest);
    return [...this.#listedChains, ...security.listedDigests()];
  }

  /** DER, the root first. */
  chainOf(chainDigest: Uint8Array): readonly Uint8Array[] | null {
    const membership = this.#membershipByDigest.get(bytesKey(chainDigest));
    return membership?.chain.map(({ der }) => der) ?? null;
  }

  /** Null for a key of nobody, and for one whose memberships have all ended or do not live. */
  holderOf(publicKey: Uint8Array, now: WallTime): CardHolder | null {
    const living = this.#livingOf(bytesKey(publicKey));
    // The whole second that a certificate names still counts.
    if (living === null || living.notAfter + 1_000 <= now) return null;
    return holderOf(living);
  }

  /** Some membership of this key that is known here lives. */
  isLiving(publicKey: Uint8Array): boolean {
    return this.#livingOf(bytesKey(publicKey)) !== null;
  }

  /** No membership of it lives, although some are known. */
  isRemoved(member: PeerName): boolean {
    const key = this.#keyByMember.get(member);
    return key !== undefined && this.#livingOf(key) === null;
  }

  /** Of several the one that ends last. */
  #livingOf(key: string): Membership | null {
    const known = this.#livingByKey.get(key);
    if (known !== undefined) return known;
    const memberships = this.#membershipsByKey.get(key);
    // A key of nobody is not remembered: there is no end of those.
    if (memberships === undefined) return null;
    const security = this.#security();
    const living = latestOf(memberships.filter((each) => security.removalOf(each) === null));
    this.#livingByKey.set(key, living);
    return living;
  }
}

/** The one that ends last. */
function latestOf(memberships: readonly Membership[]): Membership | null {
  let latest: Membership | null = null;
  for (const membership of memberships) {
    if (latest === null || latest.notAfter < membership.notAfter) latest = membership;
  }
  return latest;
}
