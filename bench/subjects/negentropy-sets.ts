// Negentropy, the reference of reconciling by ranges, in its own JavaScript.

import type { Compared, Member, Sets, Side, Subject } from '../comparing/subject.ts';
import { threadCpuMs } from '../comparing/thread-cpu.ts';
import { loadPeer } from '../peers/load.ts';

export const subject: Subject = { build: (members) => new ComparedVectors(members), isSlow: true };

interface Item {
  readonly timestamp: number;
  readonly id: Uint8Array;
}

interface Vector {
  items: Item[];
  seal(): void;
  unseal(): void;
}

type Answer = readonly [
  message: Uint8Array | null,
  have: readonly unknown[],
  need: readonly unknown[],
];

interface Protocol {
  wantUint8ArrayOutput: boolean;
  initiate(): Promise<Uint8Array>;
  reconcile(message: Uint8Array): Promise<Answer>;
}

interface Library {
  readonly Negentropy: new (storage: Vector) => Protocol;
  readonly NegentropyStorageVector: new () => Vector;
}

const { Negentropy, NegentropyStorageVector } = await loadPeer<Library>('negentropy');

/** It shifts times as integers of 32 bits, so that milliseconds since 1970 never end. */
const TIME_BEGIN_MS = 1_700_000_000_000;

class ComparedVectors implements Sets {
  readonly #vectors: readonly [Vector, Vector];
  readonly #added: [Item[], Item[]] = [[], []];
  readonly memoryBytes = null;
  readonly fixedBytes = null;

  constructor(members: readonly Member[]) {
    this.#vectors = [vectorOf(members), vectorOf(members)];
  }

  put(side: Side, member: Member): void {
    this.#added[side].push(itemOf(member));
  }

  async compare(): Promise<Compared> {
    this.#insert(this.#added);
    const [first, second] = this.#vectors.map((vector) => new Negentropy(vector));
    if (first === undefined || second === undefined) throw new Error('two sides');
    first.wantUint8ArrayOutput = true;
    second.wantUint8ArrayOutput = true;
    const cpu: [number, number] = [0, 0];
    let [bytes, turns, found] = [0, 0, 0];
    let beforeMs = threadCpuMs();
    let message: Uint8Array | null = await first.initiate();
    cpu[0] += threadCpuMs() - beforeMs;
    for (let to: Side = 1; message !== null; to = to === 0 ? 1 : 0) {
      bytes += message.length;
      turns += 1;
      beforeMs = threadCpuMs();
      const [answer, have, need]: Answer = await (to === 0 ? first : second).reconcile(message);
      cpu[to] += threadCpuMs() - beforeMs;
      if (to === 0) found += have.length + need.length;
      message = answer;
    }
    const [ours, theirs] = this.#added;
    const isEqual = found === ours.length + theirs.length;
    this.#insert([theirs, ours]);
    this.#added[0] = [];
    this.#added[1] = [];
    // The ids are known; records would take half a round trip more, or a whole one.
    return { bytes, knownRoundTrips: turns / 2, roundTrips: null, cpuMs: cpu, isEqual };
  }

  #insert(added: readonly [readonly Item[], readonly Item[]]): void {
    for (const [side, vector] of this.#vectors.entries()) {
      vector.unseal();
      vector.items.push(...(added[side] ?? []));
      vector.seal();
    }
  }
}

function vectorOf(members: readonly Member[]): Vector {
  const vector = new NegentropyStorageVector();
  vector.items = members.map(itemOf);
  vector.seal();
  return vector;
}

/** With memory of its own: it adds from the beginning of the buffer, whatever is a view of it. */
function itemOf({ hash, modifiedAt }: Member): Item {
  return { timestamp: Math.floor((modifiedAt - TIME_BEGIN_MS) / 100), id: new Uint8Array(hash) };
}
