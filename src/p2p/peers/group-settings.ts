// What the creator says about a group and the API has no word for: the facade keeps it as JSON in the API's text for
// applications. Text that is no such JSON, or says what nobody could set, counts as if nothing had been said.

import type { PeerGroup } from '../../api/index.ts';
import type { DWORD, PEER_ROLE_ID, ULONG } from '../surface/basic-types.ts';
import { PEER_GROUP_ROLE_INVITING_MEMBER, PEER_GROUP_ROLE_MEMBER } from '../surface/constants.ts';
import {
  PEER_GROUP_AUTHENTICATION_SCHEME,
  type PEER_GROUP_PROPERTY_FLAGS,
} from '../surface/enumerations.ts';

export interface PeerGroupSettings {
  /** PEER_GROUP_PROPERTY_FLAGS. */
  readonly dwFlags: DWORD;
  readonly comment: string;
  /** Seconds; 0 for as long as the issuer's own membership. */
  readonly ulMemberDataLifetime: ULONG;
  /** Seconds. */
  readonly ulPresenceLifetime: ULONG;
  /** PEER_GROUP_AUTHENTICATION_SCHEME flags, one at least. */
  readonly dwAuthenticationSchemes: DWORD;
  /** What the password gives; null without a password. */
  readonly groupPasswordRole: PEER_ROLE_ID | null;
  /** Names the API's offer of the password; null without one. */
  readonly passwordOffer: string | null;
  readonly creator: string | null;
}

/** The figures of p2p.h. */
export const DEFAULT_SETTINGS: PeerGroupSettings = {
  dwFlags: 0,
  comment: '',
  ulMemberDataLifetime: 2_419_200,
  ulPresenceLifetime: 300,
  dwAuthenticationSchemes: PEER_GROUP_AUTHENTICATION_SCHEME.PEER_GROUP_GMC_AUTHENTICATION,
  groupPasswordRole: null,
  passwordOffer: null,
  creator: null,
};

export const PROPERTY_FLAGS_MAX: DWORD = 7;
export const AUTHENTICATION_SCHEMES_MAX: DWORD = 3;
export const SETTING_TEXT_LENGTH_MAX = 255;

const MEMBER_DATA_SECONDS_MIN = 28_800;
const MEMBER_DATA_SECONDS_MAX = 315_576_000;
const PRESENCE_SECONDS_MIN = 300;
const ULONG_MAX = 0xffff_ffff;

export function settingsOf(group: Pick<PeerGroup, 'properties'>): PeerGroupSettings {
  return settingsOfText(group.properties.application);
}

/** For `properties.application`. */
export function settingsText(settings: PeerGroupSettings): string {
  return JSON.stringify({ p2p: 1, ...settings });
}

export function settingsOfText(text: string): PeerGroupSettings {
  const said = parsed(text);
  return said === null || Reflect.get(said, 'p2p') !== 1 || !areSettings(said)
    ? DEFAULT_SETTINGS
    : picked(said);
}

export function hasPropertyFlag(
  { dwFlags }: PeerGroupSettings,
  flag: PEER_GROUP_PROPERTY_FLAGS,
): boolean {
  return (dwFlags & flag) !== 0;
}

/** What may stand in a structure: 0 has a meaning of its own. */
export function isMemberDataLifetime(value: ULONG): boolean {
  return value === 0 || (value >= MEMBER_DATA_SECONDS_MIN && value <= MEMBER_DATA_SECONDS_MAX);
}

export function isPresenceLifetime(value: ULONG): boolean {
  return value === 0 || value >= PRESENCE_SECONDS_MIN;
}

function picked(said: PeerGroupSettings): PeerGroupSettings {
  const { dwFlags, comment, ulMemberDataLifetime, ulPresenceLifetime } = said;
  const { dwAuthenticationSchemes, groupPasswordRole, passwordOffer, creator } = said;
  return {
    dwFlags,
    comment,
    ulMemberDataLifetime,
    ulPresenceLifetime,
    dwAuthenticationSchemes,
    groupPasswordRole,
    passwordOffer,
    creator,
  };
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const said: unknown = JSON.parse(text);
    return typeof said === 'object' && said !== null ? { ...said } : null;
  } catch {
    return null;
  }
}

function areSettings(said: object): said is PeerGroupSettings {
  return Object.entries(FITS).every(([name, fits]) => fits(Reflect.get(said, name)));
}

const FITS: Readonly<Record<keyof PeerGroupSettings, (value: unknown) => boolean>> = {
  dwFlags: (value) => isWhole(value) && value <= PROPERTY_FLAGS_MAX,
  comment: (value) => typeof value === 'string' && value.length <= SETTING_TEXT_LENGTH_MAX,
  ulMemberDataLifetime: (value) => isWhole(value) && isMemberDataLifetime(value),
  ulPresenceLifetime: (value) => isWhole(value) && value !== 0 && isPresenceLifetime(value),
  dwAuthenticationSchemes: (value) =>
    isWhole(value) && value > 0 && value <= AUTHENTICATION_SCHEMES_MAX,
  groupPasswordRole: (value) =>
    value === null || value === PEER_GROUP_ROLE_MEMBER || value === PEER_GROUP_ROLE_INVITING_MEMBER,
  passwordOffer: (value) => value === null || typeof value === 'string',
  creator: (value) => value === null || typeof value === 'string',
};

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= ULONG_MAX;
}
