// Leases of seconds between real nodes: who is there together keeps its membership, its links and its
// direct connections; whoever comes back has what it was given.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accepted, found, openHouse, refusalOf } from '../support/live-group.ts';
import { until } from '../support/until.ts';

const LEASE_MS = 2_000;

test('a member that is there outlives its lease, and so do its links and connections', async (t) => {
  const alice = await found(t);
  const { node, identity } = await openHouse(t, 'Bob', null);
  const text = await alice.group.invite(identity.card, { leaseMs: LEASE_MS });
  const bob = await node.joinGroup(text);
  const first = bob.membership;
  assert.equal(first.leaseMs, LEASE_MS);
  accepted(alice);
  await alice.group.connect();
  await bob.connect();
  const connection = await bob.openDirectConnection(alice.group.self);
  const parted: string[] = [];
  bob.addEventListener('neighborChanged', ({ change }) => parted.push(change));
  await until(() => Date.now() > first.notAfter.getTime() + LEASE_MS, 4 * LEASE_MS);
  const now = bob.membership;
  assert.ok(now.notAfter.getTime() > Date.now());
  assert.ok(now.notBefore > first.notBefore);
  assert.deepEqual([now.role, now.leaseMs, now.issuer], ['member', LEASE_MS, alice.group.self]);
  assert.deepEqual(bob.connections, [connection]);
  assert.equal(bob.neighbors.length, 1);
  assert.ok(!parted.includes('down'));
  await bob.close();
  const again = await node.openGroup();
  assert.ok(again.membership.notAfter >= now.notAfter);
});

test('a lease and an end are not asked for together, and a lease has a second at least', async (t) => {
  const alice = await found(t);
  const { identity } = await openHouse(t, 'Bob', null);
  const expiresAt = new Date(Date.now() + 60_000);
  for (const options of [{ expiresAt, leaseMs: 60_000 }, { leaseMs: 999 }, { leaseMs: 1_000.5 }]) {
    const { code } = await refusalOf(alice.group.invite(identity.card, options));
    assert.equal(code, 'INVALID_ARGUMENT');
  }
});

test('an invitation with an end has fixed dates', async (t) => {
  const alice = await found(t);
  assert.equal(alice.group.membership.leaseMs, null);
  const { node, identity } = await openHouse(t, 'Bob', null);
  const expiresAt = new Date(Date.now() + 60_000);
  const bob = await node.joinGroup(await alice.group.invite(identity.card, { expiresAt }));
  assert.equal(bob.membership.leaseMs, null);
});
