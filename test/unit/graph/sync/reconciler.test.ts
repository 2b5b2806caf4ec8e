// Two reconcilers with a wire between them: whatever each has, in the end both have all of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KIND } from '../../../../src/core/wire/frame.ts';
import { put, SyncNet, SyncPeer, testRecord } from '../../../support/sync-peers.ts';

function range(from: number, to: number) {
  return Array.from({ length: to - from }, (_, at) => testRecord(from + at));
}

function assertEqual(one: SyncPeer, other: SyncPeer): void {
  assert.equal(one.index.count, other.index.count);
  assert.deepEqual(one.index.digest, other.index.digest);
  assert.deepEqual(one.reconciler.ownHeads(), other.reconciler.ownHeads());
}

test('equal sets cost nothing', () => {
  const [alice, bob] = [new SyncPeer(range(0, 100)), new SyncPeer(range(0, 100))];
  const net = new SyncNet();
  net.connect(alice, bob);
  assert.equal(net.run(), 0);
  assert.equal(net.controlBytes, 0);
  assert.deepEqual([alice.told, bob.told], [['synced 1'], ['synced 1']]);
});

test('a few differences are found by symbols, and both have all afterwards', () => {
  for (const weDial of [true, false]) {
    const alice = new SyncPeer(range(0, 1_000));
    const bob = new SyncPeer(range(5, 1_005));
    const net = new SyncNet();
    const link = weDial ? net.connect(alice, bob) : net.connect(bob, alice);
    net.run();
    assertEqual(alice, bob);
    assert.equal(alice.index.count, 1_005);
    assert.ok(!net.frames.includes(KIND.ranges));
    assert.ok(alice.reconciler.isSynced(link) && bob.reconciler.isSynced(link));
    assert.deepEqual([alice.told, bob.told], [['synced 1'], ['synced 1']]);
    assert.ok(net.controlBytes < 900, `${net.controlBytes} bytes`);
  }
});

test('a newcomer takes everything in order, and gives what only it has', () => {
  for (const weDial of [true, false]) {
    const [alice, bob] = [new SyncPeer(range(0, 3_000)), new SyncPeer(range(5_000, 5_007))];
    const net = new SyncNet();
    if (weDial) net.connect(alice, bob);
    else net.connect(bob, alice);
    net.run();
    assertEqual(alice, bob);
    assert.ok(net.frames.includes(KIND.stream));
    assert.equal(alice.index.count, 3_007);
  }
});

test('many differences are found by ranges', () => {
  const [alice, bob] = [new SyncPeer(range(0, 9_000)), new SyncPeer(range(4_000, 13_000))];
  const net = new SyncNet();
  net.connect(alice, bob);
  net.run();
  assertEqual(alice, bob);
  assert.ok(net.frames.includes(KIND.ranges));
});

test('any two sets become one', () => {
  const sets = fc.record({
    shared: fc.nat(300),
    alice: fc.nat(60),
    bob: fc.nat(60),
    updated: fc.nat(40),
    chains: fc.tuple(fc.nat(5), fc.nat(5)),
  });
  fc.assert(
    fc.property(sets, ({ shared, alice: a, bob: b, updated, chains }) => {
      const alice = new SyncPeer(range(0, shared + a), [0, ...range(1, chains[0] + 1).keys()]);
      const bob = new SyncPeer(range(0, shared), [0, 9 + chains[1]]);
      for (const record of range(5_000, 5_000 + b)) put(bob.index, record);
      for (let number = 0; number < Math.min(updated, shared); number++) {
        put(number % 2 === 0 ? alice.index : bob.index, testRecord(number, 2));
      }
      const net = new SyncNet();
      net.connect(alice, bob);
      net.run();
      assertEqual(alice, bob);
      assert.equal(alice.index.count, shared + a + b);
    }),
    { numRuns: 100 },
  );
});

test('a comparison that is cut anywhere is made up for by the next one', () => {
  for (const [ours, theirs] of [
    [range(0, 4_000), range(0, 0)],
    [range(0, 4_000), range(1_500, 5_500)],
    [range(0, 500), range(30, 530)],
  ] as const) {
    for (let cutAt = 0; cutAt < 12; cutAt++) {
      const [alice, bob] = [new SyncPeer(ours, [0, 1]), new SyncPeer(theirs, [0, 2])];
      const net = new SyncNet();
      const link = net.connect(alice, bob);
      for (let turn = 0; turn < cutAt; turn++) net.turn();
      net.cut(link);
      net.connect(bob, alice);
      net.run();
      assertEqual(alice, bob);
    }
  }
});

test('a stream that was cut goes on with another neighbor where it ended', () => {
  const records = range(0, 60_000);
  const [alice, carol, bob] = [new SyncPeer(records), new SyncPeer(records), new SyncPeer()];
  const net = new SyncNet();
  const link = net.connect(bob, alice);
  net.turn();
  net.turn();
  const before = bob.index.count;
  assert.ok(before > 0 && before < 60_000, `${before} of 60,000`);
  net.cut(link);
  net.frames.length = 0;
  net.connect(bob, carol);
  net.run();
  assertEqual(bob, carol);
  const bundles = net.frames.filter((frame) => frame === KIND.bundle).length;
  assert.ok(bundles <= (60_000 - before) / 50 + 25, `${bundles} bundles for the rest`);
});

test('what changes during a comparison is found, and nothing else is lost', () => {
  for (let seed = 0; seed < 30; seed++) {
    const [alice, bob] = [new SyncPeer(range(0, 2_000)), new SyncPeer(range(100, 2_100))];
    const net = new SyncNet();
    net.connect(alice, bob);
    let next = 10_000;
    net.onTurn = (turn) => {
      if (turn > 12) return;
      put(turn % 2 === seed % 2 ? alice.index : bob.index, testRecord(next++));
      if (seed % 3 === 0) put(bob.index, testRecord(200 + turn, 2));
      if (seed % 5 === 0) alice.index.remove(testRecord(300 + turn).id);
    };
    net.run();
    for (let ping = 0; ping < 4; ping++) {
      net.wait(15_000);
      net.ping();
      net.run();
    }
    assertEqual(alice, bob);
  }
});

test('what one side refuses is told, remembered and not sent again', () => {
  const [alice, bob] = [new SyncPeer(range(0, 100)), new SyncPeer(range(0, 90))];
  const forbidden = new Set(range(90, 95).map(({ element }) => element.join()));
  bob.refuses = ({ element }) => (forbidden.has(element.join()) ? 'QUOTA_EXCEEDED' : null);
  const net = new SyncNet();
  const link = net.connect(alice, bob);
  net.run();
  assert.equal(bob.index.count, 95);
  assert.deepEqual(
    alice.reconciler.lagOf(link).map(({ code, side, count }) => [code, side, count]),
    [['QUOTA_EXCEEDED', 'there', 5]],
  );
  assert.deepEqual(
    bob.reconciler.lagOf(link).map(({ code, side, count }) => [code, side, count]),
    [['QUOTA_EXCEEDED', 'here', 5]],
  );
  assert.ok(alice.reconciler.isSynced(link));
  net.frames.length = 0;
  for (let ping = 0; ping < 20; ping++) {
    net.wait(10_000);
    net.ping();
    net.run();
  }
  assert.deepEqual(net.frames, [], 'nothing has changed, so nothing is compared');
  put(alice.index, testRecord(500));
  for (let ping = 0; ping < 3; ping++) {
    net.wait(30_000);
    net.ping();
    net.run();
  }
  assert.equal(bob.index.count, 96);
  assert.equal(net.frames.filter((frame) => frame === KIND.bundle).length, 1);
});

test('what could not be judged is asked for again when a membership has come, and not before', () => {
  for (const weDial of [true, false]) proveAskedAgain(weDial);
});

function proveAskedAgain(weDial: boolean): void {
  const [alice, bob] = [new SyncPeer(range(0, 100)), new SyncPeer(range(0, 90))];
  bob.refuses = () => (bob.chains.size === 1 ? 'pending' : null);
  const net = new SyncNet();
  const link = weDial ? net.connect(bob, alice) : net.connect(alice, bob);
  const pass = (): void => {
    for (let ping = 0; ping < 6; ping++) {
      net.wait(10_000);
      net.ping();
      net.run();
    }
  };
  net.run();
  pass();
  assert.equal(bob.index.count, 90);
  assert.deepEqual(
    bob.reconciler.lagOf(link).map(({ code, count }) => [code, count]),
    [['pending', 10]],
  );
  net.frames.length = 0;
  pass();
  assert.deepEqual(net.frames, []);
  for (const peer of [alice, bob]) peer.addChain(5);
  pass();
  assert.equal(bob.index.count, 100);
}

test('memberships are whole before any record travels', () => {
  const alice = new SyncPeer(range(0, 50), [0, 1, 2, 3]);
  const bob = new SyncPeer(range(10, 60), [0, 4, 5]);
  const net = new SyncNet();
  net.connect(alice, bob);
  net.run();
  assertEqual(alice, bob);
  assert.equal(alice.chains.size, 6);
  const lastChain = net.frames.lastIndexOf(KIND.membership);
  assert.ok(lastChain < net.frames.indexOf(KIND.getSymbols));
  assert.ok(lastChain < net.frames.indexOf(KIND.bundle));
});

test('thousands of memberships travel in frames of bounded length', () => {
  const numbers = Array.from({ length: 9_000 }, (_, at) => at);
  const [alice, bob] = [new SyncPeer([], numbers), new SyncPeer([], [...numbers.slice(1), 9_001])];
  const net = new SyncNet();
  net.connect(alice, bob);
  net.run();
  assertEqual(alice, bob);
  assert.equal(net.frames.filter((frame) => frame === KIND.securityList).length, 3);
  assert.equal(net.frames.filter((frame) => frame === KIND.membership).length, 2);
});

test('what came by comparing is offered to the others, who ask for what they lack', () => {
  const [alice, bob, carol, dave] = [
    new SyncPeer(range(0, 300)),
    new SyncPeer(range(0, 200)),
    new SyncPeer(range(0, 200)),
    new SyncPeer(range(0, 200)),
  ];
  const net = new SyncNet();
  net.connect(bob, carol);
  net.connect(carol, dave);
  net.run();
  net.connect(alice, bob);
  net.run();
  for (const peer of [bob, carol, dave]) assertEqual(alice, peer);
  assert.equal(net.frames.filter((frame) => frame === KIND.getSymbols).length, 2);
});

test('records are fetched from one neighbor at a time', () => {
  const bob = new SyncPeer(range(0, 200));
  const others = [0, 1, 2, 3].map(() => new SyncPeer(range(0, 400)));
  const net = new SyncNet();
  for (const [at, other] of others.entries()) {
    if (at % 2 === 0) net.connect(bob, other);
    else net.connect(other, bob);
  }
  net.run();
  net.wait(10_000);
  for (const other of others) assertEqual(bob, other);
  assert.equal(net.frames.filter((frame) => frame === KIND.bundle).length, 4);
});

test('a neighbor that falls silent is given up after 30 s, told, and others have their turn', () => {
  const [alice, bob, eve] = [
    new SyncPeer(range(0, 100)),
    new SyncPeer(range(50, 150)),
    new SyncPeer(range(20, 120)),
  ];
  const net = new SyncNet();
  net.connect(alice, eve);
  eve.reconciler.onFrame = () => undefined;
  net.connect(alice, bob);
  net.run();
  assert.equal(alice.index.count, 100);
  net.wait(31_000);
  assert.equal(alice.index.count, 150);
  assert.deepEqual(alice.told.slice(0, 2), ['lag 1', 'synced 2']);
});

test('heads that differ start a comparison after two pings, equal ones none', () => {
  const [alice, bob] = [new SyncPeer(range(0, 50)), new SyncPeer(range(0, 50))];
  const net = new SyncNet();
  net.connect(alice, bob);
  put(bob.index, testRecord(60));
  net.ping();
  assert.equal(net.run(), 0);
  net.wait(2_000);
  net.ping();
  net.run();
  assertEqual(alice, bob);
});

test('who should compare and does not is made up for by the other', () => {
  const [alice, bob] = [new SyncPeer(range(0, 50)), new SyncPeer(range(1, 51))];
  const net = new SyncNet();
  alice.reconciler.neighborUp = () => undefined;
  alice.reconciler.onHeads = () => undefined;
  net.connect(alice, bob);
  net.wait(80_000);
  assert.ok(!net.frames.includes(KIND.getSymbols));
  net.wait(20_000);
  assert.ok(net.frames.includes(KIND.getSymbols));
});

test('a neighbor whose records another one has brought is known to have the same, without a ping', () => {
  const carol = new SyncPeer(range(0, 900));
  const others = [new SyncPeer(range(0, 1_000)), new SyncPeer(range(0, 1_000))];
  const net = new SyncNet();
  const links = others.map((other) => net.connect(carol, other));
  net.run();
  assert.ok(links.every((link) => carol.reconciler.isSynced(link)));
  assert.deepEqual(carol.told.toSorted(), ['synced 1', 'synced 2']);
});

test('however much differs, and whoever dialed, all of it comes', () => {
  const all = range(0, 300_000);
  for (const aliceDials of [true, false]) {
    const [alice, bob] = [new SyncPeer(all.slice(0, 50_000)), new SyncPeer(all)];
    const net = new SyncNet();
    const link = aliceDials ? net.connect(alice, bob) : net.connect(bob, alice);
    net.run(100_000);
    assert.equal(alice.reconciler.isSynced(link), alice.index.count === all.length);
    net.wait(120_000);
    assert.equal(alice.index.count, all.length);
  }
});
