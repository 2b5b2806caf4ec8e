// Two sets, and what their symbols say of them: all that differs, or that it is not known.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bytesKey } from '../../../../src/core/base/bytes.ts';
import { hexText } from '../../../../src/core/base/hex.ts';
import { ElementIndex } from '../../../../src/core/graph/sync/element-index.ts';
import { SymbolDecoder } from '../../../../src/core/graph/sync/symbol-decoder.ts';
import { SymbolPlaces } from '../../../../src/core/graph/sync/symbol-places.ts';
import { FIRST_QUESTION, nextQuestion } from '../../../../src/core/graph/sync/symbol-plan.ts';
import { put, testRecord } from '../../../support/sync-peers.ts';

function setOf(from: number, to: number): ElementIndex {
  const index = new ElementIndex();
  for (let number = from; number < to; number++) put(index, testRecord(number));
  return index;
}

/** Asks as the asking side does; says how often. */
function decode(ours: ElementIndex, theirs: ElementIndex) {
  const decoder = new SymbolDecoder((element) => ours.has(element));
  let questions = 0;
  for (let asked = FIRST_QUESTION; ; questions++) {
    const { from, count, countsOnly } = asked;
    decoder.add(theirs.symbols(from, count), ours.symbols(from, count));
    const counts = (index: ElementIndex) => index.symbolCounts(from + count, countsOnly);
    decoder.addCounts(counts(theirs), counts(ours));
    if (decoder.state !== 'undecided') break;
    const next = nextQuestion(decoder, theirs.count, ours.count);
    if (next === null) break;
    asked = next;
  }
  return { decoder, questions: questions + 1 };
}

function keys(elements: readonly Uint8Array[]): readonly string[] {
  return elements.map(bytesKey).sort();
}

function elementsOf(from: number, to: number): readonly string[] {
  return keys(Array.from({ length: to - from }, (_, at) => testRecord(from + at).element));
}

test('what differs is found, on both sides, in two questions mostly', () => {
  let questions = 0;
  let runs = 0;
  for (const [ours, theirs] of [
    [0, 0],
    [1, 0],
    [0, 1],
    [3, 4],
    [20, 0],
    [0, 40],
    [50, 50],
    [700, 10],
    [900, 1_100],
  ] as const) {
    for (let seed = 0; seed < 8; seed++) {
      const start = 10_000 * seed;
      const shared = 200;
      const mine = setOf(start, start + shared + ours);
      const others = setOf(start, start + shared);
      for (let number = 0; number < theirs; number++)
        put(others, testRecord(start + 5_000 + number));
      const result = decode(mine, others);
      assert.equal(result.decoder.state, 'decoded');
      assert.deepEqual(
        keys(result.decoder.ours),
        elementsOf(start + shared, start + shared + ours),
      );
      assert.deepEqual(
        keys(result.decoder.theirs),
        elementsOf(start + 5_000, start + 5_000 + theirs),
      );
      questions += result.questions;
      runs += 1;
    }
  }
  assert.ok(questions / runs <= 2, `${questions / runs} questions`);
});

test('more differences than the symbols tell apart are left to ranges at once', () => {
  const { decoder, questions } = decode(setOf(0, 4_000), setOf(4_000, 8_000));
  assert.equal(decoder.state, 'undecided');
  assert.ok(questions <= 2);
});

test('an element stands in the same symbols on every machine', () => {
  const places = new SymbolPlaces();
  const found = [
    [0, 0],
    [0x01234567, 0x89abcdef | 0],
    [-1, -1],
  ].map(([a = 0, b = 0]) => {
    places.begin(a, b);
    return [places.at, ...Array.from({ length: 9 }, () => places.next())];
  });
  assert.deepEqual(found, PLACES);
  const index = new ElementIndex();
  index.put(
    new Uint8Array(16),
    Uint8Array.from({ length: 12 }, (_, at) => at),
    0,
  );
  assert.equal(hexText(index.symbols(0, 1)), SYMBOL);
  assert.equal(hexText(index.digest), DIGEST);
});

test('symbols that lie give nothing that contradicts what is known, and come to an end', () => {
  const ours = setOf(0, 50);
  const theirs = setOf(10, 70);
  const lies = fc.array(fc.tuple(fc.nat(17 * 200 - 1), fc.nat(255)), {
    minLength: 1,
    maxLength: 40,
  });
  fc.assert(
    fc.property(lies, (bytes) => {
      const symbols = theirs.symbols(0, 200);
      for (const [at, byte] of bytes) symbols[at] = byte;
      const decoder = new SymbolDecoder((element) => ours.has(element));
      decoder.add(symbols, ours.symbols(0, 200));
      assert.ok(decoder.theirs.length + decoder.ours.length <= 201);
      for (const element of decoder.ours) assert.ok(ours.has(element));
      for (const element of decoder.theirs) assert.ok(!ours.has(element));
    }),
  );
});

test('symbols that are all noise are never taken for a decoding', () => {
  const ours = setOf(0, 20);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 17 * 64, maxLength: 17 * 64 }), (noise) => {
      const decoder = new SymbolDecoder((element) => ours.has(element));
      assert.notEqual(decoder.add(noise, ours.symbols(0, 64)), 'decoded');
    }),
  );
});

test('an element that stands where it does not belong is a contradiction', () => {
  const ours = new ElementIndex();
  const symbols = setOf(1, 2).symbols(0, 8);
  const places = new SymbolPlaces();
  const first = symbols.slice(0, 17);
  const empty = Array.from({ length: 8 }, (_, at) => at).find((at) =>
    symbols.subarray(17 * at, 17 * at + 17).every((byte) => byte === 0),
  );
  assert.ok(empty !== undefined, String(places.at));
  symbols.fill(0, 0, 17);
  symbols.set(first, 17 * empty);
  const decoder = new SymbolDecoder((element) => ours.has(element));
  assert.equal(decoder.add(symbols, ours.symbols(0, 8)), 'failed');
});

const PLACES: readonly (readonly number[])[] = [
  [0, 1, 3, 5, 9, 15, 16, 60, 442, 482],
  [0, 1, 2, 66, 525, 751, 791, 2270, 2631, 4816],
  [0, 1, 2, 10, 11, 20, 39, 48, 132, 1108],
];
const SYMBOL = '000102030405060708090a0bab0606bb01';
const DIGEST = 'f84fcec32d7fc768bac3de7de699841eb2cd87c1612623f089fdf00d044049b1';
