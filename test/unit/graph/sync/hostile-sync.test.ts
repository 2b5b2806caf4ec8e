// What a neighbor may send, and what it gets by it: an end of the link or an answer, never a broken
// invariant, never a wait without end, never memory without bound.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MalformedBytes } from '../../../../src/core/base/malformed-bytes.ts';
import { LIMITS } from '../../../../src/core/domain/limits.ts';
import { packedInOrder } from '../../../../src/core/graph/sync/ranges.ts';
import { KIND } from '../../../../src/core/wire/frame.ts';
import {
  encodeOffer,
  encodeSecurityList,
  encodeStream,
  encodeSyncState,
  encodeWant,
} from '../../../../src/core/wire/sync.ts';
import { decodeRanges, encodeRanges, FIRST_BOUND } from '../../../../src/core/wire/sync-ranges.ts';
import { encodeGetSymbols } from '../../../../src/core/wire/sync-symbols.ts';
import { SYNC_CODECS } from '../../../support/sync-codecs.ts';
import { put, SyncNet, SyncPeer, testRecord } from '../../../support/sync-peers.ts';

function range(from: number, to: number) {
  return Array.from({ length: to - from }, (_, at) => testRecord(from + at));
}

const anyFrame = fc.oneof(
  ...SYNC_CODECS.map(({ kind, values, encode }) =>
    values.map((value) => ({ kind, payload: encode(value) })),
  ),
);

test('any frames at any time are answered or refused, and alice can still be compared with', () => {
  const frames = fc.array(anyFrame, { maxLength: 30 });
  fc.assert(
    fc.property(frames, fc.boolean(), fc.nat(8), (sent, weDial, turnsBefore) => {
      const [alice, eve] = [new SyncPeer(range(0, 60)), new SyncPeer(range(20, 90))];
      const net = new SyncNet();
      const link = weDial ? net.connect(alice, eve) : net.connect(eve, alice);
      for (let turn = 0; turn < turnsBefore; turn++) net.turn();
      let isRefused = false;
      for (const { kind, payload } of sent) {
        try {
          net.send(alice, link, kind, payload);
        } catch (error) {
          assert.ok(error instanceof MalformedBytes, String(error));
          isRefused = true;
          break;
        }
      }
      if (isRefused) net.cut(link);
      else tryToRun(net, () => net.cut(link));
      const bob = new SyncPeer(range(50, 120));
      net.connect(alice, bob);
      net.run();
      net.wait(100_000);
      for (let ping = 0; ping < 3; ping++) {
        net.ping();
        net.wait(61_000);
      }
      assert.deepEqual(alice.index.digest, bob.index.digest);
    }),
    { numRuns: 80 },
  );
});

/** Eve's own reconciler may be asked what she never began. */
function tryToRun(net: SyncNet, cut: () => void): void {
  try {
    net.run();
  } catch (error) {
    assert.ok(error instanceof MalformedBytes, String(error));
    cut();
  }
}

test('a hundred thousand questions within a second are not answered', () => {
  const [alice, eve] = [new SyncPeer(range(0, 60)), new SyncPeer(range(0, 60))];
  const net = new SyncNet();
  const link = net.connect(eve, alice);
  const symbols = encodeGetSymbols({ from: 0, count: 8, countsOnly: 0 });
  const ranges = encodeRanges({ isReply: false, isLast: true, from: FIRST_BOUND, ranges: [] });
  for (const [kind, payload] of [
    [KIND.getSymbols, symbols],
    [KIND.ranges, ranges],
    [KIND.stream, encodeStream(FIRST_BOUND)],
    [KIND.securityList, encodeSecurityList({ isLast: true, digests: new Uint8Array(0) })],
  ] as const) {
    let answered = 0;
    assert.throws(() => {
      for (; answered < 100_000; answered++) {
        alice.reconciler.onFrame(link, kind, payload, net.now, alice.out);
      }
    }, MalformedBytes);
    assert.ok(answered <= LIMITS.syncQuestionsPerMinuteMax);
    net.nowMs += 61_000;
    alice.out.take();
  }
});

test('whoever asks for records without reading them is cut off', () => {
  const [alice, eve] = [new SyncPeer(range(0, 60)), new SyncPeer(range(0, 60))];
  const net = new SyncNet();
  const link = net.connect(eve, alice);
  const want = encodeWant(testRecord(5).element.slice(0, 8));
  let asked = 0;
  assert.throws(() => {
    for (; asked < 1_000_000; asked++) {
      alice.reconciler.onFrame(link, KIND.want, want, net.now, alice.out);
    }
  }, MalformedBytes);
  assert.ok(asked <= 60_000, `${asked} questions`);
});

test('offers of what nobody has are asked for once, and up to what one neighbor may offer', () => {
  const [alice, eve] = [new SyncPeer(range(0, 60)), new SyncPeer(range(0, 60))];
  const net = new SyncNet();
  const link = net.connect(eve, alice);
  let wanted = 0;
  for (let frame = 0; frame < 30; frame++) {
    const elements = new Uint8Array(12 * 4_000);
    for (let at = 0; at < 4_000; at++) {
      elements[12 * at] = frame;
      elements[12 * at + 1] = at >>> 8;
      elements[12 * at + 2] = at;
    }
    for (let again = 0; again < 2; again++) {
      alice.reconciler.onFrame(link, KIND.offer, encodeOffer(elements), net.now, alice.out);
    }
    for (const effect of alice.out.take()) {
      if (isSend(effect) && effect.frame === KIND.want) wanted += (effect.payload.length - 2) / 8;
    }
    net.nowMs += 500;
  }
  assert.ok(wanted <= LIMITS.syncOfferedMax && wanted >= 4_000, `${wanted} wanted`);
});

function isSend(
  effect: unknown,
): effect is { readonly frame: number; readonly payload: Uint8Array } {
  return typeof effect === 'object' && effect !== null && 'payload' in effect;
}

test('a neighbor that trickles frames and gives nothing loses its turn', () => {
  const [alice, bob, eve] = [
    new SyncPeer(range(0, 100)),
    new SyncPeer(range(50, 150)),
    new SyncPeer(range(20, 120)),
  ];
  const net = new SyncNet();
  const link = net.connect(alice, eve);
  eve.reconciler.onFrame = () => undefined;
  net.connect(alice, bob);
  for (let second = 0; second < 200; second += 10) {
    net.wait(10_000);
    const given = encodeSyncState({ stage: 'given', unknown: new Uint8Array(0) });
    net.send(alice, link, KIND.syncState, given);
    net.run();
  }
  assert.equal(alice.index.count, 150);
});

test('what is listed of who belongs and not given keeps records of that neighbor away, and is told', () => {
  const [alice, eve] = [new SyncPeer(range(0, 100), [0]), new SyncPeer(range(50, 150), [0, 1])];
  eve.keepsBack = () => true;
  const net = new SyncNet();
  net.connect(eve, alice);
  net.run();
  net.wait(11_000);
  assert.deepEqual(alice.told, ['unlike 1']);
  net.wait(30_000);
  assert.equal(alice.index.count, 100);
  assert.deepEqual(alice.told, ['unlike 1', 'withheld 1']);
});

test('a version that is not better is not asked for again', () => {
  const [alice, bob] = [new SyncPeer(range(0, 30)), new SyncPeer(range(0, 30))];
  for (let number = 0; number < 5; number++) put(alice.index, testRecord(number, 2));
  bob.refuses = ({ modifiedAt }) => (modifiedAt >= 2_000 ? 'QUOTA_EXCEEDED' : null);
  const net = new SyncNet();
  net.connect(alice, bob);
  net.run();
  put(alice.index, testRecord(40));
  net.frames.length = 0;
  for (let ping = 0; ping < 3; ping++) {
    net.ping();
    net.wait(61_000);
  }
  assert.equal(bob.index.count, 31);
  assert.equal(net.frames.filter((frame) => frame === KIND.bundle).length, 1);
});

test('what a far end does not read is dropped after a while, and nobody waits for it', () => {
  const [alice, eve] = [new SyncPeer(range(0, 30_000)), new SyncPeer(range(0, 0))];
  const net = new SyncNet();
  net.isDrained = false;
  const link = net.connect(alice, eve);
  net.run();
  assert.ok(alice.out.take().length === 0 && eve.index.count < 30_000);
  net.wait(300_000);
  assert.ok(alice.told.includes('lag 1') && eve.told.includes('lag 1'));
  net.cut(link);
  net.isDrained = true;
  net.connect(alice, eve);
  net.run();
  assert.equal(eve.index.count, 30_000);
});

test('what one neighbor offers and never gives is got from another one, and nobody is called synced before', () => {
  const alice = new SyncPeer(range(0, 100));
  const [bob, eve] = [new SyncPeer(range(0, 150)), new SyncPeer(range(0, 100))];
  eve.reconciler.onFrame = () => undefined;
  const net = new SyncNet();
  const elements = range(100, 150).map(({ element }) => element);
  net.send(alice, net.connect(alice, eve), KIND.offer, encodeOffer(packedInOrder(elements, 12)));
  const link = net.connect(alice, bob);
  net.run();
  assert.ok(!alice.reconciler.isSynced(link));
  net.wait(60_000);
  assert.equal(alice.index.count, 150);
  assert.ok(alice.reconciler.isSynced(link));
});

test('neighbors that take turn after turn and give nothing keep nobody from being compared with', () => {
  const alice = new SyncPeer(range(0, 100));
  const net = new SyncNet();
  const links = Array.from({ length: 3 }, () => {
    const eve = new SyncPeer();
    eve.reconciler.onFrame = () => undefined;
    const heads = { ...eve.reconciler.ownHeads(), count: 1e9, digest: new Uint8Array(32).fill(3) };
    eve.reconciler.ownHeads = () => heads;
    return net.connect(alice, eve);
  });
  net.connect(alice, new SyncPeer(range(50, 150)));
  const given = encodeSyncState({ stage: 'given', unknown: new Uint8Array(0) });
  for (let second = 0; second < 600; second += 10) {
    for (const link of links) net.send(alice, link, KIND.syncState, given);
    net.ping();
    net.wait(10_000);
  }
  assert.equal(alice.index.count, 150);
});

test('who let a turn pass cannot take it again before others had theirs', () => {
  const [alice, bob] = [new SyncPeer(range(0, 100)), new SyncPeer(range(50, 150))];
  const eve = new SyncPeer(range(0, 100));
  eve.reconciler.onFrame = () => undefined;
  const net = new SyncNet();
  const link = net.connect(eve, alice);
  const question = encodeGetSymbols({ from: 0, count: 1, countsOnly: 0 });
  net.send(alice, link, KIND.getSymbols, question);
  net.connect(bob, alice);
  let waitedMs = 0;
  for (; waitedMs < 200_000 && alice.index.count < 150; waitedMs += 50) {
    if (waitedMs % 10_000 === 0) net.send(alice, link, KIND.getSymbols, question);
    if (waitedMs > 119_000) net.send(alice, link, KIND.getSymbols, question);
    net.wait(50);
  }
  assert.ok(waitedMs < 125_000, `${waitedMs} ms`);
});

test('questions that cost much are answered as far as a minute goes, and the rest is skipped', () => {
  const [alice, eve] = [new SyncPeer(range(0, 20_000)), new SyncPeer(range(0, 10))];
  const net = new SyncNet();
  const link = net.connect(eve, alice);
  net.run();
  const all = { upTo: null, content: { kind: 'elements', elements: new Uint8Array(0) } } as const;
  const push = encodeRanges({ isReply: false, isLast: true, from: FIRST_BOUND, ranges: [all] });
  const differing = Array.from({ length: 1_000 }, (_, at) => ({
    upTo: { time: 1_020 + 20 * at, prefix: new Uint8Array(0) },
    content: { kind: 'fingerprint', fingerprint: new Uint8Array(12) } as const,
  }));
  const divide = encodeRanges({
    isReply: false,
    isLast: true,
    from: FIRST_BOUND,
    ranges: differing,
  });
  let answered = 0;
  for (let asked = 0; asked < 300; asked++) {
    alice.reconciler.onFrame(link, KIND.ranges, push, net.now, alice.out);
    alice.reconciler.onFrame(link, KIND.ranges, divide, net.now, alice.out);
    for (const effect of alice.out.take()) {
      if (!isSend(effect) || effect.frame !== KIND.ranges) continue;
      const { ranges } = decodeRanges(effect.payload);
      answered += ranges.filter(({ content }) => content.kind !== 'skip').length;
    }
  }
  assert.ok(answered > 100_000, `${answered} ranges`);
  assert.ok(answered < LIMITS.syncRangesPerMinuteMax + 17_000, `${answered} ranges`);
});

test('a list of more memberships than a list may have hangs nobody up', () => {
  const many = Array.from({ length: LIMITS.securityListedMax + 10 }, (_, at) => at);
  const [alice, bob] = [new SyncPeer(range(0, 10), many), new SyncPeer(range(5, 15), [0])];
  const net = new SyncNet();
  net.connect(alice, bob);
  for (let turn = 0; turn < 10; turn++) net.turn();
});
