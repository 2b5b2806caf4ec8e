// A renewal lengthens a membership and moves it nowhere: whom it came from says who stands above it, whose vote it
// is, with whom it goes and by what offer it came, whoever renewed it and however often (protocol.md §14.3).

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { type KnownSecurity, planRevocation } from '../../../src/core/security/plan-revocation.ts';
import type { Villager } from '../../../src/sim/people/village.ts';
import { FuzzSource } from '../../support/fuzzing.ts';
import { newMemoryStore } from '../../support/memory-store.ts';
import { shuffled } from '../../support/security-scenes.ts';
import { peerOf } from '../../support/security-town.ts';
import { exchange, type SaidItem, SecurityVillage } from '../../support/security-village.ts';

/** At peers that hear of chains and statements in different orders. */
function assertLiving(
  village: SecurityVillage,
  said: readonly SaidItem[],
  expected: readonly (readonly [Villager, boolean])[],
): void {
  const peers = [1, 2, 3, 4, 5].map((seed) => {
    const peer = village.peer();
    const items = [...village.memberships, ...said, ...said.flatMap(({ pages }) => pages)];
    for (const each of shuffled(items, new FuzzSource(seed))) {
      if ('chain' in each) peer.learnChain(each);
      else peer.learn(each);
    }
    return peer;
  });
  exchange(peers);
  for (const peer of peers) {
    for (const [{ name, membership }, lives] of expected) {
      assert.equal(peer.state.removalOf(membership) === null, lives, `${name} lives: ${lives}`);
    }
    assert.deepEqual(peer.listed(), peers[0]?.listed());
  }
}

test('a puppet that somebody else renews stays the vote of whoever made it', () => {
  const village = new SecurityVillage('puppet');
  const honest = village.member('honest', 'administrator');
  const hostile = village.member('hostile', 'administrator');
  const target = village.member('target', 'administrator');
  const puppet = village.leased('puppet', 'administrator', hostile);
  const once = village.renewed(puppet, honest);
  const twice = village.renewed(once, village.alice);
  for (const each of [once, twice]) {
    const said = village.revoke(target, [hostile, each]);
    assertLiving(village, [said], [[target, true]]);
  }
  const both = village.revoke(target, [honest, twice]);
  assertLiving(village, [both], [[target, false]]);
});

test('a puppet of a puppet stays one when those between were renewed', () => {
  const village = new SecurityVillage('nested puppet');
  const honest = village.member('honest', 'administrator');
  const hostile = village.member('hostile', 'administrator');
  const target = village.member('target', 'administrator');
  const between = village.renewed(village.leased('between', 'administrator', hostile), honest);
  const puppet = village.member('puppet', 'administrator', between);
  const said = village.revoke(target, [hostile, puppet]);
  assertLiving(village, [said], [[target, true]]);
});

test('whoever renews the membership of another does not stand above it', () => {
  const village = new SecurityVillage('renewer');
  const honest = village.member('honest', 'administrator');
  const hostile = village.member('hostile', 'administrator');
  const renewed = village.renewed(village.leased('bob', 'administrator', honest), hostile);
  const below = village.member('carol', 'administrator', renewed);
  const said = [village.revoke(renewed, [hostile]), village.revoke(below, [hostile])];
  assertLiving(village, said, [
    [renewed, true],
    [below, true],
  ]);
  assertLiving(village, [village.revoke(renewed, [honest], { keeps: [] })], [[renewed, false]]);
});

test('an inviting member does not remove whom it only renewed', () => {
  const village = new SecurityVillage('inviting renewer');
  const erin = village.member('erin', 'invitingMember');
  const dave = village.leased('dave', 'member');
  const renewed = village.renewed(dave, erin);
  const own = village.leased('own', 'member', erin);
  const elsewhere = village.renewed(own, village.alice);
  assertLiving(
    village,
    [village.revoke(renewed, [erin]), village.revoke(elsewhere, [erin])],
    [
      [renewed, true],
      [elsewhere, false],
    ],
  );
});

test('with a member and all below it go those whom it brought in, wherever they were renewed, and no others', () => {
  const village = new SecurityVillage('subtree');
  const carol = village.member('carol', 'invitingMember');
  const guest = village.leased('guest', 'member', carol);
  const guestRenewed = village.renewed(guest, village.alice);
  const other = village.leased('other', 'member');
  const otherRenewed = village.renewed(other, carol);
  const keeps = [guest, otherRenewed].map((each) => village.certificateOf(each));
  const subtree = village.revoke(carol, [village.alice], { scope: 'subtree', keeps });
  assertLiving(
    village,
    [subtree],
    [
      [guestRenewed, false],
      [other, true],
      [otherRenewed, true],
    ],
  );
  const alone = village.revoke(carol, [village.alice], { keeps });
  assertLiving(
    village,
    [alone],
    [
      [guestRenewed, true],
      [otherRenewed, true],
    ],
  );
  const unlisted = village.revoke(carol, [village.alice]);
  assertLiving(
    village,
    [unlisted],
    [
      [guestRenewed, false],
      [other, true],
      [otherRenewed, false],
    ],
  );
});

test('whoever was one too many for a ticket stays so when it is renewed', () => {
  const village = new SecurityVillage('ticket');
  const offer = village.offer(village.alice, { usesMax: 1 });
  const guests = ['dave', 'erin'].map((name) => village.leased(name, 'member'));
  const admissions = guests.map((guest) => village.admit(offer, guest, village.alice));
  const renewed = guests.map((guest) => village.renewed(guest, village.alice));
  const { state } = (() => {
    const peer = peerOf(village);
    peer.learnAll(offer, ...admissions);
    return peer;
  })();
  const left = guests.map(({ membership }) => state.removalOf(membership) === null);
  assert.deepEqual(left.toSorted(), [false, true]);
  assertLiving(
    village,
    [offer, ...admissions],
    renewed.map((each, at) => [each, left[at] === true]),
  );
  const end = village.end(offer, [], village.alice);
  assertLiving(
    village,
    [offer, ...admissions, end],
    renewed.map((each) => [each, false]),
  );
});

test('who came from another grant than the one that let somebody in does not renew that one', () => {
  const village = new SecurityVillage('two grants');
  const first = village.member('bob', 'administrator');
  const other = village.leased('bob', 'administrator', village.member('carol', 'administrator'));
  const dave = village.leased('dave', 'member', first);
  assert.equal(village.renewedIfLet(dave, village.renewed(other, village.alice)), null);
  assert.notEqual(village.renewedIfLet(dave, first), null);
});

test('nobody says of a renewal that it came by an offer', () => {
  const village = new SecurityVillage('admitted renewal');
  const carol = village.member('carol', 'invitingMember');
  const dave = village.leased('dave', 'member');
  const renewed = village.renewed(dave, carol);
  const offer = village.offer(carol);
  const peer = peerOf(village);
  peer.learnAll(offer);
  assert.equal(peer.learn(village.admit(offer, renewed, carol)).kind, 'unsound');
});

test('who renewed before it was removed, with the renewal on its list, renewed; later it does not', () => {
  const village = new SecurityVillage('renewer removed');
  const bob = village.leased('bob', 'administrator', village.alice, 5);
  const dave = village.leased('dave', 'member');
  const before = village.renewed(dave, bob);
  const bobAgain = village.renewed(bob, village.alice);
  const after = village.renewed(before, bobAgain);
  const keeps = [village.certificateOf(before)];
  for (const scope of ['member', 'subtree'] as const) {
    const said = village.revoke(bob, [village.alice], { scope, keeps });
    assertLiving(
      village,
      [said],
      [
        [dave, true],
        [before, true],
        [after, false],
        [bobAgain, false],
      ],
    );
  }
});

test('whoever stands above a renewer takes it away wherever it was renewed, and what it renewed since', () => {
  const village = new SecurityVillage('above the renewer');
  const bob = village.member('bob', 'administrator');
  const hostile = village.leased('hostile', 'administrator', bob);
  const again = village.renewed(hostile, village.alice);
  const dave = village.renewed(village.leased('dave', 'member'), again);
  const expected = [
    [again, false],
    [dave, false],
  ] as const;
  assertLiving(village, [village.revoke(hostile, [bob])], expected);
});

test('a removal lists what the removed one renewed, and a subtree whom it brought in, wherever renewed', () => {
  const village = new SecurityVillage('planned');
  const bob = village.leased('bob', 'administrator', village.alice, 5);
  const guest = village.renewed(village.leased('guest', 'member', bob), village.alice);
  const other = village.renewed(village.leased('other', 'member'), bob);
  const peer = peerOf(village);
  const known: KnownSecurity = {
    group: village.group,
    crypto: village.crypto,
    state: peer.state,
    store: newMemoryStore(new Uint8Array(8)),
    memberships: village.memberships,
  };
  for (const [scope, lives] of [
    ['member', true],
    ['subtree', false],
  ] as const) {
    const wish = { target: bob.signer.publicKey, scope, certificates: [], reason: '' };
    const planned = planRevocation(wish, known);
    assert.ok(planned.ok);
    const pages = planned.value.pages.map((bytes) => village.pageOf(bytes));
    const said = { ...village.say(planned.value.body, village.alice), pages };
    assertLiving(
      village,
      [said],
      [
        [bob, false],
        [guest, lives],
        [other, true],
      ],
    );
  }
});

test('a membership that is void by its number takes its renewals with it', () => {
  const village = new SecurityVillage('smaller');
  const honest = village.member('honest', 'administrator');
  const bob = village.leased('bob', 'administrator', honest);
  const renewed = village.renewed(bob, village.alice);
  const said = village.revoke(bob, [village.alice], {
    scope: 'certificates',
    certificates: [village.certificateOf(bob)],
  });
  assertLiving(
    village,
    [said],
    [
      [bob, false],
      [renewed, false],
    ],
  );
});
