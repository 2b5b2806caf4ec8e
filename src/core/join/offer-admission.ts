// The statements that go with an admission (protocol.md §14.5, §14.6): that somebody became a member by an
// offer, and that an offer admits nobody any more.

import { compareBytes } from '../base/bytes.ts';
import type { WallTime } from '../base/time.ts';
import type { Membership } from '../domain/membership.ts';
import type { StatementBody } from '../domain/security.ts';
import type { Crypto, Signer } from '../ports/crypto.ts';
import type { OfferView } from '../security/security-state.ts';
import { signStatement } from '../security/sign-statement.ts';
import type { JoinRequest } from './admitter.ts';

export interface Author {
  readonly own: Membership;
  readonly signer: Signer;
}

const NO_PROOF = new Uint8Array(0);

/** That the member of `request` was admitted with `membership`, as everybody keeps it. */
export function admissionStatement(
  request: JoinRequest,
  { statement }: OfferView,
  membership: Membership,
  issuing: Author & { readonly crypto: Crypto; readonly now: WallTime },
): Uint8Array {
  const { claim, joiner } = request;
  const { crypto, now } = issuing;
  const body: StatementBody = {
    kind: 'admission',
    offer: statement.digest,
    member: joiner.publicKey,
    certificate: crypto.sha256((membership.chain.at(-1) ?? membership.chain[0]).der),
    proof: claim.kind === 'ticket' ? claim.proof : NO_PROOF,
  };
  return signed(body, issuing, now);
}

/** That the offer is over, and that those whom it has admitted stay. */
export function offerEndStatement(
  { statement, admissions }: OfferView,
  author: Author,
  now: WallTime,
): Uint8Array {
  const admitted = admissions
    .filter(({ fate }) => fate === 'in')
    .map(({ admission }) => admission.certificate)
    .sort(compareBytes);
  return signed({ kind: 'offerEnd', offer: statement.digest, admitted }, author, now);
}

function signed(body: StatementBody, { own, signer }: Author, now: WallTime): Uint8Array {
  return signStatement(body, now, own.group, { signer, membershipDigest: own.chainDigest });
}
