// A node that is closed while it begins to listen: the call settles, and nobody listens any more.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { type TestContext, test } from 'node:test';

import { openHouse, refusalOf } from '../support/live-group.ts';
import { connectTo } from '../support/raw-link.ts';
import { within } from '../support/until.ts';

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  server.close();
  await once(server, 'close');
  return address.port;
}

async function assertNobodyListens(t: TestContext, port: number): Promise<void> {
  const socket = connectTo(port);
  t.after(() => socket.destroy());
  const answer = new Promise<string>((resolve) => {
    socket.once('connect', () => resolve('somebody listens'));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(`${error.code}`));
  });
  assert.equal(await within(answer, 2_000, 'an answer of the platform'), 'ECONNREFUSED');
}

test('a node that is closed while it begins to listen listens nowhere', async (t) => {
  for (const host of ['127.0.0.1', undefined]) {
    for (let turns = 0; turns < 4; turns++) {
      const { node } = await openHouse(t, 'Alice', null);
      const port = await freePort();
      const listening = node.listen(host === undefined ? { port } : { port, host });
      const settled = within(listening.catch(String), 5_000, 'an answer to listen()');
      for (let count = 0; count < turns; count++) await new Promise(setImmediate);
      await within(node.close(), 5_000, 'the close');
      await settled;
      await assertNobodyListens(t, port);
    }
  }
});

test('a listen() that close() overtakes is refused, and so is every later one', async (t) => {
  const { node } = await openHouse(t, 'Alice', null);
  const overtaken = refusalOf(node.listen({ host: '127.0.0.1' }));
  const closing = node.close();
  assert.equal((await within(overtaken, 5_000, 'the refusal')).code, 'NODE_CLOSED');
  await closing;
  assert.deepEqual(node.addresses, []);
  assert.equal((await refusalOf(node.listen())).code, 'NODE_CLOSED');
});
