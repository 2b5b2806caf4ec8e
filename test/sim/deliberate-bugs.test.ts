// The checks of the simulation are worth something: each of these mistakes, made in the node on purpose,
// is found by one of them, and the same world without the mistake ends well.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agreeWithin } from '../../sim/scenarios/small-worlds.ts';
import { KIND } from '../../src/core/wire/frame.ts';
import { endWell } from '../../src/sim/ending.ts';
import { MembershipActs } from '../../src/sim/life/membership-acts.ts';
import { deletion, newNote } from '../../src/sim/life/wishes.ts';
import { endWithRemovals } from '../../src/sim/membership-ending.ts';
import { DELIBERATE_BUGS, type DeliberateBug } from '../../src/sim/node-faults.ts';
import { SimFailure } from '../../src/sim/sim-failure.ts';
import type { SimNode } from '../../src/sim/sim-node.ts';
import { SimWorld } from '../../src/sim/sim-world.ts';

interface Trap {
  /** The check that finds it. */
  readonly checker: string;
  readonly nodes: number;
  run(world: SimWorld): void;
}

const TRAPS: Readonly<Record<DeliberateBug, Trap>> = {
  noForwarding: { checker: 'records are flooded', nodes: 16, run: promptDelivery },
  noReconciling: { checker: 'members agree soon', nodes: 5, run: awayAndBack },
  noOffer: { checker: 'a few comparisons are enough', nodes: 24, run: rejoinedHalves },
  storeAfterSend: { checker: 'stored before sent', nodes: 4, run: promptDelivery },
  lostTombstone: {
    checker: 'what was acknowledged is not lost',
    nodes: 4,
    run: deletedWhileAway,
  },
  timeWalks: { checker: 'group time never steps back', nodes: 4, run: promptDelivery },
  neverHangsUp: { checker: 'neighbors have each other', nodes: 4, run: promptDelivery },
  busyLoop: { checker: 'deadlines lie in the future', nodes: 4, run: promptDelivery },
  noSweep: { checker: 'only what counts is on disks', nodes: 6, run: removedWhileAway },
  takesRemoved: { checker: 'only what counts is on disks', nodes: 24, run: removedInFlight },
  judgesByDates: { checker: 'only what counts is on disks', nodes: 24, run: backdatedInFlight },
  noPushing: { checker: 'removals are prompt', nodes: 16, run: promptRemoval },
  keepsRemoved: { checker: 'removals are prompt', nodes: 16, run: promptRemoval },
};

/** In these worlds somebody is removed. */
const REMOVALS: ReadonlySet<DeliberateBug> = new Set([
  'noSweep',
  'takesRemoved',
  'judgesByDates',
  'noPushing',
  'keepsRemoved',
]);

for (const bug of DELIBERATE_BUGS) {
  const { checker, nodes, run } = TRAPS[bug];
  const findings = (bugs: readonly DeliberateBug[]): string => {
    const world = new SimWorld('trap', { nodes, bugs });
    try {
      run(world);
      if (REMOVALS.has(bug)) endWithRemovals(world);
      else endWell(world);
      return 'ended well';
    } catch (error) {
      if (!(error instanceof SimFailure)) throw error;
      return error.checker;
    }
  };

  test(`'${checker}' finds ${bug}`, () => {
    assert.equal(findings([]), 'ended well');
    assert.equal(findings([bug]), checker);
  });
}

function promptDelivery(world: SimWorld): void {
  world.startAll();
  world.runFor({ seconds: 30 });
  world.measures.begin(world.nowMs);
  for (let at = 0; at < 3; at++) {
    world.publish(world.node(at), newNote(`note ${at}`, world.chance.bytes(1_000)));
    world.runFor({ seconds: 0.5 });
    agreeWithin(world, 1.5);
  }
  const { floodedPerDelivery } = world.measures.report(world.nowMs);
  if (floodedPerDelivery < 0.9) {
    world.complain('records are flooded', `${floodedPerDelivery} of them were`);
    world.assertWell();
  }
}

function awayAndBack(world: SimWorld): void {
  world.startAll();
  world.runFor({ seconds: 20 });
  world.node(1).leave();
  world.publish(world.node(2), newNote('while it is away'));
  world.runFor({ seconds: 20 });
  world.start(world.node(1));
  world.runFor({ seconds: 1 });
  agreeWithin(world, 20);
}

function rejoinedHalves(world: SimWorld): void {
  world.startAll();
  world.runFor({ seconds: 30 });
  const half = world.nodes.length / 2;
  const heal = world.part(world.nodes.slice(0, half), world.nodes.slice(half));
  world.runFor({ seconds: 30 });
  for (const at of [1, half + 1]) {
    world.publish(world.node(at), newNote(`note ${at}`, world.chance.bytes(1_000)));
  }
  world.runFor({ seconds: 30 });
  world.measures.begin(world.nowMs);
  heal();
  agreeWithin(world, 20);
  const compared = world.measures.framesOf(KIND.getSymbols);
  if (compared > half) {
    world.complain('a few comparisons are enough', `there were ${compared}`);
    world.assertWell();
  }
}

function deletedWhileAway(world: SimWorld): void {
  world.startAll();
  world.runFor({ seconds: 20 });
  world.publish(world.node(1), newNote('to be deleted'));
  world.runFor({ seconds: 5 });
  world.node(2).leave();
  world.runFor({ seconds: 5 });
  const [id] = world.ledger.living();
  assert.ok(id !== undefined);
  world.publish(world.node(1), deletion(id));
  world.runFor({ seconds: 5 });
  world.start(world.node(2));
  world.runFor({ seconds: 30 });
}

/** The last one published where nobody heard of its removal. */
function removedWhileAway(world: SimWorld): void {
  const { target, heal } = removedAside(world);
  world.publish(target, newNote('nobody else has it'));
  world.runFor({ seconds: 5 });
  heal();
  world.runFor({ seconds: 20 });
}

/** What it publishes meets its removal on the way. */
function removedInFlight(world: SimWorld, aheadMs = 0): void {
  world.startAll();
  world.runFor({ seconds: 30 });
  const target = world.node(world.nodes.length - 1);
  world.publish(target, newNote('in good time'));
  world.runFor({ seconds: 5 });
  target.setWallAhead(aheadMs);
  new MembershipActs(world).remove(world.node(0), target);
  for (let at = 0; at < 20; at++) {
    world.agenda.after(4 * at, () => world.publish(target, newNote(`too late ${at}`)));
  }
  world.runFor({ seconds: 20 });
}

/** The same, dated before it. */
function backdatedInFlight(world: SimWorld): void {
  removedInFlight(world, -60_000);
}

/** Removed by the founder, together with one who does not hear of it until it is healed. */
function removedAside(world: SimWorld): { readonly target: SimNode; readonly heal: () => void } {
  world.startAll();
  world.runFor({ seconds: 30 });
  const [target, friend] = [world.node(world.nodes.length - 1), world.node(2)];
  world.publish(target, newNote('in good time'));
  world.runFor({ seconds: 5 });
  const rest = world.nodes.filter((node) => node !== target && node !== friend);
  const heal = world.part([target, friend], rest);
  new MembershipActs(world).remove(world.node(0), target);
  world.runFor({ seconds: 5 });
  return { target, heal };
}

function promptRemoval(world: SimWorld): void {
  world.startAll();
  world.runFor({ seconds: 30 });
  const target = world.node(world.nodes.length - 1);
  // One that does not leave by itself.
  target.turnRogue(world.nodes.map(({ contact }) => contact));
  world.runFor({ seconds: 10 });
  new MembershipActs(world).remove(world.node(0), target);
  const isAlone = (): boolean =>
    world.nodes.every((node) =>
      (node.links?.ends ?? []).every(
        (end) => !end.isOpen || (node !== target && end.far?.owner !== target.links),
      ),
    );
  if (world.runUntil(isAlone, { seconds: 2 }) !== null) return;
  world.complain('removals are prompt', `${target.name} has links 2 s after its removal`);
  world.assertWell();
}
