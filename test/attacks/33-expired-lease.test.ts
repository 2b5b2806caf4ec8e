// Attack 33: a lease ends while its member is cut off, and goes on being used; or somebody who was removed
// meanwhile asks for a renewal. What has ended gives nothing, a renewal gives everything back, and who was
// removed gets none, not by one who has not heard of it either.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { nodeCrypto } from '../../src/adapters/crypto/node-crypto.ts';
import { type WallTime, wallTimeOf } from '../../src/core/base/time.ts';
import type { Membership } from '../../src/core/domain/membership.ts';
import { OwnMembership } from '../../src/core/security/own-membership.ts';
import { answerRenewal, planRenewals, type Renewal } from '../../src/core/security/renewals.ts';
import {
  CAST,
  craftOne,
  DAY_MS,
  type Keeper,
  keeper,
  kinds,
  NOW,
  newNote,
  type Recorder,
  sent,
} from '../support/record-club.ts';
import { removal } from '../support/removals.ts';
import { person } from '../support/trust-cast.ts';
import { grant, issuer, newJudge } from '../support/trust-village.ts';

const LEASE_MS = 10 * DAY_MS;
const { alice, carol } = CAST;
const erin = person('Erin');

/** Until day 10. */
const first: Recorder = leased(10);

function leased(days: number): Recorder {
  const terms = { role: 'member', notAfter: day(days), leaseMs: LEASE_MS } as const;
  return { person: erin, membership: grant(alice.membership.chain, alice.person, erin, terms) };
}

function day(days: number): WallTime {
  return wallTimeOf(NOW + days * DAY_MS);
}

function chainOf({ membership }: Recorder): readonly Uint8Array[] {
  return membership.chain.map(({ der }) => der);
}

/** By Alice, under whatever her own home knows of removals. */
function renewalParts(home: Keeper) {
  const issuers = [{ chain: alice.membership.chain, key: alice.person }];
  const removalOf = (membership: Membership) => home.book.security.removalOf(membership);
  return { issuers, removalOf, crypto: nodeCrypto };
}

function issued({ issuerChain, request }: Renewal): Recorder {
  const certificate = issuer.issueMembership(request);
  const judged = newJudge().judgeSoundness([...issuerChain, certificate].map(({ der }) => der));
  assert.ok(judged.ok, JSON.stringify(judged));
  return { person: erin, membership: judged.value };
}

/** While Erin is seen by Alice, and cut off from all others. */
function renewedOnDay(days: number): Recorder {
  const candidates = [{ membership: first.membership, since: NOW }];
  const { renewals } = planRenewals(candidates, renewalParts(keeper(alice)), day(days));
  const [renewal] = renewals;
  assert.ok(renewal !== undefined);
  return issued(renewal);
}

test('a lease that has ended opens no link, publishes nothing, and what is signed under it is refused', () => {
  const { group } = first.membership;
  const judged = newJudge().judge(chainOf(first), group, day(12));
  assert.equal(judged.ok === false && judged.refusal.code, 'MEMBERSHIP_EXPIRED');
  const cutOff = keeper(first);
  cutOff.publish(newNote('in time'));
  cutOff.now = day(12);
  assert.equal(cutOff.refusal(newNote('late')).code, 'MEMBERSHIP_EXPIRED');
  const home = keeper(carol);
  home.learn(first);
  home.now = day(12);
  const late = craftOne(first, { createdAt: day(12) });
  assert.deepEqual(kinds(home.take(sent(late))), ['EXPIRATION_INVALID']);
});

test('a renewal that reaches its member late gives everything back, and what was said in time counts', () => {
  const renewed = renewedOnDay(6);
  const own = new OwnMembership(first.membership);
  assert.equal(own.current, first.membership);
  assert.ok(own.offer(renewed.membership, day(12)));
  const back = keeper({ person: erin, membership: own.current }, { knows: [first] });
  back.now = day(12);
  const { batches } = back.publish(newNote('here again'));
  const home = keeper(carol);
  home.learn(first);
  const inTime = craftOne(
    first,
    { createdAt: day(2), expiresAt: day(9) },
    { standing: { journal: new Uint8Array(8).fill(9) } },
  );
  home.now = day(2);
  assert.deepEqual(kinds(home.take(sent(inTime))), ['accepted']);
  home.now = day(12);
  for (const batch of batches) assert.deepEqual(kinds(home.take(sent(batch))), ['deferred']);
  home.learn(renewed);
  assert.equal(home.book.waitingBatches, 0);
  assert.equal(home.store.use(erin.publicKey).records, 2);
});

test('whoever comes with a lease that has ended gets the renewal it missed, or a new one, for one lease', () => {
  const home = keeper(alice);
  const renewed = renewedOnDay(6);
  const ask = (known: readonly Membership[], days: number) =>
    answerRenewal(first.membership, known, renewalParts(home), day(days));
  assert.deepEqual(ask([renewed.membership], 12), {
    kind: 'stored',
    membership: renewed.membership,
  });
  const fresh = ask([], 20);
  assert.ok(fresh.kind === 'issue');
  const { notAfter } = issued(fresh.renewal).membership;
  assert.equal(notAfter, day(30));
  const late = ask([], 20.1);
  assert.ok(late.kind === 'refused' && late.refusal.code === 'MEMBERSHIP_EXPIRED');
});

test('who was removed while it was away is told so, and gets nothing', () => {
  const home = keeper(alice);
  home.learn(first);
  home.hear(removal([alice], first, { reason: 'left with the chess clock' }));
  const answer = answerRenewal(first.membership, [], renewalParts(home), day(12));
  assert.ok(answer.kind === 'refused' && answer.refusal.code === 'MEMBERSHIP_REMOVED');
  assert.match(answer.refusal.detail, /left with the chess clock/);
  const candidates = [{ membership: first.membership, since: NOW }];
  const { renewals } = planRenewals(candidates, renewalParts(home), day(9));
  assert.deepEqual(renewals, []);
});

test('a renewal by one who has not heard of the removal counts nowhere where it is known', () => {
  const renewed = renewedOnDay(6);
  const home = keeper(carol);
  home.learn(first);
  home.hear(removal([alice], first));
  const learned = home.book.learnMembership(chainOf(renewed));
  const removedOf = home.book.security.removalOf(renewed.membership);
  assert.ok(!learned.ok || removedOf?.why === 'removed');
  assert.equal(removedOf?.why, 'removed');
  const own = new OwnMembership(first.membership, (membership) =>
    home.book.security.removalOf(membership),
  );
  own.offer(renewed.membership, day(7));
  assert.notEqual(home.book.security.removalOf(own.current), null);
  const more = craftOne(renewed, { createdAt: day(7) });
  assert.deepEqual(kinds(home.take(sent(more))).includes('accepted'), false);
});
