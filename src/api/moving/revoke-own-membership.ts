// Ends our own membership by a statement of our own (protocol.md §14.2): what we did stays, and whom we took in.

import type { Membership } from '../../core/domain/membership.ts';
import type { Crypto, Signer } from '../../core/ports/crypto.ts';
import type { StoredMembership } from '../../core/ports/record-store.ts';
import { planLeave } from '../../core/security/plan-revocation.ts';
import { signStatement } from '../../core/security/sign-statement.ts';
import type { NodeServices } from '../node-services.ts';
import { errorOfRefusal, facingTheWorldNow, PeerGroupError } from '../peer-group-error.ts';
import type { GroupRecords } from '../records/group-records.ts';

const MEMBERSHIPS_AT_ONCE = 256;

export interface OwnRevocation {
  readonly membership: Membership;
  readonly signer: Signer;
  readonly records: GroupRecords;
  readonly services: Pick<NodeServices, 'clock'> & { readonly crypto: Crypto };
}

/** Stored when it returns, and on its way to all neighbors. Throws `QUOTA_EXCEEDED`, `NOT_AUTHORIZED` and what the disk does. */
export function revokeOwnMembership(revocation: OwnRevocation): void {
  const { membership, signer, records, services } = revocation;
  const { store, desk, security, membershipOf } = records.forGraph();
  const { group, publicKey, chainDigest: membershipDigest } = membership;
  const memberships = allMemberships(store, membershipOf);
  const known = { group, crypto: services.crypto, state: security(), store, memberships };
  const plan = planLeave(publicKey, '', known);
  if (!plan.ok) throw errorOfRefusal(plan.refusal);
  const { body, pages } = plan.value;
  const { wallTime } = services.clock.now();
  const statement = signStatement(body, wallTime, group, { signer, membershipDigest });
  const { kind } = facingTheWorldNow(() => desk.publishStatement(statement, pages));
  if (kind !== 'stored' && kind !== 'known') throw new PeerGroupError('NOT_AUTHORIZED', kind);
}

type Store = ReturnType<GroupRecords['forGraph']>['store'];

function* allMemberships(
  store: Store,
  membershipOf: (chainDigest: Uint8Array) => Membership | null,
): Iterable<Membership> {
  for (let after: Uint8Array | null = null; ; ) {
    const page: readonly StoredMembership[] = store.memberships(after, MEMBERSHIPS_AT_ONCE);
    for (const { chainDigest } of page) {
      const membership = membershipOf(chainDigest);
      if (membership !== null) yield membership;
    }
    if (page.length < MEMBERSHIPS_AT_ONCE) return;
    after = page.at(-1)?.chainDigest ?? null;
  }
}
