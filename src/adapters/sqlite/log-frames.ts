// Reads the log (WAL) of a database without SQLite, which takes the first frame that is wrong for the
// end and drops what lies behind it without a word. A process that is killed leaves at most one frame
// half-written, its last; more of the same round behind a wrong one were written whole, and something
// spoilt what they follow. Formats: sqlite.org/fileformat2.html.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** What our databases are made with. */
export const PAGE_BYTES = 4_096;
const LOG_HEAD_BYTES = 32;
const FRAME_HEAD_BYTES = 24;
const FRAME_BYTES = FRAME_HEAD_BYTES + PAGE_BYTES;
/** The last bit says in which order the words of the checksums are. */
const LOG_MAGIC = 0x377f0682;
/** Frames that are read at a time. */
const FRAMES_AT_ONCE = 64;

export interface LogContents {
  /** Where the pages of whole commits stand. */
  readonly offsetByPage: ReadonlyMap<number, number>;
  /** True when commits may be behind a place that cannot be read any more. */
  readonly isDamaged: boolean;
}

const NO_LOG: LogContents = { offsetByPage: new Map(), isDamaged: false };

/** Of a database file whose log may be there, empty or not at all. */
export function isLogDamaged(path: string): boolean {
  const log = openLog(path);
  if (log === null) return false;
  try {
    return readLog(log).isDamaged;
  } finally {
    closeSync(log);
  }
}

/** Null without a log: everything is in the file then. */
export function openLog(path: string): number | null {
  try {
    return openSync(`${path}-wal`, 'r');
  } catch {
    return null;
  }
}

/** Frames count up to the last one that ends a commit, as long as salts and checksums go on. */
export function readLog(log: number): LogContents {
  const { size } = fstatSync(log);
  if (size === 0) return NO_LOG;
  const head = Buffer.alloc(LOG_HEAD_BYTES);
  const unreadable = { offsetByPage: new Map<number, number>(), isDamaged: true };
  if (!readWhole(log, head, 0)) return unreadable;
  const magic = head.readUInt32BE(0);
  if (magic - (magic % 2) !== LOG_MAGIC || head.readUInt32BE(8) !== PAGE_BYTES) return unreadable;
  const sum = new LogChecksum(magic % 2 === 1);
  sum.add(head, 0, 24);
  if (!sum.is(head.readUInt32BE(24), head.readUInt32BE(28))) return unreadable;
  return readFrames(log, head.subarray(16, 24), sum, size);
}

function readFrames(log: number, salts: Buffer, sum: LogChecksum, size: number): LogContents {
  const committed = new Map<number, number>();
  const pending = new Map<number, number>();
  const count = Math.floor((size - LOG_HEAD_BYTES) / FRAME_BYTES);
  let end = count;
  for (const { bytes, begin, frame } of framesIn(log, count)) {
    const isOfRound = bytes.compare(salts, 0, 8, begin + 8, begin + 16) === 0;
    if (frame > end) {
      // Frames of an older round lie behind the newest one and have other salts.
      if (isOfRound) return { offsetByPage: committed, isDamaged: true };
      continue;
    }
    const page = bytes.readUInt32BE(begin);
    if (!isOfRound || page === 0 || !sum.follows(bytes, begin)) {
      end = frame;
      continue;
    }
    pending.set(page, offsetOf(frame) + FRAME_HEAD_BYTES);
    if (bytes.readUInt32BE(begin + 4) === 0) continue;
    for (const [one, offset] of pending) committed.set(one, offset);
    pending.clear();
  }
  return { offsetByPage: committed, isDamaged: false };
}

interface Frame {
  readonly bytes: Buffer;
  /** Where in the bytes it begins. */
  readonly begin: number;
  /** From 0. */
  readonly frame: number;
}

/** A frame that the disk cannot read comes as zeros. */
function* framesIn(log: number, count: number): Generator<Frame, void> {
  const some = Buffer.alloc(FRAMES_AT_ONCE * FRAME_BYTES);
  for (let first = 0; first < count; first += FRAMES_AT_ONCE) {
    const here = Math.min(FRAMES_AT_ONCE, count - first);
    const isRead = readWhole(log, some.subarray(0, here * FRAME_BYTES), offsetOf(first));
    for (let at = 0; at < here; at++) {
      const begin = at * FRAME_BYTES;
      if (!isRead) {
        const alone = some.subarray(begin, begin + FRAME_BYTES);
        if (!readWhole(log, alone, offsetOf(first + at))) alone.fill(0);
      }
      yield { bytes: some, begin, frame: first + at };
    }
  }
}

function offsetOf(frame: number): number {
  return LOG_HEAD_BYTES + frame * FRAME_BYTES;
}

/** The running checksum of a log: each frame's goes on from the one before. */
class LogChecksum {
  readonly #isLittleEndian: boolean;
  #first = 0;
  #second = 0;

  constructor(isBigEndian: boolean) {
    this.#isLittleEndian = !isBigEndian;
  }

  /** Of a length that eight divides. */
  add(bytes: Buffer, from: number, length: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset + from, length);
    let [first, second] = [this.#first, this.#second];
    for (let at = 0; at < length; at += 8) {
      first = (first + view.getUint32(at, this.#isLittleEndian) + second) | 0;
      second = (second + view.getUint32(at + 4, this.#isLittleEndian) + first) | 0;
    }
    this.#first = first;
    this.#second = second;
  }

  is(first: number, second: number): boolean {
    return this.#first >>> 0 === first && this.#second >>> 0 === second;
  }

  /** Whether the frame that begins here is as it was written. */
  follows(bytes: Buffer, begin: number): boolean {
    this.add(bytes, begin, 8);
    this.add(bytes, begin + FRAME_HEAD_BYTES, PAGE_BYTES);
    return this.is(bytes.readUInt32BE(begin + 16), bytes.readUInt32BE(begin + 20));
  }
}

/** A sector that the disk cannot read is as good as one that is not there. */
export function readWhole(file: number, bytes: Buffer, from: number): boolean {
  try {
    return readSync(file, bytes, 0, bytes.length, from) === bytes.length;
  } catch {
    return false;
  }
}
