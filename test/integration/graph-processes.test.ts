// A group of processes of which half are killed while records are published: whoever survives finds
// others and has what the others have. `GRAPH_PROCESSES=30` for the full run.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import {
  assemble,
  connectAll,
  haveCard,
  requireSameStores,
  type Sailor,
  untilCalm,
  untilEqual,
} from '../support/graph-crew.ts';
import { until, within } from '../support/until.ts';

const { GRAPH_PROCESSES: processes = '8' } = process.env;
const PROCESSES = Number(processes);
const KILLED = Math.floor(PROCESSES / 2);
/** Among those that will survive, and as many among those that will not. */
const PUBLISHERS = Math.min(5, Math.floor(KILLED / 2));
/** Of each: a record costs every process some milliseconds, and all of them share this machine. */
const PUBLISHED_EVERY_MS = 40 * PROCESSES;
/** Goes on when all is well again: what is new has to arrive, too. */
const PUBLISHED_AFTER_MS = 3_000;
/** For everything that was acknowledged before the kill, at every survivor. */
const HEALED_MS = 10_000;
/** While one process was away. */
const MISSED = 2_000;

/** The founder dies, whose address all invitations have, and all neighbors of one who lives where that can be. */
function sentence(crew: readonly Sailor[]): Record<'doomed' | 'survivors', readonly Sailor[]> {
  const [founder, ...others] = crew;
  const { neighbors = [] } = others.at(-1) ?? {};
  const isNear = ({ name }: Sailor): boolean => neighbors.includes(name);
  const order = [founder, ...others.filter(isNear), ...others.filter((each) => !isNear(each))];
  const all = order.filter((each) => each !== undefined);
  return { doomed: all.slice(0, KILLED), survivors: all.slice(KILLED) };
}

test(`${KILLED} of ${PROCESSES} processes are killed at once, and nothing acknowledged is lost`, async (t) => {
  const crew = await assemble(t, PROCESSES);
  const startedAt = performance.now();
  await connectAll(crew);
  await untilEqual(crew, 60_000);
  const since = (at: number): string => `${Math.round(performance.now() - at)} ms`;
  t.diagnostic(`all connected within ${since(startedAt)}`);

  await untilCalm(crew, 60_000);
  const { doomed, survivors } = sentence(crew);
  const publishers = survivors.slice(0, PUBLISHERS);
  for (const sailor of [...publishers, ...doomed.slice(0, PUBLISHERS)]) {
    sailor.order({ kind: 'publish', everyMs: PUBLISHED_EVERY_MS });
  }
  await until(() => publishers.every(({ acknowledged }) => acknowledged.length > 5), 60_000);
  const before = publishers.flatMap(({ acknowledged }) => acknowledged);
  const names = new Set(survivors.map(({ name }) => name));
  const isAlone = ({ neighbors }: Sailor): boolean => !neighbors.some((name) => names.has(name));
  const lonely = survivors.filter(isAlone).length;
  const killedAt = performance.now();
  const deaths = doomed.map((sailor) => sailor.kill());
  const settled = until(() => !survivors.some(isAlone), HEALED_MS).then(() =>
    t.diagnostic(
      `${lonely} survivors lost all neighbors, all had one again after ${since(killedAt)}`,
    ),
  );
  await Promise.all(deaths);
  // What any survivor has by now all of them will have.
  const lists = await Promise.all(survivors.map((each) => each.ask({ kind: 'list' }, 'list')));
  const ids = [...new Set([...before, ...lists.flatMap((list) => list.ids)])];
  for (const sailor of survivors) sailor.order({ kind: 'await', ids });
  const arriving = survivors.map((sailor) => sailor.next('arrived', HEALED_MS));
  await within(Promise.all(arriving), HEALED_MS, 'what was there before the kill');
  t.diagnostic(`${ids.length} records were at each survivor after ${since(killedAt)}`);
  await settled;

  await delay(PUBLISHED_AFTER_MS);
  for (const sailor of publishers) sailor.order({ kind: 'stopPublishing' });
  for (const sailor of publishers) await sailor.next('stopped');
  const stoppedAt = performance.now();
  const count = await untilEqual(survivors, HEALED_MS);
  t.diagnostic(`${count} records were equal ${since(stoppedAt)} after the last was published`);
  const stored = await requireSameStores(survivors);
  const lost = publishers.flatMap((each) => each.acknowledged.filter((id) => !stored.has(id)));
  assert.deepEqual(lost, []);
  const looks = await Promise.all(survivors.map((each) => each.ask({ kind: 'look' }, 'look')));
  t.diagnostic(`neighbors: ${looks.map(({ neighbors }) => neighbors.length).join(' ')}`);
  t.diagnostic(
    `resident: ${looks.map(({ residentMiB }) => Math.round(residentMiB)).join(' ')} MiB`,
  );
  const ends = await Promise.all(survivors.map((each) => each.close()));
  t.diagnostic(`closed within ${Math.round(Math.max(...ends.map(({ tookMs }) => tookMs)))} ms`);
  for (const { tookMs } of ends) assert.ok(tookMs < 5_000, `closing took ${tookMs} ms`);
});

test(`a process that was away has ${MISSED} records that were published meanwhile`, async (t) => {
  const crew = await assemble(t, 4);
  await connectAll(crew);
  const [author, absent, ...others] = crew;
  assert.ok(author !== undefined && absent !== undefined);
  await absent.kill();
  await author.ask({ kind: 'publishMany', count: MISSED }, 'published');
  await untilEqual([author, ...others], HEALED_MS);
  const { acknowledged: ids } = author;
  assert.equal(ids.length, MISSED);

  absent.revive();
  await haveCard(absent);
  await absent.ask({ kind: 'open' }, 'grouped');
  absent.order({ kind: 'await', ids });
  const connectedAt = performance.now();
  absent.order({ kind: 'connect' });
  await absent.next('arrived', HEALED_MS);
  t.diagnostic(`all were there ${Math.round(performance.now() - connectedAt)} ms after connect`);
  await untilEqual(crew, HEALED_MS);
  assert.equal((await requireSameStores(crew)).size, MISSED);
  await Promise.all(crew.map((sailor) => sailor.close()));
});
