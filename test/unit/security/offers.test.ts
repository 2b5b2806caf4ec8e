// Who came in by which offer: uses, ends, and what becomes of them when the author goes.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { compareBytes } from '../../../src/core/base/bytes.ts';
import { wallTimeOf } from '../../../src/core/base/time.ts';
import type { Villager } from '../../../src/sim/people/village.ts';
import { NOW, type SecurityPeer, SecurityVillage } from '../../support/security-village.ts';

function town(seed: string) {
  const village = new SecurityVillage(seed);
  const bob = village.member('bob', 'administrator');
  const carol = village.member('carol', 'invitingMember');
  return { village, bob, carol };
}

function peerOf(village: SecurityVillage): SecurityPeer {
  const peer = village.peer();
  for (const each of village.memberships) peer.learnChain(each);
  return peer;
}

/** By the digests of their certificates. */
function sorted(village: SecurityVillage, people: readonly Villager[]): readonly Villager[] {
  return people.toSorted((a, b) =>
    compareBytes(village.certificateOf(a), village.certificateOf(b)),
  );
}

test('49: of those who used a ticket once too often in two places the ones with the smallest digests stay', () => {
  const { village } = town('twice');
  const [bob, carol] = [
    village.member('bert', 'invitingMember'),
    village.member('cora', 'invitingMember'),
  ];
  const dave = village.member('dave', 'member', bob);
  const erin = village.member('erin', 'member', carol);
  const offer = village.offer(village.alice, { usesMax: 1 });
  const admissions = [village.admit(offer, dave, bob), village.admit(offer, erin, carol)];
  const [first, second] = sorted(village, [dave, erin]);
  assert.ok(first && second);
  for (const order of [admissions, admissions.toReversed()]) {
    const peer = peerOf(village);
    assert.deepEqual(peer.learnAll(offer, ...order), ['stored', 'stored', 'stored']);
    assert.equal(peer.state.removalOf(first.membership), null);
    const removal = peer.state.removalOf(second.membership);
    assert.equal(removal?.why, 'ticketOverused');
    assert.equal(removal?.by, null);
    assert.deepEqual(removal?.statement, offer.digest);
    const place = { journal: new Uint8Array(8), sequence: 1 };
    assert.equal(peer.state.judgeSigned(second.membership, offer.digest, place), 'removed');
    assert.equal(peer.state.findOffer(offer.digest, NOW)?.state, 'usedUp');
    assert.equal(peer.state.hitKeys().size, 1);
  }
});

test('a place that becomes free again is taken by the next', () => {
  const { village, bob, carol } = town('free');
  const dave = village.member('dave', 'member', bob);
  const erin = village.member('erin', 'member', carol);
  const offer = village.offer(village.alice, { usesMax: 1 });
  const peer = peerOf(village);
  peer.learnAll(offer, village.admit(offer, dave, bob), village.admit(offer, erin, carol));
  const [first, second] = sorted(village, [dave, erin]);
  assert.ok(first && second);
  const admitter = first === dave ? bob : carol;
  peer.learnAll(village.revoke(admitter, [village.alice]));
  assert.equal(peer.state.removalOf(first.membership)?.why, 'issuerRemoved');
  assert.equal(peer.state.removalOf(second.membership), null);
});

test('26: the end of an offer keeps those it lists and nobody else', () => {
  const { village, bob } = town('end');
  const dave = village.member('dave', 'member', bob);
  const erin = village.member('erin', 'member', bob);
  const offer = village.offer(village.alice);
  const peer = peerOf(village);
  peer.learnAll(offer, village.admit(offer, dave, bob), village.admit(offer, erin, bob));
  assert.equal(peer.state.findOffer(offer.digest, NOW)?.state, 'open');
  peer.learnAll(village.end(offer, [dave], village.alice));
  assert.equal(peer.state.removalOf(dave.membership), null);
  assert.equal(peer.state.removalOf(erin.membership)?.why, 'offerEnded');
  assert.equal(peer.state.findOffer(offer.digest, NOW)?.state, 'ended');
  peer.learnAll(village.end(offer, [erin], bob));
  assert.equal(peer.state.removalOf(dave.membership)?.why, 'offerEnded');
});

test('an administrator does not end what others offer to administrators', () => {
  const { village, bob } = town('ends');
  const heidi = village.member('heidi', 'administrator');
  const offer = village.offer(heidi, { role: 'administrator' });
  const peer = peerOf(village);
  peer.learnAll(offer);
  assert.deepEqual(peer.learnAll(village.end(offer, [], bob)), ['unsound']);
  assert.deepEqual(peer.learnAll(village.end(offer, [], heidi)), ['stored']);
});

test('26: with its author removed an offer is open to nobody, and those on the pages stay', () => {
  const { village, bob, carol } = town('author');
  const offer = village.offer(carol);
  const dave = village.member('dave', 'member', bob);
  const erin = village.member('erin', 'member', bob);
  const peer = peerOf(village);
  peer.learnAll(offer, village.admit(offer, dave, bob), village.admit(offer, erin, bob));
  peer.learnAll(village.revoke(carol, [village.alice], { keeps: [village.certificateOf(dave)] }));
  assert.equal(peer.state.findOffer(offer.digest, NOW)?.state, 'authorRemoved');
  assert.equal(peer.state.removalOf(dave.membership), null);
  assert.equal(peer.state.removalOf(erin.membership)?.why, 'issuerRemoved');
  assert.deepEqual(
    peer.state
      .findOffer(offer.digest, NOW)
      ?.admissions.map(({ fate }) => fate)
      .toSorted(),
    ['authorRemoved', 'in'],
  );
});

test('an offer that does not count is kept by an admission that does', () => {
  const { village, bob, carol } = town('named');
  const offer = village.offer(carol);
  const dave = village.member('dave', 'member', bob);
  const admission = village.admit(offer, dave, bob);
  const removal = village.revoke(carol, [village.alice], { keeps: [village.certificateOf(dave)] });
  const early = peerOf(village);
  early.learnAll(offer, admission, removal);
  const late = peerOf(village);
  assert.deepEqual(late.learnAll(removal, offer), ['stored', 'void']);
  assert.deepEqual(late.learnAll(admission), ['awaits']);
  assert.deepEqual(late.learnAll(offer), ['stored']);
  assert.deepEqual(late.listed(), early.listed());
});

test('50: who may issue what is judged of offers and admissions', () => {
  const { village, bob, carol } = town('roles');
  const peer = peerOf(village);
  const verifier = { ciphertext: new Uint8Array(8), boxes: [] };
  assert.deepEqual(peer.learnAll(village.offer(carol, { role: 'administrator' })), ['unsound']);
  assert.deepEqual(peer.learnAll(village.offer(carol, { role: 'invitingMember' })), ['unsound']);
  const box = { publicKey: bob.signer.publicKey, sealed: new Uint8Array(80) };
  const password = { by: 'password', verifier: { ...verifier, boxes: [box] } } as const;
  assert.deepEqual(peer.learnAll(village.offer(bob, { ...password, role: 'administrator' })), [
    'unsound',
  ]);
  const offer = village.offer(bob, { ...password });
  assert.deepEqual(peer.learnAll(offer), ['stored']);
  const dave = village.member('dave', 'invitingMember', bob);
  peer.learnChain(dave.membership);
  assert.deepEqual(peer.learnAll(village.admit(offer, dave, bob)), ['unsound']);
});

test('an admission of somebody else’s certificate, or without the proof of the ticket, is not sound', () => {
  const { village, bob, carol } = town('proof');
  const offer = village.offer(village.alice);
  const other = village.offer(village.alice, { label: 'another' });
  const dave = village.member('dave', 'member', bob);
  const peer = peerOf(village);
  peer.learnAll(offer, other);
  assert.deepEqual(peer.learnAll(village.admit(offer, dave, carol)), ['unsound']);
  const admission = village.admit(other, dave, bob);
  const { body } = admission.statement;
  assert.ok(body.kind === 'admission');
  assert.deepEqual(peer.learnAll(village.say({ ...body, offer: offer.digest }, bob)), ['unsound']);
  assert.deepEqual(peer.learnAll(admission), ['stored']);
});

test('an offer is over by its time', () => {
  const { village } = town('time');
  const offer = village.offer(village.alice, { expiresAt: NOW });
  const peer = peerOf(village);
  peer.learnAll(offer);
  assert.equal(peer.state.findOffer(offer.digest, NOW)?.state, 'expired');
  assert.equal(peer.state.offers(wallTimeOf(NOW - 1))[0]?.state, 'open');
});

test('of epochs the one with the most before it is present, whether those count or not', () => {
  const { village, bob } = town('epochs');
  const first = village.epoch(null, bob);
  const second = village.epoch(first, village.alice);
  const lone = village.epoch(null, village.alice);
  const peer = peerOf(village);
  peer.learnAll(first, lone, second);
  assert.deepEqual(peer.state.epoch()?.statement.digest, second.digest);
  peer.learnAll(village.revoke(bob, [village.alice]));
  assert.equal(peer.state.epoch()?.depth, 2);
  const late = peerOf(village);
  late.learnAll(village.revoke(bob, [village.alice]), second);
  assert.equal(late.state.epoch()?.depth, 1);
  assert.deepEqual(late.learnAll(first), ['stored']);
  assert.equal(late.state.epoch()?.depth, 2);
});

test('of properties the highest version counts, said by the key of the group', () => {
  const { village } = town('properties');
  const peer = peerOf(village);
  peer.learnAll(village.properties(2, 'second'), village.properties(1, 'first'));
  assert.equal(peer.state.properties()?.friendlyName, 'second');
  const { body } = village.properties(3, 'third').statement;
  assert.deepEqual(peer.learnAll(village.say(body, village.alice)), ['unsound']);
});
