// Faults of every kind, one after the other and several at once, as the seed has it. Each begins, lasts,
// and ends by itself; what is still there at the end is healed by the world.

import type { SimChance } from '../sim-chance.ts';
import type { SimNode } from '../sim-node.ts';
import type { SimWorld } from '../sim-world.ts';

export const FAULTS = [
  'partition',
  'oneWayPartition',
  'unplugged',
  'killed',
  'powerLost',
  'frozen',
  'crashed',
  'diskFull',
  'wrongClock',
  'left',
  'halfOpen',
] as const;

export type Fault = (typeof FAULTS)[number];

export interface FaultHabits {
  /** On average. */
  readonly everySeconds: number;
  readonly seconds: number;
  /** All of them by default. */
  readonly kinds?: readonly Fault[];
}

const LASTS_MAX_MS = 40_000;
/** Further ahead, what is published is not taken before its time has come, and the end would have to wait. */
const CLOCK_AHEAD_MAX_MS = 60_000;

export function startFaults(world: SimWorld, habits: FaultHabits): void {
  const { everySeconds, seconds, kinds = FAULTS } = habits;
  const endMs = world.nowMs + 1_000 * seconds;
  const { chance } = world;
  const next = (): void => {
    const delayMs = -Math.log(1 - chance.fraction()) * 1_000 * everySeconds;
    if (world.nowMs + delayMs >= endMs) return;
    world.agenda.after(delayMs, () => {
      const kind = chance.pick(kinds);
      const node = chance.pick(world.running);
      if (kind !== undefined && node !== undefined) {
        const lastsMs = chance.between(500, LASTS_MAX_MS);
        const end = begin(world, kind, node);
        world.agenda.after(Math.min(lastsMs, endMs - world.nowMs), end);
      }
      next();
    });
  };
  next();
}

/** Returns how it ends. */
function begin(world: SimWorld, kind: Fault, node: SimNode): () => void {
  world.diary.note(node.name, 'fault:', kind);
  const comesBack = (): void => {
    if (!node.isRunning) world.start(node);
  };
  switch (kind) {
    case 'partition':
    case 'oneWayPartition': {
      const [some, others] = halves(world.nodes, world.chance);
      return world.part(some, others, { isOneWay: kind === 'oneWayPartition' });
    }
    case 'unplugged': {
      const others = world.nodes.filter((one) => one !== node);
      return world.part([node], others);
    }
    case 'killed':
      node.kill();
      return comesBack;
    case 'powerLost':
      node.kill({ isPowerLost: true });
      return comesBack;
    case 'frozen':
      node.freeze();
      return () => node.thaw();
    case 'crashed':
      node.crashAt(1 + world.chance.whole(60));
      return comesBack;
    case 'diskFull':
      node.fillDisk(true);
      return () => node.fillDisk(false);
    case 'wrongClock':
      node.setWallAhead(world.chance.between(-CLOCK_AHEAD_MAX_MS, CLOCK_AHEAD_MAX_MS));
      return () => node.setWallAhead(0);
    case 'left':
      node.leave();
      return () => world.start(node);
    case 'halfOpen': {
      const end = world.chance.pick(node.links?.ends ?? []);
      if (end !== undefined) end.isDeaf = true;
      return () => undefined;
    }
  }
}

function halves(nodes: readonly SimNode[], chance: SimChance): readonly [SimNode[], SimNode[]] {
  const shuffled = chance.shuffled(nodes);
  const cut = 1 + chance.whole(Math.max(1, nodes.length - 1));
  return [shuffled.slice(0, cut), shuffled.slice(cut)];
}
