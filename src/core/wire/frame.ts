// The frame that every link speaks (protocol.md §6): u32 length of the payload, u8 kind, payload.
// The number of each kind and how long its payload may be stand here and nowhere else.

import { ByteWriter } from '../base/byte-writer.ts';
import { LIMITS } from '../domain/limits.ts';
import {
  JOIN_ADMIT_BYTES_MAX,
  JOIN_CHALLENGE_BYTES_MAX,
  JOIN_PROOF_BYTES_MAX,
  JOIN_REFUSE_BYTES_MAX,
} from './join-lengths.ts';

export const FRAME_HEADER_BYTES = 5;

export const KIND = {
  hello: 0x01,
  needChain: 0x02,
  welcome: 0x03,
  refuse: 0x04,
  join: 0x05,
  joinChallenge: 0x06,
  joinProof: 0x07,
  keepAlive: 0x08,
  ping: 0x09,
  pong: 0x0a,
  close: 0x0b,
  closed: 0x0c,
  joinAdmit: 0x0d,
  joinPending: 0x0e,
  joinRefuse: 0x0f,
  message: 0x10,
  messageType: 0x11,
  streamOpen: 0x20,
  streamBytes: 0x21,
  streamCredit: 0x22,
  streamEnd: 0x23,
  streamReset: 0x24,
  greet: 0x30,
  part: 0x31,
  forwardJoin: 0x32,
  shuffle: 0x33,
  shuffleReply: 0x34,
  neighborPing: 0x35,
  neighborPong: 0x36,
  roster: 0x37,
  presence: 0x38,
  neighborMessage: 0x39,
  flood: 0x40,
  iHave: 0x41,
  graft: 0x42,
  prune: 0x43,
  securityList: 0x50,
  securityWant: 0x51,
  membership: 0x52,
  getSymbols: 0x53,
  symbols: 0x54,
  ranges: 0x55,
  stream: 0x56,
  want: 0x57,
  bundle: 0x58,
  syncState: 0x59,
  offer: 0x5a,
  statement: 0x5b,
  keptPage: 0x5c,
  epochSecret: 0x5d,
} as const;

/** Bytes of the longest varint of a message type's index. */
const TYPE_INDEX_BYTES_MAX = 2;
/** Bytes of a stream number: numbers end at 2^28-1, after which a connection opens no more streams. */
export const STREAM_NUMBER_BYTES_MAX = 4;
export const STREAM_NUMBER_MAX = 2 ** 28 - 1;

/** The longest payload of each kind; a kind that is missing here is refused. */
const PAYLOAD_BYTES_MAX: ReadonlyMap<number, number> = new Map([
  [KIND.hello, LIMITS.helloBytesMax],
  [KIND.needChain, 0],
  [KIND.welcome, 0],
  [KIND.refuse, 2 + LIMITS.closeReasonBytesMax + 1],
  [KIND.join, LIMITS.helloBytesMax],
  [KIND.joinChallenge, JOIN_CHALLENGE_BYTES_MAX],
  [KIND.joinProof, JOIN_PROOF_BYTES_MAX],
  [KIND.joinAdmit, JOIN_ADMIT_BYTES_MAX],
  [KIND.joinPending, 16],
  [KIND.joinRefuse, JOIN_REFUSE_BYTES_MAX],
  [KIND.keepAlive, 0],
  [KIND.ping, 4],
  [KIND.pong, 4],
  [KIND.close, 2 + LIMITS.closeReasonBytesMax + 1],
  [KIND.closed, 0],
  [KIND.message, LIMITS.messageBytesMax + TYPE_INDEX_BYTES_MAX],
  [KIND.messageType, 16],
  [KIND.streamOpen, STREAM_NUMBER_BYTES_MAX + 2 + LIMITS.streamNameBytesMax],
  [KIND.streamBytes, STREAM_NUMBER_BYTES_MAX + LIMITS.streamFrameBytesMax],
  [KIND.streamCredit, STREAM_NUMBER_BYTES_MAX + 4],
  [KIND.streamEnd, STREAM_NUMBER_BYTES_MAX],
  [KIND.streamReset, STREAM_NUMBER_BYTES_MAX + 1],
  [KIND.greet, LIMITS.overlayFrameBytesMax],
  [KIND.part, LIMITS.overlayFrameBytesMax],
  [KIND.forwardJoin, LIMITS.overlayFrameBytesMax],
  [KIND.shuffle, LIMITS.overlayFrameBytesMax],
  [KIND.shuffleReply, LIMITS.overlayFrameBytesMax],
  [KIND.neighborPing, 64],
  [KIND.neighborPong, 64],
  [KIND.roster, LIMITS.overlayFrameBytesMax],
  [KIND.presence, LIMITS.overlayFrameBytesMax],
  [KIND.neighborMessage, LIMITS.broadcastBytesMax + 16],
  [KIND.flood, LIMITS.bundleBytesMax + 8],
  [KIND.iHave, LIMITS.syncFrameBytesMax],
  [KIND.graft, 32],
  [KIND.prune, 0],
  [KIND.securityList, LIMITS.syncFrameBytesMax],
  [KIND.securityWant, LIMITS.syncFrameBytesMax],
  [KIND.membership, LIMITS.chainBytesMax + 192],
  [KIND.getSymbols, 16],
  [KIND.symbols, LIMITS.syncFrameBytesMax],
  [KIND.ranges, LIMITS.syncFrameBytesMax],
  [KIND.stream, 64],
  [KIND.want, LIMITS.syncFrameBytesMax],
  [KIND.bundle, LIMITS.bundleBytesMax],
  [KIND.syncState, LIMITS.syncFrameBytesMax],
  [KIND.offer, LIMITS.syncFrameBytesMax],
  [KIND.statement, LIMITS.statementBytesMax],
  [KIND.keptPage, LIMITS.syncFrameBytesMax],
  [KIND.epochSecret, 64],
]);

/** The bound for a kind's payload, or -1 for a kind that nobody may send. */
export function payloadBytesMax(kind: number): number {
  return PAYLOAD_BYTES_MAX.get(kind) ?? -1;
}

export function encodeFrame(kind: number, payload: Uint8Array): Uint8Array {
  return new ByteWriter().u32(payload.length).u8(kind).raw(payload).finish();
}
