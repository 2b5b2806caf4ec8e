// Members that publish, change and delete records now and then, as the seed has it. Some of what they
// wish is refused, as in life: who may change a record is for the book to say.

import type { SimChance } from '../sim-chance.ts';
import type { SimNode } from '../sim-node.ts';
import type { SimWorld } from '../sim-world.ts';
import { deletion, newNote, newText } from './wishes.ts';

export interface WritingHabits {
  /** On average, of the whole group. */
  readonly perSecond: number;
  readonly seconds: number;
}

/** Of the writes; the rest are new records. */
const UPDATES = 0.25;
const DELETIONS = 0.1;
/** Of the new records: longer than what a flood carries whole, and longer than what stands in a content. */
const LARGE = 0.03;
const MEDIUM = 0.15;

export function startWriting(world: SimWorld, { perSecond, seconds }: WritingHabits): void {
  const endMs = world.nowMs + 1_000 * seconds;
  const { chance } = world;
  const next = (): void => {
    const delayMs = (-Math.log(1 - chance.fraction()) * 1_000) / perSecond;
    if (world.nowMs + delayMs >= endMs) return;
    world.agenda.after(delayMs, () => {
      const node = chance.pick(world.running);
      if (node !== undefined) write(world, node);
      next();
    });
  };
  next();
}

function write(world: SimWorld, node: SimNode): void {
  const { chance, ledger } = world;
  const drawn = chance.fraction();
  const known = drawn < UPDATES + DELETIONS ? chance.pick(ledger.living()) : undefined;
  if (known === undefined) {
    const count = chance.isTrue(0.1) ? 1 + chance.whole(20) : 1;
    const notes = Array.from({ length: count }, () => newNote(textOf(chance), dataOf(chance)));
    world.publish(node, ...notes);
  } else if (drawn < DELETIONS) world.publish(node, deletion(known));
  else world.publish(node, newText(known, textOf(chance)));
}

function textOf(chance: SimChance): string {
  return `note ${chance.whole(1_000_000)}`;
}

function dataOf(chance: SimChance): Uint8Array {
  const drawn = chance.fraction();
  if (drawn < LARGE) return chance.bytes(70_000 + chance.whole(200_000));
  if (drawn < LARGE + MEDIUM) return chance.bytes(1_000 + chance.whole(20_000));
  return chance.bytes(chance.whole(400));
}
