// The laws of records (protocol.md §12.7), each by its name, so that a refusal says which one was
// broken and a test can break just that one. They look at one version and the membership that its
// batch names, never at what is stored: whoever holds both gives the same verdict.

import { equalBytes } from '../base/bytes.ts';
import { type WallTime, wallTimeOf } from '../base/time.ts';
import { LIMITS } from '../domain/limits.ts';
import type { Membership } from '../domain/membership.ts';
import type { RecordContent } from '../domain/records.ts';
import type { Refusal, RefusalCode } from '../domain/refusals.ts';
import type { Role } from '../domain/roles.ts';
import { RESERVED_ATTRIBUTE_NAMES } from '../records/record-attributes.ts';

export interface JudgedVersion {
  readonly content: RecordContent;
  /** Of the author, by the chain that the batch names. */
  readonly membership: Membership;
}

export interface RecordLaw {
  readonly name: string;
  readonly code: RefusalCode;
  /** Null when it is kept, else what is wrong. */
  breach(judged: JudgedVersion): string | null;
}

export const RECORD_LAWS: readonly RecordLaw[] = [
  { name: 'type', code: 'RECORD_INVALID', breach: namedType },
  { name: 'reserved type', code: 'NOT_AUTHORIZED', breach: ownType },
  { name: 'reserved attribute', code: 'ATTRIBUTES_INVALID', breach: ownAttributes },
  { name: 'version', code: 'RECORD_INVALID', breach: reachableVersion },
  { name: 'first version', code: 'RECORD_INVALID', breach: firstByCreator },
  { name: 'refresh', code: 'RECORD_INVALID', breach: patientRefresh },
  { name: 'rights', code: 'NOT_AUTHORIZED', breach: rightfulAuthor },
  { name: 'inside membership', code: 'EXPIRATION_INVALID', breach: insideMembership },
];

/** The first law that is broken. */
export function breachOfRecord(judged: JudgedVersion): Refusal | null {
  for (const { name, code, breach } of RECORD_LAWS) {
    const wrong = breach(judged);
    if (wrong !== null) return { code, detail: `law "${name}": ${wrong}` };
  }
  return null;
}

/** Who may change and delete the records of others. */
export function mayChangeOthers(role: Role): boolean {
  return role === 'creator' || role === 'administrator';
}

/** The last moment at which a record of this membership may end; its last second counts whole. */
export function lastExpiration(membership: Pick<Membership, 'notAfter'>): WallTime {
  return wallTimeOf(membership.notAfter + 999);
}

function namedType({ content }: JudgedVersion): string | null {
  return hasAnyFrom(content.type, 0) ? null : 'the type is all zero';
}

/** True when a byte at this place or after is not 0. */
function hasAnyFrom(bytes: Uint8Array, start: number): boolean {
  for (let at = start; at < bytes.length; at++) if (bytes[at] !== 0) return true;
  return false;
}

/** Types of the form xxxxxxxx-0000-0000-0000-000000000000 belong to the infrastructure. */
function ownType({ content }: JudgedVersion): string | null {
  const isOwn = hasAnyFrom(content.type, 4);
  return isOwn ? null : 'the type is one of the infrastructure';
}

/** Searches know the fields of a record by these names. */
function ownAttributes({ content }: JudgedVersion): string | null {
  const reserved = content.attributes.find(({ name }) => RESERVED_ATTRIBUTE_NAMES.has(name));
  return reserved === undefined ? null : `${reserved.name} is the name of a field`;
}

/**
 * One more version for each millisecond. Without it a member with rights would set the highest
 * number there is, and nobody could change the record again.
 */
function reachableVersion({ content }: JudgedVersion): string | null {
  const { version, createdAt, modifiedAt } = content;
  const versionMax = LIMITS.versionsAhead + (modifiedAt - createdAt);
  return version <= versionMax ? null : `version ${version} where ${versionMax} can be reached`;
}

/**
 * A first version is its creator's own word. No law sees whether it was ever made, so with rights over
 * others' records one may publish a later version of what the creator never began (protocol.md §12.2).
 */
function firstByCreator({ content, membership }: JudgedVersion): string | null {
  if (content.version > 1) return null;
  if (content.isDeleted) return 'version 1 is a deletion';
  return equalBytes(content.creator, membership.publicKey)
    ? null
    : 'version 1 is not by its creator';
}

function patientRefresh({ content }: JudgedVersion): string | null {
  const { refreshMs } = content;
  if (refreshMs === null || refreshMs >= LIMITS.refreshMsMin) return null;
  return `refreshed after ${refreshMs} ms, at least ${LIMITS.refreshMsMin}`;
}

function rightfulAuthor({ content, membership }: JudgedVersion): string | null {
  if (equalBytes(content.creator, membership.publicKey)) return null;
  if (mayChangeOthers(membership.role)) return null;
  return `a ${membership.role} changes its own records only`;
}

/** Of later versions, any membership of the creator's decides (admission.ts), which is not at hand here. */
function insideMembership({ content, membership }: JudgedVersion): string | null {
  const { version, modifiedAt, expiresAt } = content;
  if (modifiedAt < membership.notBefore) return 'modified before the membership begins';
  const lateMs = expiresAt - lastExpiration(membership);
  if (modifiedAt > lastExpiration(membership)) return 'modified after the membership';
  if (lateMs <= 0 || version > 1) return null;
  return `expires ${Math.ceil(lateMs / 1000)} s after the membership`;
}
