// Members of one group in processes of their own, as their parent has them: it starts them, gives
// orders, hears reports, and kills. What goes wrong in a process is kept and fails the test at its end.

import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

import { atEnd } from './at-end.ts';
import type { Order, Parting, Report } from './graph-program.ts';
import { until, within } from './until.ts';

const PROGRAM = join(import.meta.dirname, 'graph-program.ts');
/** Processes that start at once: each takes half a second of a processor. */
const STARTING = 6;
const ANSWER_MS = 60_000;
const CALM_MS = 2_000;

type ReportOf<Kind extends Report['kind']> = Report & { readonly kind: Kind };

interface Sum {
  readonly count: number;
  readonly digest: string;
}

export class Sailor {
  readonly directory: string;
  /** The peer name; known once the group is entered. */
  name = '';
  port = 0;
  card = '';
  /** Ids of the records whose publication was acknowledged, in order. */
  readonly acknowledged: string[] = [];
  readonly troubles: string[] = [];
  /** What became of its neighbors and its status, for whoever asks why. */
  readonly diary: string[] = [];
  /** The links that it had and has no more. */
  readonly partings: Parting[] = [];
  neighbors: readonly string[] = [];
  changedAt = 0;
  #process: ChildProcess;
  #reports: Report[] = [];
  #isKilled = false;

  constructor(directory: string) {
    this.directory = directory;
    this.#process = this.#fork();
  }

  /** Another life in the same directory. */
  revive(): void {
    this.#reports = [];
    this.neighbors = [];
    this.#isKilled = false;
    this.#process = this.#fork();
  }

  order(order: Order): void {
    this.#process.send(order);
  }

  async ask<Kind extends Report['kind']>(order: Order, kind: Kind): Promise<ReportOf<Kind>> {
    this.order(order);
    return await this.next(kind);
  }

  /** The oldest report of this kind that nobody has taken. */
  async next<Kind extends Report['kind']>(
    kind: Kind,
    withinMs = ANSWER_MS,
  ): Promise<ReportOf<Kind>> {
    const isIt = (report: Report): report is ReportOf<Kind> => report.kind === kind;
    const isOver = () => this.#hasEnded || this.#reports.some(isIt);
    await until(isOver, withinMs, `${kind} of ${this.name}`);
    assert.ok(this.#reports.some(isIt), `no ${kind}, ended: ${this.troubles.join('\n')}`);
    const found = this.#reports.find(isIt);
    assert.ok(found !== undefined);
    this.#reports.splice(this.#reports.indexOf(found), 1);
    return found;
  }

  async kill(): Promise<void> {
    this.#isKilled = true;
    const exit = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exit;
  }

  /** Closes the group and the node; the process has to end by itself. */
  async close(): Promise<ReportOf<'closed'>> {
    const exit = once(this.#process, 'exit');
    const closed = await this.ask({ kind: 'close' }, 'closed');
    const [code] = await within(exit, 5_000, `the exit of ${this.name}`);
    assert.equal(code, 0);
    return closed;
  }

  /** For the end of a test. */
  async endNow(): Promise<void> {
    if (!this.#hasEnded) await this.kill();
  }

  get #hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  #fork(): ChildProcess {
    const child = fork(PROGRAM, [this.directory], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.troubles.push(text));
    child.on('message', (report: Report) => this.#onReport(report));
    // Orders to one that was killed meanwhile.
    child.on('error', (error) => {
      if (!this.#isKilled) this.troubles.push(error.message);
    });
    return child;
  }

  #onReport(report: Report): void {
    const at = (performance.now() / 1_000).toFixed(3);
    if (report.kind === 'acknowledged') this.acknowledged.push(report.id);
    else if (report.kind === 'trouble') this.troubles.push(report.what);
    else if (report.kind === 'parted') this.partings.push(report.parting);
    else if (report.kind === 'status') this.diary.push(`${at} ${report.status}`);
    else if (report.kind === 'neighbors') {
      this.neighbors = report.names;
      this.changedAt = performance.now();
      this.diary.push(`${at} ${report.names.length} neighbors: ${report.why}`);
    } else this.#reports.push(report);
  }
}

/** Processes with a node each; the first has founded the group that the others have joined. Nobody is connected yet. */
export async function assemble(t: TestContext, size: number): Promise<readonly Sailor[]> {
  const crew: Sailor[] = [];
  atEnd(t, () => {
    const troubles = crew.flatMap(({ name, troubles }) =>
      troubles.map((what) => `${name}: ${what}`),
    );
    assert.deepEqual(troubles, []);
  });
  while (crew.length < size) {
    const count = Math.min(STARTING, size - crew.length);
    const started = await Promise.all(Array.from({ length: count }, () => start(t)));
    crew.push(...started);
  }
  const [founder, ...others] = crew;
  assert.ok(founder !== undefined);
  founder.name = (await founder.ask({ kind: 'found' }, 'grouped')).name;
  for (const sailor of others) {
    const { card } = sailor;
    const { invitation } = await founder.ask({ kind: 'invite', card }, 'invitation');
    sailor.name = (await sailor.ask({ kind: 'join', invitation }, 'grouped')).name;
  }
  return crew;
}

async function start(t: TestContext): Promise<Sailor> {
  return await startIn(t, await mkdtemp(join(tmpdir(), 'peergroup-')));
}

async function startIn(t: TestContext, directory: string): Promise<Sailor> {
  const sailor = new Sailor(directory);
  atEnd(t, async () => {
    await sailor.endNow();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  });
  await haveCard(sailor);
  return sailor;
}

/** A directory with what this one has on its disk now. It is closed for that, and opens its group again. */
export async function backUp(sailor: Sailor): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'peergroup-'));
  await sailor.close();
  await cp(sailor.directory, directory, { recursive: true });
  sailor.revive();
  await haveCard(sailor);
  await sailor.ask({ kind: 'open' }, 'grouped');
  return directory;
}

/** The same member once more, who knows what it knew then. */
export async function restore(t: TestContext, backup: string): Promise<Sailor> {
  const sailor = await startIn(t, backup);
  sailor.name = (await sailor.ask({ kind: 'open' }, 'grouped')).name;
  return sailor;
}

export async function haveCard(sailor: Sailor): Promise<void> {
  const { card, port } = await sailor.next('card');
  Object.assign(sailor, { card, port });
}

/** Resolves when each of them has a neighbor. */
export async function connectAll(crew: readonly Sailor[]): Promise<void> {
  for (const sailor of crew) await sailor.ask({ kind: 'connect' }, 'connected');
  await until(() => crew.every(({ neighbors }) => neighbors.length > 0), ANSWER_MS, 'neighbors');
}

async function sums(crew: readonly Sailor[]): Promise<readonly Sum[]> {
  return await Promise.all(crew.map((sailor) => sailor.ask({ kind: 'sum' }, 'sum')));
}

/** Resolves when all of them have the same records, with how many; says who has what when they have not. */
export async function untilEqual(crew: readonly Sailor[], withinMs: number): Promise<number> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const all = await sums(crew);
    const [first] = all;
    if (first !== undefined && all.every(({ digest }) => digest === first.digest)) {
      return first.count;
    }
    if (performance.now() > deadline) {
      throw new Error(`not equal after ${withinMs} ms: ${all.map(({ count }) => count).join(' ')}`);
    }
  }
}

/** Resolves when nobody's neighbors have changed for a while. */
export async function untilCalm(crew: readonly Sailor[], withinMs: number): Promise<void> {
  const calm = (): boolean =>
    crew.every(({ changedAt }) => performance.now() - changedAt > CALM_MS);
  await until(calm, withinMs, 'neighbors that stay');
}

/** What the stores of these have, each checked against what the first has. */
export async function requireSameStores(crew: readonly Sailor[]): Promise<ReadonlySet<string>> {
  const lists = await Promise.all(crew.map((sailor) => sailor.ask({ kind: 'list' }, 'list')));
  const [first] = lists;
  assert.ok(first !== undefined);
  for (const { ids } of lists) assert.deepEqual(ids, first.ids);
  return new Set(first.ids);
}
