// peergroup's reconciler twice, with a queue between the two: the parts that run in a group, without
// stores and signatures. A bundle here is a list of members, and is not counted.

import { nodeCrypto } from '../../src/adapters/crypto/node-crypto.ts';
import { instantOf, type Now, wallTimeOf } from '../../src/core/base/time.ts';
import { type LinkId, linkIdOf } from '../../src/core/domain/links.ts';
import { type LinkEffect, Outbox } from '../../src/core/graph/outbox.ts';
import { ElementIndex } from '../../src/core/graph/sync/element-index.ts';
import { ELEMENT_BYTES } from '../../src/core/graph/sync/element-words.ts';
import { packedInOrder, Ranges } from '../../src/core/graph/sync/ranges.ts';
import { Reconciler } from '../../src/core/graph/sync/reconciler.ts';
import { FRAME_HEADER_BYTES, KIND } from '../../src/core/wire/frame.ts';
import { encodeWant } from '../../src/core/wire/sync.ts';
import { decodeRanges, encodeRanges, type RangesMessage } from '../../src/core/wire/sync-ranges.ts';
import type { Compared, Member, Sets, Side, Subject, Way } from '../comparing/subject.ts';
import { threadCpuMs } from '../comparing/thread-cpu.ts';

export const subject: Subject = { build: (members) => new ReconciledSets(members) };

/** All that a set keeps, of five words each. */
const SYMBOLS = 4_096;
const SYMBOL_WORDS = 5;
const ID_BYTES = 16;
const MEMBER_BYTES = ID_BYTES + ELEMENT_BYTES + 8;
const PREFIX_BYTES = 8;
/** The frames by which it is found out what differs. */
const COMPARING: ReadonlySet<number> = new Set([KIND.getSymbols, KIND.symbols, KIND.ranges]);

interface Travelling {
  readonly to: Side;
  readonly frame: number;
  readonly payload: Uint8Array;
}

class ReconciledSets implements Sets {
  readonly #sides: readonly [Replica, Replica];
  readonly fixedBytes = SYMBOLS * SYMBOL_WORDS * 4;
  #links = 0;

  constructor(members: readonly Member[]) {
    this.#sides = [new Replica(members), new Replica(members)];
    for (const { index } of this.#sides) index.growSymbols(SYMBOLS);
  }

  get memoryBytes(): number {
    return this.#sides[0].index.memoryBytes;
  }

  put(side: Side, { id, hash, modifiedAt }: Member): void {
    this.#sides[side].index.put(id, hash, modifiedAt);
  }

  compare(way: Way): Compared {
    return way === 'ranges' ? this.#compareRanges() : this.#reconcile();
  }

  #reconcile(): Compared {
    const link = linkIdOf(++this.#links);
    const [first, second] = this.#sides;
    const cpuBeforeMs = this.#sides.map(({ cpuMs }) => cpuMs);
    const heads = this.#sides.map(({ reconciler }) => reconciler.ownHeads());
    first.up(link, true, heads[1] ?? fail('heads'));
    second.up(link, false, heads[0] ?? fail('heads'));
    let [bytes, turns, turnsUntilKnown, turnsUntilEqual] = [0, 0, 0, 0];
    for (let travelling = this.#collect(); travelling.length > 0; travelling = this.#collect()) {
      for (const { frame, payload } of travelling) {
        if (frame !== KIND.bundle) bytes += FRAME_HEADER_BYTES + payload.length;
      }
      turns += 1;
      if (travelling.some(({ frame }) => COMPARING.has(frame))) turnsUntilKnown = turns;
      const wasEqual = this.#isEqual();
      for (const { to, frame, payload } of travelling) this.#sides[to].take(link, frame, payload);
      if (!wasEqual && this.#isEqual()) turnsUntilEqual = turns;
    }
    for (const side of this.#sides) side.down(link);
    const [firstMs = 0, secondMs = 0] = cpuBeforeMs;
    return {
      bytes,
      knownRoundTrips: turnsUntilKnown / 2,
      roundTrips: turnsUntilEqual / 2,
      cpuMs: [first.cpuMs - firstMs, second.cpuMs - secondMs],
      isEqual: this.#isEqual(),
    };
  }

  /** As the reconciler does when symbols do not suffice, without asking for symbols before. */
  #compareRanges(): Compared {
    const sides = this.#sides.map(({ index }) => new Ranges(index));
    const cpu: [number, number] = [0, 0];
    const lacking: [Member[], Member[]] = [[], []];
    let [bytes, turns] = [0, 0];
    const timed = <Value>(side: Side, act: () => Value): Value => {
      const beforeMs = threadCpuMs();
      const value = act();
      cpu[side] += threadCpuMs() - beforeMs;
      return value;
    };
    const takeAll = (side: Side, frames: readonly Uint8Array[]): readonly Uint8Array[] => {
      const other: Side = side === 0 ? 1 : 0;
      return frames.flatMap((frame) => {
        const answer = timed(side, () => sides[side]?.answer(decodeRanges(frame))) ?? fail('side');
        if (answer.theirs.length > 0) {
          const want = encodeWant(packedInOrder(answer.theirs, PREFIX_BYTES));
          bytes += FRAME_HEADER_BYTES + want.length;
        }
        lacking[side].push(...this.#sides[other].membersOf(answer.theirs));
        lacking[other].push(...this.#sides[side].membersById(answer.ours));
        return timed(side, () => answer.messages.map(encodeRanges));
      });
    };
    const opening: readonly RangesMessage[] = timed(0, () => sides[0]?.opening()) ?? [];
    let travelling: readonly Uint8Array[] = opening.map(encodeRanges);
    for (let to: Side = 1; travelling.length > 0; to = to === 0 ? 1 : 0) {
      for (const { length } of travelling) bytes += FRAME_HEADER_BYTES + length;
      turns += 1;
      travelling = takeAll(to, travelling);
    }
    for (const side of [0, 1] as const) for (const each of lacking[side]) this.put(side, each);
    const isEqual = this.#isEqual();
    return { bytes, knownRoundTrips: turns / 2, roundTrips: null, cpuMs: cpu, isEqual };
  }

  #collect(): readonly Travelling[] {
    const [first, second] = this.#sides;
    const to = (side: Side) => (sent: Omit<Travelling, 'to'>) => ({ ...sent, to: side });
    return [...first.sent().map(to(1)), ...second.sent().map(to(0))];
  }

  #isEqual(): boolean {
    const [first, second] = this.#sides;
    return Buffer.compare(first.index.digest, second.index.digest) === 0;
  }
}

/** One of the two: an index, a reconciler, and what both have worked. */
class Replica {
  readonly index = new ElementIndex();
  readonly reconciler: Reconciler;
  cpuMs = 0;
  readonly #out = new Outbox<unknown>();
  readonly #bundles: { readonly link: LinkId; readonly payload: Uint8Array }[] = [];
  #drains: LinkId[] = [];

  constructor(members: readonly Member[]) {
    this.index.reserve(members.length);
    for (const { id, hash, modifiedAt } of members) this.index.put(id, hash, modifiedAt);
    const { sha256 } = nodeCrypto;
    this.reconciler = new Reconciler({
      index: this.index,
      source: {
        bundlesOf: (ids) => ({ bundles: [this.#pack(ids)], taken: ids.length }),
        listed: () => [sha256(new Uint8Array(1))],
        inSendingOrder: (digests) => digests,
        securityOf: () => null,
      },
      digestOf: ({ payload }) => sha256(payload),
      crypto: nodeCrypto,
      chance: { bytes: (length) => new Uint8Array(length) },
      listener: {
        onBundle: (link, payload) => void this.#bundles.push({ link, payload }),
        onSecurity: () => fail('no chain differs'),
        onUnlike: () => fail('all agree'),
        onWithheld: () => fail('nobody keeps anything back'),
        onProgress: () => undefined,
        onSynced: () => undefined,
        onLag: () => fail('nothing is refused'),
      },
    });
  }

  up(link: LinkId, weDialed: boolean, heads: ReturnType<Reconciler['ownHeads']>): void {
    this.#timed(() => this.reconciler.neighborUp({ link, weDialed, heads }, NOW, this.#out));
  }

  down(link: LinkId): void {
    this.reconciler.neighborDown(link, NOW, this.#out);
    this.#out.take();
  }

  take(link: LinkId, frame: number, payload: Uint8Array): void {
    this.#timed(() => this.reconciler.onFrame(link, frame, payload, NOW, this.#out));
    for (const bundle of this.#bundles.splice(0)) this.#judge(bundle.link, bundle.payload);
  }

  /** The frames that leave now; what a link has taken is taken at once. */
  sent(): readonly Omit<Travelling, 'to'>[] {
    const sent: Omit<Travelling, 'to'>[] = [];
    do {
      for (const link of this.#drains.splice(0)) {
        this.#timed(() => this.reconciler.onDrained(link, NOW, this.#out));
      }
      for (const effect of this.#out.take() as readonly LinkEffect[]) {
        if (effect.kind === 'send') sent.push({ frame: effect.frame, payload: effect.payload });
        else if (effect.kind === 'askDrained') this.#drains.push(effect.link);
      }
    } while (this.#drains.length > 0);
    return sent;
  }

  membersOf(elements: readonly Uint8Array[]): readonly Member[] {
    return this.membersById(elements.map((element) => this.index.idOf(element) ?? fail('an id')));
  }

  membersById(ids: readonly Uint8Array[]): readonly Member[] {
    return ids.map((id) => ({
      id,
      hash: this.index.elementOf(id) ?? fail('an element'),
      modifiedAt: this.index.timeOf(id) ?? fail('a time'),
    }));
  }

  #pack(ids: readonly Uint8Array[]): Uint8Array {
    const packed = new Uint8Array(ids.length * MEMBER_BYTES);
    const times = new DataView(packed.buffer);
    for (const [at, { id, hash, modifiedAt }] of this.membersById(ids).entries()) {
      packed.set(id, at * MEMBER_BYTES);
      packed.set(hash, at * MEMBER_BYTES + ID_BYTES);
      times.setFloat64((at + 1) * MEMBER_BYTES - 8, modifiedAt);
    }
    return packed;
  }

  /** All are good. Storing and judging belong to replicate, and to nobody's time here. */
  #judge(link: LinkId, bundle: Uint8Array): void {
    const times = new DataView(bundle.buffer, bundle.byteOffset);
    const accepted: Uint8Array[] = [];
    for (let from = 0; from < bundle.length; from += MEMBER_BYTES) {
      const element = bundle.slice(from + ID_BYTES, from + ID_BYTES + ELEMENT_BYTES);
      const id = bundle.slice(from, from + ID_BYTES);
      this.#timed(() => this.index.put(id, element, times.getFloat64(from + MEMBER_BYTES - 8)));
      accepted.push(element);
    }
    const outcome = { accepted, superseded: [], refused: [], deferred: [] };
    this.#timed(() => this.reconciler.onJudged(link, outcome, NOW, this.#out));
  }

  #timed(act: () => void): void {
    const beforeMs = threadCpuMs();
    act();
    this.cpuMs += threadCpuMs() - beforeMs;
  }
}

const NOW: Now = { instant: instantOf(1_000), wallTime: wallTimeOf(1_700_000_000_000) };

function fail(what: string): never {
  throw new Error(`missing: ${what}`);
}
