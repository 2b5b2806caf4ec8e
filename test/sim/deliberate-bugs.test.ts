// The checks of the simulation are worth something: each of these mistakes, made in the node on purpose,
// is found by one of them, and the same world without the mistake ends well.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agreeWithin } from '../../sim/scenarios/small-worlds.ts';
import { KIND } from '../../src/core/wire/frame.ts';
import { endWell } from '../../src/sim/ending.ts';
import { deletion, newNote } from '../../src/sim/life/wishes.ts';
import { DELIBERATE_BUGS, type DeliberateBug } from '../../src/sim/node-faults.ts';
import { SimFailure } from '../../src/sim/sim-failure.ts';
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
};

for (const bug of DELIBERATE_BUGS) {
  const { checker, nodes, run } = TRAPS[bug];
  const findings = (bugs: readonly DeliberateBug[]): string => {
    const world = new SimWorld('trap', { nodes, bugs });
    try {
      run(world);
      endWell(world);
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
