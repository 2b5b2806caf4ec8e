// What `connect`, `status`, `synced`, `broadcast` and the events promise, on real sockets: each state with
// its reason, every way to wait in vain, and what one member may do to another by leaving.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { GroupStatus, PeerGroup } from '../../src/api/index.ts';
import { found, type Household, joinAs, openHouse, refusalOf } from '../support/live-group.ts';
import { until, within } from '../support/until.ts';

const HERE = { host: '127.0.0.1' };
const NOTICE = '3f2504e0-4f89-41d3-9a0c-0305e82c3302';

/** Each status that was told, as `state/reason`. */
function statuses(group: PeerGroup): readonly string[] {
  const told: string[] = [];
  group.addEventListener('statusChanged', ({ status }) => told.push(textOf(status)));
  return told;
}

function textOf({ state, reason }: GroupStatus): string {
  return reason === null ? state : `${state}/${reason}`;
}

/** The same once, however often it is told in a row. */
function withoutRepeats(told: readonly string[]): readonly string[] {
  return told.filter((text, at) => text !== told[at - 1]);
}

async function connected(...houses: readonly Household[]): Promise<void> {
  for (const { group } of houses) await group.connect();
  for (const { group } of houses) await group.synced({ timeoutMs: 5_000 });
}

test('a group that is open is offline until it is connected, and so it says', async (t) => {
  const { group } = await found(t);
  assert.deepEqual(group.status, {
    state: 'offline',
    reason: 'notConnected',
    neighbors: 0,
    lastFailure: null,
  });
  assert.deepEqual(group.neighbors, []);
  assert.deepEqual(group.members(), []);
  assert.ok(Math.abs(group.groupTime.getTime() - Date.now()) < 1_000);
  for (const attempt of [
    group.synced(),
    group.broadcast('hello'),
    group.sendToNeighbor({ name: group.self, nodeId: 1n }, 'hello'),
  ]) {
    assert.equal((await refusalOf(attempt)).code, 'NOT_CONNECTED');
  }
});

test('a creator who is alone connects, and waits for others', async (t) => {
  const { group, identity, address } = await found(t);
  const told = statuses(group);
  const status = await group.connect();
  assert.equal(textOf(status), 'connecting/nobodyKnown');
  assert.equal(told.at(-1), 'connecting/nobodyKnown');
  const [self, ...others] = group.members();
  assert.deepEqual(others, []);
  assert.equal(self?.name, identity.name);
  assert.equal(self.friendlyName, 'Alice');
  assert.ok(self.isSelf && self.addresses.includes(address));
  assert.deepEqual(group.members()[0]?.since, self.since);
  assert.equal(await group.broadcast('anybody?'), 0);
});

test('a member whose inviter is away dials, and says at whom and why it failed', async (t) => {
  const alice = await found(t);
  const bob = await joinAs(t, alice, 'Bob');
  await alice.node.close();
  const told = statuses(bob.group);

  await bob.group.connect();
  await until(() => bob.group.status.reason === 'nobodyReachable', 5_000);

  assert.deepEqual(withoutRepeats(told), ['connecting/dialing', 'connecting/nobodyReachable']);
  const { lastFailure } = bob.group.status;
  assert.equal(lastFailure?.member, alice.identity.name);
  assert.equal(lastFailure.code, 'UNREACHABLE');
});

test('two members go online, and back offline when one leaves in order', async (t) => {
  const alice = await found(t);
  const bob = await joinAs(t, alice, 'Bob');
  await alice.group.records.add({ type: NOTICE, data: 'hello' });
  const told = statuses(bob.group);
  await connected(alice, bob);

  const [neighbor] = bob.group.neighbors;
  assert.equal(neighbor?.name, alice.identity.name);
  assert.equal(neighbor.friendlyName, 'Alice');
  assert.ok(!neighbor.isIncoming && neighbor.isSynced);
  assert.deepEqual(bob.group.status, {
    state: 'online',
    reason: null,
    neighbors: 1,
    lastFailure: null,
  });
  bob.group.disconnect();

  assert.deepEqual(withoutRepeats(told), [
    'connecting/dialing',
    'synchronizing/records',
    'online',
    'offline/left',
  ]);
  assert.deepEqual(bob.group.neighbors, []);
  await until(() => alice.group.neighbors.length === 0, 5_000);
});

test('connecting twice changes nothing, and disconnecting twice neither', async (t) => {
  const alice = await found(t);
  const bob = await joinAs(t, alice, 'Bob');
  await connected(alice, bob);
  const told = statuses(bob.group);
  assert.equal((await bob.group.connect()).state, 'online');
  assert.deepEqual(told, []);
  bob.group.disconnect();
  bob.group.disconnect();
  assert.deepEqual(told, ['offline/left']);
});

test('a member that disconnects and connects again gets what it missed, and is present again', async (t) => {
  const alice = await found(t);
  const bob = await joinAs(t, alice, 'Bob');
  const changes: string[] = [];
  alice.group.addEventListener('presenceChanged', ({ change, member }) => {
    changes.push(`${member.friendlyName} ${change}`);
  });
  await connected(alice, bob);
  await until(() => alice.group.members().length === 2, 5_000);
  bob.group.addEventListener('presenceChanged', ({ change }) => changes.push(`at Bob ${change}`));
  bob.group.disconnect();
  await until(() => changes.includes('Bob left'), 5_000);
  const { id } = await alice.group.records.add({ type: NOTICE, data: 'meanwhile' });

  await bob.group.connect();
  await bob.group.synced({ timeoutMs: 5_000 });

  assert.equal(await (await bob.group.records.get(id))?.text(), 'meanwhile');
  await until(() => alice.group.members().length === 2, 5_000);
  await until(() => bob.group.members().length === 2, 5_000);
  const [first, second, ...rest] = changes;
  assert.deepEqual([first, second], ['Bob present', 'Bob left']);
  assert.deepEqual(rest.toSorted(), ['Bob present', 'at Bob present']);
});

test('a listener may disconnect, and the others hear the goodbye', async (t) => {
  const alice = await found(t);
  const bob = await joinAs(t, alice, 'Bob');
  await alice.group.connect();
  const told = statuses(bob.group);
  bob.group.addEventListener('neighborChanged', ({ change }) => {
    if (change === 'up') bob.group.disconnect();
  });
  const down: (string | null)[] = [];
  alice.group.addEventListener('neighborChanged', ({ change, reason }) => {
    if (change === 'down') down.push(reason);
  });
  await bob.group.connect();
  await until(() => down.length > 0, 5_000);
  assert.deepEqual(down, ['leaving']);
  assert.equal(told.at(-1), 'offline/left');
  assert.equal(bob.group.status.reason, 'left');
});

test('a wait for the records ends when the group is disconnected, and when it is closed', async (t) => {
  const { group } = await found(t);
  await group.connect();
  const waiting = refusalOf(group.synced());
  group.disconnect();
  assert.equal((await within(waiting, 1_000, 'the end of the wait')).code, 'NOT_CONNECTED');

  await group.connect();
  const waitingAgain = refusalOf(group.synced());
  await group.close();
  assert.equal((await waitingAgain).code, 'GROUP_CLOSED');
});

test('a wait for the records says what is missing when its time is over', async (t) => {
  const alice = await found(t);
  const bob = await joinAs(t, alice, 'Bob');
  await alice.group.connect();
  const alone = await refusalOf(alice.group.synced({ timeoutMs: 50 }));
  assert.equal(alone.code, 'TIMED_OUT');
  assert.match(alone.message, /After 50 ms: no neighbor yet, nobodyKnown\./);

  await alice.node.close();
  await bob.group.connect();
  await until(() => bob.group.status.lastFailure !== null, 5_000);
  const away = await refusalOf(bob.group.synced({ timeoutMs: 50 }));
  assert.match(away.message, /no neighbor yet, nobodyReachable \(UNREACHABLE of /);
  assert.ok(away.message.includes(alice.identity.name));
});

test('a wait for the records is given up by its signal', async (t) => {
  const { group } = await found(t);
  await group.connect();
  const controller = new AbortController();
  const waiting = refusalOf(group.synced({ signal: controller.signal }));
  controller.abort(new Error('enough'));
  const error = await waiting;
  assert.equal(error.code, 'ABORTED');
  assert.equal(String(error.cause), 'Error: enough');
  const tooLate = await refusalOf(group.synced({ signal: AbortSignal.abort() }));
  assert.equal(tooLate.code, 'ABORTED');
});

test('a group that is closed while it connects is closed, and connects no more', async (t) => {
  const alice = await found(t);
  const bob = await joinAs(t, alice, 'Bob');
  await alice.group.connect();
  const connecting = bob.group.connect();
  const closing = bob.group.close();
  await connecting.catch(() => undefined);
  await within(closing, 5_000, 'the group closed');

  assert.equal(bob.group.status.reason, 'left');
  for (const attempt of [
    bob.group.connect(),
    bob.group.synced(),
    bob.group.broadcast('x'),
    bob.group.sendToNeighbor({ name: alice.group.self, nodeId: 1n }, 'x'),
  ]) {
    assert.equal((await refusalOf(attempt)).code, 'GROUP_CLOSED');
  }
  bob.group.disconnect();
  await until(() => alice.group.neighbors.length === 0, 5_000);
});

test('a group that is left while its records are read says so to whoever connects it', async (t) => {
  const { group } = await found(t);
  // More than are looked through in one go.
  for (let batch = 0; batch < 5; batch++) {
    await group.records.addAll(
      Array.from({ length: 1_000 }, (_, at) => ({ type: NOTICE, data: `${batch} ${at}` })),
    );
  }
  const connecting = refusalOf(group.connect());
  assert.equal(group.status.reason, 'readingRecords');
  group.disconnect();
  assert.equal((await connecting).code, 'NOT_CONNECTED');
  assert.equal(group.status.reason, 'left');

  const again = group.connect();
  assert.equal(textOf(await again), 'connecting/nobodyKnown');
  group.disconnect();
  const connectingAgain = refusalOf(group.connect());
  await group.close();
  assert.equal((await connectingAgain).code, 'GROUP_CLOSED');
});

test('a direct connection tells the group where a member is of whom no address was known', async (t) => {
  const alice = await openHouse(t, 'Alice', null);
  const bob = await openHouse(t, 'Bob', null);
  const atAlice = await alice.node.createGroup();
  const atBob = await bob.node.joinGroup(await atAlice.invite(bob.identity.card));
  atAlice.acceptDirectConnections();
  await atAlice.connect();
  assert.equal(textOf(await atBob.connect()), 'connecting/nobodyKnown');

  const address = await alice.node.listen(HERE);
  await atBob.openDirectConnection(alice.identity.name, { address });

  await atBob.synced({ timeoutMs: 5_000 });
  assert.equal(atBob.status.state, 'online');
});

test('a broadcast may have 64 KiB, and arrives whole', async (t) => {
  const alice = await found(t);
  const bob = await joinAs(t, alice, 'Bob');
  const heard: string[] = [];
  alice.group.addEventListener('broadcastReceived', ({ text, messageType, sender }) => {
    heard.push(`${sender.friendlyName} ${messageType} ${text.length}`);
  });
  await connected(alice, bob);

  const tooLarge = await refusalOf(bob.group.broadcast(new Uint8Array(65_537)));
  assert.equal(tooLarge.code, 'MESSAGE_TOO_LARGE');
  assert.equal(await bob.group.broadcast('x'.repeat(65_536), { type: NOTICE }), 1);

  await until(() => heard.length === 1, 5_000);
  assert.deepEqual(heard, [`Bob ${NOTICE} 65536`]);
});

test('whoever broadcasts too much in quick succession is told so', async (t) => {
  const alice = await found(t);
  const bob = await joinAs(t, alice, 'Bob');
  await connected(alice, bob);
  const answers = await Promise.allSettled(
    Array.from({ length: 300 }, (_, at) => bob.group.broadcast(`${at}`)),
  );
  const sent = answers.filter(({ status }) => status === 'fulfilled');
  assert.ok(sent.length >= 128 && sent.length < 300, `${sent.length}`);
  const refused = answers.find(({ status }) => status === 'rejected');
  assert.ok(refused?.status === 'rejected');
  assert.equal((await refusalOf(Promise.reject(refused.reason))).code, 'TOO_MANY_BROADCASTS');
});

test('what is sent to somebody who is no neighbor is refused', async (t) => {
  const alice = await found(t);
  const bob = await joinAs(t, alice, 'Bob');
  await connected(alice, bob);
  const [neighbor] = bob.group.neighbors;
  assert.ok(neighbor !== undefined);
  const nobody = { name: neighbor.name, nodeId: neighbor.nodeId ^ 1n };
  assert.equal((await refusalOf(bob.group.sendToNeighbor(nobody, 'x'))).code, 'NOT_A_NEIGHBOR');
  // Anybody can call itself any node: the name decides.
  const impostor = { name: bob.group.self, nodeId: neighbor.nodeId };
  assert.equal((await refusalOf(bob.group.sendToNeighbor(impostor, 'x'))).code, 'NOT_A_NEIGHBOR');
  bob.group.disconnect();
  assert.equal((await refusalOf(bob.group.sendToNeighbor(neighbor, 'x'))).code, 'NOT_CONNECTED');
});

test('a listener that throws keeps no other listener and no record from its turn', async (t) => {
  const alice = await found(t);
  const bob = await joinAs(t, alice, 'Bob');
  const thrown = uncaught(t);
  for (const type of ['statusChanged', 'neighborChanged', 'recordChanged'] as const) {
    bob.group.addEventListener(type, () => {
      throw new Error(type);
    });
  }
  const told = statuses(bob.group);
  const arrived: string[] = [];
  bob.group.addEventListener('recordChanged', ({ record }) => arrived.push(record.id));
  await connected(alice, bob);
  const { id } = await alice.group.records.add({ type: NOTICE, data: 'hello' });

  await until(() => arrived.includes(id), 5_000);
  assert.ok(told.includes('online'));
  assert.ok(bob.group.status.state === 'online');
  await until(() => new Set(thrown).size === 3, 1_000);
});

test('members that do not listen dial, and get from each other what one in between passes on', async (t) => {
  const alice = await found(t);
  const bob = await joinAs(t, alice, 'Bob');
  const carol = await joinAs(t, alice, 'Carol', HERE);
  await connected(alice, bob, carol);
  await until(() => alice.group.members().length === 3, 5_000);

  const seen = alice.group.members().find(({ name }) => name === bob.identity.name);
  assert.deepEqual(seen?.addresses, []);
  const bobsLine = alice.group.neighbors.find(({ name }) => name === bob.identity.name);
  assert.equal(bobsLine?.isIncoming, true);
  // Bob has nothing but Carol's card, and dials her; she could never have dialed him.
  await until(() => bob.group.neighbors.length === 2, 15_000);
  assert.ok(bob.group.neighbors.every(({ isIncoming }) => !isIncoming));
  const { id } = await bob.group.records.add({ type: NOTICE, data: 'from behind' });
  await until(() => alice.group.records.use.records === 1, 5_000);
  await until(() => carol.group.records.use.records === 1, 5_000);
  assert.equal((await carol.group.records.get(id))?.id, id);
});

test('of whoever hides only the neighbors know', async (t) => {
  const alice = await found(t);
  const bob = await joinAs(t, alice, 'Bob');
  const carol = await joinAs(t, alice, 'Carol');
  const dave = await joinAs(t, alice, 'Dave');
  const names = ({ group }: Household): readonly string[] =>
    group.members().map(({ friendlyName }) => friendlyName);
  await alice.group.connect();
  await bob.group.connect({ presence: false });
  await bob.group.synced({ timeoutMs: 5_000 });
  await connected(carol, dave);

  // Nobody but Alice can be dialed, so that she is everybody's only neighbor.
  await until(() => names(carol).includes('Dave') && names(bob).includes('Dave'), 5_000);
  assert.ok(names(alice).includes('Bob'));
  assert.deepEqual(names(carol).toSorted(), ['Alice', 'Carol', 'Dave']);
  assert.equal(names(bob)[0], 'Bob');
});

/** What listeners throw is the program's own uncaught exception: here, the messages. */
function uncaught(t: { after(act: () => void): void }): readonly string[] {
  const thrown: string[] = [];
  const before = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => thrown.push(error.message));
  t.after(() => {
    process.removeAllListeners('uncaughtException');
    for (const listener of before) process.on('uncaughtException', listener);
  });
  return thrown;
}
