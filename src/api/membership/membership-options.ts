// What callers pass to the membership of a group, checked before anything is changed.

import { type WallTime, wallTimeOf } from '../../core/base/time.ts';
import { utf8Bytes } from '../../core/base/utf8.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import { FRIENDLY_NAME_LENGTH_MAX, isDisplayText, type PeerName } from '../../core/domain/names.ts';
import type { Role } from '../../core/domain/roles.ts';
import { requireFriendlyName, requirePeerName, requireText } from '../arguments.ts';
import { invalidArgument, parsedArgument } from '../peer-group-error.ts';
import { guarded, ownValues } from '../records/own-values.ts';

/** A role that can be given by an invitation or a change of role. */
export type GrantedRole = Exclude<Role, 'creator'>;

export interface InvitationOptions {
  /** `'member'` by default. Nobody grants more than it holds. */
  readonly role?: GrantedRole;
  /** How many may become members by it; 1 by default, `Infinity` for as many as come until it ends. */
  readonly uses?: number;
  /** Seven days from now by default. */
  readonly expiresAt?: Date;
  /** How long the memberships live that it gives; they are renewed by themselves. 28 days by default. */
  readonly leaseMs?: number;
  /** Somebody who may invite has to say yes to each: `joinRequested`, `approve`, `deny`. */
  readonly needsApproval?: boolean;
  /** For those who look at the list of invitations; 256 bytes at most. */
  readonly label?: string;
}

export interface PasswordOptions extends Omit<InvitationOptions, 'role'> {
  /** `'member'` by default. A password makes nobody an administrator. */
  readonly role?: Exclude<GrantedRole, 'administrator'>;
}

export type CodeOptions = Omit<PasswordOptions, 'uses'>;

export interface RemoveOptions {
  /** For the others, and for the removed one; 256 bytes at most. */
  readonly reason?: string;
  /** Those too whom it brought in, and whom they brought in. */
  readonly withInvited?: boolean;
  /**
   * What it published since then does not count either: what it changed or deleted of others comes back, as far as
   * a member still has it. By default all counts that is known here now.
   */
  readonly discardSince?: Date;
}

export interface CheckedRemoval {
  readonly reason: string;
  readonly withInvited: boolean;
  readonly discardSince: WallTime | null;
}

/** Fields that are left out stay as they are. */
export interface PropertiesUpdate {
  readonly friendlyName?: string;
  readonly comment?: string;
  /** How long memberships live that are issued from now on, in milliseconds. */
  readonly leaseMs?: number;
  /** What the application wants all members to know of the group; 4,096 bytes of UTF-8 at most, without NUL. */
  readonly application?: string;
}

export interface CheckedInvitation {
  readonly role: GrantedRole;
  readonly usesMax: number | null;
  readonly expiresAt: WallTime;
  readonly leaseMs: number;
  readonly needsApproval: boolean;
  readonly label: string;
}

const GRANTABLE: readonly GrantedRole[] = ['administrator', 'invitingMember', 'member'];
const DAY_MS = 86_400_000;
/** A guess: a line that somebody has not used for a week is forgotten in some chat. */
const OPEN_MS = 7 * DAY_MS;
/** Below it renewals would be all that a group does; demonstrations and tests use seconds. */
const LEASE_MS_MIN = 1_000;
const LEASE_MS_MAX = 3_650 * DAY_MS;
/** Offer and key of the one who asks, 64 digits each, and a hyphen between them. */
const REQUEST_ID_LENGTH_MAX = 129;
const INVITATION_KEYS: readonly (keyof InvitationOptions)[] = [
  'role',
  'uses',
  'expiresAt',
  'leaseMs',
  'needsApproval',
  'label',
];

/** What counts where the options say nothing. */
export interface InvitationDefaults {
  readonly now: WallTime;
  readonly leaseMs: number;
}

export function requireInvitationOptions(
  given: InvitationOptions,
  defaults: InvitationDefaults,
): CheckedInvitation {
  return checkedInvitation(ownValues('options', given, INVITATION_KEYS), 1, defaults);
}

export function requirePasswordOptions(
  given: PasswordOptions,
  defaults: InvitationDefaults,
): CheckedInvitation {
  const values = ownValues('options', given, INVITATION_KEYS);
  return noAdministrator(checkedInvitation(values, Number.POSITIVE_INFINITY, defaults));
}

export function requireCodeOptions(
  given: CodeOptions,
  defaults: InvitationDefaults,
): CheckedInvitation {
  const keys = INVITATION_KEYS.filter((key) => key !== 'uses');
  return noAdministrator(checkedInvitation(ownValues('options', given, keys), 1, defaults));
}

function checkedInvitation(
  values: ReadonlyMap<string, unknown>,
  usesOtherwise: number,
  { now, leaseMs }: InvitationDefaults,
): CheckedInvitation {
  const given = Object.fromEntries(values);
  const { role = 'member', uses = usesOtherwise, needsApproval = false } = given;
  const { expiresAt, leaseMs: lease, label } = given;
  if (typeof needsApproval !== 'boolean') throw invalidArgument('needsApproval', 'true or false');
  return {
    role: requireGrantedRole('role', role),
    usesMax: requireUses(uses),
    expiresAt: requireEnd(expiresAt, now),
    leaseMs: requireLease(lease, leaseMs),
    needsApproval,
    label: requireStatementText('label', label),
  };
}

function noAdministrator(terms: CheckedInvitation): CheckedInvitation {
  if (terms.role !== 'administrator') return terms;
  throw invalidArgument('role', "'invitingMember' or 'member': a password makes no administrator");
}

export function requireGrantedRole(name: string, value: unknown): GrantedRole {
  const role = GRANTABLE.find((each) => each === value);
  if (role === undefined) {
    throw invalidArgument(name, "'administrator', 'invitingMember' or 'member'");
  }
  return role;
}

const REMOVE_KEYS: readonly (keyof RemoveOptions)[] = ['reason', 'withInvited', 'discardSince'];

export function requireRemoveOptions(given: RemoveOptions): CheckedRemoval {
  const values = Object.fromEntries(ownValues('options', given, REMOVE_KEYS));
  const { reason, withInvited = false, discardSince } = values;
  if (typeof withInvited !== 'boolean') throw invalidArgument('withInvited', 'true or false');
  const isDate = discardSince instanceof Date && Number.isFinite(discardSince.getTime());
  if (discardSince !== undefined && !isDate) throw invalidArgument('discardSince', 'a Date');
  return {
    reason: requireStatementText('reason', reason),
    withInvited,
    discardSince: isDate ? wallTimeOf(discardSince.getTime()) : null,
  };
}

const PROPERTY_KEYS: readonly (keyof PropertiesUpdate)[] = [
  'friendlyName',
  'comment',
  'leaseMs',
  'application',
];

export function requirePropertiesUpdate(given: PropertiesUpdate): PropertiesUpdate {
  const values = Object.fromEntries(ownValues('properties', given, PROPERTY_KEYS));
  const { friendlyName, comment, leaseMs, application } = values;
  if (friendlyName === '') {
    throw invalidArgument('friendlyName', `text of 1 to ${FRIENDLY_NAME_LENGTH_MAX} characters`);
  }
  return {
    ...(friendlyName === undefined ? {} : { friendlyName: requireName(friendlyName) }),
    ...(comment === undefined ? {} : { comment: requireStatementText('comment', comment) }),
    ...(leaseMs === undefined ? {} : { leaseMs: requireLease(leaseMs, 0) }),
    ...(application === undefined ? {} : { application: requireApplication(application) }),
  };
}

/** A member as `list`, `members()` and the like give it, or its peer name. */
export function requireMemberName(name: string, given: unknown): PeerName {
  return requirePeerName(name, requireNamed(name, given, 'name'));
}

/** What names an invitation or a removal: 64 hexadecimal digits, or something with them as `id`. */
export function requireStatementId(name: string, given: unknown): string {
  const id = requireNamed(name, given, 'id');
  if (!/^[0-9a-f]{64}$/.test(id)) throw invalidArgument(name, '64 hexadecimal digits');
  return id;
}

/** Of one that waits: a request itself, for its id alone says nothing to whoever reads the program. */
export function requireRequestId(given: unknown): string {
  if (typeof given !== 'object') throw invalidArgument('request', 'one of requests()');
  const id = requireNamed('request', given, 'id');
  if (id.length > REQUEST_ID_LENGTH_MAX) throw invalidArgument('request', 'one of requests()');
  return id;
}

/** The text itself, or that which an object has for the key. */
export function requireNamed(name: string, given: unknown, key: 'id' | 'name'): string {
  const value = typeof given === 'object' && given !== null ? propertyOf(name, given, key) : given;
  return requireText(name, value);
}

/** Also one that a class computes; what it throws is its owner's mistake. */
function propertyOf(name: string, given: object, key: string): unknown {
  return guarded(`${name}.${key}`, () => Reflect.get(given, key));
}

function requireName(value: unknown): string {
  return requireText('friendlyName', requireDisplayText('friendlyName', value));
}

function requireStatementText(name: string, value: unknown): string {
  return requireShort(name, requireDisplayText(name, value), LIMITS.statementTextBytesMax);
}

function requireApplication(value: unknown): string {
  const bytesMax = LIMITS.applicationTextBytesMax;
  const isText = typeof value === 'string' && isDisplayText(value, bytesMax);
  if (isText) return requireShort('application', value, bytesMax);
  throw invalidArgument('application', `text of at most ${bytesMax} bytes of UTF-8 without NUL`);
}

function requireShort(name: string, text: string, bytesMax: number): string {
  const bytes = parsedArgument(name, () => utf8Bytes(text)).length;
  if (bytes <= bytesMax) return text;
  throw invalidArgument(name, `at most ${bytesMax} bytes of UTF-8`);
}

function requireDisplayText(name: string, value: unknown): string {
  if (value !== undefined && typeof value !== 'string') throw invalidArgument(name, 'text');
  return requireFriendlyName(name, value);
}

function requireUses(uses: unknown): number | null {
  if (uses === Number.POSITIVE_INFINITY) return null;
  const isCount = typeof uses === 'number' && Number.isInteger(uses) && uses >= 1;
  if (isCount && uses <= LIMITS.offerUsesMax) return uses;
  throw invalidArgument('uses', `a whole number from 1 to ${LIMITS.offerUsesMax}, or Infinity`);
}

function requireEnd(expiresAt: unknown, now: WallTime): WallTime {
  if (expiresAt === undefined) return wallTimeOf(now + OPEN_MS);
  const ms = guarded('expiresAt', () =>
    expiresAt instanceof Date ? Date.prototype.getTime.call(expiresAt) : Number.NaN,
  );
  if (Number.isNaN(ms)) throw invalidArgument('expiresAt', 'a Date');
  if (ms <= now) throw invalidArgument('expiresAt', 'a Date that is to come');
  return wallTimeOf(ms);
}

function requireLease(leaseMs: unknown, otherwise: number): number {
  if (leaseMs === undefined) return otherwise;
  const isLease = typeof leaseMs === 'number' && leaseMs >= LEASE_MS_MIN && leaseMs <= LEASE_MS_MAX;
  if (!isLease) throw invalidArgument('leaseMs', 'milliseconds from a second to ten years');
  return Math.floor(leaseMs / 1_000) * 1_000;
}
