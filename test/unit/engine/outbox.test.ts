// What a line sends, and when: gathered within a turn, in order, and never from memory that its
// owner may use again.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { KIND } from '../../../src/core/wire/frame.ts';
import { GATHER_BYTES, GatherPool } from '../../../src/engine/gather-pool.ts';
import { Outbox } from '../../../src/engine/outbox.ts';
import { joined, listening, pattern } from '../../support/frame-cases.ts';
import { NOW } from '../../support/golden-chains.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { CLUB } from '../../support/simulated-club.ts';
import { wiresBetween } from '../../support/simulated-link.ts';
import type { CableOptions } from '../../support/simulated-wire.ts';

function postOffice(cable: CableOptions = {}) {
  const clock = new SimulatedClock(NOW);
  const [wire, far] = wiresBetween(clock, CLUB.alice, CLUB.bob, cable);
  const state = listening();
  /** How many bytes each read gave. */
  const reads: number[] = [];
  far.attach({
    onBytes: (bytes) => {
      reads.push(bytes.length);
      return state.reader.push(bytes);
    },
    onEnd: () => undefined,
    onClosed: () => undefined,
  });
  const outbox = new Outbox(wire, clock, new GatherPool());
  return { clock, wire, far, outbox, heard: state.heard, reads };
}

test('what is sent in one turn leaves in two writes: the first at once, the rest at its end', () => {
  const { clock, wire, outbox, heard, reads } = postOffice();
  outbox.send(KIND.message, 0, pattern(10, 1));
  assert.equal(wire.bytesSent, 16);
  for (let count = 0; count < 9; count++) outbox.send(KIND.message, 0, pattern(10, 1));
  assert.equal(wire.bytesSent, 16);
  assert.equal(outbox.unsentBytes, 160);
  clock.endTurn();
  assert.equal(wire.bytesSent, 160);
  clock.advance(10);
  assert.equal(heard.length, 10);
  assert.ok(reads.length <= 2);
  assert.equal(outbox.unsentBytes, 0);
});

test('while something is on its way, the first of a turn waits for the end of the turn', () => {
  const { clock, wire, outbox } = postOffice({ capacityBytes: 0 });
  outbox.send(KIND.message, 0, pattern(10, 1));
  clock.endTurn();
  const before = wire.bytesSent;
  outbox.send(KIND.message, 0, pattern(10, 1));
  assert.equal(wire.bytesSent, before);
  clock.endTurn();
  assert.equal(wire.bytesSent, before + 16);
});

test('everything arrives once, in order, whatever its sizes, numbers and turns', () => {
  const parcel = fc.record({
    kind: fc.constantFrom(KIND.message, KIND.streamBytes, KIND.ping),
    number: fc.oneof(fc.integer({ min: 1, max: 130 }), fc.integer({ min: 1, max: 16_383 })),
    length: fc.oneof(
      fc.nat(40),
      fc.integer({ min: 65_500, max: 65_536 }),
      fc.integer({ min: 65_537, max: 200_000 }),
    ),
    endsTurn: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(parcel, { maxLength: 25 }),
      fc.integer({ min: 1, max: 400_000 }),
      (parcels, capacityBytes) => {
        const { clock, outbox, heard } = postOffice({ capacityBytes });
        const expected = parcels.map(({ kind, number, length, endsTurn }, at) => {
          if (kind === KIND.ping) {
            const payload = pattern(4, at);
            outbox.send(kind, -1, payload);
            return { what: 'frame', kind, payload } as const;
          }
          const bytes = pattern(
            kind === KIND.streamBytes ? Math.min(Math.max(length, 1), 65_536) : length,
            at,
          );
          outbox.send(kind, number, bytes);
          if (endsTurn) clock.advance(0);
          return kind === KIND.message
            ? ({ what: 'message', typeIndex: number, bytes } as const)
            : ({ what: 'stream', stream: number, bytes } as const);
        });
        clock.advance(1_000);
        assert.deepEqual(joined(heard), joined(expected));
        assert.equal(outbox.unsentBytes, 0);
      },
    ),
    { numRuns: 60 },
  );
});

test('up to 64 KiB is copied, so the bytes are the caller’s again at once', () => {
  const { clock, outbox, heard } = postOffice();
  const bytes = pattern(65_536, 1);
  const copy = bytes.slice();
  assert.equal(outbox.send(KIND.message, 0, bytes), 'room');
  bytes.fill(0xee);
  clock.advance(10);
  assert.deepEqual(heard[0], { what: 'message', typeIndex: 0, bytes: copy });
});

test('longer payloads are borrowed until they are taken, and left as they are', () => {
  const { clock, outbox, heard } = postOffice();
  const bytes = pattern(65_537, 1);
  const copy = bytes.slice();
  outbox.send(KIND.message, 0, pattern(3, 9));
  assert.equal(outbox.send(KIND.message, 0, bytes), 'borrowed');
  let isTaken = false;
  outbox.whenTaken(() => {
    isTaken = true;
    assert.deepEqual(bytes, copy);
    bytes.fill(0xee);
  });
  assert.equal(isTaken, false);
  clock.advance(10);
  assert.equal(isTaken, true);
  assert.deepEqual(heard[1], { what: 'message', typeIndex: 0, bytes: copy });
});

test('those who wait until theirs is taken go on in the order in which it is', () => {
  const { clock, far, outbox } = postOffice({ capacityBytes: 1_000 });
  far.setReading(false);
  const order: number[] = [];
  for (let count = 0; count < 5; count++) {
    outbox.send(KIND.message, 0, pattern(70_000, count));
    outbox.whenTaken(() => order.push(count));
  }
  clock.advance(10);
  assert.deepEqual(order, [0]);
  far.setReading(true);
  clock.advance(1_000);
  assert.deepEqual(order, [0, 1, 2, 3, 4]);
});

test('those who wait for room go on in turn, and one that fills it again lets the others wait', () => {
  const { clock, far, outbox } = postOffice({ capacityBytes: 1, latencyMs: 1 });
  far.setReading(false);
  while (outbox.send(KIND.message, 0, pattern(60_000, 1)) === 'room');
  const order: string[] = [];
  outbox.whenRoom(() => {
    order.push('first');
    while (outbox.send(KIND.message, 0, pattern(60_000, 1)) === 'room');
  });
  outbox.whenRoom(() => order.push('second'));
  clock.advance(100);
  assert.deepEqual(order, []);
  far.setReading(true);
  while (order.length === 0) clock.advance(1);
  assert.deepEqual(order, ['first']);
  clock.advance(1_000);
  assert.deepEqual(order, ['first', 'second']);
});

test('callers are asked to wait from 512 KiB on', () => {
  const { clock, outbox } = postOffice({ capacityBytes: 0 });
  let bytes = 0;
  while (outbox.send(KIND.message, 0, pattern(1_000, 1)) === 'room') bytes += 1_006;
  assert.ok(bytes > 512 * 1_024 - 2_012 && bytes < 512 * 1_024, `${bytes} bytes`);
  assert.equal(outbox.hasRoom, false);
  clock.endTurn();
  assert.equal(outbox.hasRoom, false);
});

test('a closed outbox lets everybody go and sends nothing', () => {
  const { clock, wire, outbox } = postOffice({ capacityBytes: 0 });
  const released: string[] = [];
  outbox.send(KIND.message, 0, pattern(600_000, 1));
  outbox.send(KIND.message, 0, pattern(3, 1));
  outbox.whenTaken(() => released.push('taken'));
  outbox.whenRoom(() => released.push('room'));
  outbox.close();
  outbox.close();
  assert.deepEqual(released, ['taken', 'room']);
  const before = wire.bytesSent;
  assert.equal(outbox.send(KIND.message, 0, pattern(3, 1)), 'room');
  outbox.flush();
  clock.endTurn();
  assert.equal(wire.bytesSent, before);
  outbox.whenTaken(() => released.push('late'));
  outbox.whenRoom(() => released.push('later'));
  assert.deepEqual(released, ['taken', 'room', 'late', 'later']);
});

test('the gathering memory of one line is not given to another before it has left', () => {
  const pool = new GatherPool();
  const clock = new SimulatedClock(NOW);
  const lines = Array.from({ length: 4 }, (_, at) => {
    const [wire, far] = wiresBetween(clock, CLUB.alice, CLUB.bob, { capacityBytes: 50_000 });
    const state = listening();
    far.attach({
      onBytes: (bytes) => state.reader.push(bytes),
      onEnd: () => undefined,
      onClosed: () => undefined,
    });
    return { outbox: new Outbox(wire, clock, pool), heard: state.heard, seed: at * 40 };
  });
  for (let round = 0; round < 30; round++) {
    for (const { outbox, seed } of lines)
      outbox.send(KIND.message, 0, pattern(30_000, seed + round));
    if (round % 3 === 0) clock.advance(0);
  }
  clock.advance(1_000);
  for (const { heard, seed } of lines) {
    const expected = Array.from({ length: 30 }, (_, round) => pattern(30_000, seed + round));
    assert.deepEqual(
      heard.map((each) => (each.what === 'message' ? each.bytes : null)),
      expected,
    );
  }
});

test('a pool lends whole buffers and keeps few', () => {
  const pool = new GatherPool();
  const lent = Array.from({ length: 40 }, () => pool.take());
  assert.ok(lent.every(({ length }) => length === GATHER_BYTES));
  assert.equal(new Set(lent).size, 40);
  for (const each of lent) pool.give(each);
  const again = Array.from({ length: 40 }, () => pool.take());
  assert.equal(again.filter((each) => lent.includes(each)).length, 16);
});
