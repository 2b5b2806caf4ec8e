// What is told of an attempt that failed: the word that says most, in one line without tricks.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { wallTimeOf } from '../../../src/core/base/time.ts';
import {
  type AskedMember,
  type AskFailure,
  isFinal,
  refusedBy,
  tellingJoinFailure,
} from '../../../src/core/join/join-failure.ts';
import type { JoinRefuseReason } from '../../../src/core/wire/join.ts';
import { NOW } from '../../support/golden-chains.ts';
import { STAFF } from '../../support/join-offers.ts';

const { member } = STAFF.ann.membership;
const ADDRESS = { host: '192.0.2.1', port: 4001 };

function asked(failure: AskFailure, detail = '', skewMs: number | null = null): AskedMember {
  return { member, address: ADDRESS, failure, detail, skewMs };
}

function refused(reason: JoinRefuseReason, skewMs = 0): AskedMember {
  const clock = wallTimeOf(NOW + skewMs);
  return refusedBy(member, ADDRESS, { reason, detail: '', clock, contacts: [] }, NOW);
}

test('each word of an admitter has its code', () => {
  const codes: readonly (readonly [JoinRefuseReason, string])[] = [
    ['unknownOffer', 'NOBODY_CAN_ADMIT'],
    ['expired', 'TICKET_EXPIRED'],
    ['usedUp', 'TICKET_USED_UP'],
    ['ended', 'TICKET_REVOKED'],
    ['notIssuer', 'NOBODY_CAN_ADMIT'],
    ['wrongPassword', 'WRONG_PASSWORD'],
    ['throttled', 'TOO_MANY_ATTEMPTS'],
    ['denied', 'JOIN_DENIED'],
    ['removed', 'MEMBERSHIP_REMOVED'],
    ['busy', 'NOBODY_CAN_ADMIT'],
    ['clock', 'CLOCK_SKEW'],
    ['failed', 'NOBODY_CAN_ADMIT'],
  ];
  for (const [reason, code] of codes) {
    assert.equal(tellingJoinFailure([refused(reason)]).code, code, reason);
  }
});

test('what says most is told, whoever said it', () => {
  const unreached = asked({ kind: 'unreached' }, 'connection refused');
  const all = [unreached, refused('notIssuer'), refused('usedUp'), refused('unknownOffer')];
  assert.equal(tellingJoinFailure(all).code, 'TICKET_USED_UP');
  assert.equal(tellingJoinFailure([unreached]).code, 'NOBODY_CAN_ADMIT');
});

test('a ticket that is late by a clock that differs is a matter of clocks', () => {
  const skewMs = 600_000;
  const failure = tellingJoinFailure([refused('expired', skewMs)]);
  assert.equal(failure.code, 'CLOCK_SKEW');
  assert.equal(failure.skewMs, skewMs);
  const early = asked({ kind: 'unsound', code: 'MEMBERSHIP_NOT_YET_VALID' });
  assert.equal(tellingJoinFailure([early]).code, 'CLOCK_SKEW');
});

test('a no and a wrong password are the last word, and nothing else is', () => {
  assert.ok(isFinal(asked({ kind: 'wrongPassword' })));
  for (const reason of ['wrongPassword', 'denied'] as const) assert.ok(isFinal(refused(reason)));
  for (const reason of ['usedUp', 'removed', 'throttled', 'busy', 'ended'] as const) {
    assert.equal(isFinal(refused(reason)), false, reason);
  }
  assert.equal(isFinal(asked({ kind: 'lost' })), false);
});

test('the words of a stranger are shown without what a terminal would obey', () => {
  const detail = 'come\u001b[2J here\nand \u202egnorw';
  const refuse = { reason: 'busy', detail, clock: NOW, contacts: [] } as const;
  const told = tellingJoinFailure([refusedBy(member, ADDRESS, refuse, NOW)]);
  assert.doesNotMatch(told.detail, /\p{C}/u);
  assert.match(told.detail, /come \[2J here and {2}gnorw/);
});

test('everybody who was asked stands in the line', () => {
  const { detail } = tellingJoinFailure([
    asked({ kind: 'unreached' }, 'connection refused'),
    refused('notIssuer'),
  ]);
  assert.equal(
    detail,
    `${member} at 192.0.2.1:4001: unreached (connection refused); ${member} at 192.0.2.1:4001: notIssuer`,
  );
});
