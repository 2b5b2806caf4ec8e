// What the group knows of a member's credentials, as p2p.h has them.

import type { MemberView } from '../../api/index.ts';
import { filetimeOfMs } from '../calls/filetime.ts';
import { guidOfRole } from '../invitations/roles.ts';
import type { CERT_PUBLIC_KEY_INFO, PEER_CREDENTIAL_INFO } from '../surface/structures.ts';

/** Ed25519 (RFC 8410). */
const ED25519 = '1.3.101.112';
/** 1000 years: what p2p.h counts as without end. */
const ENDLESS_MS = 365_250 * 86_400_000;

export function publicKeyInfoOf(publicKey: Uint8Array): CERT_PUBLIC_KEY_INFO {
  return { Algorithm: { pszObjId: ED25519 }, PublicKey: publicKey };
}

/** The creator's are issued by the creator itself: p2p.h does not know the group's own key as an issuer. */
export function credentialInfoOf(member: MemberView): PEER_CREDENTIAL_INFO {
  const isCreator = member.role === 'creator';
  return {
    dwFlags: 0,
    pwzFriendlyName: member.friendlyName,
    pPublicKey: publicKeyInfoOf(member.publicKey),
    pwzIssuerPeerName: isCreator ? member.name : member.issuer,
    pwzIssuerFriendlyName: isCreator ? member.friendlyName : member.issuerFriendlyName,
    ftValidityStart: filetimeOfMs(startOf(member)),
    ftValidityEnd: filetimeOfMs(member.notAfter.getTime()),
    cRoles: 1,
    pRoles: [guidOfRole(member.role)],
  };
}

/** A creator's certificate begins a day before the group was made, for clocks that are slow; p2p.h means the moment. */
function startOf({ role, notBefore, notAfter }: MemberView): number {
  const madeAt = notAfter.getTime() - ENDLESS_MS;
  return role === 'creator' ? Math.max(madeAt, notBefore.getTime()) : notBefore.getTime();
}
