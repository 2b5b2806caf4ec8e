// What a password or code is checked by (protocol.md §14.5, §15.6), for those who may issue its role and for nobody else:
// sealed once under a random key, and that key in a box for each of them; in more boxes for those who come
// later. What is sealed names its group, offer and role, so that it opens in no other offer.
//
// Whoever opens it can try passwords at the price of stretching each. That cannot be otherwise when any of them may
// admit somebody while the others are away.

import { assert } from '../base/assert.ts';
import { ByteReader } from '../base/byte-reader.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { bytesKey, compareBytes, equalBytes } from '../base/bytes.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import { LIMITS } from '../domain/limits.ts';
import type { GroupName } from '../domain/names.ts';
import { NAME_BYTES_MAX } from '../domain/names.ts';
import type { Verdict } from '../domain/refusals.ts';
import { accept, refuse } from '../domain/refusals.ts';
import type { Role } from '../domain/roles.ts';
import { mayIssue, ROLE_NUMBERS } from '../domain/roles.ts';
import type { JoinOffer, SealedBox, SecretShare } from '../domain/security.ts';
import type { Chance } from '../ports/clock.ts';
import type { PasswordExchange, PasswordVerifier } from '../ports/password-exchange.ts';
import type { Opener, Sealing } from '../ports/sealing.ts';
import { readJoinCode } from './join-code.ts';
import { judgePassword } from './password-policy.ts';

/** What a person chooses of an offer. A code is for one use, whatever stands here. */
export type OfferTerms = Pick<
  JoinOffer,
  'role' | 'usesMax' | 'expiresAt' | 'leaseMs' | 'needsApproval' | 'label'
>;

export type OfferSecret =
  | { readonly by: 'password'; readonly password: string }
  | { readonly by: 'code'; readonly code: string };

/** A member whose membership lives. */
export interface LivingMember {
  readonly publicKey: Uint8Array;
  readonly role: Role;
}

/** An offer with all that was said since about who can open it. */
export interface SharedOffer {
  readonly offer: JoinOffer;
  /** Those that count. */
  readonly shares: readonly SecretShare[];
}

export interface OfferTools {
  readonly group: GroupName;
  readonly exchange: PasswordExchange;
  readonly sealing: Sealing;
  readonly chance: Chance;
}

const VERSION = 1;
const KEY_BYTES = 32;

/** For `members` that may issue the role, the author first; those for whom there is no room get a share later. */
export function offerByPassword(
  terms: OfferTerms,
  secret: OfferSecret,
  members: readonly LivingMember[],
  tools: OfferTools,
): Verdict<JoinOffer> {
  if (terms.role === 'administrator') {
    return refuse('NOT_AUTHORIZED', 'nobody becomes an administrator by a password or code');
  }
  const password = secret.by === 'code' ? judgeCode(secret.code) : judgePassword(secret.password);
  if (!password.ok) return password;
  const { chance, sealing, exchange, group } = tools;
  const usesMax = secret.by === 'code' ? 1 : terms.usesMax;
  const key = chance.bytes(KEY_BYTES);
  const doorSecret = chance.bytes(KEY_BYTES);
  const sealedUnder = chance.bytes(KEY_BYTES);
  const verifier = exchange.makeVerifier(password.value, group);
  const content = encodeVerifier(verifier, { key, role: terms.role }, group);
  const readers = members.filter(({ role }) => mayIssue(role, terms.role));
  const boxes = boxesFor(keysOf(readers), sealedUnder, sealing);
  assert(boxes.length > 0, 'whoever makes an offer can read it');
  const sealedVerifier = { ciphertext: sealing.sealUnder(sealedUnder, content), boxes };
  const { by } = secret;
  return accept({
    kind: 'offer',
    by,
    ...terms,
    usesMax,
    key,
    doorSecret,
    verifier: sealedVerifier,
  });
}

/** Null when no box of it is for this key, or what is in it was not made for this offer. */
export function openVerifier(
  shared: SharedOffer,
  group: GroupName,
  opener: Opener,
  sealing: Sealing,
): PasswordVerifier | null {
  return opened(shared, group, opener, sealing)?.verifier ?? null;
}

/** Of the members that may issue the role the keys that no box is for, ascending; none for a ticket. */
export function lackingKeys(
  { offer, shares }: SharedOffer,
  members: readonly LivingMember[],
): readonly Uint8Array[] {
  if (offer.verifier === null) return [];
  const boxes = [...offer.verifier.boxes, ...shares.flatMap((share) => share.boxes)];
  const served = new Set(boxes.map(({ publicKey }) => bytesKey(publicKey)));
  const lacking = members.filter(
    ({ publicKey, role }) => mayIssue(role, offer.role) && !served.has(bytesKey(publicKey)),
  );
  return keysOf(lacking).toSorted(compareBytes);
}

/** Boxes for those that lack one, by somebody who can open it; null when this one cannot, or nobody lacks any. */
export function shareVerifier(
  shared: SharedOffer & { readonly digest: Uint8Array },
  members: readonly LivingMember[],
  opener: Opener,
  { group, sealing }: Pick<OfferTools, 'group' | 'sealing'>,
): SecretShare | null {
  const lacking = lackingKeys(shared, members);
  if (lacking.length === 0) return null;
  const content = opened(shared, group, opener, sealing);
  if (content === null) return null;
  const boxes = boxesFor(lacking, content.sealedUnder, sealing);
  return boxes.length === 0 ? null : { kind: 'share', offer: shared.digest, boxes };
}

function judgeCode(typed: string): Verdict<string> {
  const code = readJoinCode(typed);
  return code === null ? refuse('PASSWORD_INVALID', 'it is no code of nine digits') : accept(code);
}

/** Any member that may share can say that a box is for us, so each is tried: a third of a millisecond. */
function opened(
  { offer, shares }: SharedOffer,
  group: GroupName,
  opener: Opener,
  sealing: Sealing,
): { readonly verifier: PasswordVerifier; readonly sealedUnder: Uint8Array } | null {
  if (offer.verifier === null) return null;
  const { ciphertext } = offer.verifier;
  const boxes = [...offer.verifier.boxes, ...shares.flatMap((share) => share.boxes)];
  for (const { publicKey, sealed } of boxes) {
    if (!equalBytes(publicKey, opener.publicKey)) continue;
    const sealedUnder = opener.open(sealed);
    if (sealedUnder?.length !== KEY_BYTES) continue;
    const content = sealing.openUnder(sealedUnder, ciphertext);
    const verifier = content === null ? null : verifierIn(content, offer, group);
    if (verifier !== null) return { verifier, sealedUnder };
  }
  return null;
}

/** For the first of the keys, standing in their order. A key that is no point of the curve has no box. */
function boxesFor(
  keys: readonly Uint8Array[],
  content: Uint8Array,
  sealing: Sealing,
): readonly SealedBox[] {
  const boxes: SealedBox[] = [];
  for (const publicKey of keys.slice(0, LIMITS.verifierBoxesMax)) {
    const sealed = sealing.seal(publicKey, content);
    if (sealed !== null) boxes.push({ publicKey, sealed });
  }
  return boxes.toSorted((a, b) => compareBytes(a.publicKey, b.publicKey));
}

/** Each once: a member may have more memberships than one. */
function keysOf(members: readonly LivingMember[]): readonly Uint8Array[] {
  return [...new Map(members.map(({ publicKey }) => [bytesKey(publicKey), publicKey])).values()];
}

function encodeVerifier(
  { setup, registration }: PasswordVerifier,
  offer: Pick<JoinOffer, 'key' | 'role'>,
  group: GroupName,
): Uint8Array {
  const out = new ByteWriter(1_024).u8(VERSION).text(group).raw(offer.key);
  return out.u8(ROLE_NUMBERS[offer.role]).bytes(setup).bytes(registration).finish();
}

/** Null for what was made for another offer, whoever sealed it. */
function verifierIn(
  content: Uint8Array,
  offer: JoinOffer,
  group: GroupName,
): PasswordVerifier | null {
  try {
    const input = new ByteReader(content);
    const isOurs =
      input.u8() === VERSION &&
      input.text(NAME_BYTES_MAX) === group &&
      equalBytes(input.raw(KEY_BYTES), offer.key) &&
      input.u8() === ROLE_NUMBERS[offer.role];
    if (!isOurs) return null;
    const setup = input.bytes(LIMITS.verifierBytesMax).slice();
    const registration = input.bytes(LIMITS.verifierBytesMax).slice();
    input.end();
    return { setup, registration };
  } catch (error) {
    if (error instanceof MalformedBytes) return null;
    throw error;
  }
}
