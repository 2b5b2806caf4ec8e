// A simulated world: members with their machines, a network between them, an agenda that is all the time
// there is, and checks that watch every step. One seed fixes everything.

import { assert } from '../core/base/assert.ts';
import type { RecordWish } from '../core/book/record-drafts.ts';
import type { RecordChange } from '../core/domain/records.ts';
import type { GraphEvent } from '../core/node/graph-event.ts';
import type { StoreChange } from '../core/ports/record-store.ts';
import { RecordHashes } from '../core/records/record-hashes.ts';
import { RecordIds } from '../core/records/record-ids.ts';
import type { ChangeOrigin, PublishResult } from '../engine/record-desk.ts';
import { Agenda } from './agenda.ts';
import { StepChecks } from './checks/step-checks.ts';
import { Diary } from './diary.ts';
import { OWN_COPIES, sharedBelongings } from './disk/belongings.ts';
import { FastCrypto } from './fast-crypto.ts';
import { Ledger } from './ledger.ts';
import { Measures } from './measures.ts';
import type { LinkEnd } from './network/link-end.ts';
import type { SimLinks } from './network/sim-links.ts';
import { type NetworkTap, SimNetwork } from './network/sim-network.ts';
import { FAIR_WEATHER, type WeatherOptions } from './network/weather.ts';
import type { DeliberateBug } from './node-faults.ts';
import type { FailedPart } from './node-run.ts';
import { acquaint } from './people/acquaint.ts';
import { Village, type Villager, villagerName } from './people/village.ts';
import { SimChance } from './sim-chance.ts';
import { SimFailure } from './sim-failure.ts';
import { type NodeListener, type NodeWorld, SimNode } from './sim-node.ts';
import type { SimProcess } from './sim-process.ts';
import { WORLD_BEGINS_MS } from './sim-time.ts';

/** What the applications of the nodes are told. */
export interface WorldWatcher {
  onEvent(node: SimNode, event: GraphEvent): void;
  onChanges(node: SimNode, changes: readonly RecordChange[], origin: ChangeOrigin): void;
}

export interface SimWorldOptions {
  readonly nodes: number;
  /** Of all of them, the founder first; Alice, Bob and so on by default. */
  readonly names?: readonly string[];
  /** `mixed`: every fourth is an administrator; `members`: nobody is but the founder, who is more. */
  readonly roles?: 'mixed' | 'members';
  /** Whoever starts knows the addresses of all others; by default those of Alice and two more. */
  readonly knowsEverybody?: boolean;
  readonly weather?: Partial<WeatherOptions>;
  /** All nodes have these. */
  readonly bugs?: readonly DeliberateBug[];
  /** The names of those who lie, and the part of their frames that are lies. */
  readonly liars?: Readonly<Record<string, number>>;
  /** Who lives here, the founder first; by default they have the names and roles above. */
  readonly villagers?: (village: Village) => readonly Villager[];
  /** Members renew leases, and act under the membership of theirs that counts. Off: nobody has a lease there. */
  readonly keepsLeases?: boolean;
  /** Off in large worlds, where they would cost more than what they watch. */
  readonly checksSteps?: boolean;
  /** One copy of what is the same on all disks; for large worlds. */
  readonly sharesRecords?: boolean;
  /** All memberships are on all disks from the start; in large worlds learning them is most of the work. */
  readonly isAcquainted?: boolean;
  /** Told every line of the diary at once. */
  readonly print?: (line: string) => void;
}

/** How long a signature takes beside the loop. A guess: 130 µs and the way to another thread. */
const CHECK_MS = 0.2;
const PORT = 4_001;

export class SimWorld implements NodeListener, NetworkTap {
  readonly seed: string;
  readonly agenda = new Agenda(WORLD_BEGINS_MS);
  readonly crypto = new FastCrypto();
  readonly diary: Diary;
  readonly chance: SimChance;
  readonly network: SimNetwork;
  readonly village: Village;
  readonly ledger = new Ledger();
  readonly measures: Measures;
  /** Events of the graphs, by their kind. */
  readonly eventCounts = new Map<string, number>();
  readonly #checks: StepChecks | null;
  readonly #nodeByProcessName = new Map<string, SimNode>();
  readonly #knowsEverybody: boolean;
  readonly #nodes: SimNode[] = [];
  readonly #nodeWorld: NodeWorld;
  readonly #bugs: ReadonlySet<DeliberateBug>;
  readonly #liars: Readonly<Record<string, number>>;
  #watcher: WorldWatcher | null = null;
  #failure: SimFailure | null = null;

  constructor(seed: number | string, options: SimWorldOptions) {
    this.seed = String(seed);
    this.diary = new Diary(() => this.agenda.nowMs, options.print ?? null);
    this.chance = new SimChance(`${this.seed} world`);
    this.measures = new Measures(this.agenda.nowMs);
    const weather = { seed: this.seed, options: { ...FAIR_WEATHER, ...options.weather } };
    this.network = new SimNetwork(this.agenda, this, weather);
    this.#knowsEverybody = options.knowsEverybody ?? false;
    this.village = new Village(this.seed, this.crypto, options.names?.[0]);
    this.#checks = options.checksSteps === false ? null : this.#newChecks();
    this.#bugs = new Set(options.bugs);
    this.#liars = options.liars ?? {};
    this.#nodeWorld = this.#newNodeWorld(options);
    for (const villager of villagersOf(this.village, options)) this.settle(villager);
    if (options.isAcquainted === true) acquaint(this.#nodes, 'everybody');
    else if (options.keepsLeases === true) acquaint(this.#nodes, 'below');
  }

  get nowMs(): number {
    return this.agenda.nowMs;
  }

  get nodes(): readonly SimNode[] {
    return this.#nodes;
  }

  get running(): readonly SimNode[] {
    return this.nodes.filter((node) => node.isRunning && !node.isFrozen);
  }

  watch(watcher: WorldWatcher): void {
    this.#watcher = watcher;
  }

  node(at: number): SimNode {
    const node = this.nodes[at];
    assert(node !== undefined, 'a node of the world');
    return node;
  }

  /** One after the other within so many seconds; each knows Alice and two that came before it. */
  startAll({ withinSeconds = 1 } = {}): void {
    for (const [at, node] of this.nodes.entries()) {
      const delayMs = (1_000 * withinSeconds * at) / this.nodes.length;
      this.agenda.after(delayMs, () => this.start(node));
    }
  }

  start(node: SimNode): void {
    const at = this.nodes.indexOf(node);
    const known = this.#knowsEverybody
      ? this.nodes.keys()
      : [0, this.chance.whole(Math.max(1, at)), this.chance.whole(this.nodes.length)];
    const contacts = [...new Set(known)].filter((one) => one !== at).map((one) => this.node(one));
    this.diary.note(
      node.name,
      'starts',
      `and knows ${contacts.map(({ name }) => name).join(', ')}`,
    );
    node.start(contacts.map(({ contact }) => contact));
  }

  /** A machine for one more; it is not started. */
  settle(villager: Villager): SimNode {
    const { name } = villager;
    const address = { host: hostOf(this.#nodes.length), port: PORT };
    const lies = this.#liars[name] ?? 0;
    const place = { villager, address, isListening: true, bugs: this.#bugs, lies };
    const node = new SimNode(this.#nodeWorld, place);
    this.#nodes.push(node);
    this.#nodeByProcessName.set(name, node);
    return node;
  }

  /** Throws `SimFailure` as soon as a check complains. */
  runFor({ seconds }: { readonly seconds: number }): void {
    const endMs = this.agenda.nowMs + 1_000 * seconds;
    while (this.agenda.next(endMs)) this.#throwFailure();
    this.#throwFailure();
  }

  /** Until this is so, asked twenty times a second; how many seconds it took, or null when it did not happen. */
  runUntil(isReached: () => boolean, { seconds }: { readonly seconds: number }): number | null {
    const beganMs = this.agenda.nowMs;
    while (!isReached()) {
      if (this.agenda.nowMs - beganMs >= 1_000 * seconds) return null;
      this.runFor({ seconds: 0.05 });
    }
    return (this.agenda.nowMs - beganMs) / 1_000;
  }

  /** All that run have the same records. */
  get isConverged(): boolean {
    const [first, ...others] = this.running;
    return others.every(({ disk }) => disk.fingerprint === first?.disk.fingerprint);
  }

  publish(node: SimNode, ...wishes: readonly RecordWish[]): void {
    this.diary.note(node.name, 'publishes', wishes.map(({ kind }) => kind).join(' '));
    node.publish(wishes);
  }

  /** Nothing comes through between the two sets, or, one way, from the first to the second. */
  part(
    some: readonly SimNode[],
    others: readonly SimNode[],
    { isOneWay = false } = {},
  ): () => void {
    const names = (nodes: readonly SimNode[]) => nodes.map(({ name }) => name).join(' ');
    this.diary.note(
      'world',
      isOneWay ? 'parts one way' : 'parts',
      `${names(some)} | ${names(others)}`,
    );
    const [from, to] = [some, others].map((nodes) => nodes.map((one) => one.place.address.host));
    const lifts = [this.network.weather.block(from ?? [], to ?? [])];
    if (!isOneWay) lifts.push(this.network.weather.block(to ?? [], from ?? []));
    return () => {
      for (const lift of lifts) lift();
      this.network.changed();
    };
  }

  /** Everything works again: network, disks and clocks. Who is not there is started, and liars are gone for good. */
  heal(): void {
    this.diary.note('world', 'heals');
    this.network.weather.clear();
    this.network.changed();
    for (const node of this.nodes) {
      node.fillDisk(false);
      node.setWallAhead(0);
      node.crashAt(null);
      if (node.isFrozen) node.thaw();
      if (node.place.lies > 0) node.kill();
      else if (!node.isRunning || node.hasLeft) this.start(node);
    }
  }

  complain(checker: string, sentence: string): void {
    this.diary.note('check', `'${checker}' complains:`, sentence);
    this.#failure ??= new SimFailure(this.seed, checker, sentence, this.diary.last(40));
  }

  /** Throws what a check found. */
  assertWell(): void {
    this.#throwFailure();
  }

  // What nodes and processes tell.

  onTurnEnded(process: SimProcess): void {
    const node = this.#nodeByProcessName.get(process.name);
    if (node !== undefined) this.#checks?.onTurnEnded(node, this.agenda.nowMs);
  }

  onThrown(process: SimProcess, error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.complain('nothing is thrown', `${process.name}: ${text}`);
  }

  onEvent(node: SimNode, event: GraphEvent): void {
    this.eventCounts.set(event.kind, (this.eventCounts.get(event.kind) ?? 0) + 1);
    if (event.kind === 'neighborUp') this.#checks?.onNeighborUp(node);
    if (NOTED.has(event.kind)) this.diary.note(node.name, event.kind, this.#describe(event));
    this.#watcher?.onEvent(node, event);
  }

  onChanges(node: SimNode, changes: readonly RecordChange[], origin: ChangeOrigin): void {
    this.#watcher?.onChanges(node, changes, origin);
  }

  onCommitted(node: SimNode, changes: readonly StoreChange[]): void {
    this.#checks?.onCommitted(node, changes);
    for (const change of changes) {
      if (change.kind === 'putRecord') this.measures.onStored(change.record.hash, this.nowMs);
    }
  }

  onPublished(node: SimNode, result: PublishResult): void {
    if (result.kind !== 'published') {
      const why = result.kind === 'refused' ? result.refusal.code : String(result.error);
      this.diary.note(node.name, `publication ${result.kind}`, why);
      return;
    }
    for (const record of result.records) {
      if (node.isHonest) this.ledger.note(node.name, record);
      this.measures.onPublished(record.hash, this.nowMs);
    }
  }

  onFailed(node: SimNode, where: FailedPart, error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    // The desk tries again; an engine has given up for good.
    if (where === RETRIES && error instanceof Error && error.name === 'WorldError') {
      this.diary.note(node.name, `${where} failed`, error.message);
    } else this.complain('nothing fails', `the ${where} of ${node.name}: ${text}`);
  }

  // What the network tells.

  onSent(end: LinkEnd, kind: number, payload: Uint8Array): void {
    this.measures.onSent(kind, payload);
    const node = this.#nodeByProcessName.get(end.owner.process.name);
    if (node?.isHonest === true) this.#checks?.onSent(node, end, kind, payload);
  }

  onDelivered(_end: LinkEnd, kind: number, payload: Uint8Array): void {
    this.measures.onDelivered(kind, payload);
  }

  onOpened(dialer: SimLinks, listener: SimLinks): void {
    this.diary.note(dialer.process.name, 'has a link to', listener.process.name);
  }

  onClosed(end: LinkEnd, why: string): void {
    const far = end.far?.owner.process.name ?? 'nobody';
    this.diary.note(end.owner.process.name, 'loses its link to', `${far}: ${why}`);
  }

  #newNodeWorld(options: SimWorldOptions): NodeWorld {
    return {
      seed: this.seed,
      agenda: this.agenda,
      network: this.network,
      crypto: this.crypto,
      village: this.village,
      belongings: options.sharesRecords === true ? sharedBelongings() : OWN_COPIES,
      listener: this,
      checkMs: CHECK_MS,
      keepsLeases: options.keepsLeases ?? false,
    };
  }

  #newChecks(): StepChecks {
    const crypto = this.crypto;
    const { group } = this.village.founder.membership;
    const tools = {
      group,
      crypto,
      ids: new RecordIds(group, crypto),
      hashes: new RecordHashes(group, crypto),
    };
    return new StepChecks(tools, (checker, sentence) => this.complain(checker, sentence));
  }

  #describe(event: GraphEvent): string {
    if (event.kind === 'status') return JSON.stringify(event.status);
    if (!('node' in event)) return '';
    const node = this.nodes.find(
      (one) => one.place.villager.membership.member === event.node.member,
    );
    const why = 'why' in event ? `: ${event.why}` : '';
    return `${node?.name ?? event.node.member}${why}`;
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure;
  }
}

const RETRIES: FailedPart = 'record desk';

const NOTED: ReadonlySet<string> = new Set([
  'status',
  'neighborUp',
  'neighborDown',
  'lag',
  'synced',
]);

function villagersOf(village: Village, options: SimWorldOptions): readonly Villager[] {
  if (options.villagers !== undefined) return options.villagers(village);
  return Array.from({ length: options.nodes }, (_, at) => {
    const name = options.names?.[at] ?? villagerName(at);
    const role = at % 4 === 1 && options.roles !== 'members' ? 'administrator' : 'member';
    return at === 0 ? village.founder : village.member(name, { role });
  });
}

function hostOf(at: number): string {
  return `10.${Math.floor(at / 65_536)}.${Math.floor(at / 256) % 256}.${at % 256}`;
}
