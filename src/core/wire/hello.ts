// HELLO, NEED_CHAIN, WELCOME and REFUSE (protocol.md §7): how two ends of a link prove who they are.

import { assert } from '../base/assert.ts';
import { ByteReader } from '../base/byte-reader.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import type { Address } from '../domain/addresses.ts';
import { LIMITS } from '../domain/limits.ts';
import { readAddresses, writeAddresses } from './address-codec.ts';
import { readChain, writeChain } from './chain-codec.ts';

/** The one version of the link protocol so far. */
export const HELLO_VERSION = 1;

export interface HelloBody {
  /** Random for each opening of a group by a process; tells two of them with one identity apart. */
  readonly nodeId: bigint;
  /** 16 bytes that the dialer chose for this attempt; the listener repeats them. */
  readonly openId: Uint8Array;
  /** The dialer wants a connection of its own even when one exists. */
  readonly isSeparate: boolean;
  /** The dialer wants a link of the group's graph and no direct connection; never both flags. */
  readonly isNeighbor: boolean;
  /** Milliseconds since 1970 by the sender's clock, to explain certificates that seem out of date. */
  readonly sentAtMs: number;
  /** The longest message that the sender takes. */
  readonly messageBytesMax: number;
  /** Where the sender listens. */
  readonly listenAddresses: readonly Address[];
  /** SHA-256 of the sender's encoded chain. */
  readonly chainDigest: Uint8Array;
  /** Digest of the receiver's chain that the sender holds, so that the receiver may leave it out. */
  readonly knownChainDigest: Uint8Array | null;
  /** DER, root first; null when the receiver is believed to hold the chain of `chainDigest`. */
  readonly chain: readonly Uint8Array[] | null;
}

export interface Hello extends HelloBody {
  /** Ed25519, 64 bytes. */
  readonly signature: Uint8Array;
  /** What the signature covers of this message: everything before it. */
  readonly signedPart: Uint8Array;
}

const FLAG_SEPARATE = 1;
const FLAG_NEIGHBOR = 2;

/** Everything of a HELLO before its signature. */
export function encodeHelloBody(body: HelloBody): Uint8Array {
  assert(!(body.isSeparate && body.isNeighbor), 'a dialer wants one of the two');
  const out = new ByteWriter()
    .u8(HELLO_VERSION)
    .u8((body.isSeparate ? FLAG_SEPARATE : 0) | (body.isNeighbor ? FLAG_NEIGHBOR : 0))
    .u64(body.nodeId)
    .raw(body.openId)
    .u64(BigInt(body.sentAtMs))
    .u32(body.messageBytesMax);
  writeAddresses(out, body.listenAddresses);
  out.raw(body.chainDigest);
  if (body.knownChainDigest === null) out.u8(0);
  else out.u8(1).raw(body.knownChainDigest);
  if (body.chain === null) return out.u8(0).finish();
  out.u8(1);
  writeChain(out, body.chain);
  return out.finish();
}

export function encodeHello(signedPart: Uint8Array, signature: Uint8Array): Uint8Array {
  return new ByteWriter().raw(signedPart).raw(signature).finish();
}

/** The version alone, so that one of another version can be answered. */
export function helloVersionOf(payload: Uint8Array): number {
  return new ByteReader(payload).u8();
}

export function decodeHello(payload: Uint8Array): Hello {
  const input = new ByteReader(payload);
  if (input.u8() !== HELLO_VERSION) throw new MalformedBytes('HELLO: version');
  const flags = input.u8();
  // Either flag alone; both at once mean nothing.
  if (flags > FLAG_NEIGHBOR) throw new MalformedBytes('HELLO: unknown flags');
  const body = {
    isSeparate: flags === FLAG_SEPARATE,
    isNeighbor: flags === FLAG_NEIGHBOR,
    nodeId: readNodeId(input),
    openId: input.raw(16),
    sentAtMs: readMilliseconds(input),
    messageBytesMax: readMessageBytesMax(input),
    listenAddresses: readAddresses(input),
    chainDigest: input.raw(32),
    knownChainDigest: readOptional(input) ? input.raw(32) : null,
    chain: readOptional(input) ? readChain(input) : null,
  };
  const signature = input.raw(64);
  input.end();
  return { ...body, signature, signedPart: payload.subarray(0, payload.length - 64) };
}

function readNodeId(input: ByteReader): bigint {
  const nodeId = input.u64();
  if (nodeId === 0n) throw new MalformedBytes('HELLO: node id 0');
  return nodeId;
}

function readMilliseconds(input: ByteReader): number {
  const value = input.u64();
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new MalformedBytes('HELLO: time');
  return Number(value);
}

function readMessageBytesMax(input: ByteReader): number {
  const value = input.u32();
  if (value > LIMITS.messageBytesMax) throw new MalformedBytes('HELLO: message limit');
  return value;
}

function readOptional(input: ByteReader): boolean {
  const flag = input.u8();
  if (flag > 1) throw new MalformedBytes('HELLO: presence byte');
  return flag === 1;
}

/** Why a listener does not take a link; the numbers are those of the wire. */
export const REFUSE_CODES = {
  notAccepting: 1,
  refusedByApplication: 2,
  tooManyConnections: 3,
  alreadyConnected: 4,
  duplicateOpen: 5,
  shuttingDown: 6,
  notMember: 7,
  membershipExpired: 8,
  membershipNotYetValid: 9,
  unsupportedVersion: 10,
  removed: 11,
} as const;

export type RefuseReason = keyof typeof REFUSE_CODES;

export interface Refuse {
  readonly reason: RefuseReason;
  /** For people, at most 256 bytes of UTF-8. */
  readonly detail: string;
}

export function encodeRefuse(refuse: Refuse): Uint8Array {
  return new ByteWriter().u8(REFUSE_CODES[refuse.reason]).text(refuse.detail).finish();
}

export function decodeRefuse(payload: Uint8Array): Refuse {
  const input = new ByteReader(payload);
  const reason = REASON_BY_CODE.get(input.u8());
  if (reason === undefined) throw new MalformedBytes('REFUSE: unknown code');
  const detail = input.text(LIMITS.closeReasonBytesMax);
  input.end();
  return { reason, detail };
}

const REFUSE_REASONS: readonly RefuseReason[] = [
  'notAccepting',
  'refusedByApplication',
  'tooManyConnections',
  'alreadyConnected',
  'duplicateOpen',
  'shuttingDown',
  'notMember',
  'membershipExpired',
  'membershipNotYetValid',
  'unsupportedVersion',
  'removed',
];

const REASON_BY_CODE: ReadonlyMap<number, RefuseReason> = new Map(
  REFUSE_REASONS.map((reason) => [REFUSE_CODES[reason], reason]),
);
