// Statements and pages as they travel and are stored, what is signed of them, and what names them
// (protocol.md §14.1, §14.6). A statement that was read shares no memory with what it was read from.

import { assert } from '../base/assert.ts';
import { ByteReader } from '../base/byte-reader.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { compareBytes } from '../base/bytes.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import type { WallTime } from '../base/time.ts';
import { LIMITS } from '../domain/limits.ts';
import type { GroupName } from '../domain/names.ts';
import type { SecurityStatement, StatementBody, StatementSignature } from '../domain/security.ts';
import {
  DIGEST_BYTES,
  isAscending,
  readDigests,
  writeDigest,
  writeDigests,
} from './digest-list.ts';
import {
  readBody,
  readKind,
  readTime,
  writeBody,
  writeKind,
  writeTime,
} from './security-bodies.ts';

/** What names a thing by its bytes; `Crypto` is one. */
export interface Digester {
  /** 32 bytes. */
  sha256(bytes: Uint8Array): Uint8Array;
}

const STATEMENT_VERSION = 1;
const SIGNATURE_BYTES = 64;
/** Key, membership, signature. */
const SIGNED_BYTES = 2 * DIGEST_BYTES + SIGNATURE_BYTES;
const PAGE = { min: 1, max: LIMITS.keptDigestsInPageMax };

/** Each says what is signed or named, so that nothing else of the same bytes can pass for it. */
const SIGNATURE_CONTEXT = 'peergroup-statement-signature-v1';
const STATEMENT_CONTEXT = 'peergroup-statement-v1';
const PAGE_CONTEXT = 'peergroup-page-v1';
const TICKET_USE_CONTEXT = 'peergroup-ticket-use-v1';

/** Everything before the signatures. */
export function encodeUnsigned(issuedAt: WallTime, body: StatementBody): Uint8Array {
  const out = new ByteWriter().u8(STATEMENT_VERSION);
  writeKind(out, body.kind);
  writeTime(out, issuedAt);
  writeBody(out, body);
  return out.finish();
}

/** What is signed by the membership of this digest, and by no other of the same key: what a member may say depends on it. */
export function signedBytesOf(
  group: GroupName,
  unsigned: Uint8Array,
  membership: Uint8Array,
): Uint8Array {
  const out = new ByteWriter(unsigned.length + 256).text(SIGNATURE_CONTEXT).text(group);
  writeDigest(out.raw(unsigned), membership);
  return out.finish();
}

/** The signatures may come in any order, of each key one. */
export function encodeStatement(
  unsigned: Uint8Array,
  signatures: readonly StatementSignature[],
): Uint8Array {
  const { length } = signatures;
  assert(length > 0 && length <= LIMITS.statementSignaturesMax, 'few sign a statement');
  const sorted = signatures.toSorted((a, b) => compareBytes(a.publicKey, b.publicKey));
  assert(isAscending(sorted.map(({ publicKey }) => publicKey)), 'each key signs once');
  const out = new ByteWriter(unsigned.length + 1 + length * SIGNED_BYTES).raw(unsigned);
  out.varint(length);
  for (const { publicKey, membership, signature } of sorted) {
    assert(signature.length === SIGNATURE_BYTES, 'a signature has 64 bytes');
    writeDigest(out, publicKey);
    writeDigest(out, membership);
    out.raw(signature);
  }
  const bytes = out.finish();
  assert(bytes.length <= LIMITS.statementBytesMax, 'a statement has a bounded length');
  return bytes;
}

/** Throws `MalformedBytes`. No signature is checked here. */
export function decodeStatement(
  from: Uint8Array,
  group: GroupName,
  crypto: Digester,
): SecurityStatement {
  if (from.length > LIMITS.statementBytesMax) throw new MalformedBytes('statement: too long');
  const bytes = from.slice();
  const input = new ByteReader(bytes);
  const version = input.u8();
  if (version !== STATEMENT_VERSION) throw new MalformedBytes(`statement: version ${version}`);
  const kind = readKind(input);
  const issuedAt = readTime(input);
  const body = readBody(input, kind);
  const unsigned = bytes.subarray(0, bytes.length - input.rest);
  const signatures = readSignatures(input);
  input.end();
  const digest = digestOf(STATEMENT_CONTEXT, group, bytes, crypto);
  return { digest, body, issuedAt, signatures, group, unsigned, bytes };
}

function readSignatures(input: ByteReader): readonly StatementSignature[] {
  const signatures: StatementSignature[] = [];
  for (let left = input.count(LIMITS.statementSignaturesMax, SIGNED_BYTES); left > 0; left--) {
    signatures.push({
      publicKey: input.raw(DIGEST_BYTES),
      membership: input.raw(DIGEST_BYTES),
      signature: input.raw(SIGNATURE_BYTES),
    });
  }
  if (signatures.length === 0) throw new MalformedBytes('statement: nobody signed it');
  if (!isAscending(signatures.map(({ publicKey }) => publicKey))) {
    throw new MalformedBytes('statement: signatures not in the order of their keys');
  }
  return signatures;
}

/** Ascending, each once. */
export function encodePage(digests: readonly Uint8Array[]): Uint8Array {
  const out = new ByteWriter(2 + digests.length * DIGEST_BYTES);
  writeDigests(out, digests, PAGE);
  return out.finish();
}

/** Throws `MalformedBytes`. The digests share no memory with what they were read from. */
export function decodePage(from: Uint8Array): readonly Uint8Array[] {
  if (from.length > LIMITS.syncFrameBytesMax) throw new MalformedBytes('page: too long');
  const input = new ByteReader(from.slice());
  const digests = readDigests(input, PAGE);
  input.end();
  return digests;
}

/** What names a page, by its bytes. */
export function pageDigest(bytes: Uint8Array, group: GroupName, crypto: Digester): Uint8Array {
  return digestOf(PAGE_CONTEXT, group, bytes, crypto);
}

/** What the key of a ticket signs for the member who uses it. */
export function ticketUseBytes(
  group: GroupName,
  offerDigest: Uint8Array,
  memberKey: Uint8Array,
): Uint8Array {
  const out = new ByteWriter().text(TICKET_USE_CONTEXT).text(group);
  writeDigest(out, offerDigest);
  writeDigest(out, memberKey);
  return out.finish();
}

function digestOf(
  context: string,
  group: GroupName,
  bytes: Uint8Array,
  crypto: Digester,
): Uint8Array {
  const out = new ByteWriter(bytes.length + 256).text(context).text(group).raw(bytes);
  return crypto.sha256(out.finish());
}
