// Direct connections with members that are removed: those that there are end, those that are wanted fail,
// and those that were being decided about are turned away.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { wallTimeOf } from '../../../src/core/base/time.ts';
import type { Removal } from '../../../src/core/domain/security.ts';
import type { CallerAnswer } from '../../../src/engine/desk-parts.ts';
import { CLUB } from '../../support/simulated-club.ts';
import { type DeskHolder, desks, type OpenLog } from '../../support/simulated-desks.ts';

const REMOVAL: Removal = {
  why: 'removed',
  statement: new Uint8Array(32),
  by: CLUB.carol.membership.member,
  at: wallTimeOf(0),
  reason: 'he lied',
};

function nameOf({ clubber }: DeskHolder): string {
  return clubber.membership.member;
}

function codeOf({ results }: OpenLog): string {
  const [result] = results;
  assert.ok(result?.kind === 'failed');
  return `${result.failure.code} ${result.failure.reason ?? ''}`.trim();
}

test('a connection with a member that was removed ends at once, at both ends', () => {
  const { clock, alice, bob } = desks();
  alice.open(bob);
  clock.advance(100);
  alice.removed.set(nameOf(bob), REMOVAL);
  clock.turn(() => alice.desk.onSecurity());
  clock.advance(100);
  for (const { ends } of [alice, bob]) {
    assert.deepEqual(
      ends.map(({ how }) => how),
      ['membershipRemoved'],
    );
  }
});

test('a connection with anybody else goes on', () => {
  const { clock, alice, bob } = desks();
  alice.open(bob);
  clock.advance(100);
  alice.removed.set(CLUB.carol.membership.member, REMOVAL);
  clock.turn(() => alice.desk.onSecurity());
  clock.advance(10_000);
  assert.equal(alice.openLines.length, 1);
});

test('nobody opens a connection to or from a removed member, and each is told so', () => {
  const { clock, alice, bob } = desks();
  alice.removed.set(nameOf(bob), REMOVAL);
  const outgoing = alice.open(bob);
  clock.advance(10_000);
  const incoming = bob.open(alice);
  clock.advance(10_000);
  assert.equal(codeOf(outgoing), 'MEMBERSHIP_REMOVED');
  assert.equal(codeOf(incoming), 'MEMBERSHIP_REMOVED removed');
  const [result] = incoming.results;
  assert.ok(result?.kind === 'failed');
  assert.match(result.failure.detail, /he lied/);
  assert.deepEqual(alice.callers, [], 'the application is not asked');
});

test('a caller that is removed while the application decides does not come in', () => {
  for (const isTold of [true, false]) {
    const { clock, alice, bob } = desks();
    let decide: (answer: CallerAnswer) => void = () => undefined;
    alice.decide = (answer) => {
      decide = answer;
    };
    const open = bob.open(alice);
    clock.advance(100);
    alice.removed.set(nameOf(bob), REMOVAL);
    if (isTold) clock.turn(() => alice.desk.onSecurity());
    clock.turn(() => decide({ kind: 'accept' }));
    clock.advance(100);
    assert.equal(codeOf(open), 'MEMBERSHIP_REMOVED removed');
    assert.equal(alice.lines.length, 0);
  }
});

test('one that is no member itself any more has no connections and opens none', () => {
  const { clock, alice, bob } = desks();
  alice.open(bob);
  clock.advance(100);
  alice.removed.set(nameOf(alice), REMOVAL);
  clock.turn(() => alice.desk.onSecurity());
  const open = alice.open(bob);
  clock.advance(5_000);
  assert.equal(alice.openLines.length, 0);
  assert.equal(codeOf(open), 'MEMBERSHIP_REMOVED');
});
