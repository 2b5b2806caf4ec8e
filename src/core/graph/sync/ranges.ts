// Compares two sets range by range (protocol.md §13.9): fingerprints where much is equal, elements where
// little is left. Whoever answers needs to remember nothing; whoever asks counts its open questions.
// A set that changes meanwhile costs a difference that is found the next time, never a wrong record.

import { bytesKey, compareBytes, equalBytes } from '../../base/bytes.ts';
import { LIMITS } from '../../domain/limits.ts';
import {
  type Bound,
  FIRST_BOUND,
  type RangeContent,
  type RangesMessage,
  type SyncRange,
} from '../../wire/sync-ranges.ts';
import type { ElementIndex, IndexedElement } from './element-index.ts';
import { ELEMENT_BYTES, FINGERPRINT_BYTES } from './element-words.ts';

/** Measured with a million records: 16 cost a third of what 64 do, in one half round trip more. */
const BRANCHES = 16;
const FRAME_BYTES_MAX = 60_000;
/** Tag and bound of a range, beside its content. */
const RANGE_COST = 8;

export interface RangesAnswer {
  /** At least one for a question; for an answer only what is still to be asked. */
  readonly messages: readonly RangesMessage[];
  /** Elements that they have and we lack. */
  readonly theirs: readonly Uint8Array[];
  /** Ids of records that we have and they lack. */
  readonly ours: readonly Uint8Array[];
  /** What it cost, in ranges. */
  readonly work: number;
  /** There was no room for all ranges: the rest is found by another comparison. */
  readonly isCut: boolean;
}

/** What one message may cost. */
export interface RangesRoom {
  /** That we look at, or tell of. */
  readonly ranges: number;
  /** Of ours that they lack. */
  readonly records: number;
}

const MUCH_ROOM: RangesRoom = {
  ranges: Number.POSITIVE_INFINITY,
  records: LIMITS.syncRecordsQueuedMax,
};

export class Ranges {
  readonly #index: ElementIndex;

  constructor(index: ElementIndex) {
    this.#index = index;
  }

  /** The first question: the whole set in 16 ranges. */
  opening(): readonly RangesMessage[] {
    const frames = new RangeFrames(FIRST_BOUND);
    this.#tell(frames, { from: 0, to: this.#index.count, upTo: null });
    return frames.finish({ isReply: false });
  }

  /** Where there is no room any more ranges are skipped, as if they were equal, and records left out. */
  answer({ isReply, from, ranges }: RangesMessage, room: RangesRoom = MUCH_ROOM): RangesAnswer {
    const frames = new RangeFrames(from);
    const theirs: Uint8Array[] = [];
    const ours: Uint8Array[] = [];
    let before = this.#index.rankOf(from);
    let work = 0;
    let isCut = false;
    for (const { upTo, content } of ranges) {
      const rank = upTo === null ? this.#index.count : this.#index.rankOf(upTo);
      const stretch = { from: before, to: rank, upTo };
      const isLeft = work < room.ranges;
      work += content.kind === 'skip' ? 0 : 1;
      isCut ||= !isLeft && content.kind !== 'skip';
      if (!isLeft) frames.skip(upTo);
      else if (content.kind === 'fingerprint' && !this.#isEqual(stretch, content.fingerprint)) {
        work += this.#tell(frames, stretch);
      } else {
        if (content.kind === 'elements') {
          const ids = this.#compare(stretch, content.elements, theirs, room.records - ours.length);
          work += Math.ceil(ids.length / LIMITS.syncRangeElementsMax);
          for (const id of ids) ours.push(id);
        }
        frames.skip(upTo);
      }
      before = rank;
    }
    return { messages: frames.finish({ isReply: !isReply }), theirs, ours, work, isCut };
  }

  #isEqual({ from, to }: Stretch, fingerprint: Uint8Array): boolean {
    return equalBytes(this.#index.fingerprint(from, to), fingerprint);
  }

  /** What we have there: itself when it is little, else fingerprints of its parts. In how many ranges. */
  #tell(frames: RangeFrames, { from, to, upTo }: Stretch): number {
    const count = to - from;
    if (count <= LIMITS.syncRangeElementsMax) {
      const elements = this.#elementsIn(from, to).map(({ element }) => element);
      frames.add(upTo, { kind: 'elements', elements: packedInOrder(elements, ELEMENT_BYTES) });
      return 1;
    }
    let start = from;
    for (let branch = 1; branch <= BRANCHES; branch++) {
      const end = from + Math.floor((count * branch) / BRANCHES);
      const cut = branch === BRANCHES ? upTo : this.#boundAt(end);
      // No bound lies between two records with one element.
      if (cut === 'none') continue;
      frames.add(cut, {
        kind: 'fingerprint',
        fingerprint: this.#index.fingerprint(start, end),
      });
      start = end;
    }
    return BRANCHES;
  }

  #boundAt(rank: number): Bound | 'none' {
    const [before, next] = [this.#index.at(rank - 1), this.#index.at(rank)];
    const isOne = before.modifiedAt === next.modifiedAt && equalBytes(before.element, next.element);
    return isOne ? 'none' : boundBetween(before, next);
  }

  /** Adds what we lack to `theirs`; ids of what they lack, as far as there is room. */
  #compare(
    { from, to }: Stretch,
    packed: Uint8Array,
    theirs: Uint8Array[],
    room: number,
  ): readonly Uint8Array[] {
    const listed = new Set<string>();
    for (let at = 0; at < packed.length; at += ELEMENT_BYTES) {
      const element = packed.slice(at, at + ELEMENT_BYTES);
      listed.add(bytesKey(element));
      if (!this.#index.has(element)) theirs.push(element);
    }
    const end = Math.min(to, from + room + listed.size);
    return this.#elementsIn(from, end)
      .filter(({ element }) => !listed.has(bytesKey(element)))
      .slice(0, room)
      .map(({ id }) => id);
  }

  #elementsIn(from: number, to: number): readonly IndexedElement[] {
    return this.#index.between(from, to);
  }
}

interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly upTo: Bound | null;
}

/** Puts ranges into frames; where nothing is to be said nothing is sent. */
class RangeFrames {
  readonly #done: { readonly from: Bound; readonly ranges: readonly SyncRange[] }[] = [];
  #from: Bound;
  #ranges: SyncRange[] = [];
  #bytes = 0;
  /** How far all has been said. */
  #at: Bound | null;
  #skipped = false;

  constructor(from: Bound) {
    this.#from = from;
    this.#at = from;
  }

  skip(upTo: Bound | null): void {
    this.#at = upTo;
    this.#skipped = true;
  }

  add(upTo: Bound | null, content: RangeContent): void {
    const isFull = this.#ranges.length + 2 > LIMITS.syncRangesMax || this.#bytes > FRAME_BYTES_MAX;
    if (isFull) this.#close();
    if (this.#ranges.length === 0) this.#from = this.#at ?? this.#from;
    else if (this.#skipped) this.#push(this.#at, { kind: 'skip' });
    this.#push(upTo, content);
    this.#at = upTo;
    this.#skipped = false;
  }

  finish({ isReply }: { readonly isReply: boolean }): readonly RangesMessage[] {
    if (this.#ranges.length > 0 || (isReply && this.#done.length === 0)) this.#close();
    const last = this.#done.length - 1;
    return this.#done.map(({ from, ranges }, at) => {
      return { isReply, isLast: !isReply || at === last, from, ranges };
    });
  }

  #push(upTo: Bound | null, content: RangeContent): void {
    this.#ranges.push({ upTo, content });
    const contentBytes = content.kind === 'elements' ? content.elements.length : FINGERPRINT_BYTES;
    this.#bytes += RANGE_COST + contentBytes;
  }

  #close(): void {
    this.#done.push({ from: this.#from, ranges: this.#ranges });
    this.#ranges = [];
    this.#bytes = 0;
  }
}

/** Above the first and not above the second, with no more of its element than that takes. */
export function boundBetween(before: IndexedElement, next: IndexedElement): Bound {
  const { modifiedAt: time, element } = next;
  if (before.modifiedAt !== time) return { time, prefix: new Uint8Array(0) };
  let shared = 0;
  while (shared < ELEMENT_BYTES - 1 && before.element[shared] === element[shared]) shared++;
  return { time, prefix: element.slice(0, shared + 1) };
}

/** Where an element stands itself. */
export function boundAt({ modifiedAt, element }: IndexedElement): Bound {
  let length = element.length;
  while (length > 0 && element[length - 1] === 0) length--;
  return { time: modifiedAt, prefix: element.slice(0, length) };
}

/** The first bytes of each, in their order, each once, one after the other. */
export function packedInOrder(items: readonly Uint8Array[], itemBytes: number): Uint8Array {
  const sorted = items.map((item) => item.subarray(0, itemBytes)).sort(compareBytes);
  const once = sorted.filter((item, at) => {
    const before = sorted[at - 1];
    return before === undefined || !equalBytes(before, item);
  });
  const packed = new Uint8Array(once.length * itemBytes);
  for (const [at, item] of once.entries()) packed.set(item, at * itemBytes);
  return packed;
}
