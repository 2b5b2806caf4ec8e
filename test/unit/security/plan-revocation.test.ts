// Before somebody is removed: what stays, whether we may, and what is told of a member.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { equalBytes } from '../../../src/core/base/bytes.ts';
import type { SignedBatch } from '../../../src/core/domain/records.ts';
import type { BatchesPage } from '../../../src/core/ports/record-store.ts';
import { explainMember, rightsOf } from '../../../src/core/security/explanation.ts';
import {
  type KnownSecurity,
  planLeave,
  planRevocation,
  planRoleReduction,
} from '../../../src/core/security/plan-revocation.ts';
import { refusalOfRevocation } from '../../../src/core/security/revocation-rights.ts';
import { coSign, signStatement } from '../../../src/core/security/sign-statement.ts';
import type { Villager } from '../../../src/sim/people/village.ts';
import { NOW, type SecurityPeer, SecurityVillage } from '../../support/security-village.ts';

const JOURNAL = new Uint8Array(8).fill(1);

/** What is asked only by whom somebody is to be removed with what it did since a date. */
const NOTHING_ELSE = {
  versionsIn: () => ({ records: [], shadows: [] }),
  findRecord: () => null,
  findShadow: () => null,
};

function batchOf({ membership, signer }: Villager, first: number, count = 1): SignedBatch {
  return {
    statement: {
      author: signer.publicKey,
      membership: membership.chainDigest,
      journal: JOURNAL,
      firstSequence: first,
      count,
      previous: new Uint8Array(32),
      root: new Uint8Array(32),
    },
    hash: new Uint8Array(32).fill(first),
    signature: new Uint8Array(64),
  };
}

function knownBy(
  village: SecurityVillage,
  peer: SecurityPeer,
  batches: readonly SignedBatch[],
): KnownSecurity {
  const { group, crypto, memberships } = village;
  /** One at a time, so that several pages are read. */
  const batchesOf = (author: Uint8Array, after: number | null): BatchesPage => {
    const theirs = batches.filter(({ statement }) => equalBytes(statement.author, author));
    const at = after ?? 0;
    return { batches: theirs.slice(at, at + 1), next: at + 1 < theirs.length ? at + 1 : null };
  };
  return { group, crypto, memberships, state: peer.state, store: { batchesOf, ...NOTHING_ELSE } };
}

function town(seed: string) {
  const village = new SecurityVillage(seed);
  const bob = village.member('bob', 'administrator');
  const carol = village.member('carol', 'administrator');
  const erin = village.member('erin', 'invitingMember', bob);
  const frank = village.member('frank', 'member', erin);
  const peer = village.peer();
  for (const each of village.memberships) peer.learnChain(each);
  return { village, alice: village.alice, bob, carol, erin, frank, peer };
}

type Planned = ReturnType<typeof planRevocation>;

function carryOut(village: SecurityVillage, peer: SecurityPeer, planned: Planned, by: Villager) {
  assert.ok(planned.ok, JSON.stringify(planned));
  const { body, pages } = planned.value;
  for (const page of pages) peer.book.learnPage(page);
  const key = { signer: by.signer, membershipDigest: by.membership.chainDigest };
  const bytes = signStatement(body, NOW, village.group, key);
  assert.equal(peer.learn({ form: 'statement', bytes, digest: bytes }).kind, 'stored');
  return body;
}

test('what a removed member did and whom it took in stays, and what it says later does not', () => {
  const { village, alice, erin, frank, peer, bob } = town('planned');
  const offer = village.offer(erin);
  const grace = village.member('grace', 'member', bob);
  peer.learnChain(grace.membership);
  peer.learnAll(offer, village.admit(offer, grace, bob));
  const batches = [batchOf(erin, 1, 3), batchOf(erin, 4), batchOf(frank, 9)];
  const wish = { target: erin.signer.publicKey, certificates: [], reason: 'spam' } as const;
  const planned = planRevocation({ ...wish, scope: 'member' }, knownBy(village, peer, batches));
  const body = carryOut(village, peer, planned, alice);
  assert.deepEqual(body.cutoffs, [{ journal: JOURNAL, sequence: 4 }]);
  const { state } = peer;
  const judge = (batch: SignedBatch, sequence: number) =>
    state.judgeSigned(erin.membership, batch.hash, { journal: JOURNAL, sequence });
  assert.deepEqual(
    batches.slice(0, 2).map((each, at) => judge(each, 3 + at)),
    ['counts', 'counts'],
  );
  assert.equal(judge(batchOf(erin, 5), 5), 'removed');
  assert.equal(state.removalOf(erin.membership)?.reason, 'spam');
  assert.equal(state.removalOf(frank.membership), null);
  assert.equal(state.removalOf(grace.membership), null);
  assert.equal(state.findOffer(offer.digest, NOW)?.state, 'authorRemoved');
});

test('of a subtree everything below is listed too', () => {
  const { village, alice, bob, erin, frank, peer } = town('below');
  const batches = [batchOf(bob, 1), batchOf(frank, 2)];
  const wish = { target: bob.signer.publicKey, certificates: [], reason: '' } as const;
  const planned = planRevocation({ ...wish, scope: 'subtree' }, knownBy(village, peer, batches));
  carryOut(village, peer, planned, alice);
  const { state } = peer;
  for (const { membership } of [bob, erin, frank])
    assert.notEqual(state.removalOf(membership), null);
  const place = { journal: JOURNAL, sequence: 2 };
  assert.equal(state.judgeSigned(frank.membership, new Uint8Array(32).fill(2), place), 'counts');
  assert.equal(state.judgeSigned(frank.membership, new Uint8Array(32).fill(3), place), 'removed');
});

test('who leaves is out, and nobody else', () => {
  const { village, bob, erin, frank, peer } = town('leaving');
  const planned = planLeave(erin.signer.publicKey, 'bye', knownBy(village, peer, []));
  carryOut(village, peer, planned, erin);
  assert.equal(peer.state.removalOf(erin.membership)?.by, erin.membership.member);
  for (const { membership } of [bob, frank]) assert.equal(peer.state.removalOf(membership), null);
});

test('a smaller role keeps what was signed under the larger one', () => {
  const { village, alice, bob, erin, peer } = town('smaller');
  const batches = [batchOf(bob, 1)];
  const certificates = [village.certificateOf(bob)];
  const known = knownBy(village, peer, batches);
  const planned = planRoleReduction(bob.signer.publicKey, certificates, '', known);
  carryOut(village, peer, planned, alice);
  assert.notEqual(peer.state.removalOf(bob.membership), null);
  assert.equal(peer.state.removalOf(erin.membership), null);
  const place = { journal: JOURNAL, sequence: 1 };
  assert.equal(peer.state.judgeSigned(bob.membership, new Uint8Array(32).fill(1), place), 'counts');
});

test('whether a removal would be enough is known before it is signed', () => {
  const { village, alice, bob, carol, erin, frank, peer } = town('rights');
  const { memberships, crypto } = village;
  const refusal = (target: Villager, signers: readonly Villager[]) => {
    const judged = refusalOfRevocation({
      wish: { target: target.signer.publicKey, scope: 'member', certificates: [] },
      signers: signers.map(({ signer, membership }) => ({ ...signer, membership })),
      memberships,
      state: peer.state,
      crypto,
    });
    return judged.ok ? judged.value.length : `${judged.refusal.code}: ${judged.refusal.detail}`;
  };
  assert.equal(refusal(bob, [alice]), 1);
  assert.match(`${refusal(bob, [carol])}`, /^NOT_AUTHORIZED: .*co-signing is needed/);
  assert.match(
    `${refusal(alice, [bob])}`,
    /^NOT_AUTHORIZED: an administrator may not remove alice/,
  );
  assert.match(`${refusal(bob, [frank])}`, /^NOT_AUTHORIZED: a member may not/);
  assert.equal(refusal(frank, [erin]), 1);
  peer.learnAll(village.revoke(frank, [alice]));
  assert.match(`${refusal(frank, [erin])}`, /^NOT_AUTHORIZED: the member has no membership/);
  assert.match(`${refusal(erin, [frank])}`, /^MEMBERSHIP_REMOVED/);
});

test('two administrators sign one removal, each when it can', () => {
  const { village, bob, carol, peer } = town('together');
  const dave = village.member('dave', 'administrator');
  peer.learnChain(dave.membership);
  const first = village.revoke(dave, [bob]);
  const keyOfCarol = { signer: carol.signer, membershipDigest: carol.membership.chainDigest };
  const bytes = coSign(first.statement, keyOfCarol);
  assert.deepEqual(coSign(village.read(bytes), keyOfCarol), bytes);
  peer.learn(first);
  assert.equal(peer.state.removalOf(dave.membership), null);
  peer.learn({ form: 'statement', bytes, digest: bytes });
  assert.notEqual(peer.state.removalOf(dave.membership), null);
});

test('of a member it is told by whom it is one, what ended it, and what it may do', () => {
  const { village, alice, bob, erin, peer } = town('explained');
  const removal = village.revoke(erin, [bob], { reason: 'spam' });
  peer.learnAll(removal);
  const [told] = explainMember(erin.signer.publicKey, village.memberships, peer.state);
  assert.ok(told !== undefined);
  assert.deepEqual(told.endedBy?.digest, removal.digest);
  assert.equal(told.removal?.reason, 'spam');
  assert.deepEqual(
    told.path.map(({ friendlyName, role }) => `${friendlyName} ${role}`),
    ['Village null', 'alice creator', 'bob administrator', 'erin invitingMember'],
  );
  assert.deepEqual(told.rights.issues, ['member']);
  const [creator] = explainMember(alice.signer.publicKey, village.memberships, peer.state);
  assert.equal(creator?.removal, null);
  assert.deepEqual(rightsOf('administrator').removesWithAnother, ['administrator']);
  assert.equal(rightsOf('member').changesRecordsOfOthers, false);
});
