// Cards: signed by their node, judged by everybody else.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { instantOf, wallTimeOf } from '../../../../src/core/base/time.ts';
import { LIMITS } from '../../../../src/core/domain/limits.ts';
import { OwnCard } from '../../../../src/core/graph/overlay/own-card.ts';
import {
  CardJudge,
  CONTACT_LIFETIME_MS,
  holderOf,
  PRESENCE_LIFETIME_MS,
  signCard,
} from '../../../../src/core/graph/overlay/peer-card.ts';
import type { PeerCard } from '../../../../src/core/wire/peer-card-codec.ts';
import { NOW } from '../../../support/golden-chains.ts';
import { alice, invited, type Resident } from '../../../support/overlay-network.ts';
import { memberOfKey } from '../../../support/roster-network.ts';
import { nodeCrypto, person } from '../../../support/trust-cast.ts';

const bob = invited('Bob');
const { group } = bob.membership;
const HOME = { host: '10.1.1.1', port: 4_001 };
const now = { instant: instantOf(0), wallTime: NOW };

/** Everybody knows Alice and Bob, and counts the signatures that are checked. */
function newJudge(isEverybodyKnown = false) {
  const checks = { count: 0 };
  const known = [alice, bob];
  const judge = new CardJudge({
    group,
    crypto: {
      ...nodeCrypto,
      verify: (...given) => {
        checks.count += 1;
        return nodeCrypto.verify(...given);
      },
    },
    memberOf: (key) => {
      const found = known.find(({ person: { publicKey } }) => publicKey.join() === key.join());
      if (isEverybodyKnown) return memberOfKey(key);
      return found === undefined ? null : holderOf(found.membership);
    },
  });
  return { judge, checks };
}

function cardOf({ person: who }: Resident, changes: Partial<PeerCard> = {}): PeerCard {
  const body = { nodeId: 7n, issuedAt: NOW, isLeaving: false, addresses: [HOME], ...changes };
  return signCard(body, group, who);
}

test('a card is sound with the key of a member, and says whose it is', () => {
  const verdict = newJudge().judge.judge(cardOf(bob), now, NOW);
  assert.equal(verdict.kind, 'sound');
  assert.equal(verdict.kind === 'sound' && verdict.known.member, bob.membership.member);
});

test('a card that was changed anywhere, or is of another group, is forged', () => {
  const { judge } = newJudge();
  const card = cardOf(bob);
  const forgeries: readonly PeerCard[] = [
    { ...card, nodeId: 8n },
    { ...card, issuedAt: wallTimeOf(NOW + 1) },
    { ...card, isLeaving: true },
    { ...card, addresses: [] },
    { ...card, addresses: [{ ...HOME, port: 4_002 }] },
    { ...card, publicKey: alice.person.publicKey },
    signCard(card, person('Other club').group, bob.person),
  ];
  for (const forgery of forgeries) {
    assert.deepEqual(judge.judge(forgery, now, NOW), { kind: 'forged' });
  }
});

test('the card of a stranger, an old one and one from the future are dropped unchecked', () => {
  const { judge, checks } = newJudge();
  const cases = [
    [cardOf(invited('Carol')), 'unknownKey'],
    [cardOf(bob, { issuedAt: wallTimeOf(NOW - CONTACT_LIFETIME_MS - 1) }), 'outOfTime'],
    [cardOf(bob, { issuedAt: wallTimeOf(NOW + 1_300_000) }), 'outOfTime'],
  ] as const;
  for (const [card, why] of cases) {
    assert.deepEqual(judge.judge(card, now, NOW), { kind: 'dropped', why });
  }
  assert.equal(checks.count, 0);
});

test('a card that comes again is not checked again, and a newer one is', () => {
  const { judge, checks } = newJudge();
  for (let times = 0; times < 5; times++) judge.judge(cardOf(bob), now, NOW);
  assert.equal(checks.count, 1);
  judge.judge(cardOf(bob, { issuedAt: wallTimeOf(NOW + 1) }), now, NOW);
  assert.equal(checks.count, 2);
});

test('in the place of a card that is older than one that was seen that one is given, but for a link', () => {
  const { judge, checks } = newJudge();
  const former = cardOf(bob, { issuedAt: wallTimeOf(NOW - 1) });
  judge.judge(cardOf(bob), now, NOW);
  const verdict = judge.judge(former, now, NOW);
  assert.ok(verdict.kind === 'sound' && verdict.known.card.issuedAt === NOW);
  assert.equal(checks.count, 1);
  assert.equal(judge.judgeOf(holderOf(bob.membership), former, NOW).kind, 'sound');
  judge.judge(cardOf(bob), now, NOW);
  assert.equal(checks.count, 2, 'the latest is still known');
});

test('the cards of any number of members cost a bounded number of checks in a second', () => {
  const { judge, checks } = newJudge(true);
  const forgery = { ...cardOf(bob), signature: new Uint8Array(64) };
  const judgeMany = (at: typeof now) => {
    for (let number = 0; number < 3_000; number++) {
      const publicKey = Uint8Array.from({ length: 32 }, (_, byte) =>
        byte < 2 ? number >> (8 * byte) : 0,
      );
      judge.judge({ ...forgery, publicKey }, at, NOW);
    }
  };
  judgeMany(now);
  assert.equal(checks.count, LIMITS.cardChecksBurst);
  judgeMany({ instant: instantOf(1_000), wallTime: NOW });
  assert.equal(checks.count, LIMITS.cardChecksBurst + LIMITS.cardChecksPerSecond);
});

test('Eve signs cards of any number of nodes and leaves the checks of the others to them', () => {
  const { judge, checks } = newJudge();
  const forgery = { ...cardOf(bob), signature: new Uint8Array(64) };
  for (let nodeId = 1n; nodeId <= 3_000n; nodeId++) judge.judge({ ...forgery, nodeId }, now, NOW);
  assert.equal(checks.count, LIMITS.memberCardChecksBurst);
  assert.equal(judge.judge(cardOf(alice), now, NOW).kind, 'sound');
  const ofLink = judge.judgeOf(holderOf(bob.membership), cardOf(bob), NOW);
  assert.equal(ofLink.kind, 'sound', 'who comes over a link is judged all the same');
});

test('who answers for a member: those below a creator that invited it, and itself', () => {
  const dave = invited('Dave', alice, 'administrator');
  const erin = invited('Erin', dave);
  assert.deepEqual(holderOf(alice.membership).lineage, [alice.membership.member]);
  assert.deepEqual(holderOf(dave.membership).lineage, [dave.membership.member]);
  const members = [dave.membership.member, erin.membership.member];
  assert.deepEqual(holderOf(erin.membership).lineage, members);
});

test('our own card is the same until it is half as old as it counts, or we listen elsewhere', () => {
  let addresses = [HOME];
  const listenAddresses = () => addresses;
  const own = new OwnCard({ group, nodeId: 7n, signer: bob.person, listenAddresses });
  const first = own.at(NOW);
  assert.equal(own.at(wallTimeOf(NOW + PRESENCE_LIFETIME_MS / 2 - 1)), first);
  const second = own.at(wallTimeOf(NOW + PRESENCE_LIFETIME_MS / 2));
  assert.notEqual(second, first);
  addresses = [{ host: 'fe80::1%eth0', port: 1 }, { host: '0.0.0.0', port: 1 }, HOME, HOME];
  const third = own.at(wallTimeOf(NOW + PRESENCE_LIFETIME_MS / 2));
  assert.deepEqual(third.addresses, [HOME, HOME], 'what means nothing to others is left out');
  assert.equal(own.leaving(NOW).isLeaving, true);
  assert.equal(newJudge().judge.judge(third, now, NOW).kind, 'sound');
});
