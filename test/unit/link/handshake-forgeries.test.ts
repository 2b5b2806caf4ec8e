// What Eve and Mallory try at the handshake: signatures from elsewhere, chains of others, digests
// that lie, and memberships that are out of date.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { wallTimeOf } from '../../../src/core/base/time.ts';
import type { HandshakeStep } from '../../../src/core/link/handshake.ts';
import { Handshake } from '../../../src/core/link/handshake.ts';
import { KIND } from '../../../src/core/wire/frame.ts';
import { decodeRefuse } from '../../../src/core/wire/hello.ts';
import {
  alice as alicePerson,
  mallory as malloryPerson,
  NOW,
} from '../../support/golden-chains.ts';
import {
  fate,
  frameOf,
  type HelloChanges,
  handshakeOf,
  helloFrom,
  now,
} from '../../support/handshake-phases.ts';
import { CLUB, clubber, factsOf, freshTools } from '../../support/simulated-club.ts';
import { grant } from '../../support/trust-village.ts';

const { alice, bob, mallory, eve } = CLUB;

function hearsAsListener(hello: Uint8Array): HandshakeStep {
  return handshakeOf(bob, alice, 'listener').receive(KIND.hello, hello, now());
}

function hearsAsDialer(hello: Uint8Array): HandshakeStep {
  const dialer = handshakeOf(bob, alice, 'dialer');
  dialer.start(now());
  return dialer.receive(KIND.hello, hello, now());
}

const FORGERIES: readonly (readonly [string, HelloChanges])[] = [
  ['over another TLS connection', { exporter: new Uint8Array(32) }],
  ['under another domain', { domain: 'peergroup-hello-v2' }],
  ['for another group', { signedGroup: eve.membership.group }],
  ['by another member', { signer: malloryPerson }],
  ['with the certificate of another as dialer', { dialerCertificate: mallory.identity.der }],
  ['with the certificate of another as listener', { listenerCertificate: mallory.identity.der }],
];

for (const [what, changes] of FORGERIES) {
  test(`a HELLO signed ${what} proves nothing to either side`, () => {
    assert.equal(
      fate(hearsAsListener(helloFrom(alice, bob, 'dialer', changes))),
      'NOT_AUTHENTICATED',
    );
    assert.equal(
      fate(hearsAsDialer(helloFrom(alice, bob, 'listener', changes))),
      'NOT_AUTHENTICATED',
    );
  });
}

test('a HELLO signed in the other role proves nothing to either side', () => {
  const asDialer = helloFrom(alice, bob, 'dialer', { signedRole: 'listener' });
  const asListener = helloFrom(alice, bob, 'listener', { signedRole: 'dialer' });
  assert.equal(fate(hearsAsListener(asDialer)), 'NOT_AUTHENTICATED');
  assert.equal(fate(hearsAsDialer(asListener)), 'NOT_AUTHENTICATED');
  // The whole HELLO of the other role, certificates in their places.
  assert.equal(fate(hearsAsListener(helloFrom(alice, bob, 'listener'))), 'NOT_AUTHENTICATED');
  assert.equal(fate(hearsAsDialer(helloFrom(alice, bob, 'dialer'))), 'NOT_AUTHENTICATED');
});

test('our own HELLO, reflected, proves nothing', () => {
  const dialer = handshakeOf(bob, alice, 'dialer');
  const [own] = dialer.start(now());
  const step = dialer.receive(KIND.hello, frameOf(own).payload, now());
  assert.equal(fate(step), 'NOT_AUTHENTICATED');
});

test('any bit of a HELLO changed on its way makes it worth nothing', () => {
  const hello = helloFrom(alice, bob, 'dialer');
  const places = [1, 2, 9, 10, 25, 26, 33, 34, 37, 38, 40, 70, 71, 72, 73, 100, 500];
  for (const at of [...places, hello.length - 64, hello.length - 1]) {
    for (const bit of [1, 128]) {
      const changed = hello.slice();
      changed[at] = (changed[at] ?? 0) ^ bit;
      let step: HandshakeStep;
      try {
        step = hearsAsListener(changed);
      } catch {
        continue;
      }
      assert.equal(fate(step), 'NOT_AUTHENTICATED', `byte ${at}`);
    }
  }
});

test('a member cannot pass with the chain of another', () => {
  // Mallory holds her own key on this connection and shows what Alice once showed her.
  const listener = handshakeOf(bob, mallory, 'listener');
  const hello = helloFrom(mallory, bob, 'dialer', {
    chain: alice.membership.chain.map(({ der }) => der),
    chainDigest: alice.membership.chainDigest,
  });
  assert.equal(fate(listener.receive(KIND.hello, hello, now())), 'NOT_AUTHENTICATED');
});

test('nor with the digest of a chain that the other side remembers', () => {
  const tools = freshTools();
  new Handshake(factsOf(bob, alice, 'listener'), tools).receive(
    KIND.hello,
    helloFrom(alice, bob, 'dialer'),
    now(),
  );
  const listener = new Handshake(factsOf(bob, mallory, 'listener'), tools);
  const hello = helloFrom(mallory, bob, 'dialer', {
    chain: null,
    chainDigest: alice.membership.chainDigest,
  });
  assert.equal(fate(listener.receive(KIND.hello, hello, now())), 'NOT_AUTHENTICATED');
});

test('a digest that is not that of the chain beside it breaks the protocol', () => {
  const hello = helloFrom(alice, bob, 'dialer', { chainDigest: new Uint8Array(32) });
  assert.equal(fate(hearsAsListener(hello)), 'PROTOCOL_VIOLATION');
  assert.equal(
    fate(hearsAsDialer(helloFrom(alice, bob, 'listener', { chainDigest: new Uint8Array(32) }))),
    'PROTOCOL_VIOLATION',
  );
});

test('a chain of another group is refused by both sides', () => {
  const { group } = bob.membership;
  const listener = handshakeOf(bob, eve, 'listener');
  const asDialer = helloFrom(eve, bob, 'dialer', { signedGroup: group });
  assert.equal(fate(listener.receive(KIND.hello, asDialer, now())), 'WRONG_GROUP');
  const dialer = handshakeOf(bob, eve, 'dialer');
  dialer.start(now());
  const asListener = helloFrom(eve, bob, 'listener', { signedGroup: group });
  assert.equal(fate(dialer.receive(KIND.hello, asListener, now())), 'WRONG_GROUP');
});

test('a chain cut short, or without anything, is refused', () => {
  const der = alice.membership.chain.map((certificate) => certificate.der);
  for (const chain of [[], der.slice(0, 1), der.slice(1), [...der, ...der.slice(1)]]) {
    const step = hearsAsListener(helloFrom(alice, bob, 'dialer', { chain }));
    assert.ok(step.kind === 'refusedByUs', `${chain.length} certificates`);
  }
});

const HOUR_MS = 3_600_000;

function lentTo(fromMs: number, untilMs: number) {
  const lent = grant(alice.membership.chain, alicePerson, malloryPerson, {
    role: 'member',
    notBefore: wallTimeOf(NOW + fromMs),
    notAfter: wallTimeOf(NOW + untilMs),
  });
  return clubber(malloryPerson, lent);
}

test('an expired membership is refused by both sides and named to the one that holds it', () => {
  const late = { instant: now().instant, wallTime: wallTimeOf(NOW + 3 * HOUR_MS) };
  const lent = lentTo(-HOUR_MS, HOUR_MS);
  const listener = handshakeOf(bob, lent, 'listener');
  const hello = helloFrom(lent, bob, 'dialer', { sentAtMs: late.wallTime });
  const step = listener.receive(KIND.hello, hello, late);
  assert.ok(step.kind === 'refusedByUs');
  assert.equal(step.refusal.code, 'MEMBERSHIP_EXPIRED');
  assert.ok(!step.refusal.detail.includes('differs'), 'the clocks agree');
  assert.equal(decodeRefuse(frameOf(step.send[0]).payload).reason, 'membershipExpired');
  const dialer = handshakeOf(bob, lent, 'dialer');
  dialer.start(late);
  const answer = helloFrom(lent, bob, 'listener', { sentAtMs: late.wallTime });
  assert.equal(fate(dialer.receive(KIND.hello, answer, late)), 'MEMBERSHIP_EXPIRED');
});

test('a membership that has not begun is refused, and two clocks that differ are blamed', () => {
  const early = { instant: now().instant, wallTime: wallTimeOf(NOW - 3 * HOUR_MS) };
  const lent = lentTo(-HOUR_MS, HOUR_MS);
  const step = handshakeOf(bob, lent, 'listener').receive(
    KIND.hello,
    helloFrom(lent, bob, 'dialer', { sentAtMs: NOW }),
    early,
  );
  assert.ok(step.kind === 'refusedByUs');
  assert.equal(step.refusal.code, 'MEMBERSHIP_NOT_YET_VALID');
  assert.match(step.refusal.detail, /the far end's clock differs by 10800 s/);
  assert.equal(decodeRefuse(frameOf(step.send[0]).payload).reason, 'membershipNotYetValid');
});

test('clocks are blamed from a minute on', () => {
  const late = wallTimeOf(NOW + 3 * HOUR_MS);
  const lent = lentTo(-HOUR_MS, HOUR_MS);
  for (const [skewMs, isBlamed] of [
    [59_000, false],
    [-59_000, false],
    [60_000, true],
    [-60_000, true],
  ] as const) {
    const hello = helloFrom(lent, bob, 'dialer', { sentAtMs: late + skewMs });
    const step = handshakeOf(bob, lent, 'listener').receive(KIND.hello, hello, {
      instant: now().instant,
      wallTime: late,
    });
    assert.ok(step.kind === 'refusedByUs');
    assert.equal(step.refusal.detail.includes('differs'), isBlamed, `${skewMs} ms`);
  }
});
