// Whom a node knows, whom it keeps when there is no room, and how many neighbors it wants.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { instantOf, wallTimeOf } from '../../../../src/core/base/time.ts';
import { LIMITS } from '../../../../src/core/domain/limits.ts';
import type { PeerName } from '../../../../src/core/domain/names.ts';
import { AbsentNodes } from '../../../../src/core/graph/overlay/absent-nodes.ts';
import { BackOff } from '../../../../src/core/graph/overlay/back-off.ts';
import { Dice } from '../../../../src/core/graph/overlay/dice.ts';
import { PassiveView } from '../../../../src/core/graph/overlay/passive-view.ts';
import type { KnownCard } from '../../../../src/core/graph/overlay/peer-card.ts';
import { CONTACT_LIFETIME_MS, nodeKeyOf } from '../../../../src/core/graph/overlay/peer-card.ts';
import { kinMaxOf, viewSizesOf } from '../../../../src/core/graph/overlay/view-sizes.ts';
import { NOW } from '../../../support/golden-chains.ts';
import { person, seededChance } from '../../../support/trust-cast.ts';

const eve = person('Eve').peer;
const guests = Array.from({ length: 48 }, (_, at) => person(`Guest ${at}`).peer);

/** A card that was judged; here nobody looks at its signature any more. */
function known(member: PeerName, nodeId: bigint, more: { ageMs?: number; via?: PeerName } = {}) {
  const publicKey = new Uint8Array(32).fill(Number(nodeId % 251n));
  const card = {
    publicKey,
    nodeId,
    issuedAt: wallTimeOf(NOW - (more.ageMs ?? 0)),
    isLeaving: false,
    addresses: [{ host: '10.0.0.1', port: 4_001 }],
    signature: new Uint8Array(64),
  };
  const lineage = more.via === undefined ? [member] : [more.via, member];
  return { key: nodeKeyOf(publicKey, nodeId), card, member, lineage } satisfies KnownCard;
}

function fullView(): PassiveView {
  const view = new PassiveView(new Dice(seededChance('view')));
  for (const [at, guest] of guests.entries()) view.put(known(guest, BigInt(at + 1)), 48);
  return view;
}

test('as many neighbors as the group is large', () => {
  const targets = [1, 2, 8, 9, 100, 101, 1_000, 1_001, 10_000, 10_001, 1e9].map(
    (nodes) => viewSizesOf(nodes).target,
  );
  assert.deepEqual(targets, [1, 1, 7, 5, 5, 6, 6, 7, 7, 8, 8]);
  assert.deepEqual(
    [1, 9, 1_000].map((nodes) => viewSizesOf(nodes).max),
    [10, 7, 8],
  );
  assert.deepEqual(
    [5_000, 5_001].map((nodes) => viewSizesOf(nodes).passiveMax),
    [48, 60],
  );
  assert.deepEqual([1, 5, 8].map(kinMaxOf), [2, 2, 4]);
});

test('Eve has a hundred nodes and takes the places of her own in a full view', () => {
  const view = fullView();
  for (let nodeId = 100n; nodeId < 200n; nodeId++) view.put(known(eve, nodeId), 48);
  const hers = view.all().filter(({ member }) => member === eve);
  assert.equal(view.size, 48);
  assert.equal(hers.length, LIMITS.nodesPerMemberKept);
});

test('those that Eve invited have half of a full view at most', () => {
  const view = fullView();
  for (let at = 0; at < 300; at++) {
    const sybil = person(`Sybil ${at}`).peer;
    view.put(known(sybil, BigInt(1_000 + at), { via: eve }), 48);
  }
  const hers = view.all().filter(({ lineage }) => lineage[0] === eve);
  assert.ok(hers.length <= 25, `${hers.length} of 48`);
});

test('a newer card takes the place of an older of the same node, never the other way', () => {
  const view = new PassiveView(new Dice(seededChance('view')));
  const old = known(eve, 1n, { ageMs: 1_000 });
  const fresh = known(eve, 1n);
  view.put(old, 48);
  view.put(fresh, 48);
  view.put(old, 48);
  assert.deepEqual(view.all(), [fresh]);
});

test('what another node was given makes room for what it gave', () => {
  const view = fullView();
  const [first, second] = view.all();
  assert.ok(first !== undefined && second !== undefined);
  view.put(known(eve, 100n), 48, [second.key]);
  assert.equal(view.has(second.key), false);
  assert.equal(view.has(first.key), true);
});

test('only cards that were signed lately are given to others', () => {
  const view = new PassiveView(new Dice(seededChance('view')));
  view.put(known(eve, 1n, { ageMs: 10_000 }), 48);
  const fresh = known(eve, 2n);
  view.put(fresh, 48);
  assert.deepEqual(view.sample(5, wallTimeOf(NOW - 5_000)), [fresh]);
  assert.equal(view.countSince(wallTimeOf(NOW - 5_000)), 1);
});

test('a node that vanished stays absent until it signs a card again', () => {
  const absent = new AbsentNodes();
  const bob = known(eve, 1n, { ageMs: 1_000 });
  absent.vanished(bob);
  assert.equal(absent.isNews(bob), false, 'its old card still goes round');
  assert.deepEqual(absent.vanishedNodes(NOW), [bob]);
  assert.equal(absent.isNews(known(eve, 1n)), true);
  assert.deepEqual(absent.vanishedNodes(NOW), []);
});

test('a node that left is not looked for, nor one whose card is a day old', () => {
  const absent = new AbsentNodes();
  absent.left(known(eve, 1n, { ageMs: 500 }), NOW);
  absent.vanished(known(eve, 2n));
  const tomorrow = wallTimeOf(NOW + CONTACT_LIFETIME_MS + 1);
  assert.deepEqual(
    absent.vanishedNodes(NOW).map(({ card }) => card.nodeId),
    [2n],
  );
  assert.deepEqual(absent.vanishedNodes(tomorrow), []);
  assert.equal(absent.isNews(known(eve, 1n, { ageMs: 100 })), false);
});

test('absent nodes are bounded, and those of one member make room for each other', () => {
  const absent = new AbsentNodes();
  for (const [at, guest] of guests.entries()) absent.vanished(known(guest, BigInt(at + 1)));
  for (let nodeId = 100n; nodeId < 1_000n; nodeId++) absent.vanished(known(eve, nodeId));
  const left = absent.vanishedNodes(NOW);
  assert.ok(left.length <= LIMITS.absentNodesMax);
  assert.equal(left.filter(({ member }) => member !== eve).length, guests.length);
});

test('the pause after a failure grows from a second to a minute and ends with a success', () => {
  const backOff = new BackOff(new Dice(seededChance('pauses')));
  const lengths: number[] = [];
  for (let count = 0; count < 9; count++) {
    backOff.failed('Bob', instantOf(0));
    lengths.push(Number(backOff.endOf('Bob', instantOf(0))));
  }
  for (const [at, length] of lengths.entries()) {
    const expected = Math.min(60_000, 1_000 * 2 ** at);
    assert.ok(length >= 0.75 * expected && length <= 1.25 * expected, `${length} ms`);
  }
  assert.equal(backOff.isPaused('Bob', instantOf(100_000)), false);
  backOff.succeeded('Bob');
  assert.equal(backOff.isPaused('Bob', instantOf(0)), false);
});

test('a pause is not cut short by a shorter one', () => {
  const backOff = new BackOff(new Dice(seededChance('pauses')));
  backOff.pause('Bob', 60_000, instantOf(0));
  backOff.pause('Bob', 5_000, instantOf(0));
  assert.equal(backOff.endOf('Bob', instantOf(0)), 60_000);
  for (let at = 0; at < LIMITS.backOffsRememberedMax; at++) {
    backOff.pause(`Node ${at}`, 1_000, instantOf(0));
  }
  assert.equal(backOff.isPaused('Bob', instantOf(0)), false, 'the first is forgotten');
});
