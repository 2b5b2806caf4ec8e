// Leases are renewed at half of their life by one who may (protocol.md §14): the rules one by one, and
// a year of a village in which everybody comes and goes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { type WallTime, wallTimeOf } from '../../../src/core/base/time.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import type { Membership } from '../../../src/core/domain/membership.ts';
import type { Removal } from '../../../src/core/domain/security.ts';
import {
  answerRenewal,
  planRenewals,
  type RenewalPlan,
} from '../../../src/core/security/renewals.ts';
import { BEGIN, DAY_MS, LEASE_MS, LeaseVillage } from '../../support/lease-village.ts';

const HALF_MS = LEASE_MS / 2;
const HOUR_MS = 3_600_000;
const NONE = (): null => null;
const GONE: Removal = {
  why: 'removed',
  statement: new Uint8Array(32),
  by: null,
  at: BEGIN,
  reason: 'left the club',
};

const village = new LeaseVillage();
const alice = village.creator('Alice');
const bob = village.member(alice, 'Alice', 'Bob', { role: 'administrator' });
const carol = village.member(alice, 'Alice', 'Carol', { role: 'member' });
const erin = village.member(alice, 'Alice', 'Erin', { role: 'invitingMember' });

function after(ms: number): WallTime {
  return wallTimeOf(BEGIN + ms);
}

interface PlanTerms {
  readonly own?: Membership;
  readonly ownName?: string;
  readonly since?: WallTime;
  readonly removalOf?: (membership: Membership) => Removal | null;
}

function plan(candidates: readonly Membership[], at: WallTime, terms: PlanTerms = {}): RenewalPlan {
  const { own = alice, ownName = 'Alice', since = BEGIN, removalOf = NONE } = terms;
  const issuers = [{ chain: own.chain, key: village.signer(ownName) }];
  const all = candidates.map((membership) => ({ membership, since }));
  return planRenewals(all, { issuers, removalOf, crypto: village.crypto }, at);
}

test('nothing is renewed before half of its life, and then within an hour', () => {
  assert.deepEqual(plan([carol], after(HALF_MS)).renewals, []);
  const { nextAt } = plan([carol], BEGIN);
  assert.ok(nextAt !== null && nextAt > after(HALF_MS) && nextAt <= after(HALF_MS + HOUR_MS));
  assert.deepEqual(plan([carol], wallTimeOf(nextAt - 1)).renewals, []);
  assert.equal(plan([carol], nextAt).renewals.length, 1);
});

test('a renewal has the same key, role, name and lease, begins later and ends a lease from now', () => {
  const now = after(HALF_MS + 2 * HOUR_MS);
  const [renewal] = plan([carol], now).renewals;
  assert.ok(renewal !== undefined);
  const renewed = village.issue(renewal.issuerChain, renewal.request);
  const kept = ({ member, publicKey, role, friendlyName, leaseMs }: Membership) => ({
    member,
    publicKey,
    role,
    friendlyName,
    leaseMs,
  });
  assert.deepEqual(kept(renewed), kept(carol));
  assert.equal(renewed.notAfter, now + LEASE_MS);
  assert.equal(renewed.notBefore, carol.notBefore + 1_000);
});

test('a renewal gives way to another role that was granted before it was made', () => {
  const promoted = village.member(alice, 'Alice', 'Carol', {
    role: 'administrator',
    at: after(HALF_MS),
  });
  const [renewal] = plan([carol], after(HALF_MS + HOUR_MS)).renewals;
  assert.ok(renewal !== undefined);
  const renewed = village.issue(renewal.issuerChain, renewal.request);
  assert.ok(renewed.notAfter > promoted.notAfter && renewed.notBefore < promoted.notBefore);
});

test('fixed dates stay as they are', () => {
  const fixed = village.member(alice, 'Alice', 'Fay', {
    role: 'member',
    leaseMs: null,
    notAfter: after(LEASE_MS),
  });
  const { renewals, nextAt } = plan([fixed], after(LEASE_MS - HOUR_MS));
  assert.deepEqual({ renewals, nextAt }, { renewals: [], nextAt: null });
});

test('whoever is removed is not renewed', () => {
  const removalOf = (membership: Membership) => (membership === carol ? GONE : null);
  const now = after(LEASE_MS - HOUR_MS);
  const { renewals, nextAt } = plan([carol, erin], now, { removalOf });
  assert.deepEqual(
    renewals.map(({ of }) => of.member),
    [erin.member],
  );
  assert.equal(nextAt, null);
});

test('nobody renews a role that it may not issue, itself, or whoever stands above it', () => {
  const late = after(LEASE_MS - DAY_MS);
  const byErin = (candidate: Membership) =>
    plan([candidate], late, { own: erin, ownName: 'Erin' }).renewals.length;
  const longer = village.member(alice, 'Alice', 'Erin', {
    role: 'invitingMember',
    at: after(HALF_MS),
  });
  const withLonger = { own: longer, ownName: 'Erin' };
  assert.equal(plan([bob], late, withLonger).renewals.length, 0);
  assert.equal(plan([carol], late, withLonger).renewals.length, 1);
  assert.equal(byErin(erin), 0);
  const below = village.member(bob, 'Bob', 'Gus', { role: 'administrator' });
  assert.equal(plan([bob], late, { own: below, ownName: 'Gus' }).renewals.length, 0);
  assert.equal(plan([carol], late, { own: carol, ownName: 'Carol' }).renewals.length, 0);
});

test('an issuer gives nothing while its own end gives nothing new, and less only after the others', () => {
  const now = after(HALF_MS + DAY_MS);
  assert.equal(plan([carol], now, { own: bob, ownName: 'Bob' }).renewals.length, 0);
  const more = village.member(alice, 'Alice', 'Bob', {
    role: 'administrator',
    notAfter: after(LEASE_MS + LEASE_MS / 5),
  });
  const terms = { own: more, ownName: 'Bob' };
  const { nextAt } = plan([carol], after(HALF_MS + HOUR_MS), terms);
  assert.ok(nextAt !== null && nextAt >= after(HALF_MS + 3 * HOUR_MS));
  const [renewal] = plan([carol], now, terms).renewals;
  assert.equal(renewal?.request.notAfter, more.notAfter);
});

test('issuers have turns that differ, the same on every machine, and another for each renewal', () => {
  const issuers = Array.from({ length: 8 }, (_, at) =>
    village.member(alice, 'Alice', `Issuer ${at}`, {
      role: 'administrator',
      notAfter: after(2 * LEASE_MS),
    }),
  );
  const turns = issuers.map(
    (own, at) => plan([carol], BEGIN, { own, ownName: `Issuer ${at}` }).nextAt,
  );
  assert.equal(new Set(turns).size, 8);
  const again = issuers.map(
    (own, at) => plan([carol], BEGIN, { own, ownName: `Issuer ${at}` }).nextAt,
  );
  assert.deepEqual(again, turns);
});

test('for whoever comes after half of its life the turns begin when it came', () => {
  const since = after(HALF_MS + 3 * DAY_MS);
  const { nextAt, renewals } = plan([carol], since, { since });
  assert.deepEqual(renewals, []);
  assert.ok(nextAt !== null && nextAt > since && nextAt <= since + HOUR_MS);
});

test('of many that are due the first to end are renewed, and the rest at once after', () => {
  const many = Array.from({ length: LIMITS.renewalsInStepMax + 3 }, (_, at) =>
    village.member(alice, 'Alice', `Many ${at}`, { role: 'member', at: after(-at * HOUR_MS) }),
  );
  const now = after(HALF_MS + HOUR_MS);
  const { renewals, nextAt } = plan(many, now);
  assert.equal(renewals.length, LIMITS.renewalsInStepMax);
  assert.equal(renewals[0]?.of, many.at(-1));
  assert.equal(nextAt, now);
});

test('those whose renewal no judge would take for its length do not keep others from theirs', () => {
  const above: Membership[] = [alice];
  const name = (at: number) => `${at}`.padEnd(255, '人');
  const bytesOf = ({ chain }: Membership) => chain.reduce((sum, { der }) => sum + der.length, 0);
  for (let at = 0; ; at++) {
    const issuer = above.at(-1) ?? alice;
    const longest = Math.max(...above.slice(1).map(({ certificate }) => certificate.der.length));
    if (bytesOf(issuer) + longest > LIMITS.chainBytesMax) break;
    const issuerName = at === 0 ? 'Alice' : name(at - 1);
    above.push(village.member(issuer, issuerName, name(at), { role: 'administrator' }));
  }
  const longest = above.at(-1) ?? alice;
  const now = after(HALF_MS + 2 * HOUR_MS);
  const crowd = Array.from({ length: LIMITS.renewalsInStepMax }, () => longest);
  const { renewals, nextAt } = plan([...crowd, carol], now);
  assert.deepEqual(
    renewals.map(({ of }) => of.member),
    [carol.member],
  );
  assert.equal(nextAt, null);
  const [renewal] = renewals;
  assert.ok(renewal !== undefined);
  village.issue(renewal.issuerChain, renewal.request);
  for (const each of above.slice(1)) {
    for (const planned of plan([each], now).renewals) {
      village.issue(planned.issuerChain, planned.request);
    }
  }
});

test('the group key renews creators, the one that holds it too, and nobody else', () => {
  const leased = village.creator('Alice', { leaseMs: LEASE_MS, notAfter: after(LEASE_MS) });
  const issuers = [
    { chain: leased.chain, key: village.signer('Alice') },
    { chain: village.rootChain, key: village.groupKey },
  ];
  const parts = { issuers, removalOf: NONE, crypto: village.crypto };
  const late = after(HALF_MS + HOUR_MS);
  const candidates = [leased, bob].map((membership) => ({ membership, since: BEGIN }));
  const { renewals } = planRenewals(candidates, parts, late);
  assert.deepEqual(
    renewals.map(({ of, issuerChain }) => [of.friendlyName, issuerChain.map(({ der }) => der)]),
    [['Alice', leased.chain.map(({ der }) => der)]],
  );
});

function answer(asked: Membership, known: readonly Membership[], at: WallTime, own = alice) {
  const issuers = [{ chain: own.chain, key: village.signer(own.friendlyName) }];
  return answerRenewal(asked, known, { issuers, removalOf: NONE, crypto: village.crypto }, at);
}

test('whoever was away is given the renewal that it has missed', () => {
  const newer = village.member(alice, 'Alice', 'Carol', { role: 'member', at: after(HALF_MS) });
  const given = answer(carol, [carol, newer], after(LEASE_MS + DAY_MS));
  assert.deepEqual(given, { kind: 'stored', membership: newer });
});

test('a lease that ended at most a lease ago is renewed when its member asks, and no longer', () => {
  const last = after(2 * LEASE_MS);
  const given = answer(carol, [], last);
  assert.ok(given.kind === 'issue');
  assert.equal(
    village.issue(given.renewal.issuerChain, given.renewal.request).notAfter,
    last + LEASE_MS,
  );
  const late = answer(carol, [], wallTimeOf(last + 1));
  assert.ok(late.kind === 'refused' && late.refusal.code === 'MEMBERSHIP_EXPIRED');
  assert.match(late.refusal.detail, /ended more than its lease of 2419200 s ago/);
});

test('an expired membership is refused to whoever was removed, has fixed dates or asks the wrong one', () => {
  const at = after(LEASE_MS + DAY_MS);
  const parts = { issuers: [], removalOf: () => GONE, crypto: village.crypto };
  const removed = answerRenewal(carol, [], parts, at);
  assert.ok(removed.kind === 'refused' && removed.refusal.code === 'MEMBERSHIP_REMOVED');
  const fixed = village.member(alice, 'Alice', 'Fay', {
    role: 'member',
    leaseMs: null,
    notAfter: after(LEASE_MS),
  });
  const refused = answer(fixed, [], at);
  assert.ok(refused.kind === 'refused' && refused.refusal.code === 'MEMBERSHIP_EXPIRED');
  assert.match(refused.refusal.detail, /fixed dates/);
  const wrong = answer(carol, [], at, erin);
  assert.ok(wrong.kind === 'refused' && wrong.refusal.code === 'LIFETIME_INVALID');
  const powerless = answer(bob, [], at, erin);
  assert.ok(powerless.kind === 'refused' && powerless.refusal.code === 'NOT_AUTHORIZED');
  const early = answer(carol, [], wallTimeOf(carol.notBefore - 1));
  assert.ok(early.kind === 'refused' && early.refusal.code === 'MEMBERSHIP_NOT_YET_VALID');
});

test('whatever is planned ends later by a tenth of the lease, inside its issuer, and is sound', () => {
  const roles = ['administrator', 'invitingMember', 'member'] as const;
  const leases = fc.constantFrom(2_000, 60_000, DAY_MS, LEASE_MS);
  fc.assert(
    fc.property(
      fc.constantFrom(...roles),
      leases,
      fc.double({ min: 0.05, max: 3, noNaN: true }),
      fc.double({ min: 0, max: 2, noNaN: true }),
      (role, leaseMs, issuerLeases, atLeases) => {
        const notAfter = after(Math.max(2_000, leaseMs * issuerLeases));
        const own = village.member(alice, 'Alice', 'Bob', { role: 'administrator', notAfter });
        const held = village.member(alice, 'Alice', 'Carol', { role, leaseMs });
        const now = after(leaseMs * atLeases);
        for (const renewal of plan([held], now, { own, ownName: 'Bob' }).renewals) {
          const renewed = village.issue(renewal.issuerChain, renewal.request);
          assert.ok(now >= held.notAfter - leaseMs / 2);
          assert.ok(renewed.notAfter <= own.notAfter && renewed.notAfter <= now + leaseMs);
          assert.ok(renewed.notAfter + 1_000 > held.notAfter + leaseMs / 10);
          assert.ok(renewed.notBefore <= now && renewed.leaseMs === leaseMs);
        }
      },
    ),
    { numRuns: 300 },
  );
});
