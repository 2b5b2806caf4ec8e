// The world of a village, as tests turn it: its time, what goes wrong in it, and what has to hold at the
// end. One seed fixes everything that happens, so a failure names it.

import { endWell } from '../ending.ts';
import { FAULTS, type Fault, startFaults } from '../life/random-faults.ts';
import type { SimNode } from '../sim-node.ts';
import { WALL_BEGINS_MS, WORLD_BEGINS_MS } from '../sim-time.ts';
import { type Duration, lengthMs, signedMs } from './duration.ts';
import { absenceOf, type VillageGround } from './village-ground.ts';
import type { VillageMember } from './village-member.ts';

/** Two screens of history. */
const DIARY_LINES = 100;
/** A start of the group, with its greetings and comparisons, takes some hundred calls of ports: most crashes hit it. */
const CRASH_CALLS_MAX = 60;
/** As long as every simulation of the project gives its members. */
const QUIET: Duration = { minutes: 2 };

export interface Disturbance {
  /** On average, between the beginning of one fault and of the next. */
  readonly every: Duration;
  /** Every kind by default. */
  readonly kinds?: readonly Fault[];
}

export class VillageWorld {
  readonly seed: string;
  readonly #ground: VillageGround;
  readonly #nodeByMember: ReadonlyMap<VillageMember, SimNode>;
  readonly #plugInByMember = new Map<VillageMember, () => void>();

  /** Made by `village`. @internal */
  constructor(ground: VillageGround, members: ReadonlyMap<SimNode, VillageMember>) {
    this.seed = ground.world.seed;
    this.#ground = ground;
    this.#nodeByMember = new Map([...members].map(([node, member]) => [member, node]));
  }

  /** In the order in which they were named. */
  get members(): readonly VillageMember[] {
    return [...this.#nodeByMember.keys()];
  }

  /** By the clocks that are right; a world begins on 1 June 2030 at noon. */
  get now(): Date {
    return new Date(WALL_BEGINS_MS + this.elapsedMs);
  }

  /** Since the world began. */
  get elapsedMs(): number {
    return this.#ground.world.nowMs - WORLD_BEGINS_MS;
  }

  /** What happened last, a line for each event. */
  get diary(): string {
    return this.#ground.world.diary.last(DIARY_LINES).join('\n');
  }

  /** All members that are there have the same records. */
  get isInAgreement(): boolean {
    const there = [...this.#nodeByMember.values()].filter((node) => absenceOf(node) === null);
    return there.every(({ disk }) => disk.fingerprint === there[0]?.disk.fingerprint);
  }

  /** Throws `SimFailure` as soon as something happens that must not. */
  runFor(duration: Duration): void {
    const ms = lengthMs(duration);
    this.#ground.requireTime();
    this.#ground.world.runFor({ seconds: ms / 1_000 });
  }

  /** Returns after how many milliseconds it was so, asked twenty times a second. Throws `SimFailure` when it was not. */
  runUntil(isReached: () => boolean, within: Duration): number {
    const ms = lengthMs(within);
    this.#ground.requireTime();
    const took = this.#ground.world.runUntil(isReached, { seconds: ms / 1_000 });
    this.ensure(took !== null, `not reached within ${ms} ms`);
    return (took ?? 0) * 1_000;
  }

  /** Throws `SimFailure`, which has the seed and the diary, when it is not so. */
  ensure(isSo: boolean, sentence: string): void {
    const { world } = this.#ground;
    if (!isSo) world.complain('the test', sentence);
    world.assertWell();
  }

  /** Nothing goes to this member or comes from it; it is not told, and its links stay open for a while. */
  unplug(member: VillageMember): void {
    const node = this.#nodeOf(member);
    if (this.#plugInByMember.has(member)) return;
    const others = this.#ground.world.nodes.filter((one) => one !== node);
    this.#plugInByMember.set(member, this.#ground.world.part([node], others));
  }

  plugIn(member: VillageMember): void {
    this.#note(this.#nodeOf(member), 'is plugged in');
    this.#plugInByMember.get(member)?.();
    this.#plugInByMember.delete(member);
  }

  /** Nothing comes through between the two sets, or, one way, from the first to the second. Returns what heals it. */
  part(
    some: readonly VillageMember[],
    others: readonly VillageMember[],
    { isOneWay = false } = {},
  ): () => void {
    const [from, to] = [some, others].map((set) => set.map((member) => this.#nodeOf(member)));
    return this.#ground.world.part(from ?? [], to ?? [], { isOneWay });
  }

  /** Its process ends at once; when the power is lost its machine is gone, too, and nobody is told. */
  kill(member: VillageMember, { isPowerLost = false } = {}): void {
    const node = this.#nodeOf(member);
    this.#note(node, isPowerLost ? 'loses its power' : 'is killed');
    node.kill({ isPowerLost });
  }

  /** A new process on the disk that is there, for one that was killed, has crashed or left. */
  start(member: VillageMember): void {
    const node = this.#nodeOf(member);
    if (node.isRunning && !node.hasLeft) throw new Error(`${node.name} is running`);
    this.#ground.world.start(node);
  }

  /** Its process gets no turn: it neither reads nor answers. */
  freeze(member: VillageMember): void {
    const node = this.#nodeOf(member);
    this.#ground.requireThere(node);
    this.#note(node, 'is frozen');
    node.freeze();
  }

  thaw(member: VillageMember): void {
    const node = this.#nodeOf(member);
    if (!node.isFrozen) throw new Error(`${node.name} is not frozen`);
    this.#note(node, 'is thawed');
    node.thaw();
  }

  /** Nothing can be stored there until `freeDisk`. */
  fillDisk(member: VillageMember): void {
    const node = this.#nodeOf(member);
    this.#note(node, 'has a full disk');
    node.fillDisk(true);
  }

  freeDisk(member: VillageMember): void {
    const node = this.#nodeOf(member);
    this.#note(node, 'has room on its disk');
    node.fillDisk(false);
  }

  /** Its wall clock is wrong by so much, from now on; what is negative is behind. */
  setClockAhead(member: VillageMember, ahead: Duration): void {
    const node = this.#nodeOf(member);
    const aheadMs = signedMs(ahead);
    this.#note(node, `has a clock that is ${aheadMs} ms ahead`);
    node.setWallAhead(aheadMs);
  }

  /** Its process ends in the middle of what it does soon: at that call of its disk or network, which the seed decides. */
  crash(member: VillageMember, call?: number): void {
    const node = this.#nodeOf(member);
    this.#ground.requireThere(node);
    const at = call ?? 1 + this.#ground.world.chance.whole(CRASH_CALLS_MAX);
    if (!Number.isSafeInteger(at) || at < 1)
      throw new RangeError('a call is 1 for the next one, or later');
    this.#note(node, `crashes at call ${at}`);
    node.crashAt(at);
  }

  /** Faults of every kind from now on, as the seed has them; each ends by itself, the last when the time is over. */
  disturb(duration: Duration, { every, kinds = FAULTS }: Disturbance): void {
    const seconds = lengthMs(duration) / 1_000;
    const everySeconds = lengthMs(every) / 1_000;
    const unknown = kinds.find((kind) => !FAULTS.includes(kind));
    if (unknown !== undefined) throw new TypeError(`'${unknown}' is none of ${FAULTS.join(', ')}`);
    if (everySeconds === 0) throw new RangeError('faults need some time between them');
    this.#ground.requireWorld();
    startFaults(this.#ground.world, { everySeconds, seconds, kinds });
  }

  /** Everything works again, and everybody is there. */
  heal(): void {
    this.#ground.requireWorld();
    this.#plugInByMember.clear();
    this.#ground.world.heal();
  }

  /**
   * Heals everything, lets time pass, and checks that all members are online in one piece and have the same
   * records, nothing lost that was acknowledged; then all leave. Throws `SimFailure`. The world is over afterwards.
   */
  check(within: Duration = QUIET): void {
    const seconds = lengthMs(within) / 1_000;
    this.#ground.requireTime();
    this.#plugInByMember.clear();
    endWell(this.#ground.world, { seconds });
    this.#ground.end();
  }

  #nodeOf(member: VillageMember): SimNode {
    const node = this.#nodeByMember.get(member);
    if (node === undefined) throw new TypeError('this is no member of this village');
    this.#ground.requireWorld();
    return node;
  }

  #note(node: SimNode, what: string): void {
    this.#ground.world.diary.note(node.name, what);
  }
}
