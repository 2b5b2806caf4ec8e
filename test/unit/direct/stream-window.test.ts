// Flow control of one stream: never more than was granted, and more for readers that keep up.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { GrowthBudget, ReceiveWindow, SendWindow } from '../../../src/core/direct/stream-window.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';

test('a stream may send 128 KiB before the first credit, and not a byte more', () => {
  assert.equal(new SendWindow().open, LIMITS.streamWindowBytes);
  const window = new ReceiveWindow(new GrowthBudget());
  assert.equal(window.arrived(LIMITS.streamWindowBytes), true);
  assert.equal(window.arrived(1), false);
});

test('credits too small to be worth a frame are gathered', () => {
  const window = new ReceiveWindow(new GrowthBudget());
  window.arrived(LIMITS.streamWindowBytes);
  assert.equal(window.consumed(LIMITS.streamWindowBytes / 4 - 1), 0);
  assert.equal(window.consumed(1), LIMITS.streamWindowBytes / 4);
});

test('a reader that keeps up is granted up to 2 MiB, and a sender takes no grant beyond', () => {
  const window = new ReceiveWindow(new GrowthBudget());
  const sender = new SendWindow();
  let largest = 0;
  for (let round = 0; round < 200; round++) {
    const bytes = sender.open;
    largest = Math.max(largest, bytes);
    sender.spend(bytes);
    assert.equal(window.arrived(bytes), true);
    assert.equal(sender.grant(window.consumed(bytes)), true);
  }
  assert.equal(largest, LIMITS.streamWindowBytesMax);
  assert.equal(sender.grant(LIMITS.streamWindowBytesMax), false);
});

test('a reader that reads nothing is granted nothing', () => {
  const window = new ReceiveWindow(new GrowthBudget());
  window.arrived(LIMITS.streamWindowBytes);
  assert.equal(window.consumed(0), 0);
});

test('all streams of a connection grow by 16 MiB together, and what one gives back another takes', () => {
  const budget = new GrowthBudget();
  const keepUp = (window: ReceiveWindow): number => {
    let open: number = LIMITS.streamWindowBytes;
    let largest = 0;
    for (let round = 0; round < 100; round++) {
      largest = Math.max(largest, open);
      assert.equal(window.arrived(open), true);
      open = window.consumed(open);
    }
    return largest;
  };
  const windows = Array.from({ length: 20 }, () => new ReceiveWindow(budget));
  const sizes = windows.map(keepUp);
  const growth = sizes.reduce((sum, size) => sum + size - LIMITS.streamWindowBytes, 0);
  assert.ok(growth <= LIMITS.streamGrowthBytesMax, `${growth} bytes`);
  assert.equal(sizes[0], LIMITS.streamWindowBytesMax);
  assert.equal(sizes.at(-1), LIMITS.streamWindowBytes);
  windows[0]?.release();
  windows[0]?.release();
  assert.equal(keepUp(new ReceiveWindow(budget)), LIMITS.streamWindowBytesMax);
  assert.equal(budget.take(LIMITS.streamGrowthBytesMax), false);
});

test('whatever sender and readers do, unread bytes stay within windows and budget', () => {
  const action = fc.record({
    stream: fc.nat(3),
    kind: fc.constantFrom('send', 'read', 'release'),
    share: fc.integer({ min: 1, max: 100 }),
  });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 300 }), (actions) => {
      const budget = new GrowthBudget();
      const fresh = () => ({
        receive: new ReceiveWindow(budget),
        send: new SendWindow(),
        unread: 0,
      });
      const streams = [fresh(), fresh(), fresh(), fresh()];
      for (const { stream, kind, share } of actions) {
        const each = streams[stream] ?? fresh();
        if (kind === 'send') {
          const bytes = Math.ceil((each.send.open * share) / 100);
          each.send.spend(bytes);
          each.unread += bytes;
          assert.equal(each.receive.arrived(bytes), true, 'what was granted may come');
        } else if (kind === 'read') {
          const bytes = Math.ceil((each.unread * share) / 100);
          each.unread -= bytes;
          const grant = each.receive.consumed(bytes);
          if (grant > 0) assert.equal(each.send.grant(grant), true);
        } else {
          each.receive.release();
          streams[stream] = fresh();
        }
        const may = streams.reduce((sum, one) => sum + one.unread + one.send.open, 0);
        assert.ok(may <= 4 * LIMITS.streamWindowBytes + LIMITS.streamGrowthBytesMax);
        for (const one of streams) {
          assert.ok(one.unread + one.send.open <= LIMITS.streamWindowBytesMax);
        }
      }
    }),
    { numRuns: 200 },
  );
});
