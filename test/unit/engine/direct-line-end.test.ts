// How a direct connection ends: in order, at once from both sides, by the network, or because the
// other side does not go along; always once at each end, and always in bounded time.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LIMITS } from '../../../src/core/domain/limits.ts';
import { UNTYPED } from '../../../src/core/domain/message-types.ts';
import type { LineEnd } from '../../../src/engine/line-listener.ts';
import { pattern } from '../../support/frame-cases.ts';
import { type LineEndpoint, type LinePair, linePair } from '../../support/simulated-link.ts';

const text = (words: string): Uint8Array => Buffer.from(words);

/** The one end that was told, when everything is over. */
function endOf({ clock, alice, bob }: LinePair, side: 'alice' | 'bob'): LineEnd | undefined {
  clock.advance(20_000);
  const { ends, overCount, line, wire }: LineEndpoint = side === 'alice' ? alice : bob;
  assert.equal(ends.length, 1, 'the end is told once');
  assert.equal(overCount, 1);
  assert.equal(line.isOver, true);
  assert.equal(wire.isClosed, true, 'no socket is left behind');
  assert.equal(clock.timerCount, 0, 'no timer is left behind');
  return ends[0];
}

test('what was sent arrives before the line ends, and the closer knows that it did', () => {
  const pair = linePair({ latencyMs: 10, chunkBytes: () => 5_000 });
  const { clock, alice, bob } = pair;
  clock.turn(() => {
    for (let count = 0; count < 30; count++) alice.line.send(UNTYPED, pattern(9_000, count));
    alice.line.send(UNTYPED, text('the last'));
    alice.line.close('done', 'goodbye', 3_000);
  });
  assert.equal(alice.line.isOpen, false);
  const ours = endOf(pair, 'alice');
  assert.deepEqual(ours, { by: 'us', how: 'done', reason: 'goodbye', isDelivered: true });
  assert.deepEqual(endOf(pair, 'bob'), {
    by: 'them',
    how: 'done',
    reason: 'goodbye',
    isDelivered: false,
  });
  assert.equal(bob.texts.at(-1), 'the last');
  assert.equal(bob.messages.length, 31);
});

test('when both close at once, both did it and both were heard', () => {
  for (const latencyMs of [0, 10]) {
    const pair = linePair({ latencyMs });
    const { clock, alice, bob } = pair;
    clock.turn(() => {
      alice.line.send(UNTYPED, text('from Alice'));
      alice.line.close('done', 'Alice goes', 3_000);
    });
    clock.turn(() => {
      bob.line.send(UNTYPED, text('from Bob'));
      bob.line.close('leaving', 'Bob goes', 3_000);
    });
    assert.deepEqual(endOf(pair, 'alice'), {
      by: 'us',
      how: 'done',
      reason: 'Alice goes',
      isDelivered: true,
    });
    assert.deepEqual(endOf(pair, 'bob'), {
      by: 'us',
      how: 'leaving',
      reason: 'Bob goes',
      isDelivered: true,
    });
    assert.deepEqual([alice.texts, bob.texts], [['from Bob'], ['from Alice']]);
  }
});

test('closing again, or cutting afterwards, changes nothing', () => {
  const pair = linePair();
  const { clock, alice } = pair;
  clock.turn(() => alice.line.close('done', 'first', 3_000));
  clock.turn(() => alice.line.close('leaving', 'second', 1));
  assert.equal(endOf(pair, 'alice')?.reason, 'first');
  clock.turn(() => alice.line.cut('third'));
  clock.turn(() => alice.line.close('done', 'fourth', 1));
  assert.equal(endOf(pair, 'alice')?.reason, 'first');
});

test('a far end that does not answer a goodbye is left after the time that it is given', () => {
  const pair = linePair();
  const { clock, alice } = pair;
  alice.wire.silence();
  clock.turn(() => alice.line.close('done', '', 3_000));
  clock.advance(2_999);
  assert.equal(alice.ends.length, 0);
  clock.advance(1);
  assert.deepEqual(alice.ends, [{ by: 'us', how: 'done', reason: '', isDelivered: false }]);
  clock.advance(1_000);
  assert.equal(alice.wire.isClosed, true);
});

test('nor does one that reads nothing hold up the end, whatever waits to be sent', () => {
  const pair = linePair({ capacityBytes: 1_000 });
  const { clock, alice, bob } = pair;
  bob.line.setReading(false);
  let takenBack = 0;
  clock.turn(() => {
    alice.line.send(UNTYPED, pattern(LIMITS.messageBytesMax, 1));
    alice.line.send(UNTYPED, pattern(1_000_000, 1));
    alice.line.whenTaken(() => {
      takenBack += 1;
    });
    alice.line.close('done', '', 3_000);
  });
  clock.advance(3_000);
  assert.deepEqual(alice.ends, [{ by: 'us', how: 'done', reason: '', isDelivered: false }]);
  assert.equal(takenBack, 1, 'whoever waits is let go');
  clock.advance(1_000);
  assert.equal(alice.wire.isClosed, true);
});

test('a closer that was not reading reads on to hear the answer', () => {
  const pair = linePair();
  const { clock, alice, bob } = pair;
  alice.line.setReading(false);
  clock.turn(() => bob.line.send(UNTYPED, text('unread')));
  clock.advance(100);
  clock.turn(() => alice.line.close('done', '', 3_000));
  clock.advance(100);
  assert.equal(alice.ends[0]?.isDelivered, true);
});

test('a line that is cut says no goodbye', () => {
  const pair = linePair();
  pair.clock.turn(() => pair.alice.line.cut('enough'));
  const ours = endOf(pair, 'alice');
  assert.deepEqual(ours, { by: 'us', how: 'cut', reason: 'enough', isDelivered: false });
  const theirs = endOf(pair, 'bob');
  assert.deepEqual([theirs?.by, theirs?.how], ['network', 'cut']);
});

test('a cable that breaks ends both sides, with what the platform said', () => {
  const pair = linePair();
  for (const { wire } of [pair.alice, pair.bob]) wire.breakHere('ECONNRESET');
  for (const side of ['alice', 'bob'] as const) {
    assert.deepEqual(endOf(pair, side), {
      by: 'network',
      how: 'cut',
      reason: 'ECONNRESET',
      isDelivered: false,
    });
  }
});

test('a cable that breaks while we close ends what we closed, undelivered', () => {
  const pair = linePair({ latencyMs: 50 });
  const { clock, alice, bob } = pair;
  clock.turn(() => alice.line.close('done', 'going', 3_000));
  clock.advance(10);
  for (const { wire } of [alice, bob]) wire.breakHere('ECONNRESET');
  assert.deepEqual(endOf(pair, 'alice'), {
    by: 'us',
    how: 'done',
    reason: 'going',
    isDelivered: false,
  });
});

test('whoever waits for an answer, for room or for a stream is told of the end', () => {
  const pair = linePair({ capacityBytes: 1_000 });
  const { clock, alice, bob } = pair;
  bob.line.setReading(false);
  const told: string[] = [];
  const stream = alice.line.openStream('file');
  stream?.attach({
    onBytes: () => undefined,
    onEnd: () => undefined,
    onReset: (why) => told.push(`stream ${why}`),
    onWritable: () => told.push('writable'),
  });
  clock.turn(() => {
    alice.line.send(UNTYPED, pattern(600_000, 1));
    alice.line.ping((ms) => told.push(`ping ${ms}`));
    alice.line.whenRoom(() => told.push('room'));
    alice.line.whenTaken(() => told.push('taken'));
  });
  clock.turn(() => alice.line.cut('enough'));
  assert.deepEqual([...told].sort(), ['ping null', 'room', 'stream connectionClosedHere', 'taken']);
  alice.line.whenRoom(() => told.push('late room'));
  alice.line.whenTaken(() => told.push('late taken'));
  assert.deepEqual(told.slice(-2), ['late room', 'late taken']);
});

test('a line that is over sends nothing and hears nothing', () => {
  const pair = linePair();
  const { clock, alice, bob } = pair;
  clock.turn(() => alice.line.cut('enough'));
  const before = alice.wire.bytesSent;
  clock.turn(() => alice.line.send(UNTYPED, text('too late')));
  clock.turn(() => alice.line.tick(clock.now()));
  clock.turn(() => bob.line.send(UNTYPED, text('too late')));
  clock.advance(20_000);
  assert.equal(alice.wire.bytesSent, before);
  assert.deepEqual(alice.texts, []);
});

test('a listener that closes the line inside a message hears no further one', () => {
  const pair = linePair();
  const { clock, alice, bob } = pair;
  const heard: string[] = [];
  bob.onMessage = (_, bytes) => {
    heard.push(Buffer.from(bytes).toString());
    bob.line.cut('enough');
    return false;
  };
  clock.turn(() => {
    for (const words of ['one', 'two', 'three']) alice.line.send(UNTYPED, text(words));
  });
  clock.advance(100);
  assert.deepEqual(heard, ['one']);
  endOf(pair, 'bob');
});

test('every moment of a goodbye may be the one at which the cable breaks', () => {
  for (let ms = 0; ms <= 60; ms += 5) {
    for (const breaks of ['alice', 'bob', 'both'] as const) {
      const pair = linePair({ latencyMs: 10 });
      const { clock, alice, bob } = pair;
      clock.turn(() => alice.line.close('done', '', 3_000));
      clock.advance(ms);
      if (breaks !== 'bob') alice.wire.breakHere('ECONNRESET');
      if (breaks !== 'alice') bob.wire.breakHere('ECONNRESET');
      if (breaks !== 'both') alice.wire.silence();
      clock.advance(5_000);
      assert.equal(alice.ends.length, 1);
      for (let second = 0; second < 16 && !bob.line.isOver; second++) {
        clock.advance(1_000);
        clock.turn(() => bob.line.tick(clock.now()));
      }
      assert.equal(bob.ends.length, 1, `${breaks} after ${ms} ms`);
    }
  }
});
