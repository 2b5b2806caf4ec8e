// Joins over real TLS: a ticket, a password, a yes and a renewal, from the first packet to the membership.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { DISCOVERY_SECRET } from '../support/join-club.ts';
import { passwordOf, STAFF, ticketOf } from '../support/join-offers.ts';
import { done, liveHouse, liveNewcomer } from '../support/live-joins.ts';
import { until } from '../support/until.ts';

test('a ticket is redeemed, once, at whoever may issue it', async (t) => {
  const [bob, ann] = [await liveHouse(t, STAFF.bob), await liveHouse(t, STAFF.ann)];
  bob.colleagues.push(ann);
  const ticket = ticketOf(STAFF.alice, 'live');
  for (const house of [bob, ann]) house.hear(ticket.bytes);
  const dora = liveNewcomer('Dora');
  dora.redeem(ticket, [bob]);
  await done(dora);
  assert.equal(dora.joined.admitter, STAFF.ann.membership.member);
  assert.equal(ann.state.removalOf(dora.joined.membership), null);
  const eve = liveNewcomer('Eve');
  eve.redeem(ticket, [ann]);
  await done(eve);
  assert.equal(eve.failure.code, 'TICKET_USED_UP');
});

test('a password is right or wrong', async (t) => {
  const ivy = await liveHouse(t, STAFF.ivy);
  const words = 'Correct horse 7 battery staple';
  const offer = passwordOf(STAFF.alice, words);
  ivy.hear(offer.bytes);
  const dora = liveNewcomer('Dora');
  dora.tryPassword(offer, words, [ivy]);
  await done(dora);
  assert.equal(dora.joined.membership.member, dora.person.peer);
  const eve = liveNewcomer('Eve');
  eve.tryPassword(offer, `${words}!`, [ivy]);
  await done(eve);
  assert.equal(eve.failure.code, 'WRONG_PASSWORD');
  await until(() => ivy.guesses.length === 1, 2_000);
});

test('somebody says yes to one who waits', async (t) => {
  const ann = await liveHouse(t, STAFF.ann);
  const ticket = ticketOf(STAFF.alice, 'live approval', { needsApproval: true });
  ann.hear(ticket.bytes);
  const dora = liveNewcomer('Dora');
  dora.redeem(ticket, [ann]);
  await until(() => dora.pendingAt.length > 0, 5_000);
  assert.ok(ann.host.approve(ann.host.waiting()[0]?.id ?? ''));
  await done(dora);
  assert.equal(dora.joined.membership.role, 'member');
});

test('a membership is given again at the door of the member itself', async (t) => {
  const ann = await liveHouse(t, STAFF.ann);
  const ticket = ticketOf(STAFF.alice, 'live renewal');
  ann.hear(ticket.bytes);
  const dora = liveNewcomer('Dora');
  dora.redeem(ticket, [ann]);
  await done(dora);
  const { membership, discoverySecret } = dora.joined;
  assert.deepEqual(discoverySecret, DISCOVERY_SECRET);
  const back = liveNewcomer('Dora');
  const chain = membership.chain.map(({ der }) => der);
  back.come({ kind: 'renewal', chain }, discoverySecret, [ann]);
  await done(back);
  assert.deepEqual(back.joined.membership.chainDigest, membership.chainDigest);
});

test('whoever asks by a name that no offer makes is shown no certificate', async (t) => {
  const ann = await liveHouse(t, STAFF.ann);
  const ticket = ticketOf(STAFF.alice, 'never told');
  const dora = liveNewcomer('Dora');
  dora.redeem(ticket, [ann]);
  await done(dora);
  assert.equal(dora.failure.code, 'NOBODY_CAN_ADMIT');
  assert.match(dora.failure.detail, /does not know the invitation/);
});
