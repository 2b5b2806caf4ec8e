// Attack 26: somebody was removed and comes again: by an old ticket, by a password that it knows, by the
// membership that it had, or at an admitter that has not heard of its removal.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Revocation } from '../../src/core/domain/security.ts';
import { DISCOVERY_SECRET, JoinClub } from '../support/join-club.ts';
import { passwordOf, STAFF, say, ticketOf } from '../support/join-offers.ts';
import { DORA, PASSWORD } from '../support/join-pair.ts';

const REMOVED: Revocation = {
  kind: 'revocation',
  target: DORA.publicKey,
  scope: 'member',
  certificates: [],
  cutoffs: [],
  keptPages: [],
  reason: 'spam',
};

/** Dora came by a ticket for many, and was removed. */
function scene() {
  const club = new JoinClub();
  const [ann, ada] = [club.house(STAFF.ann), club.house(STAFF.ada)];
  const ticket = ticketOf(STAFF.alice, 'for many', { usesMax: 100 });
  const password = passwordOf(STAFF.alice, PASSWORD, { usesMax: 100 });
  for (const house of [ann, ada]) {
    house.hear(ticket.bytes);
    house.hear(password.bytes);
  }
  const dora = club.newcomer('Dora');
  dora.redeem(ticket, [ann]);
  club.pass();
  const { membership } = dora.joined;
  ada.syncFrom(ann);
  assert.equal(ann.hear(say(STAFF.alice, REMOVED)).kind, 'stored');
  assert.equal(ann.state.removalOf(membership)?.why, 'removed');
  return { club, ann, ada, ticket, password, membership };
}

test('neither the ticket nor the password nor the old membership lets a removed key in', () => {
  const { club, ann, ticket, password, membership } = scene();
  const [byTicket, byPassword, byChain] = [1, 2, 3].map(() => club.newcomer('Dora'));
  assert.ok(byTicket && byPassword && byChain);
  byTicket.redeem(ticket, [ann]);
  byPassword.tryPassword(password, PASSWORD, [ann]);
  const chain = membership.chain.map(({ der }) => der);
  byChain.come({ kind: 'renewal', chain }, DISCOVERY_SECRET, [ann]);
  club.pass();
  for (const each of [byTicket, byPassword, byChain]) {
    assert.equal(each.failure.code, 'MEMBERSHIP_REMOVED');
  }
  assert.equal(ann.membershipsOf(DORA.publicKey).length, 1, 'nothing new was issued');
});

test('what an admitter issues that has not heard of it is void when it hears', () => {
  const { club, ann, ada, ticket } = scene();
  const again = club.newcomer('Dora');
  again.redeem(ticket, [ada]);
  club.pass();
  const [known] = [again.joined.membership];
  const password = passwordOf(STAFF.ada, 'Another horse 9 battery staple');
  ada.hear(password.bytes);
  const other = club.newcomer('Dora');
  other.tryPassword(password, 'Another horse 9 battery staple', [ada]);
  club.pass();
  const fresh = other.joined.membership;
  assert.equal(ada.state.removalOf(fresh), null, 'Ada does not know better');
  ada.syncFrom(ann);
  ann.syncFrom(ada);
  for (const house of [ann, ada]) {
    for (const membership of [known, fresh]) {
      assert.equal(house.state.removalOf(membership)?.why, 'removed');
    }
  }
});

test('others come in by the same ticket all the same', () => {
  const { club, ann, ticket } = scene();
  const eve = club.newcomer('Eve');
  eve.redeem(ticket, [ann]);
  club.pass();
  assert.equal(eve.joined.membership.member, eve.person.peer);
});
