// Credentials of members: issued anew, renewed, and with another role.

import type { GrantedRole, MemberView, PeerGroup } from '../../api/index.ts';
import {
  bytesOf,
  dwordOf,
  entriesOf,
  filetimeOf,
  flagsOf,
  nameOf,
  textOf,
} from '../calls/arguments.ts';
import { demand } from '../calls/failure.ts';
import { Fields } from '../calls/fields.ts';
import { translated } from '../calls/hresult-of.ts';
import { FRIENDLY_NAME_LENGTH_MAX, partsOfName } from '../identities/peer-names.ts';
import { memberInvitation } from '../invitations/invitations.ts';
import {
  knownMember,
  ownEnd,
  requireGrant,
  requireIssuer,
  secondAfter,
  secondOf,
} from '../invitations/issuing.ts';
import { highestRole } from '../invitations/roles.ts';
import type { LocalPeer } from '../peers/local-peer.ts';
import { PEER_GROUP_ISSUE_CREDENTIAL_FLAGS } from '../surface/enumerations.ts';
import type { InvitationFunctions } from '../surface/invitation-functions.ts';
import {
  E_INVALIDARG,
  PEER_E_CIRCULAR_CHAIN_DETECTED,
  PEER_E_IDENTITY_NOT_FOUND,
  PEER_E_INVALID_CREDENTIAL_INFO,
  PEER_E_INVALID_TIME_PERIOD,
} from '../surface/results.ts';
import type { User } from '../user.ts';

const { PEER_GROUP_STORE_CREDENTIALS } = PEER_GROUP_ISSUE_CREDENTIAL_FLAGS;
const ED25519 = '1.3.101.112';
const PUBLIC_KEY_BYTES = 32;

export function credentialFunctions(
  user: User,
): Pick<InvitationFunctions, 'PeerGroupIssueCredentials'> {
  return {
    PeerGroupIssueCredentials: (...values) => user.grouping(() => issue(user, values)),
  };
}

/** What a PEER_CREDENTIAL_INFO says; null for what is left out. */
interface CredentialWish {
  readonly friendlyName: string | null;
  readonly publicKey: Uint8Array | null;
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
  readonly role: GrantedRole | null;
}

const NOTHING: CredentialWish = {
  friendlyName: null,
  publicKey: null,
  startsAt: null,
  endsAt: null,
  role: null,
};

async function issue(
  user: User,
  [hGroup, pwzSubjectIdentity, pCredentialInfo, dwFlags]: readonly unknown[],
): Promise<{ readonly pwzInvitation: string }> {
  const { peer } = user.groupHandles.entry(hGroup);
  const subject = nameOf(pwzSubjectIdentity);
  const isRenewal = pCredentialInfo === null || pCredentialInfo === undefined;
  const wish = isRenewal ? NOTHING : credentialWish(pCredentialInfo);
  const publish = flagsOf(dwFlags, PEER_GROUP_STORE_CREDENTIALS) !== 0;
  const group = requireIssuer(peer);
  const known = await knownMember(group, subject);
  const role = wish.role ?? roleOf(known);
  requireGrant(peer, { role, known });
  await user.node.checkKeys(peer.identity);
  demand(known !== null || !isRenewal, PEER_E_IDENTITY_NOT_FOUND);
  demand(known?.role !== 'creator', PEER_E_CIRCULAR_CHAIN_DETECTED);
  const publicKey = keyOf(subject, wish, known);
  const friendlyName = wish.friendlyName ?? known?.friendlyName ?? subject;
  const isLive = publish && isPresent(peer, known);
  const dates = isRenewal
    ? await renewedDates(group, known, isLive)
    : await wishedDates(group, wish, { known, isLive });
  const line = await translated({ IDENTITY_INVALID: PEER_E_INVALID_CREDENTIAL_INFO }, () =>
    group.memberships.issue({
      member: { name: subject, publicKey },
      role,
      friendlyName,
      ...dates,
      publish,
    }),
  );
  return { pwzInvitation: memberInvitation(line) };
}

function credentialWish(pCredentialInfo: unknown): CredentialWish {
  const fields = new Fields(pCredentialInfo);
  return {
    friendlyName: fields.optional('pwzFriendlyName', friendlyNameOf),
    publicKey: fields.optional('pPublicKey', publicKeyOf),
    startsAt: fields.optional('ftValidityStart', timeOf),
    endsAt: fields.optional('ftValidityEnd', timeOf),
    role: roleWish(fields),
  };
}

/** Empty as if it were left out. */
function friendlyNameOf(value: unknown): string | null {
  const text = textOf(value);
  demand(text.length <= FRIENDLY_NAME_LENGTH_MAX, E_INVALIDARG);
  return text === '' ? null : text;
}

function publicKeyOf(value: unknown): Uint8Array {
  const fields = new Fields(value);
  const algorithm = new Fields(fields.value('Algorithm'));
  const id = textOf(algorithm.value('pszObjId'));
  const key = bytesOf(fields.value('PublicKey'));
  const isEd25519 = id === ED25519 && key.length === PUBLIC_KEY_BYTES;
  demand(isEd25519, PEER_E_INVALID_CREDENTIAL_INFO);
  return key;
}

/** 0 is left out, as in a structure that was filled with zeros. */
function timeOf(value: unknown): Date | null {
  const filetime = filetimeOf(value);
  return filetime === 0n ? null : secondOf(filetime);
}

function roleWish(fields: Fields): GrantedRole | null {
  const roles = fields.value('pRoles') ?? [];
  const count = fields.optional('cRoles', dwordOf);
  if (count === null) demand(Array.isArray(roles), E_INVALIDARG);
  const length = Array.isArray(roles) ? roles.length : 0;
  return highestRole(entriesOf(roles, count ?? length));
}

function roleOf(known: MemberView | null): GrantedRole {
  if (known === null) return 'member';
  return known.role === 'creator' ? 'administrator' : known.role;
}

/** The name is bound to it. */
function keyOf(
  subject: string,
  { publicKey }: CredentialWish,
  known: MemberView | null,
): Uint8Array {
  const key = publicKey ?? known?.publicKey;
  demand(key !== undefined && partsOfName(subject) !== null, PEER_E_INVALID_CREDENTIAL_INFO);
  return key;
}

interface Dates {
  readonly notBefore: Date;
  readonly expiresAt: Date;
}

/** From now on for as long as before, but no longer than our own. */
async function renewedDates(
  group: PeerGroup,
  known: MemberView | null,
  isLive: boolean,
): Promise<Dates> {
  const notBefore = await secondAfter(known, isLive);
  const durationMs = known === null ? 0 : known.notAfter.getTime() - known.notBefore.getTime();
  const lastMs = ownEnd(group).getTime();
  const expiresAt = new Date(Math.min(notBefore.getTime() + durationMs, lastMs));
  return { notBefore, expiresAt };
}

async function wishedDates(
  group: PeerGroup,
  { startsAt, endsAt }: CredentialWish,
  { known, isLive }: { readonly known: MemberView | null; readonly isLive: boolean },
): Promise<Dates> {
  const isLater = startsAt === null || known === null || startsAt > known.notBefore;
  demand(isLater, PEER_E_INVALID_TIME_PERIOD);
  const expiresAt = endsAt ?? ownEnd(group);
  return {
    notBefore: startsAt ?? (await secondAfter(known, isLive)),
    expiresAt,
  };
}

/** It hears of what is stored while it is online. */
function isPresent(peer: LocalPeer, known: MemberView | null): boolean {
  return peer.present().some(({ name }) => name === known?.name);
}
