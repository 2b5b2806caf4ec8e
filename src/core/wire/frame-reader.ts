// Cuts the frames of an open link out of the chunks that the network gives, without copying what is
// there already: a message that lies in one chunk is handed on as a view, one that spans chunks is
// copied once into a buffer of its size, and the bytes of streams are handed on as they come.

import { MalformedBytes } from '../base/malformed-bytes.ts';
import { LIMITS } from '../domain/limits.ts';
import { FRAME_HEADER_BYTES, KIND, payloadBytesMax, STREAM_NUMBER_BYTES_MAX } from './frame.ts';
import { mayComeBeforeWelcome } from './link-kinds.ts';

/** Told in order, from inside `push`. */
export interface FrameSink {
  /** A MESSAGE; its bytes belong to the sink. False when it keeps neither them nor a view on them. */
  onMessage(typeIndex: number, bytes: Uint8Array): boolean;
  /** Some bytes of a stream; they belong to the sink. */
  onStreamBytes(stream: number, bytes: Uint8Array): void;
  /** Any other frame; the payload is valid during the call. */
  onFrame(kind: number, payload: Uint8Array): void;
}

/** Gives memory for one message that spans chunks; it is filled before anybody sees it. */
export type Allocate = (length: number) => Uint8Array;

/** Whether a kind has a place on the link, for it is refused before its payload is read. */
type MayCome = (kind: number) => boolean;

/** The parts of a frame that may be cut by the end of a chunk. */
type Phase =
  /** Collecting the header, and for messages and streams the number behind it. */
  | { readonly name: 'head' }
  /** Filling a buffer with the rest of a frame. */
  | {
      readonly name: 'fill';
      readonly kind: number;
      readonly typeIndex: number;
      readonly into: Uint8Array;
    }
  | { readonly name: 'stream'; readonly stream: number };

const HEAD: Phase = { name: 'head' };
/** Header and the longest number behind it. */
const HEAD_BYTES_MAX = FRAME_HEADER_BYTES + STREAM_NUMBER_BYTES_MAX;
/** The longest message behind one byte of type. */
const FAST_BYTES_MAX = LIMITS.messageBytesMax + 1;

export class FrameReader {
  readonly #sink: FrameSink;
  readonly #allocate: Allocate;
  readonly #mayCome: MayCome;
  /** The start of a frame whose header was cut; made when that happens first. */
  #head: Uint8Array | null = null;
  #headLength = 0;
  #phase: Phase = HEAD;
  /** `fill`: bytes already there. `stream`: bytes still to come. */
  #count = 0;
  #isStopped = false;
  #gaveView = false;

  /** A MESSAGE that lies in one chunk is handed on whatever `mayCome` says: the sink refuses it. */
  constructor(sink: FrameSink, allocate: Allocate, mayCome: MayCome = () => true) {
    this.#sink = sink;
    this.#allocate = allocate;
    this.#mayCome = mayCome;
  }

  /** True inside a frame: a link that ends now was cut. */
  get isInsideFrame(): boolean {
    return this.#headLength > 0 || this.#phase.name !== 'head';
  }

  /** Whatever follows is ignored; to be called from inside the sink, too. */
  stop(): void {
    this.#isStopped = true;
  }

  /**
   * Takes the next bytes; true when the sink keeps a view on them. Throws `MalformedBytes` at the
   * first byte that cannot be right.
   */
  push(chunk: Uint8Array): boolean {
    this.#gaveView = false;
    const { length } = chunk;
    let at = 0;
    while (at < chunk.length && !this.#isStopped) {
      const phase = this.#phase;
      if (phase.name === 'head')
        at = this.#headLength === 0 ? this.#fast(chunk, at) : this.#slow(chunk, at);
      else if (phase.name === 'fill') at = this.#fill(phase.into, chunk, at);
      else at = this.#stream(phase.stream, chunk, at);
    }
    if (chunk.length !== length) throw new MalformedBytes('its memory was taken away');
    return this.#gaveView;
  }

  /** A frame that begins in this chunk; whole messages go straight through. */
  #fast(chunk: Uint8Array, at: number): number {
    if (chunk.length - at < HEAD_BYTES_MAX) return this.#slow(chunk, at);
    const length =
      (chunk[at] ?? 0) * 0x100_0000 +
      (chunk[at + 1] ?? 0) * 0x1_0000 +
      (chunk[at + 2] ?? 0) * 0x100 +
      (chunk[at + 3] ?? 0);
    const kind = chunk[at + 4];
    if (kind !== KIND.message) return this.#begin(chunk, at);
    const first = chunk[at + 5] ?? 0;
    const end = at + FRAME_HEADER_BYTES + length;
    // One byte of type and all of the message here: the case that has to be fast.
    if (first >= 128 || length === 0 || length > FAST_BYTES_MAX || end > chunk.length) {
      return this.#begin(chunk, at);
    }
    const start = at + FRAME_HEADER_BYTES + 1;
    const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset + start, end - start);
    if (this.#sink.onMessage(first, bytes)) this.#gaveView = true;
    return end;
  }

  /** Collects a header byte by byte, across chunks. */
  #slow(chunk: Uint8Array, from: number): number {
    this.#head ??= new Uint8Array(HEAD_BYTES_MAX);
    const head = this.#head;
    let at = from;
    while (at < chunk.length) {
      head[this.#headLength++] = chunk[at++] ?? 0;
      if (this.#headLength < FRAME_HEADER_BYTES) continue;
      const used = this.#tryBegin(head, 0, this.#headLength);
      if (used === 0) continue;
      this.#headLength = 0;
      return at;
    }
    return at;
  }

  #begin(chunk: Uint8Array, at: number): number {
    return at + this.#tryBegin(chunk, at, HEAD_BYTES_MAX);
  }

  /** Enters the frame whose header and number stand in `bytes`; how many bytes those took, 0 when some are missing. */
  #tryBegin(bytes: Uint8Array, at: number, available: number): number {
    const [a = 0, b = 0, c = 0, d = 0, kind = 0] = bytes.subarray(at, at + FRAME_HEADER_BYTES);
    const length = a * 0x100_0000 + b * 0x1_0000 + c * 0x100 + d;
    if (length > payloadBytesMax(kind) || mayComeBeforeWelcome(kind)) {
      throw new MalformedBytes(`frame of kind ${kind} and ${length} bytes`);
    }
    if (!this.#mayCome(kind)) throw new MalformedBytes(`frame ${kind} out of place`);
    if (kind !== KIND.message && kind !== KIND.streamBytes) {
      this.#beginFill(kind, 0, length);
      return FRAME_HEADER_BYTES;
    }
    const numberBytesMax = kind === KIND.message ? 2 : STREAM_NUMBER_BYTES_MAX;
    const number = readNumber(
      bytes,
      at + FRAME_HEADER_BYTES,
      Math.min(length, numberBytesMax),
      available - FRAME_HEADER_BYTES,
    );
    if (number === null) return 0;
    const rest = length - number.size;
    // The bound of the frame leaves room for two bytes of type, of which this one may have used one.
    if (kind === KIND.message && rest > LIMITS.messageBytesMax) {
      throw new MalformedBytes(`message of ${rest} bytes`);
    }
    if (kind === KIND.message) this.#beginFill(kind, number.value, rest);
    else this.#beginStream(number.value, rest);
    return FRAME_HEADER_BYTES + number.size;
  }

  #beginFill(kind: number, typeIndex: number, length: number): void {
    if (length === 0) {
      this.#give(kind, typeIndex, new Uint8Array(0));
      return;
    }
    this.#count = 0;
    this.#phase = { name: 'fill', kind, typeIndex, into: this.#allocate(length) };
  }

  #beginStream(stream: number, length: number): void {
    if (stream === 0 || length === 0) throw new MalformedBytes('STREAM_BYTES: nothing in it');
    if (length > LIMITS.streamFrameBytesMax) throw new MalformedBytes('STREAM_BYTES: too many');
    this.#count = length;
    this.#phase = { name: 'stream', stream };
  }

  #fill(into: Uint8Array, chunk: Uint8Array, at: number): number {
    const take = Math.min(into.length - this.#count, chunk.length - at);
    into.set(new Uint8Array(chunk.buffer, chunk.byteOffset + at, take), this.#count);
    this.#count += take;
    if (this.#count === into.length && this.#phase.name === 'fill') {
      const { kind, typeIndex } = this.#phase;
      this.#phase = HEAD;
      this.#give(kind, typeIndex, into);
    }
    return at + take;
  }

  #stream(stream: number, chunk: Uint8Array, at: number): number {
    const take = Math.min(this.#count, chunk.length - at);
    this.#count -= take;
    if (this.#count === 0) this.#phase = HEAD;
    this.#gaveView = true;
    this.#sink.onStreamBytes(stream, new Uint8Array(chunk.buffer, chunk.byteOffset + at, take));
    return at + take;
  }

  #give(kind: number, typeIndex: number, payload: Uint8Array): void {
    if (kind === KIND.message) this.#sink.onMessage(typeIndex, payload);
    else this.#sink.onFrame(kind, payload);
  }
}

interface NumberRead {
  readonly value: number;
  readonly size: number;
}

/** An unsigned LEB128 of `sizeMax` bytes at most; null when `available` bytes do not hold its end. */
function readNumber(
  bytes: Uint8Array,
  at: number,
  sizeMax: number,
  available: number,
): NumberRead | null {
  let value = 0;
  for (let size = 1; size <= sizeMax; size++) {
    if (size > available) return null;
    const byte = bytes[at + size - 1] ?? 0;
    value += (byte % 128) * 128 ** (size - 1);
    if (byte >= 128) continue;
    if (byte === 0 && size > 1) throw new MalformedBytes('number not in its shortest form');
    return { value, size };
  }
  throw new MalformedBytes('number too long for its frame');
}
