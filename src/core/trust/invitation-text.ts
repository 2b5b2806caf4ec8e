// What all invitations have in common as texts (protocol.md §5.2, §15.1): one line that begins alike, bytes as
// base64url, and at their beginning a version and a kind. Each kind has a reader of its own.

import { base64urlBytes, base64urlText } from '../base/base64url.ts';
import type { ByteReader } from '../base/byte-reader.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import { LIMITS } from '../domain/limits.ts';
import {
  FRIENDLY_NAME_BYTES_MAX,
  FRIENDLY_NAME_LENGTH_MAX,
  isDisplayText,
} from '../domain/names.ts';
import type { Refusal, Verdict } from '../domain/refusals.ts';
import { accept, refuse } from '../domain/refusals.ts';

/** For one identity; for whoever has the text; for whoever has the text and knows a password or code. */
export type InvitationKind = 'forOne' | 'ticket' | 'password';

export const INVITATION_VERSION = 1;
export const KIND_NUMBERS: Readonly<Record<InvitationKind, number>> = {
  forOne: 1,
  ticket: 2,
  password: 3,
};

const PREFIX = 'peergroup:';
/** Characters of base64url that hold version and kind, and some more. */
const HEAD_LENGTH = 4;

/** What a kind is called where another one was expected. */
const PHRASES: Readonly<Record<InvitationKind, string>> = {
  forOne: 'an invitation for one identity',
  ticket: 'a ticket',
  password: 'an invitation with a password or code',
};

export function invitationText(bytes: Uint8Array): string {
  return PREFIX + base64urlText(bytes);
}

/** Throws `MalformedBytes` for foreign characters. The length is checked before anything is decoded. */
export function invitationBytes(text: string): Verdict<Uint8Array> {
  if (text.length > LIMITS.invitationTextMax || !text.startsWith(PREFIX)) {
    return refuse('INVITATION_INVALID', `an invitation begins with ${PREFIX}`);
  }
  return accept(base64urlBytes(text.slice(PREFIX.length)));
}

/** By its beginning alone: what follows may still be wrong. Null for no invitation, or a later one. */
export function kindOfInvitation(text: string): InvitationKind | null {
  if (!text.startsWith(PREFIX)) return null;
  try {
    const [version, kind] = base64urlBytes(text.slice(PREFIX.length, PREFIX.length + HEAD_LENGTH));
    return version === INVITATION_VERSION ? kindOf(kind ?? 0) : null;
  } catch (error) {
    if (error instanceof MalformedBytes) return null;
    throw error;
  }
}

/** Reads version and kind; null when they are a known version and one of `expected`. */
export function headRefusal(
  input: ByteReader,
  expected: readonly InvitationKind[],
): Refusal | null {
  const version = input.u8();
  if (version !== INVITATION_VERSION) {
    return { code: 'UNSUPPORTED_VERSION', detail: `invitation of version ${version}` };
  }
  const number = input.u8();
  const kind = kindOf(number);
  if (kind === null) {
    return { code: 'UNSUPPORTED_VERSION', detail: `invitation of kind ${number}` };
  }
  if (expected.includes(kind)) return null;
  const wanted = expected.map((each) => PHRASES[each]).join(' or ');
  return { code: 'INVITATION_INVALID', detail: `it is ${PHRASES[kind]}, and ${wanted} is needed` };
}

/** The group's name for people. */
export function readGroupFriendlyName(input: ByteReader): string {
  const name = input.text(FRIENDLY_NAME_BYTES_MAX);
  if (!isDisplayText(name, FRIENDLY_NAME_LENGTH_MAX)) {
    throw new MalformedBytes('invitation: name of the group');
  }
  return name;
}

function kindOf(number: number): InvitationKind | null {
  const kinds: readonly InvitationKind[] = ['forOne', 'ticket', 'password'];
  return kinds.find((kind) => KIND_NUMBERS[kind] === number) ?? null;
}
