// What strangers and hostile members put into a failed join: words and names with control characters, which end
// on somebody's terminal, and addresses that are not where the member is.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parsePeerName } from '../../src/core/domain/names.ts';
import { type AskFailure, tellingJoinFailure } from '../../src/core/join/join-failure.ts';
import { JoinClub } from '../support/join-club.ts';
import { STAFF, ticketOf } from '../support/join-offers.ts';

const ESCAPES = '\u001b[2J\u202e\nall is well';

test('neither names nor words of others move the cursor of whoever reads why nobody was joined', () => {
  const member = parsePeerName(`${'a'.repeat(40)}.${ESCAPES}`);
  const failures: readonly AskFailure[] = [
    { kind: 'unreached' },
    { kind: 'wrongPassword' },
    { kind: 'pending' },
    { kind: 'unsound', code: 'WRONG_IDENTITY' },
    { kind: 'unsound', code: 'MEMBERSHIP_EXPIRED' },
    { kind: 'refused', reason: 'busy' },
    { kind: 'refused', reason: 'denied' },
  ];
  for (const failure of failures) {
    for (const detail of ['', `${member} answers there`]) {
      const told = tellingJoinFailure([{ member, address: null, failure, detail, skewMs: null }]);
      assert.doesNotMatch(told.detail, /\p{C}/u, failure.kind);
    }
  }
});

test('a member that the text names where it is no more is asked where others say it is', () => {
  const club = new JoinClub();
  const [ann, bob] = [club.house(STAFF.ann), club.house(STAFF.bob)];
  const ticket = ticketOf(STAFF.alice, 'moved', { usesMax: 5 });
  for (const house of [ann, bob]) house.hear(ticket.bytes);
  bob.colleagues.push(ann);
  const moved = {
    member: ann.clubber.membership.member,
    addresses: [{ host: '192.0.2.77', port: 4001 }],
  };
  const there = { member: bob.clubber.membership.member, addresses: [bob.address] };
  const dora = club.newcomer('Dora');
  dora.redeem(ticket, [], { contacts: [moved, there] });
  club.pass(20_000);
  assert.equal(dora.joined.admitter, ann.clubber.membership.member);
});

test('liars that name each other without end are followed to the bound and no further', () => {
  const club = new JoinClub();
  const bob = club.house(STAFF.bob);
  const ticket = ticketOf(STAFF.alice, 'lies', { usesMax: 5 });
  bob.hear(ticket.bytes);
  const { member } = STAFF.ann.membership;
  let port = 1;
  Object.assign(bob.parts, {
    issuersOf: () =>
      [0, 1, 2, 3].map(() => {
        port += 1;
        return { member, addresses: [{ host: '192.0.2.78', port }] };
      }),
  });
  const dora = club.newcomer('Dora');
  dora.redeem(ticket, [bob], { timeoutMs: 300_000 });
  club.pass(300_000);
  assert.equal(dora.failure.code, 'NOBODY_CAN_ADMIT');
  assert.equal(port, 5, 'Bob was asked once');
});

test('a member is asked once, also when its other address answers later', () => {
  const club = new JoinClub();
  club.network.dialMs = 400;
  const bob = club.house(STAFF.bob);
  const ticket = ticketOf(STAFF.alice, 'twice', { usesMax: 5 });
  bob.hear(ticket.bytes);
  const second = { host: '192.0.2.88', port: 4001 };
  const gate = { kind: 'gate', gate: bob.doors, certificate: STAFF.bob.identity.der } as const;
  club.network.put(second, gate);
  const dora = club.newcomer('Dora');
  const { member } = bob.clubber.membership;
  const contacts = [{ member, addresses: [bob.address, second] }];
  dora.redeem(ticket, [], { contacts });
  club.pass(20_000);
  const [result] = dora.results;
  assert.deepEqual(
    result?.asked.map(({ failure }) => failure),
    [{ kind: 'refused', reason: 'notIssuer' }],
  );
});
