// Frames for the tests of readers: what a sender writes, what the reader must say about it, and
// every payload of the small messages.

import fc from 'fast-check';

import { ByteWriter } from '../../src/core/base/byte-writer.ts';
import { concatBytes } from '../../src/core/base/bytes.ts';
import { encodeFrame, KIND } from '../../src/core/wire/frame.ts';
import { FrameReader } from '../../src/core/wire/frame-reader.ts';
import { HandshakeFrames } from '../../src/core/wire/handshake-frames.ts';
import { maySendBeforeWelcome } from '../../src/core/wire/link-kinds.ts';

/** One call of a reader; neighboring pieces of one stream are joined, for where they are cut is open. */
export type Heard =
  | { readonly what: 'message'; readonly typeIndex: number; readonly bytes: Uint8Array }
  | { readonly what: 'stream'; readonly stream: number; readonly bytes: Uint8Array }
  | { readonly what: 'frame'; readonly kind: number; readonly payload: Uint8Array };

export interface FrameCase {
  readonly bytes: Uint8Array;
  readonly heard: Heard;
}

export function messageFrame(typeIndex: number, bytes: Uint8Array): Uint8Array {
  return encodeFrame(KIND.message, new ByteWriter().varint(typeIndex).raw(bytes).finish());
}

export function streamFrame(stream: number, bytes: Uint8Array): Uint8Array {
  return encodeFrame(KIND.streamBytes, new ByteWriter().varint(stream).raw(bytes).finish());
}

/** Reads these bytes of a handshake or join, whichever end may have sent the first frame in them. */
export function framesHolding(chunks: readonly Uint8Array[]): HandshakeFrames {
  const [, , , , kind = 0] = concatBytes(chunks);
  const frames = new HandshakeFrames(maySendBeforeWelcome('dialer', kind) ? 'dialer' : 'listener');
  for (const chunk of chunks) frames.push(chunk);
  return frames;
}

/** Kinds that carry neither messages nor the bytes of streams, with the bounds of their payloads. */
export const SMALL_KINDS: readonly (readonly [number, number])[] = [
  [KIND.keepAlive, 0],
  [KIND.ping, 4],
  [KIND.pong, 4],
  [KIND.close, 259],
  [KIND.closed, 0],
  [KIND.messageType, 16],
  [KIND.streamOpen, 1_030],
  [KIND.streamCredit, 8],
  [KIND.streamEnd, 4],
  [KIND.streamReset, 5],
];

/** Kinds of neighbor links, with the bounds of their payloads. */
export const NEIGHBOR_KINDS: readonly (readonly [number, number])[] = [
  [KIND.greet, 16_384],
  [KIND.part, 16_384],
  [KIND.forwardJoin, 16_384],
  [KIND.shuffle, 16_384],
  [KIND.shuffleReply, 16_384],
  [KIND.neighborPing, 64],
  [KIND.neighborPong, 64],
  [KIND.roster, 16_384],
  [KIND.presence, 16_384],
  [KIND.neighborMessage, 65_552],
  [KIND.flood, 17_825_800],
  [KIND.iHave, 131_072],
  [KIND.graft, 32],
  [KIND.prune, 0],
  [KIND.securityList, 131_072],
  [KIND.securityWant, 131_072],
  [KIND.membership, 32_960],
  [KIND.getSymbols, 16],
  [KIND.symbols, 131_072],
  [KIND.ranges, 131_072],
  [KIND.stream, 64],
  [KIND.want, 131_072],
  [KIND.bundle, 17_825_792],
  [KIND.syncState, 131_072],
  [KIND.offer, 131_072],
  [KIND.statement, 131_072],
  [KIND.keptPage, 131_072],
  [KIND.epochSecret, 64],
];

export const messageCase = (typeIndex: number, bytes: Uint8Array): FrameCase => ({
  bytes: messageFrame(typeIndex, bytes),
  heard: { what: 'message', typeIndex, bytes },
});

export const streamCase = (stream: number, bytes: Uint8Array): FrameCase => ({
  bytes: streamFrame(stream, bytes),
  heard: { what: 'stream', stream, bytes },
});

export const smallCase = (kind: number, payload: Uint8Array): FrameCase => ({
  bytes: encodeFrame(kind, payload),
  heard: { what: 'frame', kind, payload },
});

/** Bytes of a length, told apart by their first one. */
export function pattern(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < Math.min(length, 512); at++) bytes[at] = seed + 31 * at;
  if (length > 0) bytes[length - 1] = seed ^ 0x5a;
  return bytes;
}

/** A frame of any kind, its bytes at most `bytesMax` long. */
export function anyFrame(bytesMax: number): fc.Arbitrary<FrameCase> {
  const content = fc
    .tuple(fc.oneof(fc.nat(40), fc.nat(bytesMax)), fc.nat(255))
    .map(([length, seed]) => pattern(length, seed));
  const small = fc
    .constantFrom(...SMALL_KINDS)
    .chain(([kind, max]) =>
      fc.uint8Array({ maxLength: Math.min(max, 40) }).map((payload) => smallCase(kind, payload)),
    );
  const number = fc.oneof(fc.nat(127), fc.integer({ min: 128, max: 16_383 }));
  const message = fc.tuple(number, content).map(([index, bytes]) => messageCase(index, bytes));
  const stream = fc
    .tuple(fc.integer({ min: 1, max: 2 ** 28 - 1 }), content)
    .map(([each, bytes]) => streamCase(each, bytes.subarray(0, 65_536)))
    .filter(({ heard }) => heard.what === 'stream' && heard.bytes.length > 0);
  return fc.oneof({ weight: 3, arbitrary: message }, stream, small);
}

/** A frame of a neighbor link, its bytes at most `bytesMax` long. */
export function anyNeighborFrame(bytesMax: number): fc.Arbitrary<FrameCase> {
  return fc
    .tuple(fc.constantFrom(...NEIGHBOR_KINDS), fc.nat(bytesMax), fc.nat(255))
    .map(([[kind, max], length, seed]) => smallCase(kind, pattern(Math.min(max, length), seed)));
}

export interface Listening {
  readonly heard: Heard[];
  readonly reader: FrameReader;
  /** Lengths that were asked for. */
  readonly allocated: number[];
  /** True when, since it was last set to false, the sink was given a view on `chunk`. */
  viewed: boolean;
  chunk: Uint8Array | null;
}

/** A reader with a sink that copies what it is told. */
export function listening(): Listening {
  const log: Heard[] = [];
  const allocated: number[] = [];
  const note = (bytes: Uint8Array): Uint8Array => {
    if (state.chunk !== null && bytes.buffer === state.chunk.buffer) state.viewed = true;
    return bytes.slice();
  };
  const reader = new FrameReader(
    {
      onMessage: (typeIndex, bytes) => {
        log.push({ what: 'message', typeIndex, bytes: note(bytes) });
        return true;
      },
      onStreamBytes: (stream, bytes) => log.push({ what: 'stream', stream, bytes: note(bytes) }),
      onFrame: (kind, payload) => log.push({ what: 'frame', kind, payload: payload.slice() }),
    },
    (length) => {
      allocated.push(length);
      return new Uint8Array(length);
    },
  );
  const state: Listening = { heard: log, reader, allocated, viewed: false, chunk: null };
  return state;
}

/** Pieces of one stream that follow each other, as one. */
export function joined(heard: readonly Heard[]): readonly Heard[] {
  const result: Heard[] = [];
  for (const each of heard) {
    const last = result.at(-1);
    const continues =
      last?.what === 'stream' && each.what === 'stream' && last.stream === each.stream;
    if (!continues) result.push(each);
    else result[result.length - 1] = { ...last, bytes: concatBytes([last.bytes, each.bytes]) };
  }
  return result;
}

/** Cuts `bytes` at the given places. */
export function chunksOf(bytes: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] {
  const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])];
  places.sort((a, b) => a - b);
  return places.slice(1).map((end, at) => bytes.slice(places[at], end));
}
