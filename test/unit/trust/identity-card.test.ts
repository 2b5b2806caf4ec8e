// The identity card of protocol.md §5.1: it comes back as it was, and not otherwise.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LIMITS } from '../../../src/core/domain/limits.ts';
import type { Verdict } from '../../../src/core/domain/refusals.ts';
import { readIdentityCard, writeIdentityCard } from '../../../src/core/trust/identity-card.ts';
import { bob, club } from '../../support/golden-chains.ts';
import { person } from '../../support/trust-cast.ts';
import { identityOf, newJudge, rootOf } from '../../support/trust-village.ts';

const judge = newJudge();
const CARD = writeIdentityCard(identityOf(bob));

function codeOf<Value>(verdict: Verdict<Value>): string {
  return verdict.ok ? 'accepted' : verdict.refusal.code;
}

test('a card gives the identity certificate it was written from', () => {
  const identity = identityOf(bob);
  const verdict = readIdentityCard(writeIdentityCard(identity), newJudge());
  assert.ok(verdict.ok);
  assert.deepEqual(verdict.value, identity);
});

test('the card of the longest name there is fits its limit', () => {
  const wide = { ...person('Bob', '鍵'.repeat(149)), friendlyName: '鍵'.repeat(255) };
  const card = writeIdentityCard(identityOf(wide));
  assert.ok(card.length <= LIMITS.cardTextMax, `${card.length} characters`);
  assert.ok(readIdentityCard(card, newJudge()).ok);
});

test('a card with any character changed, left out or added is refused', () => {
  for (let at = 0; at < CARD.length; at++) {
    const [before, after] = [CARD.slice(0, at), CARD.slice(at + 1)];
    for (const instead of ['', ' ', 'A', 'B', '_', `${CARD[at]}=`, `${CARD[at]}A`]) {
      const changed = before + instead + after;
      if (changed === CARD) continue;
      assert.notEqual(codeOf(readIdentityCard(changed, judge)), 'accepted', `${at} ${instead}`);
    }
  }
});

test('a card with more behind the certificate is refused', () => {
  const bytes = Buffer.from(CARD.slice('peergroup-identity:'.length), 'base64url');
  for (const more of [1, 2, 3]) {
    const longer = Buffer.concat([bytes, Buffer.alloc(more)]).toString('base64url');
    const verdict = readIdentityCard(`peergroup-identity:${longer}`, judge);
    assert.equal(codeOf(verdict), 'IDENTITY_INVALID');
  }
});

test('a card of a later version says so', () => {
  const later = `peergroup-identity:Ag${CARD.slice('peergroup-identity:Ag'.length)}`;
  assert.equal(codeOf(readIdentityCard(later, judge)), 'UNSUPPORTED_VERSION');
});

test('a card with another certificate, or with none, is refused', () => {
  const ofRoot = Buffer.concat([Buffer.from([1]), lengthOf(rootOf(club).der), rootOf(club).der]);
  const texts = ['', 'peergroup-identity:', 'peergroup-identity:AQ', ` ${CARD}`, `${CARD}\n`];
  texts.push(`peergroup-identity:${ofRoot.toString('base64url')}`, 'x'.repeat(100_000));
  for (const text of texts) assert.equal(codeOf(readIdentityCard(text, judge)), 'IDENTITY_INVALID');
});

function lengthOf({ length }: Uint8Array): Buffer {
  return Buffer.from([0x80 | (length & 127), length >> 7]);
}
