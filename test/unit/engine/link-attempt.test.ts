// An attempt at one address: by the present discovery secret, then by those before it, for a member that has not heard
// of a new epoch; all of it within one time, and given up at any moment.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { nodeCrypto } from '../../../src/adapters/crypto/node-crypto.ts';
import { doorName, hourOf } from '../../../src/core/link/door-name.ts';
import type { DialOutcome, DialTarget } from '../../../src/core/ports/wires.ts';
import { attemptLink } from '../../../src/engine/link-attempt.ts';
import type { LinkFailure } from '../../../src/engine/link-failure.ts';
import { NOW } from '../../support/golden-chains.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { CLUB, freshTools } from '../../support/simulated-club.ts';

const { alice, bob } = CLUB;
const [PRESENT, FORMER, OLDER, OLDEST] = [4, 3, 2, 1].map((fill) => new Uint8Array(32).fill(fill));
const UNKNOWN = { kind: 'failed', why: 'unknownName', detail: 'unrecognized name' } as const;

interface Dial {
  readonly target: DialTarget;
  readonly end: (outcome: DialOutcome) => void;
  givenUp: boolean;
}

/** Alice asks for Bob, who knows the secrets that the test says. */
function attempt(timeoutMs = 5_000) {
  const clock = new SimulatedClock(NOW);
  const dials: Dial[] = [];
  const failures: LinkFailure[] = [];
  assert.ok(PRESENT && FORMER && OLDER && OLDEST);
  const giveUp = attemptLink({
    member: bob.membership.member,
    candidate: { address: { host: '192.0.2.1', port: 4001 }, source: 'given' },
    facts: {
      role: 'dialer',
      membership: alice.membership,
      ownCertificateDigest: new Uint8Array(32),
      signer: alice.person,
      openId: new Uint8Array(16),
      isSeparate: false,
      isNeighbor: false,
      nodeId: 1n,
      listenAddresses: [],
      removalOf: () => null,
    },
    timeoutMs,
    onGreeted: () => undefined,
    listener: { onUp: () => assert.fail('no link'), onFailed: (failure) => failures.push(failure) },
    wires: {
      dial: (target, done) => {
        const dial: Dial = { target, end: done, givenUp: false };
        dials.push(dial);
        return () => {
          dial.givenUp = true;
        };
      },
    },
    clock,
    handshake: freshTools(),
    credentials: { certificate: new Uint8Array(0), privateKeyPem: '' },
    discoverySecret: PRESENT,
    earlierSecrets: () => [FORMER, OLDER, OLDEST],
  });
  const last = (): Dial => {
    const dial = dials.at(-1);
    assert.ok(dial !== undefined);
    return dial;
  };
  return { clock, dials, failures, giveUp, last };
}

function nameBy(discoverySecret: Uint8Array | undefined): string {
  assert.ok(discoverySecret !== undefined);
  return doorName(nodeCrypto, { discoverySecret, member: bob.membership.member }, hourOf(NOW));
}

test('a name that nobody knows there is followed by those of two secrets before it, and no more', () => {
  const { dials, failures, last } = attempt();
  for (let at = 0; at < 3; at += 1) {
    assert.deepEqual(failures, []);
    last().end(UNKNOWN);
  }
  assert.deepEqual(
    dials.map(({ target }) => target.doorName),
    [nameBy(PRESENT), nameBy(FORMER), nameBy(OLDER)],
  );
  assert.deepEqual(
    failures.map(({ code }) => code),
    ['WRONG_IDENTITY'],
  );
});

test('where nobody answers no other secret is tried', () => {
  for (const why of ['unreachable', 'notAuthenticated'] as const) {
    const { dials, failures, last } = attempt();
    last().end({ kind: 'failed', why, detail: 'simulated' });
    assert.equal(dials.length, 1);
    assert.equal(failures.length, 1);
  }
  const { dials, failures, last } = attempt();
  last().end(UNKNOWN);
  last().end({ kind: 'failed', why: 'unreachable', detail: 'simulated' });
  assert.deepEqual([dials.length, failures[0]?.code], [2, 'UNREACHABLE']);
});

test('no secret is tried when the time of the attempt is over', () => {
  const { clock, dials, failures, last } = attempt(1_000);
  clock.advance(600);
  last().end(UNKNOWN);
  assert.equal(dials.length, 2);
  clock.advance(400);
  last().end(UNKNOWN);
  assert.equal(dials.length, 2, 'the second took all that was left');
  assert.equal(failures.length, 1);
});

test('whoever gives up is told nothing more, whichever secret is being tried', () => {
  for (const tried of [0, 1, 2]) {
    const { dials, failures, giveUp, last } = attempt();
    for (let at = 0; at < tried; at += 1) last().end(UNKNOWN);
    giveUp();
    assert.deepEqual(
      dials.map(({ givenUp }) => givenUp),
      dials.map((_, at) => at === tried),
    );
    assert.deepEqual(failures, []);
  }
});
