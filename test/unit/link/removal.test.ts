// A membership that was taken away opens no link, at either end, whatever its chain says; whoever has
// proved it is told by whom and why.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wallTimeOf } from '../../../src/core/base/time.ts';
import { utf8Length } from '../../../src/core/base/utf8.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import type { Removal } from '../../../src/core/domain/security.ts';
import { Handshake, type HandshakeFacts } from '../../../src/core/link/handshake.ts';
import { removalText } from '../../../src/core/link/removal-text.ts';
import { KIND } from '../../../src/core/wire/frame.ts';
import { decodeRefuse, encodeRefuse } from '../../../src/core/wire/hello.ts';
import { EMPTY, frameOf, now } from '../../support/handshake-phases.ts';
import { CLUB, type Clubber, factsOf, freshTools } from '../../support/simulated-club.ts';

const { alice, bob, carol } = CLUB;

const REMOVAL: Removal = {
  why: 'removed',
  statement: new Uint8Array(32),
  by: carol.membership.member,
  at: wallTimeOf(0),
  reason: 'he lied',
};

/** One that knows of the removal of some. */
function factsKnowing(
  own: Clubber,
  far: Clubber,
  role: HandshakeFacts['role'],
  removed: Clubber[],
) {
  const names: string[] = removed.map(({ membership }) => membership.member);
  const removalOf: HandshakeFacts['removalOf'] = ({ member }) =>
    names.includes(member) ? REMOVAL : null;
  return { ...factsOf(own, far, role), removalOf };
}

test('a listener refuses a dialer that was removed, and tells it by whom and why', () => {
  const dialer = new Handshake(factsOf(bob, alice, 'dialer'), freshTools());
  const listener = new Handshake(factsKnowing(alice, bob, 'listener', [bob]), freshTools());
  const step = listener.receive(KIND.hello, frameOf(dialer.start(now())[0]).payload, now());
  assert.ok(step.kind === 'refusedByUs');
  assert.equal(step.refusal.code, 'MEMBERSHIP_REMOVED');
  const { payload } = frameOf(step.send[0]);
  const refuse = decodeRefuse(payload);
  assert.equal(refuse.reason, 'removed');
  assert.equal(refuse.detail, `removed by ${carol.membership.member}: he lied`);
  const heard = dialer.receive(KIND.refuse, payload, now());
  assert.deepEqual(heard, { kind: 'refusedByThem', refuse });
});

test('nobody is told of a removal before it proved whose membership it has', () => {
  const mallory = new Handshake(factsOf(bob, alice, 'dialer'), freshTools());
  const listener = new Handshake(factsKnowing(alice, bob, 'listener', [bob]), freshTools());
  const hello = frameOf(mallory.start(now())[0]).payload.slice();
  const last = hello.length - 1;
  hello[last] = (hello[last] ?? 0) ^ 1;
  const step = listener.receive(KIND.hello, hello, now());
  assert.ok(step.kind === 'refusedByUs');
  const refuse = decodeRefuse(frameOf(step.send[0]).payload);
  assert.deepEqual(refuse, { reason: 'notMember', detail: '' });
});

test('a dialer does not take a listener that was removed', () => {
  const dialer = new Handshake(factsKnowing(alice, bob, 'dialer', [bob]), freshTools());
  const listener = new Handshake(factsOf(bob, alice, 'listener'), freshTools());
  listener.receive(KIND.hello, frameOf(dialer.start(now())[0]).payload, now());
  const [hello] = listener.admit(now());
  const step = dialer.receive(KIND.hello, frameOf(hello).payload, now());
  assert.ok(step.kind === 'refusedByUs');
  assert.equal(step.refusal.code, 'MEMBERSHIP_REMOVED');
});

test('a removal that comes to be known before WELCOME counts', () => {
  const facts = factsOf(alice, bob, 'dialer');
  const names: string[] = [];
  const late = new Handshake(
    {
      ...facts,
      removalOf: ({ member }) => (names.includes(member) ? REMOVAL : null),
    },
    freshTools(),
  );
  const listener = new Handshake(factsOf(bob, alice, 'listener'), freshTools());
  listener.receive(KIND.hello, frameOf(late.start(now())[0]).payload, now());
  const [hello] = listener.admit(now());
  assert.equal(late.receive(KIND.hello, frameOf(hello).payload, now()).kind, 'wait');
  names.push(bob.membership.member);
  const step = late.receive(KIND.welcome, EMPTY, now());
  assert.ok(step.kind === 'refusedByUs');
  assert.equal(step.refusal.code, 'MEMBERSHIP_REMOVED');
});

test('who comes as a neighbor may have another membership by which it is let in, and nobody else', () => {
  for (const isNeighbor of [true, false]) {
    const dialer = new Handshake({ ...factsOf(bob, alice, 'dialer'), isNeighbor }, freshTools());
    const removalOf: HandshakeFacts['removalOf'] = (_theirs, asNeighbor) =>
      asNeighbor ? null : REMOVAL;
    const listener = new Handshake({ ...factsOf(alice, bob, 'listener'), removalOf }, freshTools());
    const step = listener.receive(KIND.hello, frameOf(dialer.start(now())[0]).payload, now());
    assert.equal(step.kind, isNeighbor ? 'asked' : 'refusedByUs');
  }
});

test('why a membership does not count fits a REFUSE, however long the reason is', () => {
  const whys = ['removed', 'issuerRemoved', 'ticketOverused', 'offerEnded'] as const;
  for (const why of whys) {
    for (const reason of ['', 'short', 'ß'.repeat(256), '🐟'.repeat(64)]) {
      const detail = removalText({ ...REMOVAL, why, reason });
      assert.ok(utf8Length(detail) <= LIMITS.closeReasonBytesMax);
      assert.deepEqual(decodeRefuse(encodeRefuse({ reason: 'removed', detail })).detail, detail);
    }
  }
  assert.match(removalText({ ...REMOVAL, why: 'ticketOverused', by: null }), /ticket/);
});
