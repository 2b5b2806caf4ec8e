// A group that is cut in two halves, which go on publishing: when the cut has healed all have everything,
// and neighbors on the other side. `PARTITION_SECONDS=60` for the long cut.

import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { cuttingProxy } from '../support/cutting-proxy.ts';
import {
  assemble,
  connectAll,
  requireSameStores,
  type Sailor,
  untilEqual,
} from '../support/graph-crew.ts';
import { until } from '../support/until.ts';

const { PARTITION_SECONDS: seconds = '7', PARTITION_PROCESSES: processes = '6' } = process.env;
const CUT_MS = 1_000 * Number(seconds);
const PROCESSES = Number(processes);
/** Of each of four: what one minute brings can be judged by all processes of a small machine in seconds. */
const PUBLISHED_EVERY_MS = 500;
/** For the same records everywhere. */
const HEALED_MS = 10_000;
/** For a neighbor on the other side: nobody's back-off is longer than a minute. */
const MIXED_MS = 60_000;

async function cutAndHeal(t: TestContext, how: 'silent' | 'reset'): Promise<void> {
  const proxy = cuttingProxy(t);
  const crew = await assemble(t, PROCESSES);
  const left = crew.filter((_, at) => at % 2 === 0);
  const right = crew.filter((_, at) => at % 2 === 1);
  const sideOf = (sailor: Sailor): string => (left.includes(sailor) ? 'left' : 'right');
  const doors: [number, number][] = [];
  for (const sailor of crew) {
    doors.push([sailor.port, await proxy.door(sailor.port, sideOf(sailor))]);
  }
  for (const sailor of crew) sailor.order({ kind: 'route', side: sideOf(sailor), doors });
  await connectAll(crew);
  const sees = (others: readonly Sailor[]) => (sailor: Sailor) =>
    sailor.neighbors.some((name) => others.some((other) => other.name === name));
  const isMixed = (): boolean => left.every(sees(right)) && right.every(sees(left));
  await until(isMixed, MIXED_MS);
  const publishers = [...left.slice(0, 2), ...right.slice(0, 2)];
  for (const sailor of publishers) sailor.order({ kind: 'publish', everyMs: PUBLISHED_EVERY_MS });

  const isSplit = (): boolean => !left.some(sees(right)) && !right.some(sees(left));
  const cutAt = performance.now();
  proxy.cut(how);
  await until(isSplit, 60_000);
  t.diagnostic(`the cut was noticed by all after ${Math.round(performance.now() - cutAt)} ms`);
  await delay(Math.max(0, CUT_MS - (performance.now() - cutAt)));
  for (const sailor of publishers) sailor.order({ kind: 'stopPublishing' });
  for (const sailor of publishers) await sailor.next('stopped');
  assert.ok(isSplit(), 'nobody gets across');

  const healedAt = performance.now();
  proxy.heal();
  const mixing = until(isMixed, MIXED_MS).then(() => Math.round(performance.now() - healedAt));
  const count = await untilEqual(crew, HEALED_MS);
  t.diagnostic(`${count} records were equal ${Math.round(performance.now() - healedAt)} ms later`);
  t.diagnostic(`all had neighbors on the other side ${await mixing} ms later`);
  const stored = await requireSameStores(crew);
  for (const { acknowledged } of publishers) {
    for (const id of acknowledged) assert.ok(stored.has(id), `${id} is lost`);
  }
  for (const { tookMs } of await Promise.all(crew.map((each) => each.close()))) {
    assert.ok(tookMs < 5_000, `closing took ${tookMs} ms`);
  }
}

describe('a group that is cut in two', () => {
  test('silently', (t) => cutAndHeal(t, 'silent'));
  test('with resets', (t) => cutAndHeal(t, 'reset'));
});
