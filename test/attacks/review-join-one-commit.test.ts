// A membership that is issued by an offer and the statement that counts its use are one commit: whoever is
// stopped in between, by a crash, a full disk or a bound, leaves no member that used nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { StoreChange } from '../../src/core/ports/record-store.ts';
import { WorldError } from '../../src/core/ports/world-error.ts';
import { type AdmitterHouse, JoinClub } from '../support/join-club.ts';
import { STAFF, say, ticketOf } from '../support/join-offers.ts';
import { DORA } from '../support/join-pair.ts';

function scene(): { club: JoinClub; house: AdmitterHouse; ticket: ReturnType<typeof ticketOf> } {
  const club = new JoinClub();
  const house = club.house(STAFF.ann);
  const ticket = ticketOf(STAFF.alice, 'one commit');
  house.hear(ticket.bytes);
  return { club, house, ticket };
}

test('chain and admission are on the disk together', () => {
  const { club, house, ticket } = scene();
  const commits: string[][] = [];
  const commit = house.store.commit.bind(house.store);
  house.store.commit = (changes: readonly StoreChange[], durability) => {
    commits.push(changes.map(({ kind }) => kind));
    commit(changes, durability);
  };
  const dora = club.newcomer('Dora');
  dora.redeem(ticket, [house]);
  club.pass();
  assert.equal(dora.joined.membership.role, 'member');
  assert.deepEqual(commits, [['putMembership', 'putSecurity']]);
});

test('of one that the disk did not take nothing is left', () => {
  for (const failing of [1, 2]) {
    const { club, house, ticket } = scene();
    const commit = house.store.commit.bind(house.store);
    let count = 0;
    house.store.commit = (changes, durability) => {
      count += 1;
      if (count === failing) throw new WorldError('STORAGE_FULL', 'no space is left');
      commit(changes, durability);
    };
    const dora = club.newcomer('Dora');
    dora.redeem(ticket, [house]);
    club.pass();
    house.store.commit = commit;
    const stored = house.membershipsOf(DORA.publicKey).length;
    assert.equal(house.view(ticket).admissions.length, stored, `commit ${failing} failed`);
  }
});

test('a chain whose admission does not count is not stored either', () => {
  const { club, house, ticket } = scene();
  const dora = club.newcomer('Dora');
  const elsewhere = club.house(STAFF.ann);
  elsewhere.hear(ticket.bytes);
  dora.redeem(ticket, [elsewhere]);
  club.pass();
  const chain = dora.joined.membership.chain.map(({ der }) => der);
  const [held] = elsewhere.view(ticket).admissions;
  assert.ok(held !== undefined);
  for (const [who, change] of [
    [STAFF.ada, {}],
    [STAFF.ann, { offer: new Uint8Array(32) }],
    [STAFF.ann, { member: STAFF.bob.membership.publicKey }],
  ] as const) {
    const learned = house.desk.learnMembership(
      chain,
      'here',
      say(who, { ...held.admission, ...change }),
    );
    assert.equal(learned.ok, false);
    assert.deepEqual(house.membershipsOf(DORA.publicKey), []);
  }
  assert.ok(house.desk.learnMembership(chain, 'here', say(STAFF.ann, held.admission)).ok);
  assert.equal(house.view(ticket).admissions.length, 1);
});
