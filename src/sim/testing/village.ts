// Makes a village: a group of members in one process, on a simulated network, clock and disks, that runs
// the engine as it is. What a test turns is checked here before anything is built.

import { FAIR_WEATHER, type WeatherOptions } from '../network/weather.ts';
import { SimWorld, type SimWorldOptions } from '../sim-world.ts';
import { VillageGround } from './village-ground.ts';
import { VillageMember } from './village-member.ts';
import { VillageWorld } from './village-world.ts';

export interface VillageOptions<Name extends string = string> {
  /** The same seed is the same history, down to the last byte. */
  readonly seed: number | string;
  /** Names of letters, digits, `_` and `-`; the first of them founded the group. */
  readonly members: readonly Name[];
  /** One way, the same for all or between two bounds; 10 to 50, as between the cities of a continent. */
  readonly latencyMs?: number | { readonly min: number; readonly max: number };
  /** The part of the frames that come late, as TCP sends them again; 0.001. */
  readonly loss?: number;
  /** Of every link and direction; no bound by default. */
  readonly bytesPerSecond?: number;
  /** False: nobody is there until `world.start(member)`. By default everybody is, and connected, when `village` returns. */
  readonly isStarted?: boolean;
  /** Told every line of the diary at once. */
  readonly print?: (line: string) => void;
}

/** The world, and every member by its name. */
export type TestVillage<Name extends string> = {
  readonly world: VillageWorld;
} & (string extends Name ? unknown : { readonly [Each in Name]: VillageMember });

const NAME = /^[\w-]{1,40}$/;
/** Names that stand for something else here, and in diaries. */
const TAKEN: ReadonlySet<string> = new Set(['world', 'group', 'check']);
/** A guess: a test of more takes seconds. */
const MEMBERS_MAX = 200;
/** The checks at every step look at everything; in large groups they would cost more than what they watch. */
const CHECKED_STEPS_MAX = 30;
/** In larger groups whoever starts knows the founder and two more, as members of such groups do. */
const ACQUAINTED_MAX = 9;
/** A group in fair weather takes two. */
const STARTING_SECONDS = 60;
/** For all to hear that all are there: a guess, for a card that was lost comes again only with the next. */
const MEETING_SECONDS = 10;

/** Throws `TypeError` and `RangeError` for what is wrong, and `SimFailure` when the members cannot connect. */
export function village<const Name extends string>(
  options: VillageOptions<Name>,
): TestVillage<Name> {
  const names = requireNames(options.members);
  const { seed, isStarted = true } = options;
  if (typeof seed !== 'string' && !Number.isFinite(seed)) {
    throw new TypeError('a seed is a number or a text');
  }
  const ground = new VillageGround(new SimWorld(seed, worldOptions(names, options)));
  const members = new Map(
    ground.world.nodes.map((node) => [node, new VillageMember(ground, node)] as const),
  );
  ground.world.watch({
    onEvent: (node, event) => members.get(node)?.onGraphEvent(event),
    onChanges: (node, changes, origin) => members.get(node)?.onRecordChanges(changes, origin),
  });
  if (isStarted) startAll(ground.world);
  const byName = Object.fromEntries([...members.values()].map((member) => [member.name, member]));
  // The names are those of the options: there is a member for each.
  return { world: new VillageWorld(ground, members), ...byName } as TestVillage<Name>;
}

function requireNames(names: readonly string[]): readonly string[] {
  if (!Array.isArray(names) || names.length === 0) throw new TypeError('a village has members');
  if (names.length > MEMBERS_MAX) throw new RangeError(`at most ${MEMBERS_MAX} members`);
  for (const name of names) {
    if (typeof name !== 'string' || !NAME.test(name)) {
      throw new TypeError(`'${name}' is no name: 1 to 40 letters, digits, _ and -`);
    }
    if (TAKEN.has(name)) throw new TypeError(`the name '${name}' is taken`);
  }
  if (new Set(names).size < names.length) throw new TypeError('every member has its own name');
  return names;
}

function worldOptions(names: readonly string[], options: VillageOptions): SimWorldOptions {
  const { print } = options;
  return {
    nodes: names.length,
    names,
    roles: 'members',
    knowsEverybody: names.length <= ACQUAINTED_MAX,
    weather: weatherOf(options),
    checksSteps: names.length <= CHECKED_STEPS_MAX,
    ...(print === undefined ? {} : { print }),
  };
}

function weatherOf({ latencyMs, loss, bytesPerSecond }: VillageOptions): Partial<WeatherOptions> {
  const { latencyMinMs, latencyMaxMs } = FAIR_WEATHER;
  const given = typeof latencyMs === 'number' ? { min: latencyMs, max: latencyMs } : latencyMs;
  const { min, max } = given ?? { min: latencyMinMs, max: latencyMaxMs };
  if (!(min >= 0 && max >= min && max < Number.POSITIVE_INFINITY)) {
    throw new RangeError('latencyMs is a number, or { min, max }, not negative');
  }
  if (loss !== undefined && !(loss >= 0 && loss <= 1)) throw new RangeError('loss is from 0 to 1');
  if (bytesPerSecond !== undefined && !(bytesPerSecond > 0)) {
    throw new RangeError('bytesPerSecond is above 0');
  }
  return {
    latencyMinMs: min,
    latencyMaxMs: max,
    ...(loss === undefined ? {} : { loss }),
    ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
  };
}

function startAll(world: SimWorld): void {
  world.startAll({ withinSeconds: 0.1 });
  const count = world.nodes.length;
  const isConnected = (): boolean =>
    world.nodes.every(
      ({ isRunning, status }) => isRunning && (count < 2 || status.state === 'online'),
    );
  if (world.runUntil(isConnected, { seconds: STARTING_SECONDS }) === null) {
    world.complain('the village starts', `not everybody is online after ${STARTING_SECONDS} s`);
    world.assertWell();
  }
  const haveMet = (): boolean => world.nodes.every(({ presentCount }) => presentCount === count);
  world.runUntil(haveMet, { seconds: MEETING_SECONDS });
}
