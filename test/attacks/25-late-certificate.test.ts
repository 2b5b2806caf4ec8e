// Attack 25: a removed administrator issues a membership after its removal, whose dates are of before, and
// whoever got it publishes under it. A certificate counts as its issuer's other words do: when it is listed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CAST,
  craftOne,
  keeper,
  kinds,
  newNote,
  type Recorder,
  sent,
} from '../support/record-club.ts';
import { removal } from '../support/removals.ts';
import { person } from '../support/trust-cast.ts';
import { grant } from '../support/trust-village.ts';

const { alice, carol, mallory } = CAST;

/** In whose name Mallory issues a membership. */
function broughtInByMallory(name: string): Recorder {
  const friend = person(name);
  const membership = grant(mallory.membership.chain, mallory.person, friend, { role: 'member' });
  return { person: friend, membership };
}

const chainOf = ({ membership }: Recorder) => membership.chain.map(({ der }) => der);
const before = broughtInByMallory('Dan');
const late = broughtInByMallory('Fay');
const said = removal([alice], mallory, { keptCertificates: [before.membership] });

test('a membership that is not listed is not learned, and what is signed under it never counts', () => {
  const home = keeper(carol);
  home.hear(said);
  const records = sent(craftOne(late, {}));
  assert.deepEqual(kinds(home.take(records)), ['deferred'], 'its chain is not here');
  const learned = home.book.learnMembership(chainOf(late));
  assert.equal(learned.ok === false && learned.refusal.code, 'MEMBERSHIP_REMOVED');
  assert.equal(home.store.findMembership(late.membership.chainDigest), null);
  assert.equal(home.store.use(late.person.publicKey).records, 0);
  assert.equal(home.book.waitingBatches, 0, 'nobody waits for what never comes');
});

test('a membership that was listed stays, and so does what is signed under it', () => {
  const home = keeper(carol);
  home.hear(said);
  home.learn(before);
  assert.deepEqual(kinds(home.take(sent(craftOne(before, {})))), ['accepted']);
  assert.equal(home.book.security.removalOf(before.membership), null);
});

test('where it came before the removal did, its records go, and what it says next is refused', () => {
  const home = keeper(carol);
  for (const friend of [before, late]) {
    home.learn(friend);
    assert.deepEqual(kinds(home.take(sent(craftOne(friend, {})))), ['accepted']);
  }
  home.hear(said);
  assert.equal(home.store.use(late.person.publicKey).records, 0);
  assert.equal(home.store.use(before.person.publicKey).records, 1);
  const next = sent(craftOne(late, { ordinal: 1 }));
  assert.deepEqual(kinds(home.take(next)), ['MEMBERSHIP_REMOVED']);
  const removed = home.book.security.removalOf(late.membership);
  assert.equal(removed?.why, 'issuerRemoved');
});

test('whoever got such a membership publishes nothing under it where the removal is known', () => {
  const friend = keeper(late);
  friend.publish(newNote('before anybody told'));
  friend.hear(said);
  assert.equal(friend.refusal(newNote('after')).code, 'MEMBERSHIP_REMOVED');
});

test('a membership of a certificate below a late one is refused like it', () => {
  const deep = broughtInByMallory('Gus');
  const inviting = grant(mallory.membership.chain, mallory.person, deep.person, {
    role: 'invitingMember',
  });
  const below = person('Hal');
  const membership = grant(inviting.chain, deep.person, below, { role: 'member' });
  const home = keeper(carol);
  home.hear(said);
  const learned = home.book.learnMembership(membership.chain.map(({ der }) => der));
  assert.equal(learned.ok === false && learned.refusal.code, 'MEMBERSHIP_REMOVED');
});
