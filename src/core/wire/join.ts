// The frames by which somebody becomes a member, or a member again (protocol.md §15.4): JOIN,
// JOIN_CHALLENGE, JOIN_PROOF, JOIN_ADMIT, JOIN_PENDING and JOIN_REFUSE, and what is signed of them.
// Everything that was read is a view of the payload.

import { assert, unreachable } from '../base/assert.ts';
import { ByteReader } from '../base/byte-reader.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import type { WallTime } from '../base/time.ts';
import type { Address } from '../domain/addresses.ts';
import type { Contact } from '../domain/invitation.ts';
import { LIMITS } from '../domain/limits.ts';
import type { GroupName } from '../domain/names.ts';
import {
  FRIENDLY_NAME_BYTES_MAX,
  FRIENDLY_NAME_LENGTH_MAX,
  isDisplayText,
} from '../domain/names.ts';
import { readAddresses, writeAddresses } from './address-codec.ts';
import { readChain, writeChain } from './chain-codec.ts';
import { readContacts, writeContacts } from './contact-codec.ts';
import { DIGEST_BYTES, writeDigest } from './digest-list.ts';
import type { Digester } from './security.ts';
import { readTime, writeTime } from './security-bodies.ts';

export const JOIN_VERSION = 1;

/** What the joiner shows. */
export type JoinClaim =
  /** `proof` is by the key of the ticket over `ticketUseBytes`. */
  | { readonly kind: 'ticket'; readonly offer: Uint8Array; readonly proof: Uint8Array }
  /** The first message of the password exchange; a code is a password, too. */
  | { readonly kind: 'password'; readonly offer: Uint8Array; readonly request: Uint8Array }
  /** The chain that ran out or is about to, DER, root first. */
  | { readonly kind: 'renewal'; readonly chain: readonly Uint8Array[] };

export interface JoinBody {
  /** 16 random bytes of this attempt. */
  readonly joinId: Uint8Array;
  /** By the joiner's clock. */
  readonly sentAt: WallTime;
  /** Where the joiner listens. */
  readonly addresses: readonly Address[];
  readonly claim: JoinClaim;
}

/** What a message says about its own signature: the part it covers and the signature, 64 bytes. */
interface Signed {
  readonly signedPart: Uint8Array;
  readonly signature: Uint8Array;
}

export interface Join extends JoinBody, Signed {}

export interface JoinChallengeBody {
  /** The admitter's, DER, root first. */
  readonly chain: readonly Uint8Array[];
  /** The second message of the password exchange. */
  readonly response: Uint8Array;
}

export interface JoinChallenge extends JoinChallengeBody, Signed {}

export interface JoinProof {
  /** The last message of the password exchange. */
  readonly message: Uint8Array;
  /** Made with the session key of the exchange, 32 bytes. */
  readonly mac: Uint8Array;
}

export interface JoinAdmitBody {
  /** The admitter's, DER, root first. */
  readonly admitterChain: readonly Uint8Array[];
  /** Made with the session key of the exchange, 32 bytes; zeros where there was none. */
  readonly mac: Uint8Array;
  /** The joiner's, DER, root first. */
  readonly chain: readonly Uint8Array[];
  readonly groupFriendlyName: string;
  /** How many epochs there were before; 0 when the group never had one. */
  readonly epochDepth: number;
  /** What members find each other by in this epoch, 32 bytes. */
  readonly discoverySecret: Uint8Array;
  readonly contacts: readonly Contact[];
}

export interface JoinAdmit extends JoinAdmitBody, Signed {}

/** Why nobody was admitted; the numbers are those of the wire. */
export const JOIN_REFUSE_CODES = {
  unknownOffer: 1,
  expired: 2,
  usedUp: 3,
  ended: 4,
  notIssuer: 5,
  wrongPassword: 6,
  throttled: 7,
  denied: 8,
  removed: 9,
  busy: 10,
  clock: 11,
  failed: 12,
} as const;

export type JoinRefuseReason = keyof typeof JOIN_REFUSE_CODES;

export interface JoinRefuse {
  readonly reason: JoinRefuseReason;
  /** For people, at most 256 bytes of UTF-8. */
  readonly detail: string;
  /** The clock of whoever refuses. */
  readonly clock: WallTime;
  /** Present members that may issue the role: to be asked next. */
  readonly contacts: readonly Contact[];
}

/** Both frames of the admitter have its number. */
export type JoinRole = 'joiner' | 'admitter';

/** What both ends know of the connection. */
export interface JoinBinding {
  /** 32 bytes of the TLS exporter. */
  readonly exporter: Uint8Array;
  /** SHA-256 over the DER of the joiner's TLS certificate. */
  readonly joinerCertificateDigest: Uint8Array;
  readonly admitterCertificateDigest: Uint8Array;
  readonly group: GroupName;
}

const CLAIMS = ['ticket', 'password', 'renewal'] as const;
const JOIN_ID_BYTES = 16;
const SIGNATURE_BYTES = 64;
const MAC_BYTES = 32;
const SIGNATURE_CONTEXT = 'peergroup-join-v1';
const ROLE_NUMBERS: Readonly<Record<JoinRole, number>> = { joiner: 1, admitter: 2 };

/** What the identity key of `role` signs for its frame. */
export function joinSignedBytes(
  role: JoinRole,
  binding: JoinBinding,
  signedPart: Uint8Array,
  crypto: Digester,
): Uint8Array {
  const { exporter, joinerCertificateDigest, admitterCertificateDigest, group } = binding;
  const out = new ByteWriter().text(SIGNATURE_CONTEXT).u8(ROLE_NUMBERS[role]);
  writeDigest(out, exporter);
  writeDigest(out, joinerCertificateDigest);
  writeDigest(out, admitterCertificateDigest);
  return out.text(group).raw(crypto.sha256(signedPart)).finish();
}

/** A JOIN, JOIN_CHALLENGE or JOIN_ADMIT of its body, which was signed. */
export function encodeSigned(signedPart: Uint8Array, signature: Uint8Array): Uint8Array {
  assert(signature.length === SIGNATURE_BYTES, 'a signature has 64 bytes');
  return new ByteWriter(signedPart.length + SIGNATURE_BYTES)
    .raw(signedPart)
    .raw(signature)
    .finish();
}

export function encodeJoinBody({ joinId, sentAt, addresses, claim }: JoinBody): Uint8Array {
  assert(joinId.length === JOIN_ID_BYTES, 'the id of a join has 16 bytes');
  const out = new ByteWriter()
    .u8(JOIN_VERSION)
    .u8(CLAIMS.indexOf(claim.kind) + 1)
    .raw(joinId);
  writeTime(out, sentAt);
  writeAddresses(out, addresses);
  writeClaim(out, claim);
  return out.finish();
}

/** The version alone, so that one of another version can be answered. */
export function joinVersionOf(payload: Uint8Array): number {
  return new ByteReader(payload).u8();
}

export function decodeJoin(payload: Uint8Array): Join {
  const input = new ByteReader(payload);
  if (input.u8() !== JOIN_VERSION) throw new MalformedBytes('JOIN: version');
  const kind = CLAIMS[input.u8() - 1];
  if (kind === undefined) throw new MalformedBytes('JOIN: unknown kind');
  const body = {
    joinId: input.raw(JOIN_ID_BYTES),
    sentAt: readTime(input),
    addresses: readAddresses(input),
    claim: readClaim(input, kind),
  };
  return { ...body, ...readSigned(input, payload) };
}

function writeClaim(out: ByteWriter, claim: JoinClaim): void {
  switch (claim.kind) {
    case 'ticket':
      assert(claim.proof.length === SIGNATURE_BYTES, 'a proof is a signature');
      writeDigest(out, claim.offer);
      out.raw(claim.proof);
      return;
    case 'password':
      writeDigest(out, claim.offer);
      writeMessage(out, claim.request);
      return;
    case 'renewal':
      writeChain(out, claim.chain);
      return;
    default:
      unreachable(claim);
  }
}

function readClaim(input: ByteReader, kind: JoinClaim['kind']): JoinClaim {
  switch (kind) {
    case 'ticket':
      return { kind, offer: input.raw(DIGEST_BYTES), proof: input.raw(SIGNATURE_BYTES) };
    case 'password':
      return { kind, offer: input.raw(DIGEST_BYTES), request: readMessage(input) };
    case 'renewal':
      return { kind, chain: readChain(input) };
    default:
      return unreachable(kind);
  }
}

export function encodeJoinChallengeBody({ chain, response }: JoinChallengeBody): Uint8Array {
  const out = new ByteWriter();
  writeChain(out, chain);
  writeMessage(out, response);
  return out.finish();
}

export function decodeJoinChallenge(payload: Uint8Array): JoinChallenge {
  const input = new ByteReader(payload);
  const body = { chain: readChain(input), response: readMessage(input) };
  return { ...body, ...readSigned(input, payload) };
}

export function encodeJoinProof({ message, mac }: JoinProof): Uint8Array {
  const out = new ByteWriter();
  writeMessage(out, message);
  writeMac(out, mac);
  return out.finish();
}

export function decodeJoinProof(payload: Uint8Array): JoinProof {
  const input = new ByteReader(payload);
  const proof = { message: readMessage(input), mac: input.raw(MAC_BYTES) };
  input.end();
  return proof;
}

export function encodeJoinAdmitBody(body: JoinAdmitBody): Uint8Array {
  const { groupFriendlyName } = body;
  assert(isDisplayText(groupFriendlyName, FRIENDLY_NAME_LENGTH_MAX), 'a group has a proper name');
  const out = new ByteWriter();
  writeChain(out, body.admitterChain);
  writeMac(out, body.mac);
  writeChain(out, body.chain);
  out.text(groupFriendlyName).varint(body.epochDepth);
  writeDigest(out, body.discoverySecret);
  writeContacts(out, body.contacts);
  return out.finish();
}

export function decodeJoinAdmit(payload: Uint8Array): JoinAdmit {
  const input = new ByteReader(payload);
  const body = {
    admitterChain: readChain(input),
    mac: input.raw(MAC_BYTES),
    chain: readChain(input),
    groupFriendlyName: readFriendlyName(input),
    epochDepth: input.varint(Number.MAX_SAFE_INTEGER),
    discoverySecret: input.raw(DIGEST_BYTES),
    contacts: readContacts(input),
  };
  return { ...body, ...readSigned(input, payload) };
}

function readFriendlyName(input: ByteReader): string {
  const name = input.text(FRIENDLY_NAME_BYTES_MAX);
  if (!isDisplayText(name, FRIENDLY_NAME_LENGTH_MAX)) {
    throw new MalformedBytes('JOIN_ADMIT: name of the group');
  }
  return name;
}

/** Somebody has to say yes; the id is that of the JOIN. */
export function encodeJoinPending(joinId: Uint8Array): Uint8Array {
  assert(joinId.length === JOIN_ID_BYTES, 'the id of a join has 16 bytes');
  return joinId.slice();
}

export function decodeJoinPending(payload: Uint8Array): Uint8Array {
  const input = new ByteReader(payload);
  const joinId = input.raw(JOIN_ID_BYTES);
  input.end();
  return joinId;
}

export function encodeJoinRefuse({ reason, detail, clock, contacts }: JoinRefuse): Uint8Array {
  const out = new ByteWriter().u8(JOIN_REFUSE_CODES[reason]).text(detail);
  writeTime(out, clock);
  writeContacts(out, contacts);
  return out.finish();
}

export function decodeJoinRefuse(payload: Uint8Array): JoinRefuse {
  const input = new ByteReader(payload);
  const number = input.u8();
  const reason = JOIN_REFUSE_REASONS.find((each) => JOIN_REFUSE_CODES[each] === number);
  if (reason === undefined) throw new MalformedBytes(`JOIN_REFUSE: code ${number}`);
  const detail = input.text(LIMITS.closeReasonBytesMax);
  const refuse = { reason, detail, clock: readTime(input), contacts: readContacts(input) };
  input.end();
  return refuse;
}

const JOIN_REFUSE_REASONS: readonly JoinRefuseReason[] = [
  'unknownOffer',
  'expired',
  'usedUp',
  'ended',
  'notIssuer',
  'wrongPassword',
  'throttled',
  'denied',
  'removed',
  'busy',
  'clock',
  'failed',
];

function writeMessage(out: ByteWriter, message: Uint8Array): void {
  assert(message.length <= LIMITS.passwordMessageBytesMax, 'a message of the exchange is short');
  out.bytes(message);
}

function readMessage(input: ByteReader): Uint8Array {
  return input.bytes(LIMITS.passwordMessageBytesMax);
}

function writeMac(out: ByteWriter, mac: Uint8Array): void {
  assert(mac.length === MAC_BYTES, 'a code of authentication has 32 bytes');
  out.raw(mac);
}

/** What is left of the payload is its signature, of everything before. */
function readSigned(input: ByteReader, payload: Uint8Array): Signed {
  const signedPart = payload.subarray(0, payload.length - input.rest);
  const signature = input.raw(SIGNATURE_BYTES);
  input.end();
  return { signedPart, signature };
}
