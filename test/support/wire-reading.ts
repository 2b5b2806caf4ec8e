// Frames as the tests of the protocol read them: the message's name, its values as plain JSON, and
// the frame that the encoder makes of what was decoded.

import { hexText } from '../../src/core/base/hex.ts';
import { formatAddress } from '../../src/core/domain/addresses.ts';
import * as control from '../../src/core/wire/control.ts';
import * as direct from '../../src/core/wire/direct.ts';
import { encodeFrame, KIND } from '../../src/core/wire/frame.ts';
import { FrameReader } from '../../src/core/wire/frame-reader.ts';
import * as hello from '../../src/core/wire/hello.ts';
import { mayComeBeforeWelcome } from '../../src/core/wire/link-kinds.ts';
import { GatherPool } from '../../src/engine/gather-pool.ts';
import { Outbox } from '../../src/engine/outbox.ts';
import { framesHolding } from './frame-cases.ts';
import { type Body, GRAPH_BODIES, type Values } from './graph-reading.ts';
import { JOIN_BODIES } from './join-reading.ts';
import { SECURITY_BODIES } from './security-reading.ts';

export interface FrameRead {
  readonly message: string;
  readonly values: Values;
  readonly again: Uint8Array;
}

/** As docs/protocol.md spells them. */
export const MESSAGE_NAMES: Readonly<Record<keyof typeof KIND, string>> = {
  hello: 'HELLO',
  needChain: 'NEED_CHAIN',
  welcome: 'WELCOME',
  refuse: 'REFUSE',
  join: 'JOIN',
  joinChallenge: 'JOIN_CHALLENGE',
  joinProof: 'JOIN_PROOF',
  keepAlive: 'KEEPALIVE',
  ping: 'PING',
  pong: 'PONG',
  close: 'CLOSE',
  closed: 'CLOSED',
  joinAdmit: 'JOIN_ADMIT',
  joinPending: 'JOIN_PENDING',
  joinRefuse: 'JOIN_REFUSE',
  message: 'MESSAGE',
  messageType: 'MESSAGE_TYPE',
  streamOpen: 'STREAM_OPEN',
  streamBytes: 'STREAM_BYTES',
  streamCredit: 'STREAM_CREDIT',
  streamEnd: 'STREAM_END',
  streamReset: 'STREAM_RESET',
  greet: 'GREET',
  part: 'PART',
  forwardJoin: 'FORWARD_JOIN',
  shuffle: 'SHUFFLE',
  shuffleReply: 'SHUFFLE_REPLY',
  neighborPing: 'NEIGHBOR_PING',
  neighborPong: 'NEIGHBOR_PONG',
  roster: 'ROSTER',
  presence: 'PRESENCE',
  neighborMessage: 'NEIGHBOR_MESSAGE',
  flood: 'FLOOD',
  iHave: 'IHAVE',
  graft: 'GRAFT',
  prune: 'PRUNE',
  securityList: 'SECURITY_LIST',
  securityWant: 'SECURITY_WANT',
  membership: 'MEMBERSHIP',
  getSymbols: 'GET_SYMBOLS',
  symbols: 'SYMBOLS',
  ranges: 'RANGES',
  stream: 'STREAM',
  want: 'WANT',
  bundle: 'BUNDLE',
  syncState: 'SYNC_STATE',
  offer: 'OFFER',
  statement: 'STATEMENT',
  keptPage: 'KEPT_PAGE',
  epochSecret: 'EPOCH_SECRET',
};

/** Reads one whole frame, in pieces of `pieceBytes`. Throws `MalformedBytes`. */
export function readFrame(frame: Uint8Array, pieceBytes: number = frame.length): FrameRead {
  const isHandshake = mayComeBeforeWelcome(frame[4] ?? 0);
  const pieces = Array.from({ length: Math.ceil(frame.length / pieceBytes) }, (_, at) =>
    frame.slice(at * pieceBytes, (at + 1) * pieceBytes),
  );
  return isHandshake ? readHandshake(pieces) : readOpen(pieces);
}

function readHandshake(pieces: readonly Uint8Array[]): FrameRead {
  const frames = framesHolding(pieces);
  const frame = frames.next();
  if (frame === null || frames.rest().length > 0) throw new Error('not one whole frame');
  return readSmall(frame.kind, frame.payload);
}

function readOpen(pieces: readonly Uint8Array[]): FrameRead {
  const found: FrameRead[] = [];
  const streamBytes: Uint8Array[] = [];
  let stream = 0;
  const reader = new FrameReader(
    {
      onMessage: (typeIndex, bytes) => {
        const values = { typeIndex, bytes: hexText(bytes) };
        found.push({ message: 'MESSAGE', values, again: sent(KIND.message, typeIndex, bytes) });
        return false;
      },
      onStreamBytes: (number, bytes) => {
        stream = number;
        streamBytes.push(bytes.slice());
      },
      onFrame: (kind, payload) => found.push(readSmall(kind, payload)),
    },
    (length) => new Uint8Array(length),
  );
  for (const piece of pieces) reader.push(piece);
  if (stream !== 0) {
    const bytes = new Uint8Array(Buffer.concat(streamBytes));
    const values = { stream, bytes: hexText(bytes) };
    found.push({ message: 'STREAM_BYTES', values, again: sent(KIND.streamBytes, stream, bytes) });
  }
  const [only, ...more] = found;
  if (only === undefined || more.length > 0 || reader.isInsideFrame) {
    throw new Error('not one whole frame');
  }
  return only;
}

function readSmall(kind: number, payload: Uint8Array): FrameRead {
  const name = namesOf().find(([, number]) => number === kind)?.[0];
  if (name === undefined) throw new Error(`no message has the number ${kind}`);
  const body = BODIES[name]?.(payload) ?? { values: {}, again: new Uint8Array(0) };
  const { values } = body;
  return { message: MESSAGE_NAMES[name], values, again: encodeFrame(kind, body.again) };
}

/** Names in src with their numbers. */
export function namesOf(): readonly (readonly [keyof typeof KIND, number])[] {
  return Object.entries(KIND) as readonly (readonly [keyof typeof KIND, number])[];
}

const BODIES: Readonly<Partial<Record<keyof typeof KIND, (payload: Uint8Array) => Body>>> = {
  ...GRAPH_BODIES,
  ...JOIN_BODIES,
  ...SECURITY_BODIES,
  hello: readHello,
  refuse: (payload) => {
    const refuse = hello.decodeRefuse(payload);
    return { values: { ...refuse }, again: hello.encodeRefuse(refuse) };
  },
  ping: readPing,
  pong: readPing,
  close: (payload) => {
    const close = control.decodeClose(payload);
    return { values: { ...close }, again: control.encodeClose(close) };
  },
  messageType: (payload) => {
    const type = direct.decodeMessageType(payload);
    return { values: { type }, again: direct.encodeMessageType(type) };
  },
  streamOpen: (payload) => {
    const open = direct.decodeStreamOpen(payload);
    return { values: { ...open }, again: direct.encodeStreamOpen(open) };
  },
  streamCredit: (payload) => {
    const credit = direct.decodeStreamCredit(payload);
    return { values: { ...credit }, again: direct.encodeStreamCredit(credit) };
  },
  streamEnd: (payload) => {
    const stream = direct.decodeStreamEnd(payload);
    return { values: { stream }, again: direct.encodeStreamEnd(stream) };
  },
  streamReset: (payload) => {
    const reset = direct.decodeStreamReset(payload);
    return { values: { ...reset }, again: direct.encodeStreamReset(reset) };
  },
};

function readPing(payload: Uint8Array): Body {
  const nonce = control.decodePing(payload);
  return { values: { nonce }, again: control.encodePing(nonce) };
}

/** The chain as the lengths of its certificates: what they say is judged elsewhere. */
function readHello(payload: Uint8Array): Body {
  const read = hello.decodeHello(payload);
  const known = read.knownChainDigest;
  const values = {
    version: hello.helloVersionOf(payload),
    isSeparate: read.isSeparate,
    isNeighbor: read.isNeighbor,
    nodeId: read.nodeId.toString(16).padStart(16, '0'),
    openId: hexText(read.openId),
    sentAtMs: read.sentAtMs,
    messageBytesMax: read.messageBytesMax,
    listenAddresses: read.listenAddresses.map(formatAddress),
    chainDigest: hexText(read.chainDigest),
    knownChainDigest: known === null ? null : hexText(known),
    chainLengths: read.chain === null ? null : read.chain.map((der) => der.length),
    signature: hexText(read.signature),
  };
  return { values, again: hello.encodeHello(hello.encodeHelloBody(read), read.signature) };
}

/** The frame that a line sends. */
export function sent(kind: number, number: number, payload: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  const wire = {
    exporter: new Uint8Array(32),
    farCertificate: new Uint8Array(0),
    remoteAddress: null,
    attach: () => undefined,
    send: (given: readonly Uint8Array[]) => {
      for (const part of given) parts.push(part.slice());
    },
    setReading: () => undefined,
    finish: () => undefined,
    cut: () => undefined,
    isFlooding: () => false,
  };
  const clock = {
    now: () => {
      throw new Error('an outbox reads no clock');
    },
    wakeAfter: () => () => undefined,
    endOfTurn: () => undefined,
    nextTurn: () => undefined,
  };
  const outbox = new Outbox(wire, clock, new GatherPool());
  outbox.send(kind, number, payload);
  outbox.flush();
  return new Uint8Array(Buffer.concat(parts));
}
