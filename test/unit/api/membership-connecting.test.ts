// When a renewal is asked for: before the group is connected, when the membership ends while it is, every half minute
// while it is wanted, at once when an address is learned, and never for one that does not want it any more.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeCrypto } from '../../../src/adapters/crypto/node-crypto.ts';
import type { StatusChangedEvent } from '../../../src/api/graph/graph-events.ts';
import type { GroupStatus } from '../../../src/api/graph/graph-views.ts';
import { Connecting } from '../../../src/api/membership/connecting.ts';
import type { RenewalEnd } from '../../../src/api/membership/own-renewal.ts';
import { wallTimeOf } from '../../../src/core/base/time.ts';
import { OwnMembership } from '../../../src/core/security/own-membership.ts';
import { SecurityState } from '../../../src/core/security/security-state.ts';
import { refusalOf } from '../../support/live-group.ts';
import { CAST, NOW } from '../../support/record-club.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { person } from '../../support/trust-cast.ts';
import { grant } from '../../support/trust-village.ts';

const LEASE_MS = 600_000;
const FAILED: RenewalEnd = {
  kind: 'failed',
  failure: { code: 'NOBODY_CAN_ADMIT', detail: 'nobody', skewMs: null },
  asked: [],
};
const OFFLINE: GroupStatus = {
  state: 'offline',
  reason: 'notConnected',
  neighbors: 0,
  lastFailure: null,
};
const { alice } = CAST;
const erin = person('Erin');

/** Whatever a test lets happen at the next question. */
function scene() {
  const clock = new SimulatedClock(NOW);
  const until = (ms: number) => {
    const notAfter = wallTimeOf(clock.now().wallTime + ms);
    const terms = { role: 'member', notAfter, leaseMs: LEASE_MS } as const;
    return grant(alice.membership.chain, alice.person, erin, terms);
  };
  const own = new OwnMembership(until(LEASE_MS));
  const answers: RenewalEnd[] = [];
  const log: string[] = [];
  let status = OFFLINE;
  const connecting = new Connecting({
    graph: {
      get status() {
        return status;
      },
      connect: () => {
        log.push('connect');
        status = { ...OFFLINE, state: 'connecting', reason: 'dialing' };
        return Promise.resolve(status);
      },
      disconnect: () => {
        status = OFFLINE;
      },
      onAddressesLearned: () => void log.push('addresses'),
    },
    renewal: {
      ask: () => {
        log.push('ask');
        const end = answers.shift() ?? FAILED;
        if (end.kind === 'renewed') own.offer(until(LEASE_MS), clock.now().wallTime);
        return Promise.resolve(end);
      },
      giveUp: () => undefined,
    },
    own,
    state: () => SecurityState.empty(alice.membership.group, nodeCrypto),
    known: () => Promise.resolve(),
    clock,
    requireOpen: () => undefined,
    dispatch: ({ status: { reason } }: StatusChangedEvent) => void log.push(`tell ${reason}`),
  });
  return { clock, answers, log, connecting };
}

/** Promises that have nothing more to wait for are done then. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

test('a member whose lease lasts is connected without a question', async () => {
  const { connecting, log } = scene();
  await connecting.connect({});
  assert.deepEqual(log, ['connect']);
});

test('when nobody renews it is asked every half minute, until somebody does', async () => {
  const { clock, answers, connecting, log } = scene();
  clock.advance(LEASE_MS + 2_000);
  const error = await refusalOf(connecting.connect({}));
  assert.equal(error.code, 'MEMBERSHIP_EXPIRED');
  assert.match(error.message, /nobody is known who could be asked/);
  assert.equal(connecting.status.reason, 'membershipExpired');
  log.length = 0;
  for (let at = 0; at < 3; at += 1) {
    clock.advance(30_000);
    await settled();
  }
  assert.deepEqual(
    log.filter((each) => each === 'ask'),
    ['ask', 'ask', 'ask'],
  );
  answers.push({ kind: 'renewed' });
  connecting.onAddressesLearned();
  await settled();
  assert.deepEqual(log.slice(-3), ['ask', 'addresses', 'connect']);
  assert.equal(connecting.status.reason, 'dialing');
});

test('a membership that ends while it is connected is renewed, and its contacts are tried again', async () => {
  const { clock, answers, connecting, log } = scene();
  await connecting.connect({});
  answers.push({ kind: 'renewed' });
  clock.advance(LEASE_MS + 31_000);
  await settled();
  assert.deepEqual(log, ['connect', 'ask', 'addresses']);
});

test('nothing is asked any more when it is disconnected', async () => {
  const { clock, connecting, log } = scene();
  clock.advance(LEASE_MS + 2_000);
  await refusalOf(connecting.connect({}));
  connecting.disconnect();
  log.length = 0;
  clock.advance(300_000);
  connecting.onAddressesLearned();
  await settled();
  assert.deepEqual(log, ['addresses']);
  assert.equal(connecting.status.state, 'offline');
});
