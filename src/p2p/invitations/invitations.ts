// Invitations as p2p.h gives and takes them: written around what the API issues, read only as they were written, and
// what they say.

import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

import type { InvitationView, PeerNode } from '../../api/index.ts';
import { demand } from '../calls/failure.ts';
import { filetimeOfMs } from '../calls/filetime.ts';
import { translated } from '../calls/hresult-of.ts';
import { partsOfName } from '../identities/peer-names.ts';
import { publicKeyInfoOf } from '../members/member-credentials.ts';
import { CLOUD_NAME } from '../peers/clouds.ts';
import { PEER_GROUP_AUTHENTICATION_SCHEME, PNRP_SCOPE } from '../surface/enumerations.ts';
import { PEER_E_INVALID_TIME_PERIOD, PEER_E_INVITATION_NOT_TRUSTED } from '../surface/results.ts';
import type { PEER_INVITATION_INFO } from '../surface/structures.ts';
import {
  type PasswordIssuer,
  readInvitationXml,
  signedText,
  writeInvitationXml,
} from '../xml/invitation-xml.ts';
import { guidOfRole } from './roles.ts';

/** One that is whole, and signed by whoever gives it away. */
export interface ReadInvitation {
  readonly kind: 'member' | 'password';
  /** What the API takes. */
  readonly line: string;
  readonly group: string;
  readonly groupFriendlyName: string;
  /** Of a password invitation null. */
  readonly subject: string | null;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly info: PEER_INVITATION_INFO;
}

const { PEER_GROUP_GMC_AUTHENTICATION, PEER_GROUP_PASSWORD_AUTHENTICATION } =
  PEER_GROUP_AUTHENTICATION_SCHEME;
/** Says what is signed, so that no other signature of the same key can pass for it. */
const SIGNATURE_CONTEXT = 'peergroup-p2p-password-invitation-v1\n';
/** A public Ed25519 key in DER (RFC 8410) up to its 32 bytes. */
const KEY_HEAD = Buffer.from('302a300506032b6570032100', 'hex');
const AUTHORITY_DIGITS = 40;

export function memberInvitation(line: string): string {
  return writeInvitationXml({ kind: 'member', line });
}

export function passwordInvitation(line: string, issuer: PasswordIssuer, key: KeyObject): string {
  const signature = sign(null, bytesToSign(line, issuer), key);
  return writeInvitationXml({ kind: 'password', line, issuer, signature });
}

/** Whatever its dates are. Rejects with PEER_E_INVITATION_NOT_TRUSTED and PEER_E_UNSUPPORTED_VERSION. */
export async function readInvitation(node: PeerNode, text: string): Promise<ReadInvitation> {
  const document = readInvitationXml(text);
  const { line } = document;
  const view = await translated({ INVALID_ARGUMENT: PEER_E_INVITATION_NOT_TRUSTED }, () =>
    node.readInvitation(line),
  );
  demand(view.kind === document.kind, PEER_E_INVITATION_NOT_TRUSTED);
  if (document.kind === 'member') return readAs(line, view, forOne(view));
  const { issuer, signature } = document;
  demand(isSigned(line, issuer, signature), PEER_E_INVITATION_NOT_TRUSTED);
  return readAs(line, view, forWhoever(issuer));
}

/** `earlyMs` before it begins it is good all the same. Throws PEER_E_INVALID_TIME_PERIOD. */
export function requireInTime({ startsAtMs, endsAtMs }: ReadInvitation, earlyMs = 0): void {
  const now = Date.now();
  demand(startsAtMs - earlyMs <= now && now < endsAtMs, PEER_E_INVALID_TIME_PERIOD);
}

type Sides = Pick<
  PEER_INVITATION_INFO,
  | 'pwzIssuerPeerName'
  | 'pwzIssuerFriendlyName'
  | 'pwzSubjectPeerName'
  | 'pwzSubjectFriendlyName'
  | 'pSubjectPublicKey'
  | 'authScheme'
> & { readonly startsAtMs: number; readonly endsAtMs: number };

function forOne(view: InvitationView): Sides {
  const { subjectPublicKey, notBefore, notAfter } = view;
  return {
    pwzIssuerPeerName: view.issuer ?? '',
    pwzIssuerFriendlyName: view.issuerFriendlyName ?? '',
    pwzSubjectPeerName: view.subject,
    pwzSubjectFriendlyName: view.subjectFriendlyName,
    pSubjectPublicKey: subjectPublicKey === null ? null : publicKeyInfoOf(subjectPublicKey),
    authScheme: PEER_GROUP_GMC_AUTHENTICATION,
    startsAtMs: (notBefore ?? notAfter).getTime(),
    endsAtMs: notAfter.getTime(),
  };
}

function forWhoever(issuer: PasswordIssuer): Sides {
  return {
    pwzIssuerPeerName: issuer.name,
    pwzIssuerFriendlyName: issuer.friendlyName,
    pwzSubjectPeerName: null,
    pwzSubjectFriendlyName: null,
    pSubjectPublicKey: null,
    authScheme: PEER_GROUP_PASSWORD_AUTHENTICATION,
    startsAtMs: issuer.startsAt * 1_000,
    endsAtMs: issuer.endsAt * 1_000,
  };
}

function readAs(
  line: string,
  { group, groupFriendlyName, role }: InvitationView,
  { startsAtMs, endsAtMs, ...sides }: Sides,
): ReadInvitation {
  const kind = sides.authScheme === PEER_GROUP_GMC_AUTHENTICATION ? 'member' : 'password';
  const info: PEER_INVITATION_INFO = {
    dwFlags: 0,
    pwzCloudName: CLOUD_NAME,
    dwScope: PNRP_SCOPE.PNRP_GLOBAL_SCOPE,
    dwCloudFlags: 0,
    pwzGroupPeerName: group,
    pwzGroupFriendlyName: groupFriendlyName,
    ...sides,
    ftValidityStart: filetimeOfMs(startsAtMs),
    ftValidityEnd: filetimeOfMs(endsAtMs),
    cRoles: 1,
    pRoles: [guidOfRole(role)],
    cClassifiers: 0,
    ppwzClassifiers: [],
  };
  const subject = sides.pwzSubjectPeerName;
  return { kind, line, group, groupFriendlyName, subject, startsAtMs, endsAtMs, info };
}

/** By the key that the issuer's name is bound to. */
function isSigned(line: string, issuer: PasswordIssuer, signature: Uint8Array): boolean {
  const der = Buffer.concat([KEY_HEAD, issuer.publicKey]);
  const authority = createHash('sha256').update(der).digest('hex').slice(0, AUTHORITY_DIGITS);
  if (partsOfName(issuer.name)?.authority !== authority) return false;
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  return verify(null, bytesToSign(line, issuer), key, signature);
}

function bytesToSign(line: string, issuer: PasswordIssuer): Buffer {
  return Buffer.from(SIGNATURE_CONTEXT + signedText(line, issuer));
}
