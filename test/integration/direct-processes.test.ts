// Direct connections between processes, and over a cable that is pulled: who dies, stops or falls
// silent is noticed in the time that was promised, and a process whose node is closed ends by itself.

import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';

import type { DirectConnection } from '../../src/api/index.ts';
import { atEnd } from '../support/at-end.ts';
import type { Order, Report } from '../support/direct-program.ts';
import { accepted, found, type Household, joinAs } from '../support/live-group.ts';
import { tap } from '../support/tapped-port.ts';
import { until, within } from '../support/until.ts';

const PROGRAM = join(import.meta.dirname, '../support/direct-program.ts');
/** 12 s of silence, two judgements, and some more. */
const NOTICED_MS = 15_000;

interface Neighbor {
  readonly alice: Household;
  readonly bob: ChildProcess;
  /** Alice's end. */
  readonly far: DirectConnection;
  readonly complaints: () => string;
  order(order: Order): void;
  next(kind: Report['kind']): Promise<Report>;
}

/** Bob in another process, with a connection to Alice in this one. */
async function neighbor(t: TestContext): Promise<Neighbor> {
  const alice = await found(t);
  const taken = accepted(alice);
  const directory = await mkdtemp(join(tmpdir(), 'peergroup-'));
  atEnd(t, () => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  const bob = fork(PROGRAM, [directory], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let stderr = '';
  bob.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  atEnd(t, () => void bob.kill('SIGKILL'));
  const reports: Report[] = [];
  bob.on('message', (report: Report) => reports.push(report));
  const next = async (kind: Report['kind']): Promise<Report> => {
    await until(() => reports.some((report) => report.kind === kind), 10_000, kind);
    const found_ = reports.find((report) => report.kind === kind);
    assert.ok(found_ !== undefined);
    return found_;
  };
  const order = (what: Order): void => void bob.send(what);
  const card = await next('card');
  assert.ok(card.kind === 'card');
  const invitation = await alice.group.invite(card.card);
  order({ kind: 'join', invitation, member: alice.group.self, address: alice.address });
  await next('open');
  await until(() => taken.length === 1, 2_000);
  const [far] = taken;
  assert.ok(far !== undefined);
  return { alice, bob, far, order, next, complaints: () => stderr };
}

describe('processes and cables', { concurrency: true }, () => {
  test('a process that is killed is noticed at once', async (t) => {
    const { bob, far } = await neighbor(t);
    const startedAt = performance.now();
    bob.kill('SIGKILL');
    const end = await within(far.closed, 2_000, 'the news');
    assert.deepEqual([end.by, end.how], ['network', 'cut']);
    assert.ok(performance.now() - startedAt < 1_500);
  });

  test('a node that is closed leaves nothing behind, and its process ends by itself', async (t) => {
    const { bob, far, order, next, complaints } = await neighbor(t);
    const exit = once(bob, 'exit');
    order({ kind: 'leave' });
    const left = await next('left');
    assert.ok(left.kind === 'left');
    const [code] = await within(exit, 1_000, 'the exit');
    assert.equal(code, 0);
    assert.equal((await far.closed).how, 'leaving');
    assert.ok(!left.resources.some((name) => /TCP|TLS/.test(name)), left.resources.join());
    assert.equal(complaints(), '');
  });

  test('closing ends in time when the other process is stopped', async (t) => {
    const { alice, bob, far } = await neighbor(t);
    bob.kill('SIGSTOP');
    for (let at = 0; at < 20; at++) void far.send(new Uint8Array(1 << 20)).catch(() => undefined);
    const end = await within(far.close(), 5_000, 'the close');
    assert.deepEqual([end.how, end.isDelivered], ['done', false]);
    await within(alice.node.close(), 5_000, 'the node');
  });

  test('a process that is stopped is noticed, and learns of it when it goes on', async (t) => {
    const { bob, far, next } = await neighbor(t);
    const startedAt = performance.now();
    bob.kill('SIGSTOP');
    const end = await within(far.closed, NOTICED_MS, 'the news');
    assert.deepEqual([end.by, end.how], ['network', 'silent']);
    assert.ok(performance.now() - startedAt > 8_000, 'three keep-alives may be lost');
    bob.kill('SIGCONT');
    const report = await next('end');
    assert.ok(report.kind === 'end');
    assert.equal(report.end.by, 'network');
  });

  test('a cable that is pulled is noticed on both sides', async (t) => {
    const alice = await found(t);
    const taken = accepted(alice);
    const bob = await joinAs(t, alice, 'Bob');
    const cable = await tap(t, alice.port);
    const near = await bob.group.openDirectConnection(alice.group.self, {
      address: cable.address,
    });
    await near.ping();
    const [far] = taken;
    assert.ok(far !== undefined);
    cable.pull();
    const waiting = near.ping().catch(() => 'rejected');
    const ends = await within(Promise.all([near.closed, far.closed]), NOTICED_MS, 'the news');
    for (const end of ends) assert.deepEqual([end.by, end.how], ['network', 'silent']);
    assert.equal(await waiting, 'rejected');
  });

  test('a cable that holds keeps an idle connection open', async (t) => {
    const alice = await found(t);
    accepted(alice);
    const bob = await joinAs(t, alice, 'Bob');
    const cable = await tap(t, alice.port);
    const near = await bob.group.openDirectConnection(alice.group.self, {
      address: cable.address,
    });
    let isOver = false;
    void near.closed.then(() => {
      isOver = true;
    });
    await new Promise((resolve) => setTimeout(resolve, NOTICED_MS - 500));
    assert.equal(isOver, false);
    assert.ok((await near.ping()) >= 0);
  });
});
