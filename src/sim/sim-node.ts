// A member of a simulated world with its machine: an address, a disk that survives, and a process that
// runs the real engine, desk and record book on simulated ports, as often as it is started.

import { type WallTime, wallTimeOf } from '../core/base/time.ts';
import { type Publication, RecordBook } from '../core/book/record-book.ts';
import type { Address } from '../core/domain/addresses.ts';
import type { Contact } from '../core/domain/invitation.ts';
import { LIMITS } from '../core/domain/limits.ts';
import { type MessageType, UNTYPED } from '../core/domain/message-types.ts';
import type { RecordChange } from '../core/domain/records.ts';
import type { GraphEvent, PresentMember } from '../core/node/graph-event.ts';
import type { GraphStatus } from '../core/node/graph-status.ts';
import type { NeighborView } from '../core/node/graph-views.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { StoreChange } from '../core/ports/record-store.ts';
import { GroupEngine } from '../engine/graph/group-engine.ts';
import { type ChangeOrigin, type PublishResult, RecordDesk } from '../engine/record-desk.ts';
import { SignatureChecks } from '../engine/signature-checks.ts';
import type { Agenda } from './agenda.ts';
import type { Belongings } from './disk/belongings.ts';
import { RecordDisk } from './disk/record-disk.ts';
import type { FastCrypto } from './fast-crypto.ts';
import { LyingLinks } from './lying-links.ts';
import { SimLinks } from './network/sim-links.ts';
import type { SimNetwork } from './network/sim-network.ts';
import { type DeliberateBug, NodeLinks, NodeStore, PortGate } from './node-faults.ts';
import type { Village, Villager } from './people/village.ts';
import { SimChance } from './sim-chance.ts';
import { CrashSignal, type ProcessListener, SimProcess } from './sim-process.ts';

export type FailedPart = 'record desk' | 'engine';

export interface NodeListener extends ProcessListener {
  onEvent(node: SimNode, event: GraphEvent): void;
  onCommitted(node: SimNode, changes: readonly StoreChange[]): void;
  onPublished(node: SimNode, result: PublishResult): void;
  /** What its application is told: changes that are stored. */
  onChanges(node: SimNode, changes: readonly RecordChange[], origin: ChangeOrigin): void;
  /** Of what should never fail. */
  onFailed(node: SimNode, where: FailedPart, error: unknown): void;
}

/** What all nodes of a world have in common. */
export interface NodeWorld {
  readonly seed: string;
  readonly agenda: Agenda;
  readonly network: SimNetwork;
  readonly crypto: FastCrypto;
  readonly village: Village;
  readonly belongings: Belongings;
  readonly listener: NodeListener;
  /** How long checking a signature takes beside the loop. */
  readonly checkMs: number;
}

export interface NodePlace {
  readonly villager: Villager;
  readonly address: Address;
  readonly isListening: boolean;
  readonly bugs: ReadonlySet<DeliberateBug>;
  /** The part of its frames that are lies; 0 for honest members. */
  readonly lies: number;
}

const QUOTAS = {
  recordsPerAuthorMax: LIMITS.recordsPerAuthorMax,
  bytesPerAuthorMax: LIMITS.recordBytesPerAuthorMax,
  recordsMax: LIMITS.recordsPerGroupMax,
  bytesMax: LIMITS.recordBytesPerGroupMax,
};

/** For the bug `timeWalks`. */
const WALK_MS = 10_000;

/** What there is while the process lives. */
interface Running {
  readonly process: SimProcess;
  readonly gate: PortGate;
  readonly links: SimLinks;
  readonly store: NodeStore;
  readonly desk: RecordDesk;
  readonly engine: GroupEngine;
}

export class SimNode {
  readonly place: NodePlace;
  readonly disk = new RecordDisk();
  /** How much its wall clock is ahead of the right time. */
  wallAheadMs = 0;
  #isDiskFull = false;
  readonly #world: NodeWorld;
  readonly #chance: SimChance;
  readonly #journal: Uint8Array;
  #running: Running | null = null;
  #starts = 0;
  #hasLeft = false;

  constructor(world: NodeWorld, place: NodePlace) {
    this.#world = world;
    this.place = place;
    this.#chance = new SimChance(`${world.seed} node ${place.villager.name}`);
    this.#journal = this.#chance.bytes(8);
  }

  get name(): string {
    return this.place.villager.name;
  }

  get isRunning(): boolean {
    return this.#running?.process.isAlive === true;
  }

  get isFrozen(): boolean {
    return this.#running?.process.isFrozen === true;
  }

  /** Its process may go on, but the group is closed there. */
  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  get process(): SimProcess | null {
    return this.#running?.process ?? null;
  }

  get links(): SimLinks | null {
    return this.#running?.links ?? null;
  }

  get status(): GraphStatus {
    return this.#running?.engine.status ?? { state: 'offline', reason: 'notConnected' };
  }

  get neighbors(): readonly NeighborView[] {
    return this.isRunning ? (this.#running?.engine.neighbors() ?? []) : [];
  }

  /** Who says to be present, as this one sees it. */
  get present(): readonly PresentMember[] {
    return this.isRunning ? (this.#running?.engine.members() ?? []) : [];
  }

  get presentCount(): number {
    return this.present.length;
  }

  get groupTime(): WallTime | null {
    if (this.#running === null || !this.isRunning) return null;
    const { engine, process } = this.#running;
    const isWalking = this.place.bugs.has('timeWalks') && process.turns % 64 === 0;
    return wallTimeOf(engine.groupTime - (isWalking ? WALK_MS : 0));
  }

  get contact(): Contact {
    const { villager, address } = this.place;
    return { member: villager.membership.member, addresses: [address] };
  }

  /** A new process on the disk that is there; it asks these first. */
  start(contacts: readonly Contact[]): void {
    this.kill();
    this.#starts += 1;
    this.#hasLeft = false;
    const { agenda, listener } = this.#world;
    const process = new SimProcess(this.name, agenda, listener, this.wallAheadMs);
    process.turn(() => {
      this.#running = this.#build(process);
      this.#running.store.isFull = this.#isDiskFull;
      this.#running.engine.connect(contacts);
    });
  }

  /** Says goodbye and closes the group; a moment later nothing of it is left. */
  leave(): void {
    const running = this.#running;
    this.#hasLeft = true;
    running?.process.turn(() => {
      running.engine.close();
      running.desk.close();
    });
  }

  /** The process ends at once; with `isPowerLost` its machine is gone, and nobody is told. */
  kill({ isPowerLost = false } = {}): void {
    if (isPowerLost) this.#running?.links.losePower();
    this.#running?.process.die();
    this.#running = null;
  }

  freeze(): void {
    this.#running?.process.freeze();
  }

  thaw(): void {
    const running = this.#running;
    running?.process.thaw();
    if (running !== null) this.#world.network.thawed(running.links);
  }

  /** The process ends at that call of one of its ports, 1 for the next; null takes it back. */
  crashAt(call: number | null): void {
    this.#running?.gate.crashAt(call);
  }

  fillDisk(isFull: boolean): void {
    this.#isDiskFull = isFull;
    if (this.#running !== null) this.#running.store.isFull = isFull;
  }

  setWallAhead(aheadMs: number): void {
    this.wallAheadMs = aheadMs;
    if (this.#running !== null) this.#running.process.wallAheadMs = aheadMs;
  }

  /** `done` is told in a later turn, unless the process ends before. */
  publish(publication: Publication, done: (result: PublishResult) => void = () => undefined): void {
    const running = this.#running;
    running?.process.turn(() =>
      running.desk.publish(publication, (result) => {
        if (!running.process.isAlive) return;
        this.#world.listener.onPublished(this, result);
        done(result);
      }),
    );
  }

  /** `done` is told to how many neighbors it went, -1 when that would be too much at once. */
  broadcast(
    bytes: Uint8Array,
    type: MessageType = UNTYPED,
    done: (reached: number) => void = () => undefined,
  ): void {
    const running = this.#running;
    running?.process.turn(() => running.engine.broadcast(type, bytes, done));
  }

  #build(process: SimProcess): Running {
    const { village, crypto, network, belongings, listener, checkMs } = this.#world;
    const { villager, address, isListening, bugs, lies } = this.place;
    const { membership, signer } = villager;
    const chance = this.#chance;
    const gate = new PortGate(process);
    const nodeId = new DataView(chance.bytes(8).buffer).getBigUint64(0);
    const links = new SimLinks(network, { process, address, membership, nodeId, isListening });
    const store = new NodeStore(this.#journal, {
      disk: this.disk,
      belongings,
      gate,
      process,
      bugs,
      onCommitted: (changes) => listener.onCommitted(this, changes),
    });
    const book = new RecordBook({
      store,
      crypto,
      judge: village.judge,
      chance,
      signer,
      membership,
      quotas: QUOTAS,
    });
    const checker = crypto.checkerOn(process, checkMs);
    const checks = new SignatureChecks(checker, store, (act) => process.endOfTurn(act));
    const desk = new RecordDesk(
      { book, store, clock: process, checks, durability: 'process' },
      {
        onStored: (changes, origin) => engine.onStored(changes, origin),
        onChanges: (changes, origin) => listener.onChanges(this, changes, origin),
        onFailed: (error) => this.#onFailed(process, 'record desk', error),
      },
    );
    const engine = new GroupEngine({
      membership,
      signer,
      nodeId,
      crypto,
      chance,
      clock: bugs.has('busyLoop') ? impatient(process) : process,
      links: new NodeLinks(
        lies > 0 ? new LyingLinks(links, this.#chance, lies) : links,
        gate,
        bugs,
      ),
      store,
      tools: book.tools,
      membershipOf: (chainDigest) => book.membershipOf(chainDigest),
      desk,
      listenAddresses: () => (isListening ? [address] : []),
      publishesPresence: true,
      groupTimeBefore: null,
      listener: {
        onEvent: (event) => listener.onEvent(this, event),
        onFailed: (error) => this.#onFailed(process, 'engine', error),
      },
    });
    desk.learnMembership(membership.chain.map(({ der }) => der));
    return { process, gate, links, store, desk, engine };
  }

  #onFailed(process: SimProcess, where: FailedPart, error: unknown): void {
    if (process.isAlive && !(error instanceof CrashSignal)) {
      this.#world.listener.onFailed(this, where, error);
    }
  }
}

/** For the bug `busyLoop`: whoever waits longer than a second is woken at once. */
function impatient(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    endOfTurn: (act) => clock.endOfTurn(act),
    nextTurn: (act) => clock.nextTurn(act),
    wakeAfter: (delayMs, wake) => clock.wakeAfter(delayMs > 1_000 ? 0 : delayMs, wake),
  };
}
