// Members with a changed program and a right or two: what they say and issue must not put out, demote or stop
// those whom they may not remove.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { compareBytes } from '../../../src/core/base/bytes.ts';
import { type WallTime, wallTimeOf } from '../../../src/core/base/time.ts';
import type { Membership } from '../../../src/core/domain/membership.ts';
import type { JoinOffer, Removal } from '../../../src/core/domain/security.ts';
import { MembershipsByMember } from '../../../src/core/security/memberships-by-member.ts';
import { OwnMembership } from '../../../src/core/security/own-membership.ts';
import { answerRenewal } from '../../../src/core/security/renewals.ts';
import { refusalOfRevocation } from '../../../src/core/security/revocation-rights.ts';
import { BEGIN, DAY_MS, LEASE_MS, LeaseVillage } from '../../support/lease-village.ts';
import { peerOf } from '../../support/security-town.ts';
import { exchange, NOW, SecurityVillage } from '../../support/security-village.ts';

const LIVING = (): null => null;
const HALF_MS = LEASE_MS / 2;
const leases = new LeaseVillage();
const creator = leases.creator('Alice');
const inviter = leases.member(creator, 'Alice', 'Erin', { role: 'invitingMember' });

function after(ms: number): WallTime {
  return wallTimeOf(BEGIN + ms);
}

test('an inviting member does not demote an administrator by a certificate that nobody asked for', () => {
  const bob = leases.member(creator, 'Alice', 'Bob', { role: 'administrator' });
  const unasked = leases.member(inviter, 'Erin', 'Bob', { role: 'member', at: after(DAY_MS) });
  const known = new MembershipsByMember();
  for (const each of [bob, unasked]) known.add(each);
  const now = after(2 * DAY_MS);
  assert.equal(known.countingOf(bob.member, LIVING, now), bob);
  const own = new OwnMembership(bob, LIVING);
  assert.equal(own.choose([unasked], now), false);
  assert.equal(known.countingOf(bob.member, LIVING, after(LEASE_MS + 1_000)), unasked);
});

test('of roles that have ended the one that began later is renewed, not the larger that is long over', () => {
  const before = leases.member(creator, 'Alice', 'Gus', { role: 'invitingMember' });
  const at = after(2 * LEASE_MS);
  const smaller = leases.member(creator, 'Alice', 'Gus', { role: 'member', at });
  const parts = {
    issuers: [{ chain: creator.chain, key: leases.signer('Alice') }],
    removalOf: LIVING,
    crypto: leases.crypto,
  };
  const answer = answerRenewal(before, [smaller], parts, after(3 * LEASE_MS + DAY_MS));
  assert.equal(answer.kind === 'issue' && answer.renewal.request.role, 'member');
});

test('whoever renewed a lease for long and then takes it away has not made the member too late', () => {
  const carol = leases.member(creator, 'Alice', 'Carol', { role: 'member' });
  const renewed = leases.member(inviter, 'Erin', 'Carol', {
    role: 'member',
    at: after(HALF_MS),
    notAfter: inviter.notAfter,
  });
  const at = after(3 * LEASE_MS);
  const long = { ...renewed, notAfter: wallTimeOf(at - DAY_MS) };
  const gone: Removal = {
    why: 'removed',
    statement: new Uint8Array(32),
    by: inviter.member,
    at,
    reason: '',
  };
  const removedUnder = (of: readonly Membership[]) => ({
    issuers: [{ chain: creator.chain, key: leases.signer('Alice') }],
    removalOf: (each: Membership) => (of.includes(each) ? gone : null),
    crypto: leases.crypto,
  });
  const answer = answerRenewal(carol, [long], removedUnder([long]), at);
  assert.ok(answer.kind === 'issue');
  const { renews } = answer.renewal.request;
  assert.deepEqual(renews, leases.crypto.sha256(carol.certificate.der), 'in its old place');
  const removed = answerRenewal(carol, [long], removedUnder([carol, long]), at);
  assert.equal(removed.kind === 'refused' && removed.refusal.code, 'MEMBERSHIP_REMOVED');
  const late = answerRenewal(carol, [long], removedUnder([long]), wallTimeOf(at + 2 * LEASE_MS));
  assert.equal(late.kind === 'refused' && late.refusal.code, 'MEMBERSHIP_EXPIRED');
});

/** No proof goes with an admission by a code: whoever may invite can say it of its own certificates. */
const CODE: Partial<Omit<JoinOffer, 'kind'>> = {
  by: 'code',
  usesMax: 1,
  verifier: {
    ciphertext: new Uint8Array(32),
    boxes: [{ publicKey: new Uint8Array(32), sealed: new Uint8Array(80) }],
  },
};

test('an inviting member does not put out by small digests whom the creator took in by a code', () => {
  const village = new SecurityVillage('codes');
  const carol = village.member('carol', 'invitingMember');
  const dave = village.member('dave', 'member');
  const offer = village.offer(village.alice, CODE);
  const admitted = village.admit(offer, dave, village.alice);
  const limit = village.certificateOf(dave);
  let smallest = village.member('sock', 'member', carol);
  for (let at = 0; compareBytes(village.certificateOf(smallest), limit) > 0; at++) {
    smallest = village.member(`sock ${at}`, 'member', carol);
  }
  const hostile = village.admit(offer, smallest, carol);
  for (const order of [
    [admitted, hostile],
    [hostile, admitted],
  ]) {
    const peer = peerOf(village);
    peer.learnAll(offer, ...order);
    assert.equal(peer.state.removalOf(dave.membership), null);
    assert.equal(peer.state.removalOf(smallest.membership)?.why, 'ticketOverused');
  }
});

test('a member that came too late by a ticket is removed like any other, and what it said goes with it', () => {
  const village = new SecurityVillage('late');
  const bob = village.member('bob', 'administrator');
  const heidi = village.member('heidi', 'administrator', bob);
  const dave = village.member('dave', 'member');
  const offer = village.offer(bob, { role: 'administrator' });
  const peer = peerOf(village);
  peer.learnAll(offer, village.admit(offer, heidi, bob), village.end(offer, [], bob));
  assert.equal(peer.state.removalOf(heidi.membership)?.why, 'offerEnded');
  const said = village.revoke(dave, [heidi]);
  peer.learnAll(said);
  assert.equal(peer.state.removalOf(dave.membership)?.why, 'removed');
  const wish = { target: heidi.signer.publicKey, scope: 'member', certificates: [] } as const;
  const asked = {
    wish,
    signers: [{ publicKey: village.alice.signer.publicKey, membership: village.alice.membership }],
    memberships: village.memberships,
    crypto: village.crypto,
  };
  const judged = refusalOfRevocation({ ...asked, state: peer.state });
  assert.deepEqual(judged.ok && judged.value, [heidi.membership]);
  peer.learnAll(village.revoke(heidi, [village.alice]));
  assert.equal(peer.state.removalOf(dave.membership), null);
  assert.equal(refusalOfRevocation({ ...asked, state: peer.state }).ok, false);
});

test('an administrator that begins many epochs, one upon the other, costs each of them once', () => {
  const village = new SecurityVillage('epochs');
  const bob = village.member('bob', 'administrator');
  const epochs = [village.epoch(null, bob)];
  while (epochs.length < 400) epochs.push(village.epoch(epochs.at(-1) ?? null, bob));
  const peer = peerOf(village);
  peer.learnAll(...epochs.toReversed());
  const view = peer.state.epoch();
  assert.equal(view?.depth, 400);
  assert.deepEqual(view?.statement.digest, epochs.at(-1)?.digest);
  assert.equal(peer.state.epoch(), view);
});

test('long statements count for as much as they take, at everybody the same ones', () => {
  const village = new SecurityVillage('long');
  const carol = village.member('carol', 'invitingMember');
  const offer = village.offer(carol);
  const ends = Array.from({ length: 150 }, (_, at) => {
    const admitted = Array.from({ length: 3_900 }, (_each, n) =>
      new Uint8Array(32)
        .fill(at, 2)
        .fill(n & 255, 1, 2)
        .fill(n >>> 8, 0, 1),
    );
    return village.say({ kind: 'offerEnd', offer: offer.digest, admitted }, carol);
  });
  const peers = [ends, ends.toReversed()].map((order) => {
    const peer = peerOf(village);
    peer.learnAll(offer, ...order);
    return peer;
  });
  exchange(peers);
  const [one, other] = peers.map((peer) => peer.listed());
  assert.deepEqual(one, other);
  const bytes = peers[0]?.held().reduce((sum, item) => sum + item.bytes.length, 0) ?? 0;
  assert.ok(bytes < 17 * 1_048_576, `${bytes} bytes of one signer are held`);
  assert.ok(bytes > 14 * 1_048_576);
  assert.equal(peers[0]?.state.findOffer(offer.digest, NOW)?.state, 'ended');
});
