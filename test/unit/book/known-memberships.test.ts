// The memberships that batches name (protocol.md §12.7, law "membership"): only sound chains of this
// group are learned, with those above them, and each is stored once.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  KnownMemberships,
  type MembershipBounds,
} from '../../../src/core/book/known-memberships.ts';
import { chainOf, club, mallory } from '../../support/golden-chains.ts';
import { newMemoryStore } from '../../support/memory-store.ts';
import { CAST, newStore, type Recorder } from '../../support/record-club.ts';
import { person } from '../../support/trust-cast.ts';
import { grant, newJudge, rootOf } from '../../support/trust-village.ts';

const { alice, ann, bob } = CAST;
const member = person('Invited by Ann');
const deep: Recorder = {
  person: member,
  membership: grant(ann.membership.chain, ann.person, member, {
    role: 'member',
    notBefore: ann.membership.notBefore,
    notAfter: ann.membership.notAfter,
  }),
};

function chainBytes({ membership }: Recorder): readonly Uint8Array[] {
  return membership.chain.map(({ der }) => der);
}

function learner() {
  const store = newStore(alice);
  return { store, known: new KnownMemberships(club.group, store, newJudge()) };
}

test('a chain is learned with those above it, the last member first', () => {
  const { known } = learner();
  const learned = known.learn(chainBytes(deep));
  assert.ok(learned.ok);
  assert.deepEqual(
    learned.value.map((membership) => membership.member),
    [member.peer, ann.person.peer, alice.person.peer],
  );
});

test('a membership is found once it is stored, and stored once', () => {
  const { store, known } = learner();
  const learned = known.learn(chainBytes(deep));
  assert.ok(learned.ok);
  assert.equal(known.find(deep.membership.chainDigest), null);
  assert.deepEqual(known.unknownOf(learned.value), learned.value);
  const changes = known.changesFor(learned.value);
  assert.equal(changes.length, 3);
  store.commit(changes, 'process');
  for (const { membership } of [deep, ann, alice]) {
    assert.deepEqual(known.find(membership.chainDigest)?.member, membership.member);
    assert.equal(store.findMember(membership.publicKey)?.notAfter, membership.notAfter);
  }
  assert.deepEqual(known.unknownOf(learned.value), []);
  assert.equal(known.find(bob.membership.chainDigest), null);
});

test('a chain that breaks a law teaches nothing', () => {
  const { known } = learner();
  const [root, ...rest] = chainBytes(bob);
  assert.ok(root !== undefined);
  const chains = [[], [root], rest, [root, ...rest, ...rest], Array<Uint8Array>(40).fill(root)];
  for (const chain of chains) assert.equal(known.learn(chain).ok, false);
  const damaged = chainBytes(bob).map((der) => der.slice());
  damaged.at(-1)?.fill(0, -1);
  assert.equal(known.learn(damaged).ok, false);
});

test('a chain of another group teaches nothing', () => {
  const { known } = learner();
  const other = person('Club of Mallory');
  const foreign = grant([rootOf(other)], other, mallory, { role: 'creator' });
  const refused = known.learn(foreign.chain.map(({ der }) => der));
  assert.equal(refused.ok === false && refused.refusal.code, 'WRONG_GROUP');
  const steps = [{ subject: mallory, role: 'creator' as const }];
  assert.ok(known.learn(chainOf(steps)).ok, 'the same of this group');
});

test('more memberships than are remembered are read again', () => {
  const { store, known } = learner();
  for (const each of [alice, ann, bob]) {
    const learned = known.learn(chainBytes(each));
    assert.ok(learned.ok);
    store.commit(known.changesFor(learned.value), 'process');
  }
  const again = new KnownMemberships(club.group, store, newJudge());
  for (const { membership } of [bob, ann, alice, bob]) {
    assert.deepEqual(again.find(membership.chainDigest)?.chainDigest, membership.chainDigest);
  }
});

/** Ann, an administrator, below whom two chains may stand, and Alice who is a creator. */
function learnerWithin(bounds: MembershipBounds) {
  const store = newMemoryStore(new Uint8Array(8));
  const known = new KnownMemberships(club.group, store, newJudge(), bounds);
  const learn = (chain: readonly Uint8Array[]): string | null => {
    const learned = known.learn(chain);
    assert.ok(learned.ok);
    const unknown = known.unknownOf(learned.value);
    const full = unknown.length === 0 ? null : known.lacksRoom(unknown);
    if (full === null) store.commit(known.changesFor(unknown), 'process');
    for (const { chainDigest } of unknown) known.find(chainDigest);
    return full;
  };
  const below = (issuer: Recorder, name: string): readonly Uint8Array[] =>
    grant(issuer.membership.chain, issuer.person, person(name), {
      role: 'member',
      notAfter: ann.membership.notAfter,
    }).chain.map(({ der }) => der);
  return { store, learn, below };
}

test('below one key that is no creator there is room for so many chains, and a creator is free', () => {
  const bounds = { perIssuerMax: 2, max: 100 };
  const { learn, below } = learnerWithin(bounds);
  assert.equal(learn(below(ann, 'One')), null);
  assert.equal(learn(below(ann, 'Two')), null);
  const last = below(ann, 'Three');
  assert.match(learn(last) ?? '', /2 memberships below one member/);
  assert.equal(learn(chainBytes(ann)), null, 'what is known takes no room');
  for (const name of ['Four', 'Five', 'Six']) assert.equal(learn(below(alice, name)), null);
  assert.match(learn(last) ?? '', /2 memberships below one member/);
});

test('in all there is room for so many, and those of before are counted after opening again', () => {
  const bounds = { perIssuerMax: 3, max: 5 };
  const { store, learn, below } = learnerWithin(bounds);
  assert.equal(learn(below(ann, 'One')), null, 'with Ann and Alice above it');
  assert.equal(learn(below(ann, 'Two')), null);
  const again = new KnownMemberships(club.group, store, newJudge(), bounds);
  const three = again.learn(below(ann, 'Three'));
  assert.ok(three.ok);
  assert.equal(again.lacksRoom(again.unknownOf(three.value)), null);
  const narrow = { perIssuerMax: 2, max: 5 };
  const narrower = new KnownMemberships(club.group, store, newJudge(), narrow);
  assert.match(narrower.lacksRoom(narrower.unknownOf(three.value)) ?? '', /2 memberships below/);
  assert.equal(learn(below(alice, 'Four')), null);
  assert.match(learn(below(alice, 'Five')) ?? '', /5 memberships are stored, 5 may be/);
});
