// Opening direct connections over real sockets: who gets one, why not, at which address, how many,
// and what the events of both sides say. Every failure has its own code.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { pemText } from '../../src/adapters/x509/pem.ts';
import type { DirectConnection, OpenOptions } from '../../src/api/index.ts';
import { directPair, seededNumbers } from '../support/direct-pair.ts';
import {
  accepted,
  found,
  type Household,
  joinAs,
  reasonOf,
  refusalOf,
} from '../support/live-group.ts';
import { listening } from '../support/raw-link.ts';
import { rawIdentity } from '../support/raw-member.ts';
import { until, within } from '../support/until.ts';

/** What a group tells, one line for each event. */
function eventsOf({ group }: Household): string[] {
  const lines: string[] = [];
  group.addEventListener('connectionOpened', ({ connection }) => {
    lines.push(`opened ${connection.id} ${connection.isIncoming ? 'from' : 'to'}`);
  });
  group.addEventListener('connectionClosed', ({ connection, end }) => {
    lines.push(`closed ${connection.id} ${end.by} ${end.how} ${end.reason}`);
  });
  group.addEventListener('connectionFailed', ({ error }) => lines.push(`failed ${error.code}`));
  return lines;
}

async function two(t: TestContext) {
  const alice = await found(t);
  const bob = await joinAs(t, alice, 'Bob');
  const open = (options: OpenOptions = {}) =>
    bob.group.openDirectConnection(alice.group.self, { address: alice.address, ...options });
  return { alice, bob, open };
}

test('both sides see one connection: who, where, and exactly one event for each thing', async (t) => {
  const { alice, bob, open } = await two(t);
  const events = [eventsOf(alice), eventsOf(bob)];
  const taken = accepted(alice);
  const near = await open();
  await until(() => taken.length === 1, 1_000);
  const [far] = taken;
  assert.ok(far !== undefined);
  assert.deepEqual([near.isIncoming, far.isIncoming], [false, true]);
  assert.deepEqual([near.member.name, far.member.name], [alice.group.self, bob.group.self]);
  assert.deepEqual([near.member.role, far.member.role], ['creator', 'member']);
  assert.deepEqual([near.member.friendlyName, far.member.friendlyName], ['Alice', 'Bob']);
  assert.notEqual(near.id, 0n);
  assert.notEqual(near.member.nodeId, far.member.nodeId);
  assert.deepEqual(near.path, { kind: 'lan', address: alice.address });
  assert.deepEqual(near.listenAddresses, [alice.address]);
  assert.deepEqual([...alice.group.connections, ...bob.group.connections], [far, near]);
  const end = await near.close({ reason: 'enough' });
  assert.deepEqual(end, { by: 'us', how: 'done', reason: 'enough', isDelivered: true });
  assert.equal((await far.closed).by, 'them');
  await until(() => events.every((lines) => lines.length === 2), 1_000);
  assert.deepEqual(events, [
    [`opened ${far.id} from`, `closed ${far.id} them done enough`],
    [`opened ${near.id} to`, `closed ${near.id} us done enough`],
  ]);
  assert.deepEqual([...alice.group.connections, ...bob.group.connections], []);
});

test('without an acceptor, and with a filter that says no, an open is refused', async (t) => {
  const { alice, bob, open } = await two(t);
  const events = [eventsOf(alice), eventsOf(bob)];
  const refused = await refusalOf(open());
  assert.equal(refused.code, 'CONNECTION_REFUSED');
  assert.equal(reasonOf(refused), 'notAccepting');
  assert.equal(refused.candidates[0]?.address, alice.address);
  const asked: string[] = [];
  const acceptor = alice.group.acceptDirectConnections({
    filter: ({ name }) => {
      asked.push(name);
      return false;
    },
  });
  const filtered = await refusalOf(open());
  assert.equal(reasonOf(filtered), 'refusedByApplication');
  assert.deepEqual(asked, [bob.group.self]);
  acceptor.close();
  assert.equal(reasonOf(await refusalOf(open())), 'notAccepting');
  const failed = 'failed CONNECTION_REFUSED';
  assert.deepEqual(events, [[], [failed, failed, failed]]);
});

test('a filter may take its time, and one that never answers refuses after 5 s', async (t) => {
  const { alice, open } = await two(t);
  let decide: (isWelcome: boolean) => void = () => undefined;
  const acceptor = alice.group.acceptDirectConnections({
    filter: () =>
      new Promise((resolve) => {
        decide = resolve;
      }),
  });
  const opening = open();
  await new Promise((resolve) => setTimeout(resolve, 50));
  decide(true);
  const connection = await within(opening, 2_000, 'a connection');
  await connection.close();
  const startedAt = performance.now();
  const error = await refusalOf(open());
  assert.equal(reasonOf(error), 'refusedByApplication');
  const tookMs = performance.now() - startedAt;
  assert.ok(tookMs > 4_900 && tookMs < 6_500, `${tookMs} ms`);
  acceptor.close();
});

test('a filter that throws refuses, and what it throws is the application’s own', async (t) => {
  const { alice, open } = await two(t);
  const thrown: unknown[] = [];
  const listeners = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.once('uncaughtException', (error) => thrown.push(error));
  const restore = (): void => {
    process.removeAllListeners('uncaughtException');
    for (const listener of listeners) process.on('uncaughtException', listener);
  };
  try {
    alice.group.acceptDirectConnections({
      filter: () => {
        throw new Error('filter');
      },
    });
    const error = await refusalOf(open());
    assert.equal(reasonOf(error), 'refusedByApplication');
    await until(() => thrown.length === 1, 1_000);
  } finally {
    restore();
  }
});

test('nobody there, another there, and no way there are different failures', async (t) => {
  const { alice, bob, open } = await two(t);
  const carol = await joinAs(t, alice, 'Carol', { host: '127.0.0.1' });
  const closed = await listening(t, () => undefined);
  const dave = await joinAs(t, alice, 'Dave');
  const code = async (options: OpenOptions) => (await refusalOf(open(options))).code;
  assert.equal(await code({ address: '127.0.0.1:1' }), 'UNREACHABLE');
  assert.equal(await code({ address: carol.address }), 'WRONG_IDENTITY');
  assert.equal(await code({ address: closed.address, timeoutMs: 400 }), 'TIMED_OUT');
  const self = bob.group.openDirectConnection(bob.group.self, { address: alice.address });
  assert.equal((await refusalOf(self)).code, 'CONNECT_SELF');
  const unknown = bob.group.openDirectConnection(dave.group.self);
  assert.equal((await refusalOf(unknown)).code, 'NO_ADDRESS');
  for (const address of ['127.0.0.1', 'example.org:1', '127.0.0.1:0', '127.0.0.1:65536'])
    assert.equal(await code({ address }), 'INVALID_ARGUMENT');
  const list = await refusalOf(open({ address: [] }));
  assert.equal(list.code, 'INVALID_ARGUMENT');
});

test('servers of other protocols are found out and named', async (t) => {
  const { open } = await two(t);
  const code = async (address: string) => (await refusalOf(open({ address }))).code;
  const web = createServer((_, response) => response.end('hello'));
  const http = await listening(t, (socket) => web.emit('connection', socket));
  assert.equal(await code(http.address), 'NOT_AUTHENTICATED');
  const rude = await listening(t, (socket) => void socket.destroy());
  assert.equal(await code(rude.address), 'NOT_AUTHENTICATED');
  const polite = await listening(t, (socket) => void socket.end('220 ready\r\n'));
  assert.equal(await code(polite.address), 'NOT_AUTHENTICATED');
  const eve = rawIdentity('Eve');
  const secure = createTlsServer({
    key: eve.key.privateKeyPem,
    cert: pemText(eve.certificate.der),
  });
  secure.on('tlsClientError', () => undefined);
  const tls = await listening(t, (socket) => secure.emit('connection', socket));
  assert.equal(await code(tls.address), 'NOT_AUTHENTICATED');
});

test('a server that never answers is given up in time, or when the caller says so', async (t) => {
  const { open } = await two(t);
  const silent = await listening(t, () => undefined);
  const startedAt = performance.now();
  const late = await refusalOf(open({ address: silent.address, timeoutMs: 300 }));
  assert.equal(late.code, 'TIMED_OUT');
  assert.ok(performance.now() - startedAt < 1_000);
  const controller = new AbortController();
  const opening = refusalOf(open({ address: silent.address, signal: controller.signal }));
  controller.abort(new Error('no more'));
  assert.equal((await within(opening, 500, 'the end')).code, 'ABORTED');
  const never = open({ address: silent.address, signal: AbortSignal.abort() });
  assert.equal((await refusalOf(never)).code, 'ABORTED');
});

test('dead addresses first cost a moment each, and each one’s result is told', async (t) => {
  const { alice, open } = await two(t);
  accepted(alice);
  const silent = await listening(t, () => undefined);
  const address = [silent.address, '127.0.0.1:1', alice.address];
  const startedAt = performance.now();
  const connection = await open({ address });
  assert.ok(performance.now() - startedAt < 1_500);
  assert.equal(connection.path.address, alice.address);
  await connection.close();
  const carol = await joinAs(t, alice, 'Carol', { host: '127.0.0.1' });
  const error = await refusalOf(
    open({ address: [silent.address, '127.0.0.1:1', carol.address], timeoutMs: 900 }),
  );
  assert.deepEqual(
    error.candidates.map(({ address: where, code }) => [where, code]),
    [
      [silent.address, 'TIMED_OUT'],
      ['127.0.0.1:1', 'UNREACHABLE'],
      [carol.address, 'WRONG_IDENTITY'],
    ],
  );
  assert.equal(error.code, 'WRONG_IDENTITY');
});

test('after one connection the address is remembered', async (t) => {
  const { alice, bob, open } = await two(t);
  accepted(alice);
  await (await open()).close();
  const again = await bob.group.openDirectConnection(alice.group.self);
  assert.equal(again.path.address, alice.address);
  await again.close();
});

test('IPv6, IPv4, and both on one port', async (t) => {
  for (const host of ['::1', '127.0.0.1', '::']) {
    const alice = await found(t, { listen: { host } });
    const bob = await joinAs(t, alice, 'Bob');
    accepted(alice);
    const literals = host === '::' ? ['[::1]', '127.0.0.1'] : [host === '::1' ? '[::1]' : host];
    for (const literal of literals) {
      const address = `${literal}:${alice.port}`;
      const connection = await bob.group.openDirectConnection(alice.group.self, { address });
      assert.equal(connection.path.address, address);
      assert.equal(connection.path.kind, 'lan');
      assert.equal(await connection.ping().then((ms) => ms >= 0), true);
      await connection.close();
    }
  }
});

test('whoever opens again shares the connection, unless it wants one of its own', async (t) => {
  const { near, taken, alice, bob } = await directPair(t);
  const open = (separate: boolean) =>
    bob.group.openDirectConnection(alice.group.self, { address: alice.address, separate });
  assert.equal(await open(false), near);
  assert.equal(await bob.group.openDirectConnection({ name: alice.group.self }), near);
  const fromAlice = await alice.group.openDirectConnection(bob.group.self);
  assert.equal(fromAlice, taken[0], 'the other side shares it, too');
  const own = await open(true);
  assert.notEqual(own.id, near.id);
  await own.send('own');
  await until(() => taken.length === 2, 1_000);
  const message = await taken[1]?.messages().next();
  assert.equal(message?.value?.text, 'own');
  assert.equal(bob.group.connections.length, 2);
});

test('a hundred times both open at once, and both get the same one connection', async (t) => {
  const alice = await found(t);
  const bob = await joinAs(t, alice, 'Bob', { host: '127.0.0.1' });
  accepted(alice);
  accepted(bob);
  const seed = 20_261_122;
  const chance = seededNumbers(seed);
  const soon = () => new Promise((resolve) => setTimeout(resolve, Math.floor(chance() * 12)));
  for (let round = 0; round < 100; round++) {
    const where = `round ${round} of seed ${seed}`;
    const open = async (from: Household, to: Household): Promise<DirectConnection> => {
      if (chance() < 0.7) await soon();
      return await from.group.openDirectConnection(to.group.self, { address: to.address });
    };
    const [a, b] = await within(Promise.all([open(alice, bob), open(bob, alice)]), 8_000, where);
    const text = `${round}`;
    const heard = b.messages().next();
    await a.send(text);
    assert.equal((await within(heard, 2_000, where)).value?.text, text, where);
    await until(() => bob.group.connections.length === 1, 3_000, where);
    assert.equal(alice.group.connections.length, 1, where);
    await (chance() < 0.5 ? a : b).close();
    await until(() => alice.group.connections.length + bob.group.connections.length === 0, 3_000);
  }
});

test('2,000 connections of their own at once, each with its own bytes', async (t) => {
  const { alice, bob, open } = await two(t);
  alice.group.acceptDirectConnections({
    onConnection: (connection) => connection.onMessage(({ data }) => void connection.send(data)),
  });
  const connections: DirectConnection[] = [];
  while (connections.length < 2_000) {
    const batch = Array.from({ length: 40 }, () => open({ separate: true }));
    connections.push(...(await within(Promise.all(batch), 20_000, 'a batch')));
  }
  assert.equal(bob.group.connections.length, 2_000);
  assert.equal(new Set(connections.map(({ id }) => id)).size, 2_000);
  const echoes = connections.map((connection) => connection.messages().next());
  await Promise.all(connections.map((connection, at) => connection.send(`${at}`)));
  const texts = (await within(Promise.all(echoes), 10_000, 'echoes')).map(
    ({ value }) => value?.text,
  );
  assert.deepEqual(
    texts,
    connections.map((_, at) => `${at}`),
  );
  for (const connection of connections) connection.abort();
  await until(() => alice.group.connections.length === 0, 5_000);
});
