// A member of a simulated world with its machine: an address, a disk that survives, and a process that
// runs the real engine, desk and record book on simulated ports, as often as it is started.

import { type WallTime, wallTimeOf } from '../core/base/time.ts';
import { judgeBatch } from '../core/book/batch-standing.ts';
import type { Publication } from '../core/book/record-book.ts';
import type { Contact } from '../core/domain/invitation.ts';
import type { Membership } from '../core/domain/membership.ts';
import { type MessageType, UNTYPED } from '../core/domain/message-types.ts';
import type { RecordChange, SignedBatch } from '../core/domain/records.ts';
import type { GraphEvent, KnownEpoch, PresentMember } from '../core/node/graph-event.ts';
import type { GraphStatus } from '../core/node/graph-status.ts';
import type { NeighborView } from '../core/node/graph-views.ts';
import type { StoreChange } from '../core/ports/record-store.ts';
import type { VerifiedBatch } from '../core/records/verified-batch.ts';
import type { SecurityState } from '../core/security/security-state.ts';
import type { ChangeOrigin, PublishResult } from '../engine/record-desk.ts';
import { RecordDisk } from './disk/record-disk.ts';
import type { SimLinks } from './network/sim-links.ts';
import {
  type FailedPart,
  type NodePlace,
  type NodeSurroundings,
  type Office,
  type Running,
  runNode,
} from './node-run.ts';
import { SimChance } from './sim-chance.ts';
import { CrashSignal, type ProcessListener, SimProcess } from './sim-process.ts';

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
export interface NodeWorld extends NodeSurroundings {
  readonly listener: NodeListener;
}

/** For the bug `timeWalks`. */
const WALK_MS = 10_000;

export class SimNode {
  readonly place: NodePlace;
  #disk = new RecordDisk();
  /** How much its wall clock is ahead of the right time. */
  wallAheadMs = 0;
  #isDiskFull = false;
  readonly #world: NodeWorld;
  readonly #chance: SimChance;
  readonly journal: Uint8Array;
  #membership: Membership;
  #isRogue = false;
  /** Epochs whose secret it was told, or began; the last is the one that its engine starts with. */
  readonly epochs: KnownEpoch[] = [];
  #running: Running | null = null;
  #starts = 0;
  #hasLeft = false;

  constructor(world: NodeWorld, place: NodePlace) {
    this.#world = world;
    this.place = place;
    this.#membership = place.villager.membership;
    this.#chance = new SimChance(`${world.seed} node ${place.villager.name}`);
    this.journal = this.#chance.bytes(8);
  }

  get name(): string {
    return this.place.villager.name;
  }

  get disk(): RecordDisk {
    return this.#disk;
  }

  /** The one that it acts under, or did when it ran last. */
  get membership(): Membership {
    return this.#membership;
  }

  /** False for liars, and for rogues. */
  get isHonest(): boolean {
    return this.place.lies === 0 && !this.#isRogue;
  }

  /** Goes on after its removal, and does not want to know of any. */
  get isRogue(): boolean {
    return this.#isRogue;
  }

  /** Who belongs and what counts, as far as it knows; null while it does not run. */
  get security(): SecurityState | null {
    return this.isRunning ? (this.#running?.book.security ?? null) : null;
  }

  /** False for what was signed by somebody whom a removal hits that is known here, and is not listed. */
  mayCount(batch: Pick<SignedBatch, 'hash' | 'statement'>): boolean {
    const book = this.#running?.book;
    const membership = book?.membershipOf(batch.statement.membership) ?? null;
    if (book === undefined || membership === null) return true;
    return judgeBatch(batch, membership, book.security) !== 'removed';
  }

  /** Batches that cannot be judged yet. */
  get waitingBatches(): readonly VerifiedBatch[] {
    return this.isRunning ? (this.#running?.book.waiting ?? []) : [];
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
      running.keeper?.close();
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

  /** In a turn of its own; null when it does not run, or does not any more. */
  inOffice<Result>(act: (office: Office) => Result): Result | null {
    const running = this.#running;
    let result: Result | null = null;
    running?.process.turn(() => {
      result = act(running);
    });
    return result;
  }

  /** Says something of who belongs, with the pages that it names. */
  say(statement: Uint8Array, pages: readonly Uint8Array[] = []): void {
    this.inOffice(({ desk }) => void desk.publishStatement(statement, pages));
  }

  /** Begins an epoch, or has its secret from before. */
  tellEpochSecret(epoch: KnownEpoch): void {
    this.epochs.push(epoch);
    const running = this.#running;
    running?.process.turn(() => running.engine.onEpochSecret(epoch));
  }

  /**
   * Goes on as if it had never been removed: forgets what was said about who belongs, takes nothing of it from
   * others any more, and lets everybody in. With a disk of before it uses sequences of its journal again.
   */
  turnRogue(contacts: readonly Contact[], before: RecordDisk | null = null): void {
    this.kill();
    this.#isRogue = true;
    if (before !== null) this.#disk = before.copy();
    const { security } = this.#disk;
    this.#disk.commit(() => {
      for (const key of [...security.keys()]) this.#disk.setSecurity(key, undefined);
    });
    this.start(contacts);
  }

  #build(process: SimProcess): Running {
    const { listener } = this.#world;
    return runNode(this.#world, this.place, {
      process,
      chance: this.#chance,
      journal: this.journal,
      disk: this.#disk,
      membership: this.#membership,
      epoch: this.epochs.at(-1) ?? null,
      isRogue: this.#isRogue,
      onMembership: (current) => {
        this.#membership = current;
      },
      onEvent: (event) => {
        if (event.kind === 'epochSecret') this.epochs.push(event.epoch);
        listener.onEvent(this, event);
      },
      onCommitted: (changes) => listener.onCommitted(this, changes),
      onChanges: (changes, origin) => listener.onChanges(this, changes, origin),
      onFailed: (where, error) => {
        if (process.isAlive && !(error instanceof CrashSignal)) {
          listener.onFailed(this, where, error);
        }
      },
    });
  }
}
