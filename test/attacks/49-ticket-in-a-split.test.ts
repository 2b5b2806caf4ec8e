// Attack 49: a ticket for few is used by many while the group is split, at an admitter on each side. When the
// sides meet again as many are left as the ticket was for, and everywhere the same.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Membership } from '../../src/core/domain/membership.ts';
import { type AdmitterHouse, JoinClub } from '../support/join-club.ts';
import { STAFF, ticketOf } from '../support/join-offers.ts';

function living(house: AdmitterHouse, members: readonly Membership[]): readonly string[] {
  return members
    .filter((membership) => house.state.removalOf(membership) === null)
    .map(({ friendlyName }) => friendlyName)
    .sort();
}

/** So many come at each of two admitters who do not hear of each other. */
function split(usesMax: number, names: readonly (readonly string[])[]) {
  const club = new JoinClub();
  const houses = [club.house(STAFF.ann), club.house(STAFF.ada)];
  const ticket = ticketOf(STAFF.alice, 'split', { usesMax });
  const members: Membership[] = [];
  for (const [at, house] of houses.entries()) {
    house.hear(ticket.bytes);
    for (const name of names[at] ?? []) {
      const newcomer = club.newcomer(name);
      newcomer.redeem(ticket, [house]);
      club.pass();
      members.push(newcomer.joined.membership);
    }
  }
  return { club, houses, ticket, members };
}

for (const usesMax of [1, 2, 3]) {
  test(`a ticket for ${usesMax} leaves ${usesMax} of ${2 * usesMax}, the same everywhere`, () => {
    const names = ['Dora', 'Erik', 'Fran', 'Gina', 'Hugo', 'Ines'];
    const sides = [names.slice(0, usesMax), names.slice(3, 3 + usesMax)];
    const { club, houses, ticket, members } = split(usesMax, sides);
    assert.equal(members.length, 2 * usesMax, 'while nobody knows better all are in');
    const [ann, ada] = houses;
    assert.ok(ann !== undefined && ada !== undefined);
    ann.syncFrom(ada);
    ada.syncFrom(ann);
    // One who hears it all the other way round, and one who hears it from both.
    const ivy = club.house(STAFF.ivy);
    ivy.syncFrom(ada);
    const bob = club.house(STAFF.bob);
    bob.syncFrom(ann);
    bob.syncFrom(ada);
    const left = living(ann, members);
    assert.equal(left.length, usesMax);
    for (const house of [ada, ivy, bob]) assert.deepEqual(living(house, members), left);
    for (const membership of members) {
      const removal = bob.state.removalOf(membership);
      assert.equal(removal === null, left.includes(membership.friendlyName));
      if (removal !== null) assert.equal(removal.why, 'ticketOverused');
    }
    const late = club.newcomer('Late');
    late.redeem(ticket, [ada]);
    club.pass();
    assert.equal(late.failure.code, 'TICKET_USED_UP');
  });
}

test('whoever was too many is told so when it comes again', () => {
  const { club, houses, ticket, members } = split(1, [['Dora'], ['Erik']]);
  const [ann, ada] = houses;
  assert.ok(ann !== undefined && ada !== undefined);
  ann.syncFrom(ada);
  const [left] = living(ann, members);
  for (const name of ['Dora', 'Erik']) {
    const again = club.newcomer(name);
    again.redeem(ticket, [ann]);
    club.pass();
    if (name === left) assert.equal(again.joined.membership.friendlyName, name);
    else assert.equal(again.failure.code, 'TICKET_USED_UP');
  }
});
