// A direct connection over a simulated cable: messages arrive as they were sent, and the line knows
// whether anybody is there.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { LIMITS } from '../../../src/core/domain/limits.ts';
import {
  type MessageType,
  parseMessageType,
  UNTYPED,
} from '../../../src/core/domain/message-types.ts';
import { pattern } from '../../support/frame-cases.ts';
import { linePair } from '../../support/simulated-link.ts';

const typeNumber = (number: number): MessageType =>
  parseMessageType(`00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`);
const text = (words: string): Uint8Array => Buffer.from(words);

test('messages arrive in order and whole, from 0 B to 200 kB, however the network cuts them', () => {
  const sizes = fc.array(fc.oneof(fc.nat(100), fc.nat(200_000)), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(sizes, fc.constantFrom(1_000, 4_096, 65_536), (lengths, chunkBytes) => {
      const { clock, alice, bob } = linePair({ chunkBytes: () => chunkBytes });
      const sent = lengths.map((length, at) => pattern(length, at));
      clock.turn(() => {
        for (const [at, bytes] of sent.entries()) alice.line.send(typeNumber(at % 3), bytes);
      });
      clock.advance(1_000);
      assert.deepEqual(
        bob.messages.map(({ bytes }) => new Uint8Array(bytes)),
        sent,
      );
      assert.deepEqual(
        bob.messages.map(({ type }) => type),
        sent.map((_, at) => typeNumber(at % 3)),
      );
    }),
    { numRuns: 40 },
  );
});

test('a message of 16 MiB arrives, and small ones before and behind it', () => {
  const { clock, alice, bob } = linePair();
  const bytes = pattern(LIMITS.messageBytesMax, 5);
  clock.turn(() => {
    alice.line.send(UNTYPED, text('before'));
    assert.equal(alice.line.send(UNTYPED, bytes), 'borrowed');
    alice.line.send(UNTYPED, text('behind'));
  });
  clock.advance(1_000);
  assert.equal(bob.messages.length, 3);
  assert.ok(Buffer.from(bytes).equals(bob.messages[1]?.bytes ?? new Uint8Array()));
  assert.deepEqual([bob.texts[0], bob.texts[2]], ['before', 'behind']);
});

test('both sides may send at once', () => {
  const { clock, alice, bob } = linePair({ chunkBytes: () => 100 });
  for (let count = 0; count < 50; count++) {
    clock.turn(() => alice.line.send(UNTYPED, text(`a${count}`)));
    clock.turn(() => bob.line.send(UNTYPED, text(`b${count}`)));
  }
  clock.advance(100);
  assert.equal(bob.texts.join(), Array.from({ length: 50 }, (_, at) => `a${at}`).join());
  assert.equal(alice.texts.join(), Array.from({ length: 50 }, (_, at) => `b${at}`).join());
});

test('a type is announced once, and there are 16,384 of them with the untyped one', () => {
  const { clock, alice, bob } = linePair();
  clock.turn(() => alice.line.send(typeNumber(1), text('x')));
  clock.advance(10);
  const first = alice.wire.bytesSent;
  clock.turn(() => alice.line.send(typeNumber(1), text('x')));
  clock.advance(10);
  assert.equal(alice.wire.bytesSent - first, 5 + 1 + 1);
  clock.turn(() => {
    for (let number = 2; number < LIMITS.messageTypesMax; number++) {
      assert.equal(alice.line.canAnnounce(typeNumber(number)), true);
      alice.line.send(typeNumber(number), text('x'));
    }
  });
  assert.equal(alice.line.canAnnounce(typeNumber(99_999)), false);
  assert.equal(alice.line.canAnnounce(typeNumber(5)), true);
  clock.advance(100);
  assert.equal(bob.messages.length, LIMITS.messageTypesMax);
  assert.equal(bob.messages.at(-1)?.type, typeNumber(LIMITS.messageTypesMax - 1));
  // The types of one side are not those of the other.
  clock.turn(() => bob.line.send(typeNumber(1), text('y')));
  clock.advance(10);
  assert.equal(alice.messages[0]?.type, typeNumber(1));
});

test('the counters count payload bytes and messages', () => {
  const { clock, alice, bob } = linePair();
  clock.turn(() => alice.line.send(UNTYPED, new Uint8Array(100)));
  clock.turn(() => alice.line.send(UNTYPED, new Uint8Array(0)));
  clock.advance(10);
  const { counters } = alice.line;
  assert.deepEqual([counters.messagesSent, counters.bytesSent], [2, 100]);
  assert.deepEqual([bob.line.counters.messagesReceived, bob.line.counters.bytesReceived], [2, 100]);
});

test('a ping is answered behind all that was sent before, with the time that it took', () => {
  const { clock, alice, bob } = linePair({ latencyMs: 25 });
  const roundTrips: (number | null)[] = [];
  clock.turn(() => {
    alice.line.send(UNTYPED, new Uint8Array(1_000));
    alice.line.ping((ms) => {
      roundTrips.push(ms);
      assert.equal(bob.messages.length, 1);
    });
  });
  clock.turn(() => alice.line.ping((ms) => roundTrips.push(ms)));
  clock.advance(200);
  assert.equal(roundTrips.length, 2);
  assert.ok((roundTrips[0] ?? 0) >= 50 && (roundTrips[0] ?? 0) <= 100, `${roundTrips}`);
});

test('an idle line stays up for an hour, and says little', () => {
  const { alice, bob, live } = linePair({ latencyMs: 50 });
  const before = alice.wire.bytesSent;
  live(3_600_000);
  assert.deepEqual([alice.ends, bob.ends], [[], []]);
  const spent = alice.wire.bytesSent - before;
  assert.ok(spent > 0 && spent < 3_600 * 5, `${spent} bytes`);
});

test('a far end that falls silent is noticed within 15 s by both sides', () => {
  const { alice, bob, live } = linePair();
  live(10_000);
  alice.wire.silence();
  live(11_000);
  assert.deepEqual([alice.ends, bob.ends], [[], []]);
  live(4_000);
  for (const { ends, overCount, line } of [alice, bob]) {
    assert.deepEqual([ends[0]?.by, ends[0]?.how, ends.length], ['network', 'silent', 1]);
    assert.deepEqual([overCount, line.isOver], [1, true]);
  }
});

test('a hiccup of ten seconds loses nothing', () => {
  const { clock, alice, bob, live } = linePair();
  live(1_000);
  alice.wire.silence();
  clock.turn(() => alice.line.send(UNTYPED, text('held up')));
  live(10_000);
  alice.wire.heal();
  live(30_000);
  assert.deepEqual(bob.texts, ['held up']);
  assert.deepEqual([alice.ends, bob.ends], [[], []]);
});

test('when one side alone notices that the cable is dead, the other does so within 15 s', () => {
  const { alice, bob, live } = linePair();
  live(5_000);
  alice.wire.silence();
  alice.wire.breakHere('ETIMEDOUT');
  live(1_000);
  assert.deepEqual([alice.ends[0]?.how, alice.ends[0]?.reason], ['cut', 'ETIMEDOUT']);
  assert.equal(bob.ends.length, 0);
  live(14_000);
  assert.equal(bob.ends[0]?.how, 'silent');
});

test('a far end that is doubted and well stays, one that is gone goes within 5 s', () => {
  for (const idleMs of [0, 1_000, 3_000, 3_900]) {
    const { clock, alice, live } = linePair({ latencyMs: 100 });
    clock.advance(idleMs);
    clock.turn(() => alice.line.probe());
    clock.turn(() => alice.line.tick(clock.now()));
    live(20_000);
    assert.equal(alice.ends.length, 0, `after ${idleMs} ms without a word`);
    alice.wire.silence();
    clock.turn(() => alice.line.probe());
    live(5_000);
    assert.equal(alice.ends[0]?.how, 'silent');
  }
});

test('while the application does not read nothing is lost, and nobody is taken for dead', () => {
  const { clock, alice, bob, live } = linePair({ capacityBytes: 10_000 });
  bob.line.setReading(false);
  clock.turn(() => {
    for (let count = 0; count < 100; count++) alice.line.send(UNTYPED, pattern(5_000, count));
  });
  live(60_000);
  assert.ok(bob.messages.length < 100);
  assert.deepEqual([alice.ends, bob.ends], [[], []]);
  bob.line.setReading(true);
  live(5_000);
  assert.equal(bob.messages.length, 100);
});

test('who sends without waiting is told that the line is full, and when there is room again', () => {
  const { clock, alice, bob } = linePair({ capacityBytes: 50_000 });
  bob.line.setReading(false);
  let sent = 0;
  while (alice.line.send(UNTYPED, pattern(10_000, sent)) === 'room') sent += 1;
  assert.ok(sent > 20 && sent < 80, `${sent} messages`);
  assert.equal(alice.line.hasRoom, false);
  let hasRoom = 0;
  alice.line.whenRoom(() => {
    hasRoom += 1;
  });
  clock.advance(1_000);
  assert.equal(hasRoom, 0);
  bob.line.setReading(true);
  clock.advance(1_000);
  assert.equal(hasRoom, 1);
  assert.equal(bob.messages.length, sent + 1);
});

test('traffic out of all proportion below the messages ends the line', () => {
  const { alice, bob, live } = linePair();
  bob.wire.floods = true;
  live(2_000);
  assert.equal(bob.ends[0]?.how, 'protocolViolation');
  assert.deepEqual([alice.ends[0]?.by, alice.ends[0]?.how], ['them', 'protocolViolation']);
});
