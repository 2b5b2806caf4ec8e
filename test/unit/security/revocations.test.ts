// Who may remove whom, what a removal lets count, and which removals count themselves.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { lives, peerOf, town } from '../../support/security-town.ts';
import { exchange, SecurityVillage } from '../../support/security-village.ts';

const JOURNAL = new Uint8Array(8).fill(1);

function hashOf(text: string): Uint8Array {
  return new Uint8Array(32)
    .fill(text.length)
    .map((value, at) => value + text.charCodeAt(at % text.length));
}

test('the key of the group removes anybody, a creator too', () => {
  const { village, alice, bob } = town('root');
  const peer = peerOf(village);
  assert.deepEqual(peer.learnAll(village.revoke(alice, [village.root])), ['stored']);
  assert.equal(peer.state.removalOf(alice.membership)?.by, village.group);
  assert.equal(peer.state.removalOf(bob.membership)?.why, 'issuerRemoved');
});

test('whoever took a member in removes it, from any height above it', () => {
  const { village, bob, erin, frank } = town('ancestors');
  for (const above of [bob, erin]) {
    const peer = peerOf(village);
    peer.learnAll(village.revoke(frank, [above]));
    assert.deepEqual(lives(peer, frank, erin, bob), [false, true, true]);
  }
});

test('an inviting member removes nobody whom others took in', () => {
  const { village, erin, grace } = town('inviting');
  const peer = peerOf(village);
  assert.deepEqual(peer.learnAll(village.revoke(grace, [erin])), ['stored']);
  assert.deepEqual(lives(peer, grace), [true]);
});

test('an administrator removes members and inviting members, and another only with a second one', () => {
  const { village, bob, carol, dave, erin, grace } = town('administrators');
  const peer = peerOf(village);
  peer.learnAll(village.revoke(grace, [carol]), village.revoke(erin, [carol]));
  peer.learnAll(village.revoke(dave, [bob]));
  assert.deepEqual(lives(peer, grace, erin, dave), [false, false, true]);
  peer.learnAll(village.revoke(dave, [bob, carol]));
  assert.deepEqual(lives(peer, dave), [false]);
});

test('administrators that one administrator made have no vote beside it', () => {
  const { village, bob, dave } = town('puppets');
  const first = village.member('puppet 1', 'administrator', bob);
  const second = village.member('puppet 2', 'administrator', bob);
  const peer = peerOf(village);
  peer.learnAll(village.revoke(dave, [first, second]), village.revoke(dave, [bob, first]));
  assert.deepEqual(lives(peer, dave), [true]);
});

test('a removal is judged chain by chain: a promotion by somebody else is another chain', () => {
  const { village, bob, carol, grace } = town('promotion');
  const promoted = village.member('grace', 'administrator', carol);
  const peer = peerOf(village);
  peer.learnAll(village.revoke(grace, [bob]));
  assert.deepEqual(lives(peer, grace, promoted), [false, true]);
});

test('what is on no page does not count, whatever its dates and sequence say', () => {
  const { village, bob, erin, frank } = town('pages');
  const peer = peerOf(village);
  const kept = hashOf('kept');
  const late = village.member('late', 'member', erin);
  const future = [{ journal: JOURNAL, sequence: Number.MAX_SAFE_INTEGER }];
  const keeps = [kept, village.certificateOf(frank)];
  peer.learnAll(village.revoke(erin, [bob], { keeps, cutoffs: future }));
  const { state } = peer;
  const place = { journal: JOURNAL, sequence: 3 };
  assert.equal(state.judgeSigned(erin.membership, kept, place), 'counts');
  assert.equal(state.judgeSigned(erin.membership, hashOf('backdated'), place), 'removed');
  assert.equal(state.removalOf(frank.membership), null);
  assert.equal(state.removalOf(late.membership)?.why, 'issuerRemoved');
  assert.equal(state.isChainListed(late.membership), false);
  assert.equal(state.isChainListed(erin.membership), true);
});

test('a batch beyond the end of its journal, or of another journal, is out although it is listed', () => {
  const { village, bob, erin } = town('cutoffs');
  const peer = peerOf(village);
  const hash = hashOf('batch');
  const cutoffs = [{ journal: JOURNAL, sequence: 5 }];
  peer.learnAll(village.revoke(erin, [bob], { keeps: [hash], cutoffs }));
  const judge = (journal: Uint8Array, sequence: number) =>
    peer.state.judgeSigned(erin.membership, hash, { journal, sequence });
  assert.deepEqual([judge(JOURNAL, 5), judge(JOURNAL, 6)], ['counts', 'removed']);
  assert.equal(judge(new Uint8Array(8), 1), 'removed');
});

test('while a page is not here what it may list is unknown, and what others let lives', () => {
  const { village, bob, erin, frank } = town('missing');
  const peer = peerOf(village);
  const hash = hashOf('batch');
  const cutoffs = [{ journal: JOURNAL, sequence: 5 }];
  const removal = village.revoke(erin, [bob], { keeps: [hash], cutoffs });
  assert.equal(peer.learn(removal).kind, 'stored');
  const judge = (sequence: number) =>
    peer.state.judgeSigned(erin.membership, hash, { journal: JOURNAL, sequence });
  assert.deepEqual([judge(5), judge(6)], ['unknown', 'removed']);
  assert.deepEqual(
    peer.state.missingPages(),
    removal.pages.map(({ digest }) => digest),
  );
  assert.deepEqual(lives(peer, frank), [true]);
  for (const page of removal.pages) assert.equal(peer.learn(page).kind, 'stored');
  assert.deepEqual([judge(5), peer.state.missingPages().length], ['counts', 0]);
  assert.deepEqual(lives(peer, frank), [false]);
});

test('a removal of the subtree takes those below out too, and keeps what is listed of theirs', () => {
  const { village, bob, alice, erin, frank } = town('subtree');
  const peer = peerOf(village);
  const kept = hashOf('by frank');
  const keeps = [kept, village.certificateOf(erin), village.certificateOf(frank)];
  peer.learnAll(village.revoke(bob, [alice], { scope: 'subtree', keeps }));
  assert.deepEqual(lives(peer, bob, erin, frank), [false, false, false]);
  const place = { journal: JOURNAL, sequence: 1 };
  assert.equal(peer.state.judgeSigned(frank.membership, kept, place), 'counts');
  assert.equal(peer.state.judgeSigned(frank.membership, hashOf('other'), place), 'removed');
  assert.equal(peer.state.isChainListed(frank.membership), true);
});

test('a smaller role ends the certificates that are named and no other', () => {
  const { village, alice, bob, erin } = town('reduction');
  const member = village.member('bob', 'member');
  const peer = peerOf(village);
  const certificates = [village.certificateOf(bob)];
  const keeps = [village.certificateOf(erin)];
  peer.learnAll(village.revoke(bob, [alice], { scope: 'certificates', certificates, keeps }));
  assert.deepEqual(lives(peer, bob, member, erin), [false, true, true]);
});

test('what a level above took away is neither stored nor listed, and counts when that is taken back', () => {
  const { village, alice, bob, grace } = town('void');
  const peer = peerOf(village);
  const removal = village.revoke(bob, [alice]);
  const revenge = village.revoke(grace, [bob]);
  assert.deepEqual(peer.learnAll(removal, revenge), ['stored', 'void']);
  const witness = peerOf(village);
  assert.deepEqual(witness.learnAll(revenge, removal), ['stored', 'stored']);
  assert.deepEqual(witness.listed(), peer.listed());
  assert.deepEqual(lives(peer, grace), [true]);
  witness.learnAll(village.revoke(alice, [village.root], { keeps: [village.certificateOf(bob)] }));
  assert.deepEqual(lives(witness, bob, grace), [true, false]);
});

test('one that somebody removed holds nobody off and closes no circle', () => {
  const { village, alice, bob, carol, dave } = town('circle');
  const [heidi, ivan, judy] = ['heidi', 'ivan', 'judy'].map((name) =>
    village.member(name, 'administrator'),
  );
  assert.ok(heidi && ivan && judy);
  const peer = peerOf(village);
  const first = village.revoke(dave, [bob, carol]);
  const second = village.revoke(heidi, [dave, ivan]);
  const third = village.revoke(bob, [heidi, judy]);
  peer.learnAll(first, second, third);
  assert.deepEqual(lives(peer, dave, heidi, bob), [false, false, false]);
  peer.learnAll(village.revoke(ivan, [alice]), village.revoke(dave, [alice]));
  // The second has no signer left. So the third is attacked by nobody, and holds the first off.
  assert.deepEqual(lives(peer, bob, heidi), [false, true]);
});

test('two pairs of pairs that remove each other in a ring come together, whichever half one was in', () => {
  const village = new SecurityVillage('ring');
  const pairs = [0, 1, 2, 3].map((at) => [
    village.member(`a${at}`, 'administrator'),
    village.member(`b${at}`, 'administrator'),
  ]);
  const ring = pairs.map((pair, at) => {
    const victim = pairs[(at + 1) % 4]?.[0];
    assert.ok(victim !== undefined);
    return village.revoke(victim, pair);
  });
  const [first, second, third, fourth] = ring;
  assert.ok(first && second && third && fourth);
  const peers = [peerOf(village), peerOf(village)];
  peers[0]?.learnAll(first, third);
  peers[1]?.learnAll(second, fourth);
  exchange(peers);
  assert.deepEqual(peers[0]?.listed(), peers[1]?.listed());
  for (const peer of peers) {
    assert.deepEqual(
      peer.state.revocations().map(({ counts }) => counts),
      [true, true, true, true],
    );
  }
});

test('a co-signed removal stands when one of three signers is removed', () => {
  const { village, alice, bob, carol, dave } = town('three');
  const heidi = village.member('heidi', 'administrator');
  const peer = peerOf(village);
  peer.learnAll(village.revoke(dave, [bob, carol, heidi]), village.revoke(heidi, [alice]));
  assert.deepEqual(lives(peer, dave), [false]);
  peer.learnAll(village.revoke(carol, [alice]));
  assert.deepEqual(lives(peer, dave), [true]);
});

test('the targets of removals that count are told by their keys', () => {
  const { village, bob, grace } = town('keys');
  const peer = peerOf(village);
  assert.equal(peer.state.hitKeys().size, 0);
  peer.learnAll(village.revoke(grace, [bob]));
  assert.equal(peer.state.hitKeys().size, 1);
});
