// One who has a ticket that asks for a yes, and any number of keys: how many questions it can put to the person
// who answers them, and who else is still heard.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LIMITS } from '../../src/core/domain/limits.ts';
import { JoinClub } from '../support/join-club.ts';
import { STAFF, ticketOf } from '../support/join-offers.ts';

const WAITS = { needsApproval: true, usesMax: 1 } as const;

test('one host with many keys, and one ticket at many hosts, leave room for the questions of others', () => {
  const club = new JoinClub();
  const house = club.house(STAFF.ann);
  const hers = ticketOf(STAFF.alice, 'hers', WAITS);
  const leaked = [0, 1, 2].map((at) => ticketOf(STAFF.alice, `leaked ${at}`, WAITS));
  for (const { bytes } of [hers, ...leaked]) house.hear(bytes);
  const [first, second] = leaked;
  assert.ok(first !== undefined && second !== undefined);
  const wires = club.network.wiresAt('198.51.100.250');
  for (let at = 0; at < LIMITS.joinsPendingMax; at++) {
    const eve = club.newcomer(`Eve ${at}`);
    Object.assign(eve.parts, { wires });
    eve.redeem(leaked[at % 3] ?? first, [house]);
    club.pass(200);
  }
  assert.equal(house.asked.length, LIMITS.joinsPendingPerHostMax, 'of one host');
  for (let at = 0; at < LIMITS.joinsPendingMax; at++) {
    club.newcomer(`Mallory ${at}`).redeem(first, [house]);
    club.pass(200);
  }
  assert.ok(house.asked.length < LIMITS.joinsPendingMax, 'of one ticket');
  const dora = club.newcomer('Dora');
  dora.redeem(hers, [house]);
  club.pass();
  assert.deepEqual(dora.pendingAt, [STAFF.ann.membership.member]);
  const question = house.host.waiting().find(({ joiner }) => joiner.friendlyName === 'Dora');
  assert.ok(question !== undefined && house.host.approve(question.id));
  club.pass();
  assert.equal(dora.joined.membership.role, 'member');
});
