// Invitations for whoever comes (protocol.md §15.1), kind 2 a ticket and kind 3 for a password or code:
//   version u8 | kind u8 | group's friendly name text | group's name text | digest of the offer 32 |
//   door secret 32 | expires at u64, ms | role u8 | contacts | kind 2: seed of the ticket's key 32;
//   kind 3: u8 2 for a password, 3 for a code | checksum 4: how SHA-256 over all before it begins.
// Nobody signs them: what they name is proved by whoever is asked by them.

import { assert } from '../base/assert.ts';
import { ByteReader } from '../base/byte-reader.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { concatBytes, equalBytes } from '../base/bytes.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import type { WallTime } from '../base/time.ts';
import type { OfferText, PasswordText, TicketText } from '../domain/invitation.ts';
import { LIMITS } from '../domain/limits.ts';
import {
  FRIENDLY_NAME_LENGTH_MAX,
  isDisplayText,
  NAME_BYTES_MAX,
  parseGroupName,
} from '../domain/names.ts';
import type { Verdict } from '../domain/refusals.ts';
import { accept, refuse } from '../domain/refusals.ts';
import { ROLE_NUMBERS } from '../domain/roles.ts';
import type { JoinOffer } from '../domain/security.ts';
import type { Crypto } from '../ports/crypto.ts';
import { readContacts, writeContacts } from '../wire/contact-codec.ts';
import { readTime, writeTime } from '../wire/security-bodies.ts';
import {
  headRefusal,
  INVITATION_VERSION,
  invitationBytes,
  invitationText,
  KIND_NUMBERS,
  readGroupFriendlyName,
} from './invitation-text.ts';
import { formatWallTime } from './wall-time-text.ts';

type Hashing = Pick<Crypto, 'sha256'>;

const SECRET_BYTES = 32;
const CHECKSUM_BYTES = 4;
const PASSWORD_NUMBERS: Readonly<Record<PasswordText['by'], number>> = { password: 2, code: 3 };
const ROLES: readonly JoinOffer['role'][] = ['administrator', 'invitingMember', 'member'];
const CUT_OR_MISTYPED = 'a part of it is missing or mistyped: copy it whole, one line';

/** The text is the ticket: whoever has it can come. */
export function writeTicketText(ticket: TicketText, crypto: Hashing): string {
  const { seed } = ticket;
  assert(seed.length === SECRET_BYTES, 'the seed of a ticket has 32 bytes');
  return sealed(writeRoute('ticket', ticket).raw(seed), crypto);
}

/** Of use only to those who know the password or code. */
export function writePasswordText(offer: PasswordText, crypto: Hashing): string {
  return sealed(writeRoute('password', offer).u8(PASSWORD_NUMBERS[offer.by]), crypto);
}

/** Takes the text as it was written, to the character. The date is judged last; with `now` null it is not judged. */
export function readOfferText(
  text: string,
  now: WallTime | null,
  crypto: Hashing,
): Verdict<OfferText> {
  const read = readWhole(text, crypto);
  if (!read.ok || now === null || now < read.value.expiresAt) return read;
  const { expiresAt } = read.value;
  const clock = `here it is ${formatWallTime(now)}`;
  const late = `${durationText(now - expiresAt)} too late, or the clock of this machine is ahead`;
  return refuse(
    'TICKET_EXPIRED',
    `it was good until ${formatWallTime(expiresAt)}, ${clock}, ${late}`,
  );
}

function writeRoute(kind: 'ticket' | 'password', offer: OfferText): ByteWriter {
  const { groupFriendlyName, group, doorSecret, expiresAt, role, contacts } = offer;
  assert(isDisplayText(groupFriendlyName, FRIENDLY_NAME_LENGTH_MAX), 'a group has a proper name');
  assert(offer.offer.length === SECRET_BYTES, 'the digest of an offer has 32 bytes');
  assert(doorSecret.length === SECRET_BYTES, 'a door secret has 32 bytes');
  const out = new ByteWriter()
    .u8(INVITATION_VERSION)
    .u8(KIND_NUMBERS[kind])
    .text(groupFriendlyName)
    .text(group)
    .raw(offer.offer)
    .raw(doorSecret);
  writeTime(out, expiresAt);
  writeContacts(out.u8(ROLE_NUMBERS[role]), contacts);
  return out;
}

function sealed(out: ByteWriter, crypto: Hashing): string {
  const content = out.finish();
  const text = invitationText(concatBytes([content, checksumOf(content, crypto)]));
  assert(text.length <= LIMITS.invitationTextMax, 'every invitation fits its limit');
  return text;
}

function readWhole(text: string, crypto: Hashing): Verdict<OfferText> {
  const content = checkedContent(text, crypto);
  if (!content.ok) return content;
  try {
    return accept(decodeContent(content.value));
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
    return refuse('INVITATION_INVALID', error.message);
  }
}

/** Everything before the checksum, when that is right. */
function checkedContent(text: string, crypto: Hashing): Verdict<Uint8Array> {
  try {
    const bytes = invitationBytes(text);
    if (!bytes.ok) return bytes;
    const refusal = headRefusal(new ByteReader(bytes.value), ['ticket', 'password']);
    if (refusal !== null) return { ok: false, refusal };
    const end = Math.max(0, bytes.value.length - CHECKSUM_BYTES);
    const content = bytes.value.subarray(0, end);
    const isWhole = equalBytes(bytes.value.subarray(end), checksumOf(content, crypto));
    return isWhole ? accept(content) : refuse('INVITATION_INVALID', CUT_OR_MISTYPED);
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
    return refuse('INVITATION_INVALID', CUT_OR_MISTYPED);
  }
}

/** Copies what outlives the text. */
function decodeContent(content: Uint8Array): OfferText {
  const input = new ByteReader(content);
  input.u8();
  const isTicket = input.u8() === KIND_NUMBERS.ticket;
  const head = {
    groupFriendlyName: readGroupFriendlyName(input),
    group: parseGroupName(input.text(NAME_BYTES_MAX)),
    offer: input.raw(SECRET_BYTES).slice(),
    doorSecret: input.raw(SECRET_BYTES).slice(),
    expiresAt: readTime(input),
  };
  const role = readRole(input);
  const route = { ...head, contacts: readContacts(input) };
  const read: OfferText = isTicket
    ? { by: 'ticket', ...route, role, seed: input.raw(SECRET_BYTES).slice() }
    : { by: readBy(input), ...route, role: humbleRole(role) };
  input.end();
  return read;
}

function readRole(input: ByteReader): JoinOffer['role'] {
  const number = input.u8();
  const role = ROLES.find((each) => ROLE_NUMBERS[each] === number);
  if (role === undefined) throw new MalformedBytes(`invitation: role ${number}`);
  return role;
}

/** What may be given for something that many can guess at. */
function humbleRole(role: JoinOffer['role']): PasswordText['role'] {
  if (role === 'administrator') throw new MalformedBytes('invitation: administrator by password');
  return role;
}

function readBy(input: ByteReader): PasswordText['by'] {
  const number = input.u8();
  if (number === PASSWORD_NUMBERS.password) return 'password';
  if (number === PASSWORD_NUMBERS.code) return 'code';
  throw new MalformedBytes(`invitation: secret ${number}`);
}

function checksumOf(content: Uint8Array, crypto: Hashing): Uint8Array {
  return crypto.sha256(content).subarray(0, CHECKSUM_BYTES);
}

const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

/** In the largest unit of which there are two, rounded down: 47 hours, 3 days. */
function durationText(ms: number): string {
  const [name, unitMs] = UNITS.find(([, each]) => ms >= 2 * each) ?? ['second', 1_000];
  const count = Math.floor(ms / unitMs);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
