// What an issuer may grant: the same laws as for a finished chain, told before anything is signed.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { wallTimeOf } from '../../../src/core/base/time.ts';
import type { RefusalCode, Verdict } from '../../../src/core/domain/refusals.ts';
import { mayIssue, ROLES } from '../../../src/core/domain/roles.ts';
import { planMembership } from '../../../src/core/trust/issuing.ts';
import { alice, BEGIN, bob, carol, club, dave, END, NOW } from '../../support/golden-chains.ts';
import { person, timeOf } from '../../support/trust-cast.ts';
import {
  grant,
  grantDown,
  identityOf,
  newJudge,
  plan,
  rootOf,
} from '../../support/trust-village.ts';

function codeOf<Value>(verdict: Verdict<Value>): RefusalCode | 'accepted' {
  return verdict.ok ? 'accepted' : verdict.refusal.code;
}

const toAlice = () => grantDown([[alice, { role: 'creator' }]]);
const toBob = () =>
  grantDown([
    [alice, { role: 'creator' }],
    [bob, { role: 'administrator' }],
  ]);

test('the group key makes a creator, who has room for 23 memberships below', () => {
  const planned = plan([rootOf(club)], club, alice, { role: 'creator' });
  assert.ok(planned.ok);
  const { issuer, issuerFriendlyName, group, membershipsBelowMax } = planned.value;
  assert.deepEqual(
    { issuer, issuerFriendlyName, group, membershipsBelowMax },
    {
      issuer: club.group,
      issuerFriendlyName: 'Chess club',
      group: club.group,
      membershipsBelowMax: 23,
    },
  );
});

test('what is planned and issued is accepted by every member', () => {
  const membership = grant(toBob().chain, bob, dave, { role: 'member' });
  const chain = membership.chain.map(({ der }) => der);
  const verdict = newJudge().judge(chain, club.group, NOW);
  assert.ok(verdict.ok);
  assert.deepEqual([verdict.value.member, verdict.value.depth], [dave.peer, 3]);
  assert.equal(verdict.value.chain[3]?.membershipsBelowMax, null);
});

test('every role may grant exactly the roles of its table', () => {
  for (const held of ROLES) {
    const path = held === 'creator' ? [] : [[alice, { role: 'creator' }] as const];
    const { chain } = grantDown([...path, [bob, { role: held }]]);
    for (const role of ROLES) {
      const expected = mayIssue(held, role) ? 'accepted' : 'NOT_AUTHORIZED';
      assert.equal(codeOf(plan(chain, bob, dave, { role })), expected, `${held} grants ${role}`);
    }
  }
  for (const role of ROLES) {
    const expected = role === 'creator' ? 'accepted' : 'NOT_AUTHORIZED';
    assert.equal(codeOf(plan([rootOf(club)], club, dave, { role })), expected);
  }
});

test('the 24th member of a chain may issue nothing', () => {
  const people = Array.from({ length: 24 }, (_, at) => person(`Link ${at + 1}`));
  const role = (at: number) => (at === 0 ? 'creator' : 'administrator');
  const { chain } = grantDown(people.map((who, at) => [who, { role: role(at) }]));
  const last = people.at(-1) ?? alice;
  assert.equal(codeOf(plan(chain, last, dave, { role: 'member' })), 'CHAIN_TOO_LONG');
  assert.equal(codeOf(plan(chain, last, dave, { role: 'administrator' })), 'CHAIN_TOO_LONG');
});

test('whoever stands in the own chain gets nothing, the issuer included', () => {
  const { chain } = toBob();
  assert.equal(codeOf(plan(chain, bob, alice, { role: 'member' })), 'CIRCULAR_CHAIN');
  assert.equal(codeOf(plan(chain, bob, bob, { role: 'member' })), 'CIRCULAR_CHAIN');
  assert.equal(codeOf(plan(chain, bob, club, { role: 'member' })), 'CIRCULAR_CHAIN');
  const renamed = person('Bob', 'phone');
  assert.equal(codeOf(plan(chain, bob, renamed, { role: 'member' })), 'CIRCULAR_CHAIN');
});

test('a lifetime lies inside that of the issuer, whose end it may reach', () => {
  const notBefore = timeOf('2030-01-01T00:00:00Z');
  const notAfter = timeOf('2031-01-01T00:00:00Z');
  const { chain } = grantDown([[alice, { role: 'creator', notBefore, notAfter }]]);
  const from = (begin: number, end: number) =>
    codeOf(
      plan(chain, alice, dave, {
        role: 'member',
        notBefore: wallTimeOf(begin),
        notAfter: wallTimeOf(end),
      }),
    );
  assert.equal(from(notBefore, notAfter), 'accepted');
  assert.equal(from(notBefore, notAfter + 999), 'accepted');
  assert.equal(from(notBefore, notAfter + 1000), 'LIFETIME_INVALID');
  assert.equal(from(notBefore - 1, notAfter), 'LIFETIME_INVALID');
});

test('a membership that would be over is not issued', () => {
  const { chain } = toAlice();
  const until = (end: number, begin: number = BEGIN) =>
    codeOf(
      plan(chain, alice, dave, {
        role: 'member',
        notBefore: wallTimeOf(begin),
        notAfter: wallTimeOf(end),
      }),
    );
  assert.equal(until(NOW + 1000), 'accepted');
  assert.equal(until(NOW), 'LIFETIME_INVALID');
  assert.equal(until(END, END), 'LIFETIME_INVALID');
  assert.equal(until(NOW + 1000, NOW + 5000), 'LIFETIME_INVALID');
});

test('a key that is not that of the name gets nothing', () => {
  const { chain } = toAlice();
  const subject = { ...identityOf(dave), subject: carol.peer };
  const dates = { notBefore: BEGIN, notAfter: END, leaseMs: null };
  const wish = { issuerChain: chain, issuerKey: alice, subject, role: 'member', ...dates } as const;
  assert.equal(codeOf(planMembership(wish, NOW)), 'WRONG_IDENTITY');
});

test('a membership is renewed from what its certificate says', () => {
  const { chain } = grant(toBob().chain, bob, dave, { role: 'member' });
  const subject = chain[3];
  assert.ok(subject?.kind === 'membership');
  const dates = { notBefore: NOW, notAfter: END, leaseMs: 60_000 };
  const wish = { issuerChain: toBob().chain, issuerKey: bob, subject, role: 'member', ...dates };
  const planned = planMembership({ ...wish, role: 'member' }, NOW);
  assert.ok(planned.ok);
  assert.equal(planned.value.friendlyName, 'Dave');
  assert.deepEqual(planned.value.subjectKey, dave.publicKey);
  assert.equal(planned.value.leaseMs, 60_000);
});
