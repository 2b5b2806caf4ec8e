// Connections by the thousand leave nothing behind: no heap, no handle, no descriptor and no warning.

import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

import { collectGarbage } from '../support/collect-garbage.ts';
import { found, joinAs } from '../support/live-group.ts';
import { until } from '../support/until.ts';

const COUNT = 10_000;
const BATCH = 50;
const HEAP_GROWTH_MAX = 6 * 1_048_576;

interface Footprint {
  readonly heap: number;
  readonly resources: Readonly<Record<string, number>>;
  readonly descriptors: number;
}

function footprint(): Footprint {
  collectGarbage();
  const resources: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) {
    if (/Timeout|Immediate/.test(name)) continue;
    resources[name] = (resources[name] ?? 0) + 1;
  }
  const descriptors = existsSync('/dev/fd') ? readdirSync('/dev/fd').length : 0;
  return { heap: process.memoryUsage().heapUsed, resources, descriptors };
}

test('10,000 connections, opened, used and closed in every way, leave nothing behind', async (t) => {
  const alice = await found(t);
  const bob = await joinAs(t, alice, 'Bob');
  alice.group.acceptDirectConnections({
    onConnection: (connection) => {
      connection.onMessage(({ data }) => void connection.send(data).catch(() => undefined));
      connection.onStream((stream) => stream.on('error', () => undefined).pipe(stream));
    },
  });
  const visit = async (round: number): Promise<void> => {
    const connection = await bob.group.openDirectConnection(alice.group.self, {
      address: alice.address,
      separate: true,
    });
    if (round % 5 === 0) {
      const stream = connection.openStream({ name: 'visit' }).on('error', () => undefined);
      stream.write('hello');
    }
    await connection.send('hello');
    if (round % 3 === 0) connection.abort();
    else await connection.close();
  };
  const batch = async (from: number): Promise<void> => {
    await Promise.all(Array.from({ length: BATCH }, (_, at) => visit(from + at)));
  };
  const quiet = () => until(() => alice.group.connections.length === 0, 5_000);
  for (let from = 0; from < 1_000; from += BATCH) await batch(from);
  await quiet();
  const before = footprint();
  for (let from = 1_000; from < COUNT; from += BATCH) await batch(from);
  await quiet();
  let after = footprint();
  const hasSettled = () => {
    after = footprint();
    return after.descriptors <= before.descriptors && after.heap - before.heap < HEAP_GROWTH_MAX;
  };
  await until(hasSettled, 5_000, 'memory and descriptors given back').catch(() => undefined);
  assert.deepEqual(after.resources, before.resources);
  assert.ok(after.descriptors <= before.descriptors, `${after.descriptors} descriptors open`);
  const growth = after.heap - before.heap;
  assert.ok(growth < HEAP_GROWTH_MAX, `${growth} bytes of heap more than ${before.heap}`);
  t.diagnostic(`heap ${before.heap} → ${after.heap}, descriptors ${after.descriptors}`);
});
