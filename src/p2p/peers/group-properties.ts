// The properties of a group as p2p.h has them: what a caller's structure says, checked field by field, and what members
// read.

import type { PeerGroup } from '../../api/index.ts';
import { isText } from '../calls/arguments.ts';
import { demand, Failure } from '../calls/failure.ts';
import type { Fields } from '../calls/fields.ts';
import type { HRESULT } from '../surface/basic-types.ts';
import {
  E_INVALIDARG,
  PEER_E_INVALID_CLASSIFIER,
  PEER_E_INVALID_GROUP_PROPERTIES,
} from '../surface/results.ts';
import type { PEER_GROUP_PROPERTIES } from '../surface/structures.ts';
import { CLOUD_NAME, requireCloud } from './clouds.ts';
import {
  AUTHENTICATION_SCHEMES_MAX,
  DEFAULT_SETTINGS,
  isMemberDataLifetime,
  isPresenceLifetime,
  type PeerGroupSettings,
  PROPERTY_FLAGS_MAX,
  SETTING_TEXT_LENGTH_MAX,
  settingsOf,
} from './group-settings.ts';

/** What may change; a field that was left out is undefined. */
export interface WishedProperties {
  readonly friendlyName: string | undefined;
  readonly comment: string | undefined;
  readonly dwFlags: number | undefined;
  readonly ulMemberDataLifetime: number | undefined;
  readonly ulPresenceLifetime: number | undefined;
  readonly dwAuthenticationSchemes: number | undefined;
}

/** What is fixed when the group is made; null for NULL, undefined for what was left out. */
export interface FixedProperties {
  readonly pwzCloud: string | null | undefined;
  readonly pwzClassifier: string | null | undefined;
  readonly pwzGroupPeerName: string | null | undefined;
  readonly pwzCreatorPeerName: string | null | undefined;
}

const CLASSIFIER_LENGTH_MAX = 149;
const ULONG_MAX = 0xffff_ffff;

export function wishedProperties(fields: Fields): WishedProperties {
  return {
    friendlyName: shortText(fields, 'pwzFriendlyName'),
    comment: shortText(fields, 'pwzComment'),
    dwFlags: number(fields, 'dwFlags', (value) => value <= PROPERTY_FLAGS_MAX),
    ulMemberDataLifetime: number(fields, 'ulMemberDataLifetime', isMemberDataLifetime),
    ulPresenceLifetime: number(fields, 'ulPresenceLifetime', isPresenceLifetime),
    dwAuthenticationSchemes: number(
      fields,
      'dwAuthenticationSchemes',
      (value) => value <= AUTHENTICATION_SCHEMES_MAX,
    ),
  };
}

export function fixedProperties(fields: Fields): FixedProperties {
  return {
    pwzCloud: text(fields, 'pwzCloud'),
    pwzClassifier: text(fields, 'pwzClassifier'),
    pwzGroupPeerName: text(fields, 'pwzGroupPeerName'),
    pwzCreatorPeerName: text(fields, 'pwzCreatorPeerName'),
  };
}

/** Of a group that is to be made. Throws what `PeerGroupCreate` gives. */
export function classifierOf({ pwzClassifier }: FixedProperties): string {
  const classifier = pwzClassifier ?? '';
  const isSound = isText(classifier) && classifier.length <= CLASSIFIER_LENGTH_MAX;
  demand(isSound, PEER_E_INVALID_CLASSIFIER);
  return classifier;
}

/** What is wished instead of what was set; 0 is the default where p2p.h says so. */
export function changedSettings(
  before: PeerGroupSettings,
  wished: WishedProperties,
): PeerGroupSettings {
  const { ulPresenceLifetime, dwAuthenticationSchemes } = DEFAULT_SETTINGS;
  return {
    ...before,
    comment: wished.comment ?? before.comment,
    dwFlags: wished.dwFlags ?? before.dwFlags,
    ulMemberDataLifetime: wished.ulMemberDataLifetime ?? before.ulMemberDataLifetime,
    ulPresenceLifetime:
      (wished.ulPresenceLifetime ?? before.ulPresenceLifetime) || ulPresenceLifetime,
    dwAuthenticationSchemes:
      (wished.dwAuthenticationSchemes ?? before.dwAuthenticationSchemes) || dwAuthenticationSchemes,
  };
}

/** Throws when the caller would change what is fixed. */
export function requireUnchanged(fixed: FixedProperties, properties: PEER_GROUP_PROPERTIES): void {
  const { pwzCloud, ...names } = fixed;
  const isCloud = pwzCloud === undefined || isSameCloud(pwzCloud);
  const isSame = Object.entries(names).every(
    ([name, value]) => value === undefined || value === Reflect.get(properties, name),
  );
  demand(isCloud && isSame, PEER_E_INVALID_GROUP_PROPERTIES);
}

export function propertiesOf(group: PeerGroup, creator: string): PEER_GROUP_PROPERTIES {
  const settings = settingsOf(group);
  const dot = group.name.indexOf('.');
  return {
    dwFlags: settings.dwFlags,
    pwzCloud: CLOUD_NAME,
    pwzClassifier: dot < 0 ? null : group.name.slice(dot + 1),
    pwzGroupPeerName: group.name,
    pwzCreatorPeerName: creator,
    pwzFriendlyName: group.friendlyName,
    pwzComment: settings.comment === '' ? null : settings.comment,
    ulMemberDataLifetime: settings.ulMemberDataLifetime,
    ulPresenceLifetime: settings.ulPresenceLifetime,
    dwAuthenticationSchemes: settings.dwAuthenticationSchemes,
    pwzGroupPassword: null,
    groupPasswordRole: settings.groupPasswordRole,
  };
}

function isSameCloud(cloud: string | null): boolean {
  try {
    requireCloud(cloud);
    return true;
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}

/** NULL is the empty text. */
function shortText(fields: Fields, name: string): string | undefined {
  const value = text(fields, name);
  if (value === undefined) return undefined;
  const isSound = value === null || (isText(value) && value.length <= SETTING_TEXT_LENGTH_MAX);
  demand(isSound, PEER_E_INVALID_GROUP_PROPERTIES);
  return value ?? '';
}

function text(fields: Fields, name: string): string | null | undefined {
  const value = fields.value(name);
  if (value === undefined || value === null) return value;
  demand(typeof value === 'string', E_INVALIDARG);
  return value;
}

function number(
  fields: Fields,
  name: string,
  fits: (value: number) => boolean,
  fault: HRESULT = PEER_E_INVALID_GROUP_PROPERTIES,
): number | undefined {
  const value = fields.value(name);
  if (value === undefined) return undefined;
  demand(typeof value === 'number', E_INVALIDARG);
  const isUlong = Number.isInteger(value) && value >= 0 && value <= ULONG_MAX;
  demand(isUlong && fits(value), fault);
  return value;
}
