// Opening and taking direct connections: shared ones, separate ones, refused ones, and those of two
// members who open to each other at the same moment.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LIMITS } from '../../../src/core/domain/limits.ts';
import { UNTYPED } from '../../../src/core/domain/message-types.ts';
import type { CallerAnswer } from '../../../src/engine/desk-parts.ts';
import type { OpenResult } from '../../../src/engine/direct-desk.ts';
import type { DirectLine } from '../../../src/engine/direct-line.ts';
import { CLUB } from '../../support/simulated-club.ts';
import { DeskHolder, desks, type OpenLog } from '../../support/simulated-desks.ts';

function lineOf({ results }: OpenLog): DirectLine {
  const [result] = results;
  assert.equal(results.length, 1, 'the wish was answered once');
  assert.ok(
    result?.kind === 'connected',
    JSON.stringify(result, (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
  );
  return result.line;
}

function failureOf({ results }: OpenLog): OpenResult & { kind: 'failed' } {
  const [result] = results;
  assert.equal(results.length, 1, 'the wish was answered once');
  assert.ok(result?.kind === 'failed');
  return result;
}

test('a wish becomes a line at both sides, and messages go through it', () => {
  const { clock, alice, bob } = desks();
  const open = alice.open(bob);
  clock.advance(100);
  const line = lineOf(open);
  assert.deepEqual(bob.arrivals, [{ isIncoming: true, isOurs: false }]);
  assert.deepEqual(alice.arrivals, [{ isIncoming: false, isOurs: true }]);
  assert.equal(bob.callers[0]?.membership.member, CLUB.alice.membership.member);
  clock.turn(() => line.send(UNTYPED, Buffer.from('hello')));
  clock.advance(10);
  assert.deepEqual(bob.messages, ['hello']);
  assert.equal(bob.doors.counters.proven, 1);
});

test('wishes of the same moment share one dial, and later ones get the same line', () => {
  const { clock, network, alice, bob } = desks();
  const opens = [alice.open(bob), alice.open(bob)];
  clock.advance(10);
  opens.push(alice.open(bob));
  clock.advance(100);
  opens.push(alice.open(bob));
  assert.equal(opens[3]?.results.length, 0, 'an answer comes later, never inside the call');
  clock.advance(10);
  assert.equal(new Set(opens.map(lineOf)).size, 1);
  assert.equal(network.dialled.length, 1);
  const theirs = bob.open(alice);
  clock.advance(10);
  assert.equal(lineOf(theirs), bob.lines[0]);
});

test('a separate connection is one of its own, each time', () => {
  const { clock, alice, bob } = desks();
  const opens = [alice.open(bob), alice.open(bob, { isSeparate: true })];
  clock.advance(100);
  opens.push(alice.open(bob, { isSeparate: true }), bob.open(alice, { isSeparate: true }));
  clock.advance(100);
  assert.equal(new Set(opens.map(lineOf)).size, 4);
  assert.equal(alice.openLines.length, 4);
  const shared = alice.open(bob);
  clock.advance(10);
  assert.equal(lineOf(shared), opens[0] === undefined ? null : lineOf(opens[0]));
});

test('a wish that is taken back is not answered, and gives its dial up', () => {
  for (const ms of [0, 10, 20, 21, 23]) {
    const { clock, network, alice, bob } = desks({ latencyMs: 2 });
    const open = alice.open(bob);
    clock.advance(ms);
    open.takeBack();
    open.takeBack();
    clock.advance(30_000);
    assert.deepEqual(open.results, [], `after ${ms} ms`);
    assert.equal(alice.openLines.length, 0);
    assert.equal(bob.openLines.length, 0, 'the other side is not left with half a connection');
    assert.equal(network.dialled.length, 1);
  }
});

test('one of two who wait may leave, and the other is answered', () => {
  const { clock, alice, bob } = desks();
  const [leaves, stays] = [alice.open(bob), alice.open(bob)];
  leaves.takeBack();
  clock.advance(100);
  assert.deepEqual(leaves.results, []);
  assert.ok(lineOf(stays).isOpen);
});

test('who joins an open that is under way waits as long as it said itself, and the other goes on', () => {
  for (const outcome of ['connected', 'failed'] as const) {
    const { clock, network, alice, bob } = desks();
    if (outcome === 'connected') network.dialMs = 8_000;
    else network.put(bob.address, { kind: 'fails', why: 'unreachable', afterMs: null });
    const first = alice.open(bob, { timeoutMs: 10_000 });
    clock.advance(1_000);
    const second = alice.open(bob, { timeoutMs: 2_000 });
    const patient = alice.open(bob, { timeoutMs: 60_000 });
    clock.advance(1_999);
    assert.deepEqual(second.results, []);
    clock.advance(1);
    assert.equal(failureOf(second).failure.code, 'TIMED_OUT');
    assert.match(failureOf(second).failure.detail, /2000 ms/);
    assert.deepEqual([first.results, patient.results], [[], []]);
    clock.advance(60_000);
    for (const { results } of [first, patient])
      assert.deepEqual(
        results.map(({ kind }) => kind),
        [outcome],
      );
    assert.equal(second.results.length, 1, 'and nothing more is said to the one who left');
    assert.equal(network.dialled.length, 1);
  }
});

test('a member that is reached by several addresses is reached by the first that answers', () => {
  const { clock, network, alice, bob } = desks();
  const silent = { host: '192.0.2.77', port: 4001 };
  network.put(silent, { kind: 'fails', why: 'unreachable', afterMs: null });
  const open = alice.open(bob, {
    candidates: [
      { address: silent, source: 'given' },
      { address: bob.address, source: 'member' },
    ],
  });
  clock.advance(1_000);
  const [result] = open.results;
  lineOf(open);
  assert.deepEqual(
    result?.candidates.map(({ outcome }) => outcome.kind),
    ['givenUp', 'connected'],
  );
  assert.deepEqual(network.givenUp, ['192.0.2.77:4001']);
});

test('two ways to one member make one connection, whichever is faster', () => {
  for (const bobMs of [0, 240, 249, 250, 251, 260, 270, 290, 400]) {
    const { clock, network, alice, bob } = desks({ latencyMs: 5 });
    network.dialMs = bobMs;
    const second = { host: '192.0.2.22', port: 4001 };
    network.put(second, { kind: 'gate', gate: bob.doors, certificate: CLUB.bob.identity.der });
    const open = alice.open(bob, {
      candidates: [
        { address: bob.address, source: 'given' },
        { address: second, source: 'given' },
      ],
    });
    clock.advance(20_000);
    assert.ok(lineOf(open).isOpen, `${bobMs} ms`);
    assert.equal(alice.openLines.length, 1, `${bobMs} ms`);
    assert.equal(bob.openLines.length, 1, `${bobMs} ms`);
  }
});

test('why an open failed is told for every candidate', () => {
  const { clock, network, alice, bob, carol } = desks();
  const mute = { host: '192.0.2.60', port: 4001 };
  network.put(mute, { kind: 'mute', certificate: CLUB.bob.identity.der });
  const stranger = { host: '192.0.2.61', port: 4001 };
  network.put(stranger, { kind: 'fails', why: 'notAuthenticated', afterMs: 5 });
  const nobody = { host: '192.0.2.62', port: 4001 };
  const open = alice.open(bob, {
    timeoutMs: 5_000,
    candidates: [mute, stranger, nobody, carol.address].map((address) => ({
      address,
      source: 'given',
    })),
  });
  clock.advance(5_000);
  const { failure, candidates } = failureOf(open);
  const codes = candidates.map(({ outcome }) =>
    outcome.kind === 'failed' ? outcome.failure.code : outcome.kind,
  );
  assert.deepEqual(codes, ['TIMED_OUT', 'NOT_AUTHENTICATED', 'UNREACHABLE', 'WRONG_IDENTITY']);
  assert.equal(failure.code, 'WRONG_IDENTITY');
  clock.advance(30_000);
  assert.equal(clock.timerCount, 0);
});

test('an application that says no is heard as its own word', () => {
  for (const reason of ['notAccepting', 'refusedByApplication'] as const) {
    const { clock, alice, bob } = desks();
    bob.decide = (answer) => answer({ kind: 'refuse', reason, detail: 'not today' });
    const open = alice.open(bob);
    clock.advance(100);
    const { failure } = failureOf(open);
    assert.deepEqual(failure, { code: 'CONNECTION_REFUSED', detail: failure.detail, reason });
    assert.match(failure.detail, /not today/);
    assert.equal(bob.doors.counters.proven, 1, 'a member that was refused is no stranger');
  }
});

test('an application that does not decide within 5 s has said no', () => {
  const { clock, alice, bob } = desks();
  let late: (answer: CallerAnswer) => void = () => undefined;
  bob.decide = (answer) => {
    late = answer;
  };
  const open = alice.open(bob);
  clock.advance(LIMITS.admissionMs - 1);
  assert.equal(open.results.length, 0);
  clock.advance(200);
  assert.equal(failureOf(open).failure.reason, 'refusedByApplication');
  clock.turn(() => late({ kind: 'accept' }));
  clock.advance(1_000);
  assert.deepEqual([alice.lines.length, bob.lines.length], [0, 0]);
});

/** Both end with the same line: what one says on its line is heard on the other's only one. */
function requireShared(
  alice: DeskHolder,
  bob: DeskHolder,
  opens: readonly OpenLog[],
  clock: { turn: (act: () => void) => void; advance: (ms: number) => void },
  hint: string,
): void {
  assert.deepEqual([alice.openLines.length, bob.openLines.length], [1, 1], hint);
  for (const open of opens) {
    const line = lineOf(open);
    assert.ok(line === alice.openLines[0] || line === bob.openLines[0], hint);
  }
  for (const [from, to] of [
    [alice, bob],
    [bob, alice],
  ] as const) {
    clock.turn(() => from.openLines[0]?.send(UNTYPED, Buffer.from(`from ${from.address.host}`)));
    clock.advance(100);
    assert.deepEqual(to.messages, [`from ${from.address.host}`], hint);
  }
}

test('two that open to each other at the same moment, or nearly, share one connection', () => {
  for (let offsetMs = 0; offsetMs <= 90; offsetMs += 1) {
    for (const firstIsAlice of [true, false]) {
      const { clock, alice, bob } = desks({ latencyMs: 8 });
      const [first, second] = firstIsAlice ? [alice, bob] : [bob, alice];
      const opens = [first.open(second)];
      clock.advance(offsetMs);
      opens.push(second.open(first));
      clock.advance(3_000);
      requireShared(alice, bob, opens, clock, `${offsetMs} ms, Alice first: ${firstIsAlice}`);
    }
  }
});

test('so do two whose applications take their time to decide', () => {
  for (const thinkMs of [0, 5, 40, 300, 2_000]) {
    for (let offsetMs = 0; offsetMs <= 60; offsetMs += 6) {
      const { clock, alice, bob } = desks({ latencyMs: 8 });
      for (const each of [alice, bob]) {
        each.decide = (answer) => clock.wakeAfter(thinkMs, () => answer({ kind: 'accept' }));
      }
      const opens = [alice.open(bob)];
      clock.advance(offsetMs);
      opens.push(bob.open(alice));
      clock.advance(6_000);
      requireShared(alice, bob, opens, clock, `${offsetMs} ms, thinking ${thinkMs} ms`);
    }
  }
});

test('of two that open at once and only one reaches the other, both have its connection', () => {
  for (const reaches of ['alice', 'bob'] as const) {
    for (const why of ['fails', 'silent'] as const) {
      const { clock, network, alice, bob } = desks({ latencyMs: 8 });
      const unreachable = reaches === 'alice' ? alice : bob;
      const afterMs = why === 'fails' ? 5 : null;
      network.put(unreachable.address, { kind: 'fails', why: 'unreachable', afterMs });
      const opens = [alice.open(bob), bob.open(alice)];
      clock.advance(12_000);
      const [ours, theirs] = opens;
      assert.ok(ours !== undefined && theirs !== undefined);
      lineOf(reaches === 'alice' ? ours : theirs);
      assert.deepEqual([alice.openLines.length, bob.openLines.length], [1, 1], `${reaches} ${why}`);
    }
  }
});

test('a desk that closes refuses, ends its opens and says goodbye on its lines', () => {
  for (const ms of [0, 20, 22, 26, 30, 34, 40, 100]) {
    const { clock, alice, bob, carol } = desks({ latencyMs: 4 });
    const before = carol.open(bob);
    clock.advance(200);
    const incoming = alice.open(bob);
    const outgoing = bob.open(alice, { isSeparate: true });
    clock.advance(ms);
    clock.turn(() => bob.desk.close(3_000));
    clock.advance(15_000);
    assert.equal(carol.ends[0]?.how, 'leaving', `${ms} ms`);
    assert.ok(lineOf(before).isOver);
    assert.equal(incoming.results.length, 1);
    assert.equal(outgoing.results.length, 1);
    assert.ok(
      [...alice.lines, ...bob.lines].every((line) => line.isOver),
      `${ms} ms`,
    );
    assert.equal(clock.timerCount, 0, `${ms} ms`);
  }
});

test('a caller at a closed desk is told that it is shutting down', () => {
  const { clock, alice, bob } = desks();
  clock.turn(() => bob.desk.close(3_000));
  const open = alice.open(bob);
  clock.advance(100);
  assert.equal(failureOf(open).failure.reason, 'shuttingDown');
});

test('a member that lost its connection unnoticed opens a new one once the old is found dead', () => {
  const { clock, network, alice, bob } = desks();
  alice.open(bob);
  clock.advance(100);
  const [near] = network.cables[0] ?? [];
  assert.ok(near !== undefined);
  near.silence();
  near.breakHere('ETIMEDOUT');
  clock.advance(1_000);
  assert.deepEqual([alice.openLines.length, bob.openLines.length], [0, 1]);
  const again = alice.open(bob);
  clock.advance(9_000);
  assert.ok(lineOf(again).isOpen);
  assert.equal(bob.ends[0]?.how, 'silent');
  assert.deepEqual([alice.openLines.length, bob.openLines.length], [1, 1]);
});

test('a member that runs twice has one connection with each of its processes', () => {
  const { clock, network, alice, bob } = desks({ latencyMs: 40 });
  const twin = new DeskHolder(CLUB.alice, '192.0.2.11', network, clock);
  alice.open(bob);
  clock.advance(5_000);
  const second = twin.open(bob);
  clock.advance(5_000);
  assert.ok(lineOf(second).isOpen);
  assert.deepEqual(
    [alice.openLines.length, bob.openLines.length, twin.openLines.length],
    [1, 2, 1],
  );
  assert.deepEqual(bob.ends, []);
});
