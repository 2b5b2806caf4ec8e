// Comparing range by range: everything that differs is found, in few messages, and whatever is asked
// costs whoever answers a bounded amount.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bytesKey } from '../../../../src/core/base/bytes.ts';
import { LIMITS } from '../../../../src/core/domain/limits.ts';
import { ElementIndex } from '../../../../src/core/graph/sync/element-index.ts';
import { Ranges } from '../../../../src/core/graph/sync/ranges.ts';
import {
  decodeRanges,
  encodeRanges,
  FIRST_BOUND,
  type RangesMessage,
} from '../../../../src/core/wire/sync-ranges.ts';
import { anyRanges } from '../../../support/sync-codecs.ts';
import { put, testRecord } from '../../../support/sync-peers.ts';

interface Compared {
  readonly messages: number;
  readonly bytes: number;
  /** By record: those that one of the two lacks. */
  readonly lacking: { readonly asker: readonly string[]; readonly answerer: readonly string[] };
}

/** Until nothing is left to be asked. */
function compare(asker: ElementIndex, answerer: ElementIndex): Compared {
  const lackedByAsker: string[] = [];
  const lackedByAnswerer: string[] = [];
  let messages = 0;
  let bytes = 0;
  const travel = (sent: readonly RangesMessage[]): readonly RangesMessage[] => {
    messages += 1;
    return sent.map((message) => {
      const encoded = encodeRanges(message);
      assert.ok(encoded.length <= 61_000);
      bytes += encoded.length;
      return decodeRanges(encoded);
    });
  };
  for (let questions = new Ranges(asker).opening(); questions.length > 0; ) {
    assert.ok(messages < 20);
    const answers = travel(questions).map((question) => new Ranges(answerer).answer(question));
    const replies = answers.flatMap((answer) => answer.messages);
    assert.equal(replies.filter(({ isLast }) => isLast).length, questions.length);
    const back = travel(replies).map((reply) => new Ranges(asker).answer(reply));
    for (const { theirs, ours } of answers) {
      lackedByAnswerer.push(...theirs.map(bytesKey));
      lackedByAsker.push(...ours.map((id) => bytesKey(answerer.elementOf(id) ?? id)));
    }
    for (const { theirs, ours } of back) {
      lackedByAsker.push(...theirs.map(bytesKey));
      lackedByAnswerer.push(...ours.map((id) => bytesKey(asker.elementOf(id) ?? id)));
    }
    questions = back.flatMap((answer) => answer.messages);
  }
  return { messages, bytes, lacking: { asker: lackedByAsker, answerer: lackedByAnswerer } };
}

function setOf(numbers: Iterable<number>, timeOf = (number: number) => number): ElementIndex {
  const index = new ElementIndex();
  for (const number of numbers) put(index, { ...testRecord(number), modifiedAt: timeOf(number) });
  return index;
}

function elementKeys(numbers: Iterable<number>): readonly string[] {
  return Array.from(numbers, (number) => bytesKey(testRecord(number).element)).sort();
}

function numbers(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, at) => from + at);
}

test('whatever two sets have, each learns what it lacks, once', () => {
  const sets = fc.record({
    shared: fc.uniqueArray(fc.nat(3_000), { maxLength: 300 }),
    ours: fc.uniqueArray(fc.integer({ min: 4_000, max: 7_000 }), { maxLength: 80 }),
    theirs: fc.uniqueArray(fc.integer({ min: 8_000, max: 11_000 }), { maxLength: 80 }),
    times: fc.constantFrom(1, 3, 1_000, 4_000),
  });
  fc.assert(
    fc.property(sets, ({ shared, ours, theirs, times }) => {
      const timeOf = (number: number) => number % times;
      const asker = setOf([...shared, ...ours], timeOf);
      const answerer = setOf([...shared, ...theirs], timeOf);
      const { lacking } = compare(asker, answerer);
      assert.deepEqual(lacking.answerer.toSorted(), elementKeys(ours));
      assert.deepEqual(lacking.asker.toSorted(), elementKeys(theirs));
    }),
  );
});

test('what is new at the end costs little more than naming it', () => {
  const shared = numbers(0, 20_000);
  const asker = setOf([...shared, ...numbers(20_000, 20_500)]);
  const answerer = setOf(
    [...shared, ...numbers(30_000, 30_500)],
    (number) =>
      (number % 10_000) +
      20_000 * Number(number >= 20_000) +
      Number(number < 20_000 && number >= 10_000) * 10_000,
  );
  const { bytes, messages, lacking } = compare(asker, answerer);
  assert.equal(lacking.asker.length + lacking.answerer.length, 1_000);
  assert.ok(bytes / 1_000 <= 50, `${bytes / 1_000} bytes for a difference`);
  assert.ok(messages <= 8);
});

test('equal sets are told apart from nothing by one message and an empty answer', () => {
  const { messages, bytes } = compare(setOf(numbers(0, 5_000)), setOf(numbers(0, 5_000)));
  assert.equal(messages, 2);
  assert.ok(bytes < 400);
});

test('an empty set lists nothing and is sent everything, up to what a neighbor may have queued', () => {
  const { lacking } = compare(setOf([]), setOf(numbers(0, 2_000)));
  assert.equal(lacking.asker.length, 2_000);
});

test('whatever is asked, an answer has no more than sixteen ranges for each', () => {
  const index = setOf(numbers(0, 3_000), (number) => number % 7);
  const before = index.digest;
  fc.assert(
    fc.property(anyRanges, (message) => {
      const { messages, theirs, ours } = new Ranges(index).answer(message);
      const told = messages.reduce((sum, { ranges }) => sum + ranges.length, 0);
      assert.ok(told <= 17 * message.ranges.length + 1);
      assert.ok(theirs.length <= LIMITS.syncRangeElementsMax * message.ranges.length);
      assert.ok(ours.length <= LIMITS.syncRecordsQueuedMax);
      for (const one of messages) assert.deepEqual(decodeRanges(encodeRanges(one)), one);
      assert.ok(message.isReply || messages.length > 0);
    }),
  );
  assert.deepEqual(index.digest, before);
});

test('a frame full of fingerprints that are all wrong is answered in frames of bounded length', () => {
  const index = setOf(numbers(0, 40_000));
  const ranges = numbers(1, 1_025).map((at) => ({
    upTo: { time: 39 * at, prefix: new Uint8Array(0) },
    content: { kind: 'fingerprint' as const, fingerprint: new Uint8Array(12) },
  }));
  const question = { isReply: false, isLast: true, from: FIRST_BOUND, ranges };
  const { messages } = new Ranges(index).answer(decodeRanges(encodeRanges(question)));
  for (const message of messages) assert.ok(encodeRanges(message).length <= 61_000);
  assert.ok(messages.length <= 18);
});

test('where records have one element no range begins between them', () => {
  const element = new Uint8Array(12).fill(7);
  element[11] = 0;
  const index = setOf(Array(40).keys(), () => 5);
  for (let number = 100; number < 140; number++) {
    put(index, { ...testRecord(number), element, modifiedAt: 5 });
  }
  const ours = new Ranges(index).opening().map((question) => decodeRanges(encodeRanges(question)));
  assert.ok(ours.flatMap(({ ranges }) => ranges).length >= 8);
});

test('more than there is room for is skipped, and said to be', () => {
  const index = setOf(Array(1_000).keys());
  const all = { upTo: null, content: { kind: 'elements', elements: new Uint8Array(0) } } as const;
  const question = { isReply: false, isLast: true, from: FIRST_BOUND, ranges: [all] };
  const some = new Ranges(index).answer(question, { ranges: 10, records: 7 });
  assert.deepEqual([some.ours.length, some.isCut], [7, false]);
  const none = new Ranges(index).answer(question, { ranges: 0, records: 7 });
  assert.deepEqual([none.ours.length, none.isCut, none.messages.length], [0, true, 1]);
  assert.equal(new Ranges(index).answer(question).isCut, false);
});
