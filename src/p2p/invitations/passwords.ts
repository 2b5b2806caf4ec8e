// The password of a group: which ones are allowed, and the offer of the API that stands behind it. One offer at a time;
// another password or role makes a new one and ends the former, and so the invitations that were made with it.

import type { PeerGroup } from '../../api/index.ts';
import { guidOf, isText } from '../calls/arguments.ts';
import { demand, Failure } from '../calls/failure.ts';
import type { Fields } from '../calls/fields.ts';
import { translated } from '../calls/hresult-of.ts';
import type { PeerGroupSettings } from '../peers/group-settings.ts';
import { PEER_GROUP_AUTHENTICATION_SCHEME } from '../surface/enumerations.ts';
import {
  E_INVALIDARG,
  PEER_E_INVALID_GROUP_PROPERTIES,
  PEER_E_PASSWORD_DOES_NOT_MEET_POLICY,
} from '../surface/results.ts';
import { guidOfRole, roleOfGuid } from './roles.ts';

type PasswordRole = 'invitingMember' | 'member';

/** What a caller wants of the group's password. */
export type PasswordWish =
  /** There is none, or none any more. */
  | { readonly kind: 'none' }
  /** As it is. */
  | { readonly kind: 'same' }
  | { readonly kind: 'new'; readonly password: string; readonly role: PasswordRole };

const { PEER_GROUP_PASSWORD_AUTHENTICATION } = PEER_GROUP_AUTHENTICATION_SCHEME;
/** The API's policy is the same; it counts characters after it has composed them, which makes some passwords shorter. */
const LENGTH_MIN = 8;
const LENGTH_MAX = 255;
const CLASSES_MIN = 3;
const CLASSES: readonly RegExp[] = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{Ll}\p{Lu}\p{Nd}]/u];
/** Ten years, the longest lease of the API: a membership by password is to last as long as that of whoever admits. */
const LEASE_MS = 3_650 * 86_400_000;

/** `settings` are those of the group with what the same structure says. Throws PEER_E_PASSWORD_DOES_NOT_MEET_POLICY and the like. */
export function passwordWish(fields: Fields, settings: PeerGroupSettings): PasswordWish {
  const password = fields.optional('pwzGroupPassword', passwordOf);
  const given = fields.optional('groupPasswordRole', guidOf);
  if ((settings.dwAuthenticationSchemes & PEER_GROUP_PASSWORD_AUTHENTICATION) === 0) {
    return { kind: 'none' };
  }
  const guid = fields.has('groupPasswordRole') ? given : settings.groupPasswordRole;
  const role = guid === null ? null : roleOfGuid(guid);
  demand(role === 'invitingMember' || role === 'member', PEER_E_INVALID_GROUP_PROPERTIES);
  const isSame = settings.passwordOffer !== null && settings.groupPasswordRole === guidOfRole(role);
  if (password === null && isSame) return { kind: 'same' };
  // Nobody knows it any more who could make an offer of it.
  demand(meetsPolicy(password ?? ''), PEER_E_PASSWORD_DOES_NOT_MEET_POLICY);
  return { kind: 'new', password: password ?? '', role };
}

/** The settings with the offer that stands from now on. */
export async function withPassword(
  group: PeerGroup,
  wish: PasswordWish,
  settings: PeerGroupSettings,
): Promise<PeerGroupSettings> {
  if (wish.kind === 'same') return settings;
  const next = wish.kind === 'none' ? null : await newOffer(group, wish);
  if (settings.passwordOffer !== null) await end(group, settings.passwordOffer);
  const groupPasswordRole = wish.kind === 'none' ? null : guidOfRole(wish.role);
  return { ...settings, groupPasswordRole, passwordOffer: next };
}

function meetsPolicy(password: string): boolean {
  const isLongEnough = password.length >= LENGTH_MIN && password.length <= LENGTH_MAX;
  const classes = CLASSES.filter((each) => each.test(password));
  return isText(password) && isLongEnough && classes.length >= CLASSES_MIN;
}

async function newOffer(
  group: PeerGroup,
  { password, role }: Extract<PasswordWish, { kind: 'new' }>,
): Promise<string> {
  const { id } = await translated({ PASSWORD_INVALID: PEER_E_PASSWORD_DOES_NOT_MEET_POLICY }, () =>
    group.invitations.createPassword(password, {
      role,
      uses: Number.POSITIVE_INFINITY,
      expiresAt: group.membership.notAfter,
      leaseMs: LEASE_MS,
    }),
  );
  return id;
}

/** Of one that is not known here nobody makes an invitation any more. */
async function end(group: PeerGroup, id: string): Promise<void> {
  const isKnown = (await group.invitations.list()).some((each) => each.id === id);
  if (isKnown) await group.invitations.revoke(id);
}

function passwordOf(value: unknown): string {
  if (typeof value !== 'string') throw new Failure(E_INVALIDARG);
  return value;
}
