// What each kind of statement says on the wire (protocol.md §14.2 to §14.8), write and read side by side.
// Form alone: who may say it is judged by core/security.

import { assert, unreachable } from '../base/assert.ts';
import type { ByteReader } from '../base/byte-reader.ts';
import type { ByteWriter } from '../base/byte-writer.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import type { WallTime } from '../base/time.ts';
import { wallTimeOf } from '../base/time.ts';
import { utf8Bytes } from '../base/utf8.ts';
import { LIMITS } from '../domain/limits.ts';
import {
  FRIENDLY_NAME_BYTES_MAX,
  FRIENDLY_NAME_LENGTH_MAX,
  isDisplayText,
} from '../domain/names.ts';
import { ROLE_NUMBERS } from '../domain/roles.ts';
import type {
  Admission,
  GroupProperties,
  JoinOffer,
  JournalCutoff,
  OfferKind,
  Revocation,
  RevocationScope,
  SealedBox,
  SealedVerifier,
  StatementBody,
  StatementKind,
} from '../domain/security.ts';
import {
  DIGEST_BYTES,
  isAscending,
  readDigests,
  writeDigest,
  writeDigests,
} from './digest-list.ts';

/** The number of a kind on the wire is its place here, the first being 1. */
const KINDS: readonly StatementKind[] = [
  'revocation',
  'offer',
  'offerEnd',
  'admission',
  'epoch',
  'properties',
  'share',
];
const SCOPES: readonly RevocationScope[] = ['member', 'subtree', 'certificates'];
const OFFER_KINDS: readonly OfferKind[] = ['ticket', 'password', 'code'];
const OFFER_ROLES: readonly JoinOffer['role'][] = ['administrator', 'invitingMember', 'member'];

const JOURNAL_BYTES = 8;
const PROOF_BYTES = 64;
/** A key of 32 bytes in its box. */
const SEALED_KEY_BYTES = 80;

const CERTIFICATES = { min: 1, max: LIMITS.certificatesRevokedMax };
const KEPT_PAGES = { min: 0, max: LIMITS.keptPagesMax };
const ADMITTED = { min: 0, max: LIMITS.keptDigestsInPageMax };
const EPOCH_REVOCATIONS = { min: 0, max: LIMITS.epochRevocationsMax };

export function writeKind(out: ByteWriter, kind: StatementKind): void {
  out.u8(KINDS.indexOf(kind) + 1);
}

export function readKind(input: ByteReader): StatementKind {
  return named(KINDS, input.u8(), 'kind');
}

export function writeBody(out: ByteWriter, body: StatementBody): void {
  switch (body.kind) {
    case 'revocation':
      writeRevocation(out, body);
      return;
    case 'offer':
      writeOffer(out, body);
      return;
    case 'offerEnd':
      writeDigest(out, body.offer);
      writeDigests(out, body.admitted, ADMITTED);
      return;
    case 'admission':
      writeAdmission(out, body);
      return;
    case 'epoch':
      writeDigest(out, body.previous);
      writeDigest(out, body.secretDigest);
      writeDigests(out, body.revocations, EPOCH_REVOCATIONS);
      return;
    case 'properties':
      writeProperties(out, body);
      return;
    case 'share':
      writeDigest(out, body.offer);
      writeBoxes(out, body.boxes);
      return;
    default:
      unreachable(body);
  }
}

/** Bytes are views. */
export function readBody(input: ByteReader, kind: StatementKind): StatementBody {
  switch (kind) {
    case 'revocation':
      return readRevocation(input);
    case 'offer':
      return readOffer(input);
    case 'offerEnd':
      return { kind, offer: readDigest(input), admitted: readDigests(input, ADMITTED) };
    case 'admission':
      return readAdmission(input);
    case 'epoch':
      return {
        kind,
        previous: readDigest(input),
        secretDigest: readDigest(input),
        revocations: readDigests(input, EPOCH_REVOCATIONS),
      };
    case 'properties':
      return readProperties(input);
    case 'share':
      return { kind, offer: readDigest(input), boxes: readBoxes(input) };
    default:
      return unreachable(kind);
  }
}

function writeRevocation(out: ByteWriter, body: Revocation): void {
  const { target, scope, certificates, cutoffs, keptPages, reason } = body;
  assert(
    (scope === 'certificates') === certificates.length > 0,
    'certificates are named under scope certificates and only there',
  );
  writeDigest(out, target);
  out.u8(SCOPES.indexOf(scope) + 1);
  if (scope === 'certificates') writeDigests(out, certificates, CERTIFICATES);
  writeCutoffs(out, cutoffs);
  writeDigests(out, keptPages, KEPT_PAGES);
  writeText(out, reason);
}

function readRevocation(input: ByteReader): Revocation {
  const target = readDigest(input);
  const scope = named(SCOPES, input.u8(), 'scope');
  return {
    kind: 'revocation',
    target,
    scope,
    certificates: scope === 'certificates' ? readDigests(input, CERTIFICATES) : [],
    cutoffs: readCutoffs(input),
    keptPages: readDigests(input, KEPT_PAGES),
    reason: readText(input),
  };
}

function writeCutoffs(out: ByteWriter, cutoffs: readonly JournalCutoff[]): void {
  assert(cutoffs.length <= LIMITS.cutoffsMax, 'a member has a bounded number of journals');
  assert(isAscending(cutoffs.map(({ journal }) => journal)), 'journals stand in their order');
  out.varint(cutoffs.length);
  for (const { journal, sequence } of cutoffs) {
    assert(journal.length === JOURNAL_BYTES, 'a journal has 8 bytes');
    assert(sequence > 0, 'a journal of which nothing counts is left out');
    out.raw(journal).varint(sequence);
  }
}

function readCutoffs(input: ByteReader): readonly JournalCutoff[] {
  const cutoffs: JournalCutoff[] = [];
  for (let left = input.count(LIMITS.cutoffsMax, JOURNAL_BYTES + 1); left > 0; left--) {
    const journal = input.raw(JOURNAL_BYTES);
    cutoffs.push({ journal, sequence: readPositive(input, Number.MAX_SAFE_INTEGER) });
  }
  if (!isAscending(cutoffs.map(({ journal }) => journal))) {
    throw new MalformedBytes('statement: journals not in their order');
  }
  return cutoffs;
}

function writeOffer(out: ByteWriter, offer: JoinOffer): void {
  const { by, usesMax, verifier } = offer;
  assert((by === 'ticket') === (verifier === null), 'only a password or code has a verifier');
  assert(usesMax === null || (usesMax > 0 && usesMax <= LIMITS.offerUsesMax), 'few uses or any');
  assert(offer.leaseMs > 0, 'a membership lives for a time');
  out.u8(OFFER_KINDS.indexOf(by) + 1);
  writeDigest(out, offer.key);
  out.u8(ROLE_NUMBERS[offer.role]).varint(usesMax ?? 0);
  writeTime(out, offer.expiresAt);
  out.varint(offer.leaseMs).u8(offer.needsApproval ? 1 : 0);
  writeDigest(out, offer.doorSecret);
  writeText(out, offer.label);
  if (verifier !== null) writeVerifier(out, verifier);
}

function readOffer(input: ByteReader): JoinOffer {
  const by = named(OFFER_KINDS, input.u8(), 'kind of offer');
  return {
    kind: 'offer',
    by,
    key: readDigest(input),
    role: readOfferRole(input),
    usesMax: input.varint(LIMITS.offerUsesMax) || null,
    expiresAt: readTime(input),
    leaseMs: readPositive(input, Number.MAX_SAFE_INTEGER),
    needsApproval: readFlag(input),
    doorSecret: readDigest(input),
    label: readText(input),
    verifier: by === 'ticket' ? null : readVerifier(input),
  };
}

function readOfferRole(input: ByteReader): JoinOffer['role'] {
  const number = input.u8();
  const role = OFFER_ROLES.find((each) => ROLE_NUMBERS[each] === number);
  if (role === undefined) throw new MalformedBytes(`statement: role ${number}`);
  return role;
}

function writeVerifier(out: ByteWriter, { ciphertext, boxes }: SealedVerifier): void {
  assert(ciphertext.length <= LIMITS.verifierBytesMax, 'a verifier has a bounded length');
  out.bytes(ciphertext);
  writeBoxes(out, boxes);
}

function readVerifier(input: ByteReader): SealedVerifier {
  return { ciphertext: input.bytes(LIMITS.verifierBytesMax), boxes: readBoxes(input) };
}

function writeBoxes(out: ByteWriter, boxes: readonly SealedBox[]): void {
  assert(boxes.length > 0 && boxes.length <= LIMITS.verifierBoxesMax, 'some boxes, not too many');
  assert(isAscending(boxes.map(({ publicKey }) => publicKey)), 'boxes stand by their keys');
  out.varint(boxes.length);
  for (const { publicKey, sealed } of boxes) {
    assert(sealed.length === SEALED_KEY_BYTES, 'a box has a key of 32 bytes in it');
    writeDigest(out, publicKey);
    out.raw(sealed);
  }
}

function readBoxes(input: ByteReader): readonly SealedBox[] {
  const boxes: SealedBox[] = [];
  const count = input.count(LIMITS.verifierBoxesMax, DIGEST_BYTES + SEALED_KEY_BYTES);
  for (let left = count; left > 0; left--) {
    boxes.push({ publicKey: readDigest(input), sealed: input.raw(SEALED_KEY_BYTES) });
  }
  if (count === 0) throw new MalformedBytes('statement: no box');
  if (!isAscending(boxes.map(({ publicKey }) => publicKey))) {
    throw new MalformedBytes('statement: boxes not in the order of their keys');
  }
  return boxes;
}

function writeAdmission(out: ByteWriter, { offer, member, certificate, proof }: Admission): void {
  assert(proof.length === 0 || proof.length === PROOF_BYTES, 'a proof is a signature or empty');
  writeDigest(out, offer);
  writeDigest(out, member);
  writeDigest(out, certificate);
  out.bytes(proof);
}

function readAdmission(input: ByteReader): Admission {
  const offer = readDigest(input);
  const member = readDigest(input);
  const certificate = readDigest(input);
  const proof = input.bytes(PROOF_BYTES);
  if (proof.length > 0 && proof.length < PROOF_BYTES) {
    throw new MalformedBytes('statement: a proof that is no signature');
  }
  return { kind: 'admission', offer, member, certificate, proof };
}

function writeProperties(out: ByteWriter, body: GroupProperties): void {
  const { version, friendlyName, comment, leaseMs, application } = body;
  assert(version > 0 && leaseMs > 0, 'versions begin with 1 and a membership lives for a time');
  assert(isDisplayText(friendlyName, FRIENDLY_NAME_LENGTH_MAX), 'a friendly name has its form');
  assert(isDisplayText(comment, FRIENDLY_NAME_LENGTH_MAX), 'a comment has its form');
  out.varint(version).text(friendlyName).text(comment).varint(leaseMs);
  writeText(out, application, LIMITS.applicationTextBytesMax);
}

function readProperties(input: ByteReader): GroupProperties {
  return {
    kind: 'properties',
    version: readPositive(input, Number.MAX_SAFE_INTEGER),
    friendlyName: readDisplayText(input),
    comment: readDisplayText(input),
    leaseMs: readPositive(input, Number.MAX_SAFE_INTEGER),
    application: readText(input, LIMITS.applicationTextBytesMax),
  };
}

function readDisplayText(input: ByteReader): string {
  const text = input.text(FRIENDLY_NAME_BYTES_MAX);
  if (!isDisplayText(text, FRIENDLY_NAME_LENGTH_MAX)) throw new MalformedBytes('statement: text');
  return text;
}

/** A reason or label, or what is for the application. */
function writeText(
  out: ByteWriter,
  text: string,
  bytesMax: number = LIMITS.statementTextBytesMax,
): void {
  const bytes = utf8Bytes(text);
  assert(bytes.length <= bytesMax && !text.includes('\0'), 'text is short');
  out.bytes(bytes);
}

function readText(input: ByteReader, bytesMax: number = LIMITS.statementTextBytesMax): string {
  const text = input.text(bytesMax);
  if (text.includes('\0')) throw new MalformedBytes('statement: text with a zero');
  return text;
}

function readDigest(input: ByteReader): Uint8Array {
  return input.raw(DIGEST_BYTES);
}

function readPositive(input: ByteReader, max: number): number {
  const value = input.varint(max);
  if (value === 0) throw new MalformedBytes('statement: 0 in place of a number');
  return value;
}

function readFlag(input: ByteReader): boolean {
  const flag = input.u8();
  if (flag > 1) throw new MalformedBytes(`statement: flag ${flag}`);
  return flag === 1;
}

function named<Name>(names: readonly Name[], number: number, what: string): Name {
  const name = names[number - 1];
  if (name === undefined) throw new MalformedBytes(`statement: ${what} ${number}`);
  return name;
}

/** Milliseconds since 1970; a part of one is left out. */
export function writeTime(out: ByteWriter, time: WallTime): void {
  out.u64(BigInt(Math.floor(time)));
}

export function readTime(input: ByteReader): WallTime {
  const value = input.u64();
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new MalformedBytes('time beyond 2^53-1');
  return wallTimeOf(Number(value));
}
