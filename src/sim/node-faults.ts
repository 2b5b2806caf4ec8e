// What can go wrong inside one node: its process ends between two effects of one step, its disk is full,
// or, for tests of the checks, its code has one of several bugs. Ports are wrapped; the node itself is
// the real one.

import type { DialTarget, LinkId, PartReason } from '../core/domain/links.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Links, LinksListener } from '../core/ports/links.ts';
import type { Durability, StoreChange } from '../core/ports/record-store.ts';
import { WorldError } from '../core/ports/world-error.ts';
import { decodeFlood } from '../core/wire/flood.ts';
import { KIND } from '../core/wire/frame.ts';
import { MemoryRecordStore, type MemoryStoreOptions } from './disk/memory-record-store.ts';
import { CrashSignal, type SimProcess } from './sim-process.ts';

/** Each is a mistake that somebody could make in the node; the checks have to find every one of them. */
export const DELIBERATE_BUGS = [
  /** Records of others are not passed on. */
  'noForwarding',
  /** Nothing is ever reconciled. */
  'noReconciling',
  /** What came by reconciling is not offered to the other neighbors. */
  'noOffer',
  /** A record leaves before it is on the disk. */
  'storeAfterSend',
  /** Tombstones are thrown away after some seconds, as if nobody could be away for longer. */
  'lostTombstone',
  /** The group's time steps back now and then. */
  'timeWalks',
  /** Links that should end are kept. */
  'neverHangsUp',
  /** A wake-up is asked for again and again. */
  'busyLoop',
  /** What a removed member published beyond what counts stays where it is. */
  'noSweep',
  /** Batches of removed members are taken. */
  'takesRemoved',
  /** The same for those that are dated before the removal. */
  'judgesByDates',
  /** What is learned of who belongs is not passed on at once. */
  'noPushing',
  /** Links with removed members are kept. */
  'keepsRemoved',
] as const;

export type DeliberateBug = (typeof DELIBERATE_BUGS)[number];

/** Counts the calls of a node's ports, and ends its process at one of them. */
export class PortGate {
  readonly #process: SimProcess;
  /** Calls until the crash; null for none. */
  #left: number | null = null;

  constructor(process: SimProcess) {
    this.#process = process;
  }

  /** The process ends at the call with this number from now on, 1 for the next; null takes it back. */
  crashAt(call: number | null): void {
    this.#left = call;
  }

  /** Throws `CrashSignal` out of a process that is dead, or dies here. */
  pass(): void {
    if (this.#left !== null) {
      this.#left -= 1;
      if (this.#left <= 0) this.#process.die();
    }
    if (!this.#process.isAlive) throw new CrashSignal('the process has ended');
  }
}

export interface NodeStoreParts extends MemoryStoreOptions {
  readonly gate: PortGate;
  readonly process: SimProcess;
  readonly bugs: ReadonlySet<DeliberateBug>;
  readonly onCommitted: (changes: readonly StoreChange[]) => void;
}

/** The store of a node: its disk may be full, and its process may end before or behind a commit. */
export class NodeStore extends MemoryRecordStore {
  readonly #parts: NodeStoreParts;
  isFull = false;

  constructor(journal: Uint8Array, parts: NodeStoreParts) {
    super(journal, parts);
    this.#parts = parts;
  }

  override commit(changes: readonly StoreChange[], durability: Durability): void {
    const { gate, bugs, process } = this.#parts;
    gate.pass();
    if (this.isFull) throw new WorldError('STORAGE_FULL', 'no space is left on the disk');
    if (bugs.has('storeAfterSend') && changes.some(({ kind }) => kind === 'putRecord')) {
      process.wakeAfter(LATE_MS, () => this.#commitNow(changes, durability));
      return;
    }
    this.#commitNow(changes, durability);
    gate.pass();
  }

  override versionsIn(batch: Uint8Array): ReturnType<MemoryRecordStore['versionsIn']> {
    if (this.#parts.bugs.has('noSweep')) return { records: [], shadows: [] };
    return super.versionsIn(batch);
  }

  #commitNow(changes: readonly StoreChange[], durability: Durability): void {
    super.commit(changes, durability);
    const { bugs, process, onCommitted } = this.#parts;
    onCommitted(changes);
    if (!bugs.has('lostTombstone')) return;
    for (const change of changes) {
      if (change.kind !== 'putRecord' || !change.record.content.isDeleted) continue;
      const id = change.record.id.slice();
      process.wakeAfter(TOMBSTONE_MS, () =>
        super.commit([{ kind: 'removeRecord', id }], 'process'),
      );
    }
  }
}

/** For the bug `storeAfterSend`. */
const LATE_MS = 50;
/** For the bug `lostTombstone`. */
const TOMBSTONE_MS = 3_000;

/** The links of a node, as its engine has them. */
export class NodeLinks implements Links {
  readonly #links: Links;
  readonly #gate: PortGate;
  readonly #bugs: ReadonlySet<DeliberateBug>;

  constructor(links: Links, gate: PortGate, bugs: ReadonlySet<DeliberateBug>) {
    this.#links = links;
    this.#gate = gate;
    this.#bugs = bugs;
  }

  attach(listener: LinksListener): void {
    this.#links.attach(listener);
  }

  dial(target: DialTarget): void {
    this.#gate.pass();
    this.#links.dial(target);
  }

  send(link: LinkId, kind: number, payload: Uint8Array): void {
    this.#gate.pass();
    if (!this.#isLost(kind, payload)) this.#links.send(link, kind, payload);
  }

  askDrained(link: LinkId): void {
    this.#gate.pass();
    this.#links.askDrained(link);
  }

  setReading(link: LinkId, isReading: boolean): void {
    this.#gate.pass();
    this.#links.setReading(link, isReading);
  }

  hangUp(link: LinkId, why: PartReason): void {
    this.#gate.pass();
    const isKept = this.#bugs.has('keepsRemoved') && why === 'removed';
    if (!this.#bugs.has('neverHangsUp') && !isKept) this.#links.hangUp(link, why);
  }

  close(): void {
    if (!this.#bugs.has('neverHangsUp')) this.#links.close();
  }

  #isLost(kind: number, payload: Uint8Array): boolean {
    if (this.#bugs.has('noForwarding')) {
      if (kind === KIND.flood && decodeFlood(payload).hop > 1) return true;
      if (kind === KIND.iHave) return true;
    }
    if (this.#bugs.has('noOffer') && kind === KIND.offer) return true;
    return this.#bugs.has('noReconciling') && SYNC_KINDS.has(kind);
  }
}

const SYNC_KINDS: ReadonlySet<number> = new Set([
  KIND.getSymbols,
  KIND.symbols,
  KIND.ranges,
  KIND.stream,
  KIND.want,
  KIND.bundle,
  KIND.syncState,
  KIND.offer,
]);

/** For the bug `busyLoop`: whoever waits longer than a second is woken at once. */
export function impatient(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    endOfTurn: (act) => clock.endOfTurn(act),
    nextTurn: (act) => clock.nextTurn(act),
    wakeAfter: (delayMs, wake) => clock.wakeAfter(delayMs > 1_000 ? 0 : delayMs, wake),
  };
}

/** For the bug `noPushing`: of statements that are stored the engine hears nothing. */
export function toldToEngine(
  changes: readonly StoreChange[],
  bugs: ReadonlySet<DeliberateBug>,
): readonly StoreChange[] {
  if (!bugs.has('noPushing')) return changes;
  return changes.filter(({ kind }) => kind !== 'putSecurity');
}
