// The memberships that batches name, by the digest of their chain. Whether a chain is sound is judged
// once; a membership that has ended still speaks for what was published under it, and so does one that was
// taken away. How many chains there are below one key is bounded here.

import { bytesKey } from '../base/bytes.ts';
import { LIMITS } from '../domain/limits.ts';
import type { Membership } from '../domain/membership.ts';
import type { GroupName } from '../domain/names.ts';
import type { Verdict } from '../domain/refusals.ts';
import { accept, refuse } from '../domain/refusals.ts';
import type { RecordStore, StoreChange } from '../ports/record-store.ts';
import type { ChainJudge } from '../trust/chain.ts';
import { issuerChainOf, pathOf } from '../trust/lines.ts';

/** How many chains are taken in. */
export interface MembershipBounds {
  /** Below one key that is no creator's. */
  readonly perIssuerMax: number;
  readonly max: number;
}

const BOUNDS: MembershipBounds = {
  perIssuerMax: LIMITS.membershipsPerIssuerMax,
  max: LIMITS.syncMembershipsMax,
};

/** Chains that are read at once to count them. */
const COUNTED_AT_ONCE = 256;

export class KnownMemberships {
  readonly #group: GroupName;
  readonly #store: RecordStore;
  readonly #judge: ChainJudge;
  readonly #bounds: MembershipBounds;
  readonly #membershipByDigest = new Map<string, Membership>();
  /** Digests of the chains that are stored and counted. */
  readonly #counted = new Set<string>();
  readonly #countByIssuer = new Map<string, number>();
  #isAllCounted = false;

  constructor(group: GroupName, store: RecordStore, judge: ChainJudge, bounds = BOUNDS) {
    this.#group = group;
    this.#store = store;
    this.#judge = judge;
    this.#bounds = bounds;
  }

  /** Null when it is not here. */
  find(chainDigest: Uint8Array): Membership | null {
    const key = bytesKey(chainDigest);
    const known = this.#membershipByDigest.get(key);
    if (known !== undefined) return known;
    const chain = this.#store.findMembership(chainDigest);
    if (chain === null) return null;
    const judged = this.#judge.judgeSoundness(chain);
    if (!judged.ok) return null;
    this.#count(key, judged.value);
    this.#remember(key, judged.value);
    return judged.value;
  }

  /**
   * What the chain says, and those of its beginnings: whoever issued a membership is a member too.
   * The first is the last of the chain.
   */
  learn(chain: readonly Uint8Array[]): Verdict<readonly Membership[]> {
    const memberships: Membership[] = [];
    for (let each: readonly Uint8Array[] | null = chain; each !== null; ) {
      const judged = this.#judge.judgeSoundness(each);
      if (!judged.ok) return judged;
      if (judged.value.group !== this.#group) {
        return refuse('WRONG_GROUP', `the chain is of the group ${judged.value.group}`);
      }
      memberships.push(judged.value);
      each = issuerChainOf(judged.value.chain)?.map(({ der }) => der) ?? null;
    }
    return accept(memberships);
  }

  /** Those of them that are not stored. */
  unknownOf(memberships: readonly Membership[]): readonly Membership[] {
    return memberships.filter(
      ({ chainDigest }) => this.#store.findMembership(chainDigest) === null,
    );
  }

  /**
   * Null when there is room for these, which are not stored, else what is full. Creators may bring in as
   * many as there is room for in all: whom they brought in themselves they can remove.
   */
  lacksRoom(memberships: readonly Membership[]): string | null {
    this.#countAll();
    const { perIssuerMax, max } = this.#bounds;
    if (this.#counted.size + memberships.length > max) {
      return `${this.#counted.size} memberships are stored, ${max} may be`;
    }
    const more = new Map<string, number>();
    for (const membership of memberships) {
      for (const issuer of boundedIssuersOf(membership)) {
        const count = (more.get(issuer) ?? this.#countByIssuer.get(issuer) ?? 0) + 1;
        more.set(issuer, count);
        if (count > perIssuerMax)
          return `${perIssuerMax} memberships below one member may be stored`;
      }
    }
    return null;
  }

  /** What has to be stored of these. */
  changesFor(memberships: readonly Membership[]): readonly StoreChange[] {
    return memberships.map((membership) => ({
      kind: 'putMembership',
      chainDigest: membership.chainDigest,
      chain: membership.chain.map(({ der }) => der),
      publicKey: membership.publicKey,
      member: membership.member,
      notAfter: membership.notAfter,
    }));
  }

  /** Once for each opening: chains are never removed, and those that come are counted when they are asked for. */
  #countAll(): void {
    if (this.#isAllCounted) return;
    for (let after: Uint8Array | null = null; ; ) {
      const some = this.#store.memberships(after, COUNTED_AT_ONCE);
      for (const { chainDigest } of some) {
        after = chainDigest;
        if (!this.#counted.has(bytesKey(chainDigest))) this.find(chainDigest);
      }
      if (some.length < COUNTED_AT_ONCE) break;
    }
    this.#isAllCounted = true;
  }

  #count(key: string, membership: Membership): void {
    if (this.#counted.has(key)) return;
    this.#counted.add(key);
    for (const issuer of boundedIssuersOf(membership)) {
      this.#countByIssuer.set(issuer, (this.#countByIssuer.get(issuer) ?? 0) + 1);
    }
  }

  #remember(key: string, membership: Membership): void {
    this.#membershipByDigest.set(key, membership);
    for (const oldest of this.#membershipByDigest.keys()) {
      if (this.#membershipByDigest.size <= LIMITS.membershipsRememberedMax) return;
      this.#membershipByDigest.delete(oldest);
    }
  }
}

/** Keys that stand on the way to the member in its chain and are no creator's, each once. */
function boundedIssuersOf({ chain }: Membership): ReadonlySet<string> {
  const issuers = new Set<string>();
  for (const certificate of pathOf(chain).slice(0, -1)) {
    if (certificate.kind === 'membership' && certificate.role !== 'creator') {
      issuers.add(bytesKey(certificate.publicKey));
    }
  }
  return issuers;
}
