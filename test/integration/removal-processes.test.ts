// A member of a group of processes is removed while it publishes, over real sockets: everybody cuts its links, nobody
// takes it again, and all stores agree on what of its records counts. `REMOVAL_PROCESSES=20` for the full run.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';

import { cuttingProxy } from '../support/cutting-proxy.ts';
import {
  assemble,
  backUp,
  connectAll,
  requireSameStores,
  restore,
  type Sailor,
  untilCalm,
  untilEqual,
} from '../support/graph-crew.ts';
import { until, within } from '../support/until.ts';

const { REMOVAL_PROCESSES: processes = '8' } = process.env;
const PROCESSES = Number(processes);
/** protocol.md §14.11: from the removal until the last link with the removed one is cut. */
const CUT_MS = 2_000;
const REASON = 'sold the minutes';
/** Of the one that is removed: fast enough that some are on their way then. */
const PUBLISHED_EVERY_MS = 10;
/** Of another one, as a member among others. */
const OTHERS_EVERY_MS = 400;
const HEALED_MS = 20_000;

interface Crew {
  readonly creator: Sailor;
  readonly removed: Sailor;
  readonly others: readonly Sailor[];
}

function rolesIn([creator, removed, ...others]: readonly Sailor[]): Crew {
  assert.ok(creator !== undefined && removed !== undefined);
  return { creator, removed, others };
}

/** Half of them call it, and it calls the other half. */
async function talk(removed: Sailor, others: readonly Sailor[]): Promise<void> {
  for (const sailor of [removed, ...others]) sailor.order({ kind: 'accept' });
  for (const [at, other] of others.entries()) {
    const [from, to] = at % 2 === 0 ? [other, removed] : [removed, other];
    assert.equal((await dial(from, to)).code, null);
  }
}

async function dial(from: Sailor, { name, port }: Sailor) {
  return await from.ask({ kind: 'dial', name, address: `127.0.0.1:${port}` }, 'dialed');
}

async function linksWith({ name }: Sailor, others: readonly Sailor[]) {
  return await Promise.all(
    others.map((other) => other.ask({ kind: 'linksWith', name }, 'linksWith')),
  );
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** When the last link of each was cut, in milliseconds after `since`; of those that had one. */
function cutMsOf({ name }: Sailor, others: readonly Sailor[], since: number): readonly number[] {
  return others.flatMap(({ partings }) => {
    const cut = partings.filter((each) => each.name === name);
    return cut.length === 0 ? [] : [Math.max(...cut.map(({ at }) => at)) - since];
  });
}

function tell(t: TestContext, what: string, tookMs: readonly number[]): void {
  const sorted = tookMs.toSorted((one, other) => one - other);
  const [median, worst] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  t.diagnostic(
    `${what}: ${median?.toFixed(1)} ms in the median of ${sorted.length}, ${worst?.toFixed(1)} ms at worst`,
  );
}

test(`${PROCESSES} processes, of which one is removed while it publishes`, async (t) => {
  const crew = await assemble(t, PROCESSES);
  const { creator, removed, others } = rolesIn(crew);
  const backup = await backUp(removed);
  await connectAll(crew);
  await untilCalm(crew, 60_000);
  await talk(removed, [creator, ...others]);
  const [publisher] = others;
  assert.ok(publisher !== undefined);
  removed.order({ kind: 'publish', everyMs: PUBLISHED_EVERY_MS });
  publisher.order({ kind: 'publish', everyMs: OTHERS_EVERY_MS });
  await until(() => removed.acknowledged.length > 50, 20_000);
  const rest = [creator, ...others];
  const before = await linksWith(removed, rest);
  const had = {
    neighbor: sumOf(before.map(({ neighbor }) => neighbor)),
    direct: sumOf(before.map(({ direct }) => direct)),
  };
  t.diagnostic(`${had.neighbor} neighbor links and ${had.direct} direct connections to cut`);
  assert.ok(had.neighbor > 1);
  assert.equal(had.direct, rest.length);

  const { ids: seen } = await creator.ask({ kind: 'list' }, 'list');
  const wish = { kind: 'remove', name: removed.name, reason: REASON } as const;
  const { at: removedAt, state } = await creator.ask(wish, 'removed');
  assert.equal(state, 'counts');
  const expelled = await removed.next('expelled', CUT_MS);
  assert.equal(expelled.reason, REASON);
  await removed.next('stopped');
  const isCut = (): boolean =>
    rest.every(({ partings }) =>
      partings.some(({ name, link }) => name === removed.name && link === 'direct'),
    );
  await until(isCut, 2 * CUT_MS);
  const after = await linksWith(removed, rest);
  assert.ok(after.every(({ neighbor, direct }) => neighbor === 0 && direct === 0));
  const cutMs = cutMsOf(removed, rest, removedAt);
  assert.equal(cutMs.length, rest.length);
  tell(t, 'from the call of remove() until every link was cut', cutMs);
  t.diagnostic(`it knew after ${(expelled.at - removedAt).toFixed(1)} ms`);
  assert.ok(Math.max(...cutMs) < CUT_MS);

  await t.test('nobody takes it again', async () => {
    for (const other of rest) {
      const { code, message } = await dial(other, removed);
      assert.equal(code, 'MEMBERSHIP_REMOVED', message);
      assert.match(message, new RegExp(REASON));
    }
    const own = await dial(removed, creator);
    assert.equal(own.code, 'MEMBERSHIP_REMOVED', own.message);
  });

  await t.test('nor a copy of it from before, which knows nothing', async () => {
    const copy = await restore(t, backup);
    for (const other of rest) {
      const { code, message } = await dial(copy, other);
      assert.equal(code, 'MEMBERSHIP_REMOVED', message);
      assert.match(message, new RegExp(`says the far end: .*${REASON}`));
    }
    await copy.ask({ kind: 'connect' }, 'connected');
    const refused = new RegExp(`MEMBERSHIP_REMOVED.*${REASON}`);
    await until(() => copy.diary.some((line) => refused.test(line)), CUT_MS);
    t.diagnostic(copy.diary.at(-1) ?? '');
    assert.deepEqual(copy.neighbors, []);
    await copy.close();
  });

  publisher.order({ kind: 'stopPublishing' });
  await publisher.next('stopped');
  const count = await untilEqual(rest, HEALED_MS);
  const stored = await requireSameStores(rest);
  const kept = removed.acknowledged.filter((id) => stored.has(id)).length;
  const beyond = removed.acknowledged.length - kept;
  t.diagnostic(
    `${count} records everywhere; of the removed one ${kept} count and ${beyond} do not`,
  );
  assert.ok(seen.length > 0);
  for (const id of seen) assert.ok(stored.has(id), `${id} was known to whoever removed it`);
  for (const id of publisher.acknowledged) assert.ok(stored.has(id), `${id} is lost`);
  for (const { tookMs } of await Promise.all(crew.map((each) => each.close()))) {
    assert.ok(tookMs < 5_000, `closing took ${tookMs} ms`);
  }
});

test('what it publishes on the far side of a cut vanishes when that is healed', async (t) => {
  const proxy = cuttingProxy(t);
  const crew = await assemble(t, 5);
  const { creator, removed, others } = rolesIn(crew);
  const [companion, ...rest] = others;
  assert.ok(companion !== undefined);
  const far = [removed, companion];
  const near = [creator, ...rest];
  const sideOf = (sailor: Sailor): string => (far.includes(sailor) ? 'far' : 'near');
  const doors: [number, number][] = [];
  for (const sailor of crew) {
    doors.push([sailor.port, await proxy.door(sailor.port, sideOf(sailor))]);
  }
  for (const sailor of crew) sailor.order({ kind: 'route', side: sideOf(sailor), doors });
  await connectAll(crew);
  await until(() => crew.every(({ neighbors }) => neighbors.length === crew.length - 1), 60_000);
  await removed.ask({ kind: 'publishMany', count: 100 }, 'published');
  await untilEqual(crew, HEALED_MS);

  proxy.cut('silent');
  const isSplit = (): boolean => far.every(({ neighbors }) => neighbors.length === 1);
  await until(isSplit, 60_000);
  const wish = { kind: 'remove', name: removed.name, reason: REASON } as const;
  assert.equal((await creator.ask(wish, 'removed')).state, 'counts');
  await removed.ask({ kind: 'publishMany', count: 200 }, 'published');
  assert.equal(await untilEqual(far, HEALED_MS), 300, 'the other side knows nothing');
  assert.equal(await untilEqual(near, HEALED_MS), 100);

  const healedAt = performance.now();
  proxy.heal();
  await within(removed.next('expelled', 60_000), 60_000, 'the news of its removal');
  t.diagnostic(`it knew ${Math.round(performance.now() - healedAt)} ms after the cut was healed`);
  const all = [...near, companion];
  assert.equal(await untilEqual(all, HEALED_MS), 100);
  t.diagnostic(`200 records had vanished ${Math.round(performance.now() - healedAt)} ms after it`);
  const stored = await requireSameStores(all);
  assert.deepEqual(
    removed.acknowledged.slice(100).filter((id) => stored.has(id)),
    [],
  );
  assert.ok(companion.partings.some(({ name, why }) => name === removed.name && why === 'removed'));
  await until(() => all.every(({ neighbors }) => neighbors.length === all.length - 1), 60_000);
  await Promise.all(crew.map((each) => each.close()));
});
