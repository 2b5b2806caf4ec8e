// What an invitation or an identity card says, for whoever wants to know it before doing anything with it. Joins
// nothing and stores nothing.

import { formatAddress } from '../../core/domain/addresses.ts';
import type { Contact, OfferText } from '../../core/domain/invitation.ts';
import type { Membership } from '../../core/domain/membership.ts';
import type { PeerName } from '../../core/domain/names.ts';
import type { Role } from '../../core/domain/roles.ts';
import { readIdentityCard } from '../../core/trust/identity-card.ts';
import { readInvitation } from '../../core/trust/invitation.ts';
import { kindOfInvitation } from '../../core/trust/invitation-text.ts';
import { readOfferText } from '../../core/trust/open-invitation.ts';
import { requireText } from '../arguments.ts';
import type { NodeServices } from '../node-services.ts';
import { errorOfRefusal } from '../peer-group-error.ts';

/** An invitation as it is written. What it does not say is null. */
export interface InvitationView {
  /** `member`: for one identity alone. The others are for whoever has the text, and the password or code. */
  readonly kind: 'member' | 'ticket' | 'password' | 'code';
  /** The name of the group, bound to its key. */
  readonly group: string;
  readonly groupFriendlyName: string;
  /** The peer name of whoever issued the membership, the group's for a creator; null but for `member`. */
  readonly issuer: string | null;
  readonly issuerFriendlyName: string | null;
  /** The peer name of whom it is for; null but for `member`. */
  readonly subject: string | null;
  readonly subjectFriendlyName: string | null;
  /** Of whom it is for: 32 bytes; null but for `member`. */
  readonly subjectPublicKey: Uint8Array | null;
  readonly role: Role;
  /** When the membership begins; null but for `member`. */
  readonly notBefore: Date | null;
  /** When the membership, or else the invitation itself, ends. */
  readonly notAfter: Date;
  /** Where members may be reached, `host:port` each. */
  readonly addresses: readonly string[];
}

export interface CardView {
  /** The peer name. */
  readonly name: string;
  /** What it calls itself: text of a stranger. */
  readonly friendlyName: string;
  /** The raw Ed25519 key that the name is bound to, 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** Throws `IDENTITY_INVALID` and `UNSUPPORTED_VERSION`. */
export function readCard(
  text: string,
  { judge }: Pick<NodeServices, 'judge'>,
): CardView & { readonly name: PeerName } {
  const identity = readIdentityCard(requireText('text', text).trim(), judge);
  if (!identity.ok) throw errorOfRefusal(identity.refusal);
  const { subject, friendlyName, publicKey } = identity.value;
  return { name: subject, friendlyName, publicKey: publicKey.slice() };
}

/** Throws `INVITATION_INVALID` and `UNSUPPORTED_VERSION`. */
export function readInvitationView(
  given: string,
  { judge, crypto }: Pick<NodeServices, 'judge' | 'crypto'>,
): InvitationView {
  const text = requireText('text', given).trim();
  const kind = kindOfInvitation(text);
  if (kind === 'ticket' || kind === 'password') {
    const offer = readOfferText(text, null, crypto);
    if (!offer.ok) throw errorOfRefusal(offer.refusal);
    return viewOfOffer(offer.value);
  }
  const invitation = readInvitation(text, { judge, crypto });
  if (!invitation.ok) throw errorOfRefusal(invitation.refusal);
  const { membership, groupFriendlyName, contacts } = invitation.value;
  return { ...viewOfMembership(membership), groupFriendlyName, addresses: addressesOf(contacts) };
}

function viewOfMembership(
  membership: Membership,
): Omit<InvitationView, 'groupFriendlyName' | 'addresses'> {
  const { group, member, friendlyName, publicKey, role, notBefore, notAfter } = membership;
  const issuer = issuerNamed(membership);
  return {
    kind: 'member',
    group,
    issuer: issuer.name,
    issuerFriendlyName: issuer.friendlyName,
    subject: member,
    subjectFriendlyName: friendlyName,
    subjectPublicKey: publicKey.slice(),
    role,
    notBefore: new Date(notBefore),
    notAfter: new Date(notAfter),
  };
}

function viewOfOffer({
  by,
  group,
  groupFriendlyName,
  role,
  expiresAt,
  contacts,
}: OfferText): InvitationView {
  return {
    kind: by,
    group,
    groupFriendlyName,
    issuer: null,
    issuerFriendlyName: null,
    subject: null,
    subjectFriendlyName: null,
    subjectPublicKey: null,
    role,
    notBefore: null,
    notAfter: new Date(expiresAt),
    addresses: addressesOf(contacts),
  };
}

/** Whoever signed the last certificate, as that says; the group itself for its creator. */
export function issuerNamed({ chain, group }: Membership): {
  readonly name: string;
  readonly friendlyName: string;
} {
  const last = chain.at(-1);
  if (last?.kind !== 'membership') return { name: group, friendlyName: chain[0].friendlyName };
  return { name: last.issuer, friendlyName: last.issuerFriendlyName };
}

function addressesOf(contacts: readonly Contact[]): readonly string[] {
  return contacts.flatMap(({ addresses }) => addresses.map(formatAddress));
}
