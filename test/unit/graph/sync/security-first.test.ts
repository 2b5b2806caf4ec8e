// Who belongs comes before records: no records go to or come from a neighbor that does not agree on it,
// and none of what honest neighbors do looks like that.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nodeCrypto } from '../../../../src/adapters/crypto/node-crypto.ts';
import { compareBytes, concatBytes } from '../../../../src/core/base/bytes.ts';
import { SecuritySet } from '../../../../src/core/graph/sync/security-set.ts';
import { KIND } from '../../../../src/core/wire/frame.ts';
import { put, SyncNet, SyncPeer, testRecord } from '../../../support/sync-peers.ts';

const SECOND_MS = 1_000;

test('whatever comes and goes, the set is in order and its head is that of its digests', () => {
  const steps = fc.array(
    fc.record({ number: fc.nat(30), isKept: fc.boolean(), asks: fc.boolean() }),
  );
  fc.assert(
    fc.property(steps, (all) => {
      const held = new Map<number, Uint8Array>();
      const set = new SecuritySet(() => [...held.values()].reverse(), nodeCrypto);
      for (const { number, isKept, asks } of all) {
        if (isKept) held.set(number, nodeCrypto.sha256(Uint8Array.of(number)));
        else held.delete(number);
        set.changed();
        if (!asks) continue;
        const expected = [...held.values()].sort(compareBytes);
        assert.deepEqual(set.digests, expected);
        assert.deepEqual(set.head, nodeCrypto.sha256(concatBytes(expected)));
      }
      for (const digest of held.values()) assert.ok(set.hasPrefix(digest.subarray(0, 8)));
    }),
  );
});

test('one who takes nothing of what was given gets no records, gives none, and is told of after 30 s', () => {
  for (const isDialer of [true, false]) {
    const [alice, eve] = [new SyncPeer(records(0, 100), [0, 1]), new SyncPeer(records(50, 150))];
    eve.judges = () => 'ignored';
    const net = new SyncNet();
    if (isDialer) net.connect(alice, eve);
    else net.connect(eve, alice);
    net.run();
    for (let seconds = 0; seconds < 60; seconds += 5) {
      net.ping();
      net.run();
      net.wait(5 * SECOND_MS);
    }
    assert.equal(alice.index.count, 100);
    assert.equal(eve.index.count, 100);
    assert.ok(alice.told.includes('withheld 1'), `${alice.told}`);
    assert.ok(!alice.told.includes('synced 1'));
  }
});

test('two who find that they agree after all go on with their records', () => {
  const [alice, bob] = [new SyncPeer(records(0, 100), [0, 1]), new SyncPeer(records(50, 150))];
  bob.judges = () => 'ignored';
  const net = new SyncNet();
  net.connect(alice, bob);
  net.run();
  assert.deepEqual(alice.told, ['unlike 1']);
  bob.judges = () => 'settled';
  net.wait(11 * SECOND_MS);
  assert.deepEqual(alice.told, ['unlike 1', 'alike 1', 'synced 1']);
  assert.equal(alice.index.count, 150);
  assert.equal(bob.index.count, 150);
});

test('what one has no room for keeps no records away, and is not held against it', () => {
  const [alice, bob] = [new SyncPeer(records(0, 100), [0, 1]), new SyncPeer(records(50, 150))];
  bob.judges = () => 'full';
  const net = new SyncNet();
  net.connect(alice, bob);
  net.run();
  for (let seconds = 0; seconds < 120; seconds += 5) {
    net.ping();
    net.run();
    net.wait(5 * SECOND_MS);
  }
  assert.equal(alice.index.count, 150);
  assert.equal(bob.index.count, 150);
  for (const peer of [alice, bob]) {
    assert.ok(!peer.told.some((what) => /unlike|withheld/.test(what)), `${peer.told}`);
  }
});

test('what ceases to count on one side ceases on the other when it hears why, and nothing stalls', () => {
  const [alice, bob] = [new SyncPeer(records(0, 10), [0, 1]), new SyncPeer(records(0, 10), [0, 1])];
  const net = new SyncNet();
  net.connect(alice, bob);
  net.run();
  alice.removeChain(1);
  alice.addChain(2);
  // Number 2 says so.
  bob.judges = () => {
    bob.removeChain(1);
    return 'settled';
  };
  alice.judges = () => 'ignored';
  put(alice.index, testRecord(99));
  for (let seconds = 0; seconds < 30; seconds += 5) {
    net.ping();
    net.run();
    net.wait(5 * SECOND_MS);
  }
  assert.deepEqual([...alice.chains.keys()].sort(), [...bob.chains.keys()].sort());
  assert.equal(bob.index.count, 11);
  assert.ok(![...alice.told, ...bob.told].some((what) => what.startsWith('unlike')));
});

test('chains that come all the time, here and there, neither stall records nor raise an alarm', () => {
  const [alice, bob] = [new SyncPeer(records(0, 500)), new SyncPeer(records(400, 900))];
  const net = new SyncNet();
  let number = 1;
  net.onTurn = () => {
    // Each hears of some that the other does not, so that their heads never agree.
    alice.addChain(++number);
    if (number < 20_000) bob.addChain(++number);
  };
  net.connect(alice, bob);
  for (let turn = 0; turn < 60; turn++) net.turn();
  for (let seconds = 0; seconds < 90; seconds += 5) {
    net.ping();
    net.turn();
    net.nowMs += 5 * SECOND_MS;
    for (let turn = 0; turn < 20; turn++) net.turn();
  }
  assert.equal(alice.index.count, 900);
  assert.equal(bob.index.count, 900);
  assert.ok(![...alice.told, ...bob.told].some((what) => /unlike|withheld/.test(what)));
});

test('one more of ten thousand digests costs no more than going through them', () => {
  const held = Array.from({ length: 10_000 }, (_, at) =>
    nodeCrypto.sha256(Uint8Array.of(at >>> 8, at)),
  );
  const set = new SecuritySet(() => held, nodeCrypto);
  assert.equal(set.digests.length, 10_000);
  const startedAt = performance.now();
  for (let more = 0; more < 100; more++) {
    held.push(nodeCrypto.sha256(Uint8Array.of(1, more, 3)));
    set.changed();
    assert.equal(set.head.length, 32);
  }
  const each = (performance.now() - startedAt) / 100;
  assert.ok(each < 20, `${each} ms each`);
});

test('records that are under way when the two differ are dropped, and those that were not asked for as well', () => {
  const [alice, eve] = [new SyncPeer(records(0, 10), [0, 1]), new SyncPeer(records(0, 10))];
  eve.judges = () => 'ignored';
  const net = new SyncNet();
  const link = net.connect(alice, eve);
  net.run();
  assert.ok(alice.told.includes('unlike 1'));
  const { bundles } = new SyncPeer([testRecord(77)]).bundlesOf([testRecord(77).id]);
  for (const bundle of bundles) net.send(alice, link, KIND.bundle, bundle);
  alice.judge(net.now);
  assert.equal(alice.index.count, 10);
});

function records(from: number, to: number) {
  return Array.from({ length: to - from }, (_, at) => testRecord(from + at));
}
