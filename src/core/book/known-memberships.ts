// The memberships that batches name, by the digest of their chain. Whether a chain is sound is judged
// once; a membership that has ended still speaks for what was published under it.

import { bytesKey } from '../base/bytes.ts';
import { LIMITS } from '../domain/limits.ts';
import type { Membership } from '../domain/membership.ts';
import type { GroupName } from '../domain/names.ts';
import type { Verdict } from '../domain/refusals.ts';
import { accept, refuse } from '../domain/refusals.ts';
import type { RecordStore, StoreChange } from '../ports/record-store.ts';
import type { ChainJudge } from '../trust/chain.ts';

export class KnownMemberships {
  readonly #group: GroupName;
  readonly #store: RecordStore;
  readonly #judge: ChainJudge;
  readonly #membershipByDigest = new Map<string, Membership>();

  constructor(group: GroupName, store: RecordStore, judge: ChainJudge) {
    this.#group = group;
    this.#store = store;
    this.#judge = judge;
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
    this.#remember(key, judged.value);
    return judged.value;
  }

  /**
   * What the chain says, and those of its beginnings: whoever issued a membership is a member too.
   * The first is the last of the chain.
   */
  learn(chain: readonly Uint8Array[]): Verdict<readonly Membership[]> {
    const memberships: Membership[] = [];
    for (let length = chain.length; length >= 2; length--) {
      const judged = this.#judge.judgeSoundness(chain.slice(0, length));
      if (!judged.ok) return judged;
      if (judged.value.group !== this.#group) {
        return refuse('WRONG_GROUP', `the chain is of the group ${judged.value.group}`);
      }
      memberships.push(judged.value);
    }
    return memberships.length > 0
      ? accept(memberships)
      : refuse('CHAIN_INVALID', `law "length": ${chain.length} certificates`);
  }

  /** What has to be stored of them. */
  changesFor(memberships: readonly Membership[]): readonly StoreChange[] {
    return memberships
      .filter(({ chainDigest }) => this.#store.findMembership(chainDigest) === null)
      .map((membership) => ({
        kind: 'putMembership',
        chainDigest: membership.chainDigest,
        chain: membership.chain.map(({ der }) => der),
        publicKey: membership.publicKey,
        member: membership.member,
        notAfter: membership.notAfter,
      }));
  }

  #remember(key: string, membership: Membership): void {
    this.#membershipByDigest.set(key, membership);
    for (const oldest of this.#membershipByDigest.keys()) {
      if (this.#membershipByDigest.size <= LIMITS.membershipsRememberedMax) return;
      this.#membershipByDigest.delete(oldest);
    }
  }
}
