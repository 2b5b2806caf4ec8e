// A hostile admitter names addresses in the network of whoever asks it: nobody is made to knock at its own
// machine or its neighbors' from afar, neither at once nor later.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { JoinClub } from '../support/join-club.ts';
import { STAFF, ticketOf } from '../support/join-offers.ts';

const VICTIMS = [
  '127.0.0.1',
  '192.168.1.1',
  '10.0.0.1',
  '172.16.0.1',
  '169.254.1.1',
  '::1',
  'fd00::1',
];
const FAR = { host: '203.0.113.9', port: 4001 };

function named() {
  const { member } = STAFF.ada.membership;
  return [{ member, addresses: [...VICTIMS.map((host) => ({ host, port: 22 })), FAR] }];
}

test('whoever refuses from afar sends nobody to its own machine or network', () => {
  const club = new JoinClub();
  const bob = club.house(STAFF.bob);
  const ticket = ticketOf(STAFF.alice, 'sent away');
  bob.hear(ticket.bytes);
  Object.assign(bob.parts, { issuersOf: named });
  const dora = club.newcomer('Dora');
  dora.redeem(ticket, [bob]);
  club.pass(30_000);
  assert.equal(dora.failure.code, 'NOBODY_CAN_ADMIT');
  const dialled = new Set(club.network.dialled.map(({ address }) => address));
  assert.deepEqual([...dialled], ['192.0.2.1:4001', '203.0.113.9:4001']);
});

test('whoever admits from afar leaves no such address with the one it admits', () => {
  const club = new JoinClub();
  const ann = club.house(STAFF.ann);
  const ticket = ticketOf(STAFF.alice, 'let in');
  ann.hear(ticket.bytes);
  Object.assign(ann.parts, { contacts: named });
  const dora = club.newcomer('Dora');
  dora.redeem(ticket, [ann]);
  club.pass();
  assert.deepEqual(dora.joined.contacts, [
    { member: STAFF.ada.membership.member, addresses: [FAR] },
  ]);
});

test('whoever is near may name what is near', () => {
  const club = new JoinClub();
  const ann = club.house(STAFF.ann);
  const near = { host: '192.168.1.5', port: 4001 };
  const { doors: gate } = ann;
  club.network.put(near, { kind: 'gate', gate, certificate: STAFF.ann.identity.der });
  const ticket = ticketOf(STAFF.alice, 'next door');
  ann.hear(ticket.bytes);
  const neighbor = {
    member: STAFF.ada.membership.member,
    addresses: [{ host: '192.168.1.6', port: 4001 }],
  };
  Object.assign(ann.parts, { contacts: () => [neighbor] });
  const dora = club.newcomer('Dora');
  const { member } = STAFF.ann.membership;
  dora.redeem(ticket, [], { contacts: [{ member, addresses: [near] }] });
  club.pass();
  assert.deepEqual(dora.joined.contacts, [neighbor]);
});
