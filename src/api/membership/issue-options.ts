// What `memberships.issue` is given, checked before anything is changed.

import { type WallTime, wallTimeOf } from '../../core/base/time.ts';
import type { PeerName } from '../../core/domain/names.ts';
import { requireFriendlyName, requirePeerName, requireText } from '../arguments.ts';
import { invalidArgument } from '../peer-group-error.ts';
import { guarded, ownValues } from '../records/own-values.ts';
import { type GrantedRole, requireGrantedRole } from './membership-options.ts';

/** Somebody with its key: 32 bytes of Ed25519, which its name is bound to. */
interface KeyedMember {
  readonly name: string;
  readonly publicKey: Uint8Array;
}

/** A membership of fixed dates, and for whom. */
export interface IssueOptions {
  /**
   * A member as `list` and the like give it, or its peer name; or somebody who may not be one yet, by its identity card
   * or by name and key.
   */
  readonly member: string | { readonly name: string } | KeyedMember | { readonly card: string };
  /** Of a member its present one by default, else `'member'`. Nobody grants more than it holds. */
  readonly role?: GrantedRole;
  /** As the group or the card knows it by default, else the name. */
  readonly friendlyName?: string;
  /** An exact start, to the second. By default it is valid at once, also by clocks that are slow. */
  readonly notBefore?: Date;
  /** It ends then and is not renewed by itself. Never after the end of our own. */
  readonly expiresAt: Date;
  /** True: it is stored in the group, so that the member takes it up by itself. */
  readonly publish: boolean;
}

/** As the options name whom it is for. */
type IssueSubject =
  | { readonly kind: 'name'; readonly name: PeerName; readonly publicKey: Uint8Array | null }
  | { readonly kind: 'card'; readonly card: string };

export interface ExactDates {
  /** Null: as early as clocks that are slow need it. */
  readonly notBefore: WallTime | null;
  readonly notAfter: WallTime;
}

export interface CheckedIssue {
  readonly subject: IssueSubject;
  /** Null: as it is. */
  readonly role: GrantedRole | null;
  /** Null: as it is known. */
  readonly friendlyName: string | null;
  readonly dates: ExactDates;
  readonly publish: boolean;
}

const KEYS: readonly (keyof IssueOptions)[] = [
  'member',
  'role',
  'friendlyName',
  'notBefore',
  'expiresAt',
  'publish',
];
const PUBLIC_KEY_BYTES = 32;

export function requireIssueOptions(given: IssueOptions): CheckedIssue {
  const values = Object.fromEntries(ownValues('options', given, KEYS));
  const { member, role, friendlyName, notBefore, expiresAt, publish } = values;
  if (typeof publish !== 'boolean') throw invalidArgument('publish', 'true or false');
  return {
    subject: requireSubject(member),
    role: role === undefined ? null : requireGrantedRole('role', role),
    friendlyName: friendlyName === undefined ? null : requireName(friendlyName),
    dates: {
      notBefore: notBefore === undefined ? null : requireMoment('notBefore', notBefore),
      notAfter: requireMoment('expiresAt', expiresAt),
    },
    publish,
  };
}

export function requireMoment(name: string, given: unknown): WallTime {
  const ms = guarded(name, () =>
    given instanceof Date ? Date.prototype.getTime.call(given) : Number.NaN,
  );
  if (Number.isNaN(ms)) throw invalidArgument(name, 'a Date');
  return wallTimeOf(ms);
}

function requireSubject(given: unknown): IssueSubject {
  if (typeof given === 'string') return named(given, null);
  if (typeof given !== 'object' || given === null) {
    throw invalidArgument('member', 'a member, its name, or an identity card');
  }
  const [card, name, publicKey] = guarded('member', () =>
    ['card', 'name', 'publicKey'].map((key): unknown => Reflect.get(given, key)),
  );
  if (card !== undefined) return { kind: 'card', card: requireText('member.card', card) };
  return named(name, publicKey === undefined ? null : requirePublicKey(publicKey));
}

function named(name: unknown, publicKey: Uint8Array | null): IssueSubject {
  return { kind: 'name', name: requirePeerName('member', requireText('member', name)), publicKey };
}

/** A copy. */
function requirePublicKey(given: unknown): Uint8Array {
  const copy = guarded('member.publicKey', () =>
    given instanceof Uint8Array ? new Uint8Array(given) : null,
  );
  if (copy?.length === PUBLIC_KEY_BYTES) return copy;
  throw invalidArgument('member.publicKey', `a Uint8Array of ${PUBLIC_KEY_BYTES} bytes`);
}

function requireName(given: unknown): string {
  if (typeof given !== 'string') throw invalidArgument('friendlyName', 'text');
  return requireFriendlyName('friendlyName', given);
}
