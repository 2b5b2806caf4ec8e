// Connecting by addresses alone, on real sockets: whoever of the group is there is taken, and of everybody else it is
// said per address why not. Listening that begins, ends and begins again, and what the others see of it.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { type TestContext, test } from 'node:test';

import type { ConnectOptions, GroupStatus } from '../../src/api/index.ts';
import { atEnd } from '../support/at-end.ts';
import { type Household, joinAs, openHouse, refusalOf } from '../support/live-group.ts';
import { admitted, founded, told, WORDS } from '../support/live-members.ts';
import { until } from '../support/until.ts';

const HERE = { host: '127.0.0.1' };

/** A member that knows nobody's address: whom it was invited by did not listen then. */
async function lonely(t: TestContext, alice: Household, name: string): Promise<Household> {
  return await joinAs(t, alice, name, HERE);
}

async function foundDeaf(t: TestContext): Promise<Household> {
  const { node, identity } = await openHouse(t, 'Alice', null);
  const group = await node.createGroup({ friendlyName: 'Chess' });
  return { node, identity, group, address: '', port: 0 };
}

function dialsOf({ group }: Household): readonly string[] {
  return told(group, 'dialFailed', ({ address, member, code }) => `${address} ${member} ${code}`);
}

test('whoever of the group is at an address becomes a neighbor, and one that answers is enough', async (t) => {
  const alice = await foundDeaf(t);
  const bob = await lonely(t, alice, 'Bob');
  const carol = await lonely(t, alice, 'Carol');
  await bob.group.connect();
  const failed = dialsOf(carol);
  const nobody = '127.0.0.1:1';
  const status = await carol.group.connect({ addresses: [nobody, bob.address] });
  assert.equal(status.reason, 'dialing');
  await carol.group.synced({ timeoutMs: 10_000 });
  assert.deepEqual(
    carol.group.neighbors.map(({ name, isIncoming }) => [name, isIncoming]),
    [[bob.group.self, false]],
  );
  await until(() => failed.length > 0, 10_000);
  assert.deepEqual(failed, [`${nobody} null UNREACHABLE`]);
  await until(() => carol.group.knownMembers.some(({ name }) => name === bob.group.self), 5_000);
});

test('of an address it is said why nobody is there, and the status has the last of them', async (t) => {
  const alice = await foundDeaf(t);
  const bob = await lonely(t, alice, 'Bob');
  const others = await founded(t, 'Olga');
  const closed = await lonely(t, alice, 'Carol');
  const failed = dialsOf(bob);
  await bob.group.connect({ addresses: [others.address, '127.0.0.1:1', closed.address] });
  await until(() => failed.length === 3, 10_000);
  assert.deepEqual(
    failed.toSorted(),
    [
      `${others.address} null NOT_AUTHENTICATED`,
      '127.0.0.1:1 null UNREACHABLE',
      // Its group is open and not connected.
      `${closed.address} null CONNECTION_REFUSED`,
    ].toSorted(),
  );
  const { state, reason, lastFailure } = bob.group.status;
  assert.deepEqual([state, reason, lastFailure?.member], ['connecting', 'nobodyReachable', null]);
  assert.ok(failed.includes(`${lastFailure?.address} null ${lastFailure?.code}`));
});

test('who takes the connection and says nothing has not answered', async (t) => {
  const mute = createServer();
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  atEnd(t, () => void mute.close());
  const bound = mute.address();
  assert.ok(bound !== null && typeof bound === 'object');
  const alice = await foundDeaf(t);
  const failed = dialsOf(alice);
  const begun = performance.now();
  await alice.group.connect({ addresses: [{ host: '127.0.0.1', port: bound.port }] });
  await until(() => failed.length > 0, 12_000);
  assert.deepEqual(failed, [`127.0.0.1:${bound.port} null TIMED_OUT`]);
  assert.ok(performance.now() - begun < 11_000);
});

test('a member whose membership has been taken away is told so, wherever it knocks', async (t) => {
  const alice = await founded(t);
  const bob = await joinAs(t, alice, 'Bob', HERE);
  await alice.group.connect();
  await bob.group.connect();
  await bob.group.synced({ timeoutMs: 10_000 });
  bob.group.disconnect();
  await alice.group.memberships.remove(bob.group.self);
  const failed = told(bob.group, 'dialFailed', ({ code }) => code);
  await bob.group.connect({ addresses: [alice.address] }).catch(() => undefined);
  await until(
    () => failed.includes('MEMBERSHIP_REMOVED') || bob.group.status.reason === 'removed',
    10_000,
  );
});

test('our own address is nobody, and that of a neighbor changes nothing', async (t) => {
  const alice = await foundDeaf(t);
  const bob = await lonely(t, alice, 'Bob');
  const carol = await lonely(t, alice, 'Carol');
  await bob.group.connect();
  await carol.group.connect({ addresses: [carol.address, bob.address] });
  await carol.group.synced({ timeoutMs: 10_000 });
  await carol.group.connect({ addresses: [bob.address] });
  await bob.group.connect({ addresses: [carol.address] });
  await until(() => carol.group.neighbors.length === 1 && bob.group.neighbors.length === 1, 10_000);
  await carol.group.synced({ timeoutMs: 10_000 });
});

test('an address that answers later is found while nobody else is', async (t) => {
  const alice = await foundDeaf(t);
  const bob = await lonely(t, alice, 'Bob');
  const carol = await lonely(t, alice, 'Carol');
  const failed = dialsOf(bob);
  await bob.group.connect({ addresses: [carol.address] });
  await until(() => failed.length > 0, 10_000);
  await carol.group.connect();
  await bob.group.synced({ timeoutMs: 20_000 });
});

test('what is no list of addresses is refused, and nothing is connected', async (t) => {
  const alice = await foundDeaf(t);
  const wrong: unknown[] = [
    null,
    7,
    'x',
    '127.0.0.1:1',
    {},
    ['x'],
    ['127.0.0.1'],
    [{ host: 'x', port: 1 }],
    [{ host: '::1', port: 0 }],
    Array.from({ length: 257 }, () => '127.0.0.1:1'),
  ];
  for (const addresses of wrong) {
    const options: ConnectOptions = Object.fromEntries([['addresses', addresses]]);
    const { code } = await refusalOf(alice.group.connect(options));
    assert.equal(code, 'INVALID_ARGUMENT');
    const join = alice.node.joinGroup('x', options);
    assert.equal((await refusalOf(join)).code, 'INVALID_ARGUMENT');
  }
  assert.equal(alice.group.status.state, 'offline' satisfies GroupStatus['state']);
});

test('somebody joins by a line and an address at which a member came to be later', async (t) => {
  const alice = await foundDeaf(t);
  await alice.group.connect();
  const { text: ticket } = await alice.group.invitations.createTicket();
  const { text: line } = await alice.group.invitations.createPassword(WORDS);
  const nobody = await refusalOf(
    openHouse(t, 'Bob', null).then(({ node }) => node.joinGroup(ticket)),
  );
  assert.equal(nobody.code, 'NOBODY_CAN_ADMIT');
  const [address = ''] = await alice.node.listen(HERE);
  const addresses = ['127.0.0.1:1', address];
  const bob = await admitted(t, 'Bob', ticket, { addresses });
  const carol = await admitted(t, 'Carol', line, { addresses, password: WORDS });
  assert.deepEqual([bob.group.name, carol.group.name], [alice.group.name, alice.group.name]);
  await bob.group.connect();
  await bob.group.synced({ timeoutMs: 10_000 });
  const others = await founded(t, 'Olga');
  const { node } = await openHouse(t, 'Dave', null);
  const refused = await refusalOf(node.joinGroup(ticket, { addresses: [others.address] }));
  assert.equal(refused.code, 'NOBODY_CAN_ADMIT');
  assert.match(refused.message, new RegExp(`at ${others.address}`));
});

test('who stops listening is reached by nobody, and loses nobody', async (t) => {
  const alice = await founded(t);
  const bob = await joinAs(t, alice, 'Bob', HERE);
  const carol = await joinAs(t, alice, 'Carol', HERE);
  await bob.group.connect();
  await bob.group.synced({ timeoutMs: 10_000 });
  const [seenByBob] = bob.group.neighbors;
  assert.deepEqual(seenByBob?.listenAddresses, [alice.address]);
  const isListed = (): boolean =>
    bob.group
      .members()
      .some(({ name, addresses }) => name === alice.group.self && addresses.length > 0);
  await until(isListed, 10_000);
  const seen = told(
    bob.group,
    'presenceChanged',
    ({ change, member }) => `${change} ${member.addresses.join()}`,
  );

  await alice.node.stopListening();
  assert.deepEqual(alice.node.addresses, []);
  await alice.node.stopListening();
  const failed = dialsOf(carol);
  await carol.group.connect();
  await until(() => failed.length > 0, 10_000);
  assert.deepEqual(failed[0], `${alice.address} ${alice.group.self} UNREACHABLE`);
  assert.equal(bob.group.neighbors.length, 1);
  await alice.group.broadcast('still here');
  await until(() => seen.includes('updated '), 10_000);

  const [address = ''] = await alice.node.listen({ ...HERE, port: alice.port });
  assert.equal(address, alice.address);
  await until(() => seen.includes(`updated ${address}`), 10_000);
  assert.deepEqual(bob.group.neighbors[0]?.listenAddresses, [address]);
  await carol.group.connect({ addresses: [address] });
  await carol.group.synced({ timeoutMs: 10_000 });
  await alice.node.close();
  assert.equal((await refusalOf(alice.node.stopListening())).code, 'NODE_CLOSED');
});

test('a node that stops listening while it is about to listen does not listen', async (t) => {
  const { node } = await openHouse(t, 'Alice', null);
  const begun = node.listen(HERE);
  const stopped = node.stopListening();
  assert.equal((await refusalOf(begun)).code, 'LISTEN_FAILED');
  await stopped;
  assert.deepEqual(node.addresses, []);
  assert.equal((await node.listen(HERE)).length, 1);
});
