// Invitations: made for one identity, or for whoever knows the group's password, and read.

import { dwordOf, entriesOf, filetimeOf, textOf } from '../calls/arguments.ts';
import { demand, Failure } from '../calls/failure.ts';
import { translated } from '../calls/hresult-of.ts';
import {
  memberInvitation,
  passwordInvitation,
  readInvitation,
} from '../invitations/invitations.ts';
import {
  knownMember,
  ownEnd,
  presentSecond,
  requireAdministrator,
  requireGrant,
  requireIssuer,
  secondAfter,
  secondOf,
} from '../invitations/issuing.ts';
import { highestRole } from '../invitations/roles.ts';
import { settingsOf } from '../peers/group-settings.ts';
import type { InvitationFunctions } from '../surface/invitation-functions.ts';
import {
  E_INVALIDARG,
  PEER_E_CHAIN_TOO_LONG,
  PEER_E_IDENTITY_DELETED,
  PEER_E_INVALID_GROUP_PROPERTIES,
  PEER_E_INVITATION_NOT_TRUSTED,
} from '../surface/results.ts';
import type { PEER_INVITATION_INFO } from '../surface/structures.ts';
import type { User } from '../user.ts';
import { cardOfIdentityXml } from '../xml/identity-xml.ts';

type Functions = Pick<
  InvitationFunctions,
  | 'PeerGroupCreateInvitation'
  | 'PeerGroupCreatePasswordInvitation'
  | 'PeerGroupParseInvitation'
  | 'PeerGroupResumePasswordAuthentication'
>;

interface Made {
  readonly pwzInvitation: string;
}

/** Certificates of members from the creator to the last one who may invite nobody any more. */
const CHAIN_LENGTH_MAX = 24;

export function invitationFunctions(user: User): Functions {
  return {
    PeerGroupCreateInvitation: (...values) => user.grouping(() => invite(user, values)),
    PeerGroupCreatePasswordInvitation: (hGroup) =>
      user.grouping(() => inviteByPassword(user, hGroup)),
    PeerGroupParseInvitation: (pwzInvitation) => user.grouping(() => parse(user, pwzInvitation)),
    PeerGroupResumePasswordAuthentication: (hGroup, hPeerEventHandle) =>
      user.grouping(() => {
        user.groupHandles.entry(hGroup);
        user.registrations.entry(hPeerEventHandle);
        return {};
      }),
  };
}

async function invite(
  user: User,
  [hGroup, pwzIdentityInfo, pftExpiration, cRoles, pRoles]: readonly unknown[],
): Promise<Made> {
  const { peer } = user.groupHandles.entry(hGroup);
  const card = cardOfIdentityXml(textOf(pwzIdentityInfo));
  const { name } = await readCard(user, card);
  const expiration = isNull(pftExpiration) ? null : filetimeOf(pftExpiration);
  const role = highestRole(entriesOf(pRoles, dwordOf(cRoles)));
  if (role === null) throw new Failure(E_INVALIDARG);
  const group = requireIssuer(peer);
  const known = await knownMember(group, name);
  requireGrant(peer, { role, known });
  await user.node.checkKeys(peer.identity);
  demand(!user.memory.now.deletedIdentities.includes(name), PEER_E_IDENTITY_DELETED);
  const expiresAt = expiration === null ? ownEnd(group) : secondOf(expiration);
  const notBefore = await secondAfter(known, false);
  return {
    pwzInvitation: memberInvitation(await group.invite(card, { role, notBefore, expiresAt })),
  };
}

async function inviteByPassword(user: User, hGroup: unknown): Promise<Made> {
  const { peer } = user.groupHandles.entry(hGroup);
  const group = requireAdministrator(peer);
  await user.node.checkKeys(peer.identity);
  demand(group.membership.depth < CHAIN_LENGTH_MAX, PEER_E_CHAIN_TOO_LONG);
  const { passwordOffer } = settingsOf(group);
  if (passwordOffer === null) throw new Failure(PEER_E_INVALID_GROUP_PROPERTIES);
  const { text } = await translated(
    {
      INVALID_ARGUMENT: PEER_E_INVALID_GROUP_PROPERTIES,
      INVITATION_NOT_FOUND: PEER_E_INVALID_GROUP_PROPERTIES,
    },
    () => group.invitations.lineOf(passwordOffer),
  );
  const { name, friendlyName, publicKey } = user.identities.named(peer.identity);
  const issuer = {
    name,
    friendlyName,
    publicKey,
    startsAt: presentSecond().getTime() / 1_000,
    endsAt: ownEnd(group).getTime() / 1_000,
  };
  return { pwzInvitation: passwordInvitation(text, issuer, user.node.privateKeyOf(name)) };
}

async function parse(
  user: User,
  pwzInvitation: unknown,
): Promise<{ readonly pInvitationInfo: PEER_INVITATION_INFO }> {
  demand(typeof pwzInvitation === 'string', E_INVALIDARG);
  const { info } = await translated({ CIRCULAR_CHAIN: PEER_E_INVITATION_NOT_TRUSTED }, () =>
    readInvitation(user.node, pwzInvitation),
  );
  return { pInvitationInfo: info };
}

function readCard({ node }: User, card: string): Promise<{ readonly name: string }> {
  const words = { IDENTITY_INVALID: E_INVALIDARG, UNSUPPORTED_VERSION: E_INVALIDARG };
  return translated(words, () => node.readCard(card));
}

function isNull(value: unknown): boolean {
  return value === null || value === undefined;
}
