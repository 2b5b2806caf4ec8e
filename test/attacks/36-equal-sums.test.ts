// Attack 36: an author makes records until some of them add up to nothing, so that a set with them looks like one
// without, or so that a comparison does not end. Sums only say what to ask about: in the end both have everything.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bytesKey } from '../../src/core/base/bytes.ts';
import { addLanes, checkOf, LANES, wordAt } from '../../src/core/graph/sync/element-words.ts';
import { SymbolDecoder } from '../../src/core/graph/sync/symbol-decoder.ts';
import { KIND } from '../../src/core/wire/frame.ts';
import { SyncNet, SyncPeer, type TestRecord, testRecord } from '../support/sync-peers.ts';

const FROM = 1_000_000;
/** An element and its check: what the records that cancel each other have to have in common is nothing. */
const BITS = 128;
const POOL = BITS + 1;

function range(from: number, to: number): readonly TestRecord[] {
  return Array.from({ length: to - from }, (_, at) => testRecord(from + at));
}

function words({ element }: TestRecord): readonly [number, number, number] {
  return [wordAt(element, 0), wordAt(element, 4), wordAt(element, 8)];
}

/** As a symbol adds them: 12 bytes of element, 4 of its check. */
function bitsOf(record: TestRecord): bigint {
  const parts = [...words(record), checkOf(...words(record))];
  return parts.reduce((bits, part) => (bits << 32n) | BigInt(part >>> 0), 0n);
}

/** Some of these, whose XOR is zero: of more vectors than they have bits there always are some. */
function cancelling(records: readonly TestRecord[]): readonly TestRecord[] {
  const basis = new Map<number, { readonly bits: bigint; readonly made: bigint }>();
  for (const [at, record] of records.entries()) {
    let bits = bitsOf(record);
    let made = 1n << BigInt(at);
    while (bits !== 0n) {
      const top = bits.toString(2).length;
      const known = basis.get(top);
      if (known === undefined) {
        basis.set(top, { bits, made });
        break;
      }
      bits ^= known.bits;
      made ^= known.made;
    }
    if (bits === 0n) return records.filter((_, one) => ((made >> BigInt(one)) & 1n) === 1n);
  }
  throw new Error('more vectors than bits are dependent');
}

/** So many that their count is nothing to a byte either. */
function nothingInSymbolZero(): readonly TestRecord[] {
  const groups: (readonly TestRecord[])[] = [];
  for (let pool = 0; ; pool++) {
    const found = cancelling(range(FROM + pool * POOL, FROM + (pool + 1) * POOL));
    groups.push(found);
    const picked = pickedBy(groups.map(({ length }) => length));
    if (picked !== null) return groups.filter((_, at) => picked.includes(at)).flat();
  }
}

/** Of which lengths the sum is a multiple of 256; null when there are none. */
function pickedBy(lengths: readonly number[]): readonly number[] | null {
  const reached = new Map<number, readonly number[]>();
  for (const [at, length] of lengths.entries()) {
    for (const [sum, picked] of [...reached, [0, []] as const]) {
      const next = (sum + length) % 256;
      if (!reached.has(next)) reached.set(next, [...picked, at]);
    }
  }
  return reached.get(0) ?? null;
}

function assertSame(one: SyncPeer, other: SyncPeer, count: number): void {
  assert.deepEqual([one.index.count, other.index.count], [count, count]);
  assert.deepEqual(one.index.digest, other.index.digest);
}

test('records that are nothing to the first symbol, which is that of all, are found by others', () => {
  const shared = range(0, 300);
  const hidden = nothingInSymbolZero();
  for (const eveDials of [true, false]) {
    const alice = new SyncPeer(shared);
    const eve = new SyncPeer([...shared, ...hidden]);
    assert.deepEqual(alice.index.symbols(0, 1), eve.index.symbols(0, 1), 'nobody sees them there');
    const decoder = new SymbolDecoder((element) => alice.index.has(element));
    assert.notEqual(decoder.add(eve.index.symbols(0, 64), alice.index.symbols(0, 64)), 'decoded');
    const net = new SyncNet();
    if (eveDials) net.connect(eve, alice);
    else net.connect(alice, eve);
    net.run();
    assertSame(alice, eve, shared.length + hidden.length);
  }
});

test('of 65,536 records two agree in one sum, and the other seven tell them apart', () => {
  const pairs = new Map<string, TestRecord>();
  const found: (readonly [TestRecord, TestRecord])[] = [];
  for (let number = 0; number < 65_536 && found.length < 2; number++) {
    const record = testRecord(FROM + number);
    const lanes = new Int32Array(LANES);
    addLanes(lanes, 0, ...words(record));
    for (const [lane, sum] of lanes.entries()) {
      const key = `${lane} ${sum}`;
      const twin = pairs.get(key);
      if (twin === undefined) pairs.set(key, record);
      else found.push([twin, record]);
    }
  }
  assert.ok(found.length > 0);
  for (const [one, twin] of found) {
    assert.notEqual(bytesKey(one.element), bytesKey(twin.element));
    const alice = new SyncPeer([...range(0, 300), one]);
    const bob = new SyncPeer([...range(0, 300), twin]);
    const net = new SyncNet();
    net.connect(alice, bob);
    net.run();
    assertSame(alice, bob, 302);
  }
});

test('symbols that never come to an end are left to ranges', () => {
  const alice = new SyncPeer(range(0, 3_000));
  const eve = new SyncPeer(range(3_000, 6_000));
  const net = new SyncNet();
  net.connect(alice, eve);
  net.run();
  assertSame(alice, eve, 6_000);
  assert.ok(net.frames.includes(KIND.ranges), 'by ranges');
  assert.ok(net.frames.filter((kind) => kind === KIND.symbols).length <= 4);
});
