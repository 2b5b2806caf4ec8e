// What holds at each step of every node, whatever happens around it. Each check is a sentence, and says
// itself when it does not hold.

import { bytesKey, equalBytes } from '../../core/base/bytes.ts';
import { hexText } from '../../core/base/hex.ts';
import { MalformedBytes } from '../../core/base/malformed-bytes.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import type { StoreChange } from '../../core/ports/record-store.ts';
import type { BatchTools } from '../../core/records/batch-contents.ts';
import { decodeBundle, openBundle } from '../../core/records/bundle.ts';
import { decodeFlood } from '../../core/wire/flood.ts';
import { KIND } from '../../core/wire/frame.ts';
import type { LinkEnd } from '../network/link-end.ts';
import type { SimNode } from '../sim-node.ts';

export type Complain = (checker: string, sentence: string) => void;

/** In the larger of the two shapes a graph has: everybody is a neighbor of up to eight others, and two more for a moment. */
const NEIGHBORS_MAX = 10;
/** A guess: a node that sleeps 1 ms between two wake-ups is busy already. */
const WAKES_PER_SECOND_MAX = 2_000;
/** What the group's time may differ from turn to turn by rounding. */
const ROUNDING_MS = 1;

/** To look at the clock costs as much as a small turn. */
const GROUP_TIME_EVERY_TURNS = 4;

interface Watched {
  groupTime: number;
  secondBegan: number;
  wakesThen: number;
  process: unknown;
}

export class StepChecks {
  readonly #complain: Complain;
  readonly #tools: BatchTools;
  readonly #watchedByNode = new Map<SimNode, Watched>();

  constructor(tools: BatchTools, complain: Complain) {
    this.#tools = tools;
    this.#complain = complain;
  }

  onTurnEnded(node: SimNode, nowMs: number): void {
    const { process } = node;
    if (process === null || !process.isAlive) return;
    const watched = this.#watched(node, nowMs);
    if (nowMs - watched.secondBegan >= 1_000) {
      watched.secondBegan = nowMs;
      watched.wakesThen = process.wakes;
    } else if (process.wakes - watched.wakesThen > WAKES_PER_SECOND_MAX) {
      const sentence = `${node.name} was woken ${WAKES_PER_SECOND_MAX} times within a second`;
      this.#complain('deadlines lie in the future', sentence);
    }
    if (process.turns % GROUP_TIME_EVERY_TURNS === 0) this.#checkGroupTime(node, watched);
  }

  onNeighborUp(node: SimNode): void {
    const count = node.neighbors.length;
    if (count <= NEIGHBORS_MAX) return;
    this.#complain('neighbors are bounded', `${node.name} has ${count} neighbors`);
  }

  onSent(node: SimNode, end: LinkEnd, kind: number, payload: Uint8Array): void {
    if (end.waitingBytes > LIMITS.neighborUnsentBytesMax + LIMITS.bundleBytesMax + 1_024) {
      const sentence = `${node.name} lets ${end.waitingBytes} bytes wait for a neighbor`;
      this.#complain('queues are bounded', sentence);
    }
    if (kind === KIND.bundle) this.#checkBundle(node, payload);
    if (kind !== KIND.flood) return;
    const { kind: parcel, bytes } = decodeFlood(payload);
    if (parcel === 'bundle') this.#checkBundle(node, bytes);
  }

  onCommitted(node: SimNode, changes: readonly StoreChange[]): void {
    for (const change of changes) {
      if (change.kind !== 'putRecord') continue;
      const { author } = change.record;
      if (node.disk.membershipEnd(bytesKey(author)) !== null) continue;
      const sentence = `${node.name} stored a record of ${hexText(author.subarray(0, 8))}, whom it does not know`;
      this.#complain('authors are members', sentence);
    }
  }

  /** What a member says in its own name is on its disk before. */
  #checkBundle(node: SimNode, bytes: Uint8Array): void {
    const own = node.place.villager.signer.publicKey;
    try {
      const bundle = decodeBundle(bytes, LIMITS.bundleBytesMax);
      if (!equalBytes(bundle.statement.author, own)) return;
      const opened = openBundle(bundle, this.#tools);
      if (!opened.ok) {
        this.#complain(
          'bundles are sound',
          `${node.name} sends a bundle: ${opened.refusal.detail}`,
        );
        return;
      }
      // What was taken away a moment ago may be on its way still.
      if (!node.mayCount(opened.value.batch)) return;
      for (const { id, content } of opened.value.entries) {
        const stored = node.disk.records.get(bytesKey(id));
        if (stored !== undefined && stored.record.content.version >= content.version) continue;
        const sentence = `${node.name} sends version ${content.version} of its record ${hexText(id)}, which is not on its disk`;
        this.#complain('stored before sent', sentence);
      }
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
      this.#complain('bundles are sound', `${node.name} sends a bundle: ${error.message}`);
    }
  }

  #checkGroupTime(node: SimNode, watched: Watched): void {
    const time = node.groupTime;
    if (time === null) return;
    if (time < watched.groupTime - ROUNDING_MS) {
      const sentence = `the group's time at ${node.name} steps back by ${watched.groupTime - time} ms`;
      this.#complain('group time never steps back', sentence);
    }
    watched.groupTime = time;
  }

  #watched(node: SimNode, nowMs: number): Watched {
    const known = this.#watchedByNode.get(node);
    if (known !== undefined && known.process === node.process) return known;
    const { process } = node;
    const fresh = { groupTime: 0, secondBegan: nowMs, wakesThen: process?.wakes ?? 0, process };
    this.#watchedByNode.set(node, fresh);
    return fresh;
  }
}
