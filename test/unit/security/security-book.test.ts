// What a member takes of what others bring: sound, in bounds, in any order, and not before it is stored.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LIMITS } from '../../../src/core/domain/limits.ts';
import { encodeStatement, encodeUnsigned } from '../../../src/core/wire/security.ts';
import { FuzzSource } from '../../support/fuzzing.ts';
import { SceneMaker, shuffled } from '../../support/security-scenes.ts';
import { peerOf } from '../../support/security-town.ts';
import { exchange, SecurityVillage } from '../../support/security-village.ts';

test('nothing counts before it is stored', () => {
  const village = new SecurityVillage('stored');
  const bob = village.member('bob', 'member');
  const peer = peerOf(village);
  const removal = village.revoke(bob, [village.alice]);
  const learned = peer.book.learnStatement(removal.bytes);
  assert.ok(learned.kind === 'stored');
  assert.equal(peer.state.removalOf(bob.membership), null);
  assert.equal(peer.book.learnStatement(removal.bytes).kind, 'stored');
  peer.book.onStored(learned.changes);
  assert.notEqual(peer.state.removalOf(bob.membership), null);
  assert.equal(peer.book.learnStatement(removal.bytes).kind, 'known');
});

test('a state that somebody keeps does not change', () => {
  const village = new SecurityVillage('kept');
  const bob = village.member('bob', 'member');
  const peer = peerOf(village);
  const before = peer.state;
  const removal = village.revoke(bob, [village.alice]);
  peer.learnAll(removal);
  assert.equal(before.has(removal.digest), false);
  assert.deepEqual(before.listedDigests(), []);
  assert.equal(before.removalOf(bob.membership), null);
});

test('a statement waits for the chain of its signer, which is wanted although it would not be listed', () => {
  const village = new SecurityVillage('chains');
  const bob = village.member('bob', 'invitingMember');
  const carol = village.member('carol', 'member', bob);
  const peer = village.peer();
  peer.learnChain(village.alice.membership);
  const leave = village.revoke(carol, [carol]);
  const removal = village.revoke(bob, [village.alice], { keeps: [leave.digest] });
  const learned = peer.learn(leave);
  assert.deepEqual(learned, {
    kind: 'awaits',
    chains: [carol.membership.chainDigest],
    statements: [],
    pages: [],
  });
  peer.learnAll(removal);
  assert.equal(peer.state.isChainListed(carol.membership), false);
  assert.equal(peer.book.wantsChain(carol.membership), true);
  assert.equal(peer.learnChain(carol.membership), true);
  assert.equal(peer.book.waitingStatements, 0);
});

test('an admission waits for its offer and for the membership, and then counts by itself', () => {
  const village = new SecurityVillage('admissions');
  const offer = village.offer(village.alice);
  const bob = village.member('bob', 'member');
  const admission = village.admit(offer, bob, village.alice);
  const peer = village.peer();
  peer.learnChain(village.alice.membership);
  assert.equal(peer.learn(admission).kind, 'awaits');
  assert.equal(peer.learn(offer).kind, 'stored');
  assert.equal(peer.state.has(admission.digest), false);
  peer.learnChain(bob.membership);
  assert.equal(peer.state.has(admission.digest), true);
});

test('a page waits for the revocation that names it, and is stored with it', () => {
  const village = new SecurityVillage('pages');
  const bob = village.member('bob', 'member');
  const peer = peerOf(village);
  const removal = village.revoke(bob, [village.alice], { keeps: [new Uint8Array(32)] });
  const [page] = removal.pages;
  assert.ok(page !== undefined);
  assert.equal(peer.learn(page).kind, 'awaits');
  assert.deepEqual(peer.held(), []);
  const learned = peer.learn(removal);
  assert.ok(learned.kind === 'stored');
  assert.equal(learned.changes.length, 2);
  assert.deepEqual(peer.state.missingPages(), []);
  assert.equal(peer.learn(page).kind, 'known');
});

test('a signature stands for one membership: with another of the same key beside it, it is wrong', () => {
  const village = new SecurityVillage('labels');
  const bob = village.member('bob', 'member');
  const inviting = village.member('carol', 'invitingMember');
  const administrator = village.member('carol', 'administrator');
  assert.deepEqual(inviting.signer.publicKey, administrator.signer.publicKey);
  const peer = peerOf(village);
  const { statement, digest } = village.revoke(bob, [inviting]);
  const signatures = statement.signatures.map((each) => ({
    ...each,
    membership: administrator.membership.chainDigest,
  }));
  const labelled = encodeStatement(encodeUnsigned(statement.issuedAt, statement.body), signatures);
  assert.notDeepEqual(village.read(labelled).digest, digest);
  assert.equal(peer.book.learnStatement(labelled).kind, 'unsound');
  assert.equal(peer.book.learnStatement(statement.bytes).kind, 'stored');
});

test('who brings what nobody said is to blame', () => {
  const village = new SecurityVillage('unsound');
  const bob = village.member('bob', 'member');
  const carol = village.member('carol', 'member');
  const peer = peerOf(village);
  const removal = village.revoke(bob, [village.alice]);
  const forged = removal.bytes.slice();
  forged[forged.length - 1] = 1 + (forged.at(-1) ?? 0);
  assert.equal(peer.book.learnStatement(forged).kind, 'unsound');
  assert.equal(peer.book.learnStatement(new Uint8Array(3)).kind, 'unsound');
  assert.equal(peer.book.learnPage(new Uint8Array(3)).kind, 'unsound');
  const together = village.revoke(bob, [village.alice, village.member('dave', 'administrator')]);
  for (const each of village.memberships) peer.learnChain(each);
  assert.equal(peer.book.learnStatement(together.bytes).kind, 'unsound');
  const borrowed = { signer: carol.signer, membership: village.alice.membership };
  assert.equal(peer.book.learnStatement(village.revoke(bob, [borrowed]).bytes).kind, 'unsound');
});

test('statements that wait for what never comes push each other out', () => {
  const village = new SecurityVillage('waiting');
  const bob = village.member('bob', 'administrator');
  const peer = village.peer();
  peer.learnChain(village.alice.membership);
  for (let at = 0; at < LIMITS.statementsWaitingMax + 10; at++) peer.learn(village.offer(bob));
  assert.equal(peer.book.waitingStatements, LIMITS.statementsWaitingMax);
  for (let at = 0; at < LIMITS.pagesWaitingMax + 10; at++) {
    peer.learn(village.page([new Uint8Array(32).fill(at), new Uint8Array(32).fill(255)]));
  }
  assert.deepEqual(peer.held(), []);
});

test('of more than a member may say everybody keeps the same', () => {
  const village = new SecurityVillage('plain');
  const bob = village.member('bob', 'member');
  const leaves = Array.from({ length: 9 }, () => village.revoke(bob, [bob]));
  const random = new FuzzSource(9);
  const peers = [0, 1, 2].map(() => {
    const peer = peerOf(village);
    peer.learnAll(...shuffled(leaves, random).slice(0, 6));
    return peer;
  });
  exchange(peers);
  for (const peer of peers) {
    assert.deepEqual(peer.listed(), peers[0]?.listed());
    assert.equal(peer.held().length, LIMITS.statementsPerMemberMax);
  }
});

test('of more revocations of one target by one signer everybody keeps the same', () => {
  const village = new SecurityVillage('target');
  const bob = village.member('bob', 'member');
  const carol = village.member('carol', 'administrator');
  const removals = Array.from({ length: 30 }, () => village.revoke(bob, [carol]));
  const random = new FuzzSource(30);
  const peers = [0, 1].map(() => {
    const peer = peerOf(village);
    peer.learnAll(...shuffled(removals, random).slice(0, 20));
    return peer;
  });
  exchange(peers);
  assert.deepEqual(peers[0]?.listed(), peers[1]?.listed());
  assert.equal(peers[0]?.held().length, LIMITS.revocationsPerTargetMax);
});

test('of more offers by one signer everybody keeps the same', () => {
  const village = new SecurityVillage('offers');
  const bob = village.member('bob', 'administrator');
  const offers = Array.from({ length: LIMITS.offersPerSignerMax + 40 }, () => village.offer(bob));
  const peers = [offers, offers.toReversed()].map((order) => {
    const peer = peerOf(village);
    peer.learnAll(...order);
    return peer;
  });
  exchange(peers);
  assert.deepEqual(peers[0]?.listed(), peers[1]?.listed());
  const held = peers.map((peer) => peer.state.listedDigests().length);
  assert.deepEqual(held, [LIMITS.offersPerSignerMax, LIMITS.offersPerSignerMax]);
});

test('what was stored is known after opening again', () => {
  const { village, statements, pages } = new SceneMaker(5).make(9, 12, 60);
  const peer = peerOf(village);
  for (const each of [...pages, ...statements]) peer.learn(each);
  const listed = peer.listed();
  peer.reopen();
  assert.deepEqual(peer.listed(), listed);
});
