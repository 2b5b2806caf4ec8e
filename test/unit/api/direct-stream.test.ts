// What a stream makes of pieces that its reader does not wait for: few objects, the same bytes in the
// same order, and no reader that waits in vain.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';

import fc from 'fast-check';

import { DirectStream } from '../../../src/api/direct-stream.ts';
import { GrowthBudget } from '../../../src/core/direct/stream-window.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import { decodeStreamCredit } from '../../../src/core/wire/direct.ts';
import { KIND } from '../../../src/core/wire/frame.ts';
import { LineStream } from '../../../src/engine/line-stream.ts';
import { pattern } from '../../support/frame-cases.ts';

/** The far end of a stream, which keeps to its credit, and what the stream told its line. */
class FarStream {
  readonly near: LineStream;
  credit: number = LIMITS.streamWindowBytes;
  granted = 0;
  isForgotten = false;

  constructor() {
    const onCredit = (bytes: number): void => {
      this.credit += bytes;
      this.granted += bytes;
    };
    const forget = (): void => {
      this.isForgotten = true;
    };
    this.near = new LineStream(
      1,
      'x',
      {
        hasRoom: true,
        isOpen: true,
        whenRoom: () => undefined,
        sendStreamBytes: () => undefined,
        sendStreamFrame: (kind, payload) => {
          if (kind === KIND.streamCredit) onCredit(decodeStreamCredit(payload).bytes);
        },
        forget,
      },
      new GrowthBudget(),
    );
  }

  /** As the reader of frames gives it: a view on what was read. */
  say(bytes: Uint8Array): void {
    this.credit -= bytes.length;
    assert.equal(this.near.onBytes(bytes), true);
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Distinct bytes, so that any two that change places are seen. */
function counted(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 31) ^ (at >> 8));
}

test('bytes that come one in a turn and are not read become few pieces', async () => {
  const far = new FarStream();
  const stream = new DirectStream(far.near);
  const sent = counted(40_000);
  for (let at = 0; at < sent.length; at++) {
    far.say(sent.subarray(at, at + 1));
    await turn();
  }
  const chunks: Uint8Array[] = [];
  stream.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  await turn();
  assert.deepEqual(new Uint8Array(Buffer.concat(chunks)), new Uint8Array(sent));
  assert.ok(chunks.length < 200, `${chunks.length} pieces`);
});

test('bytes that come before anybody has the stream are one piece', () => {
  const far = new FarStream();
  const sent = counted(10_000);
  for (const at of sent.keys()) far.say(sent.subarray(at, at + 1));
  const chunks: Uint8Array[] = [];
  far.near.attach({
    onBytes: (bytes) => chunks.push(bytes),
    onEnd: () => undefined,
    onReset: () => undefined,
    onWritable: () => undefined,
  });
  assert.deepEqual(chunks, [sent]);
  assert.ok((chunks[0]?.buffer.byteLength ?? 0) <= 2 * sent.length);
});

test('large pieces are given as they came, without a copy', async () => {
  for (const isReading of [true, false]) {
    const far = new FarStream();
    const stream = new DirectStream(far.near);
    const sent = [pattern(65_536, 1), pattern(4_096, 2), pattern(16_384, 3)];
    const chunks: Uint8Array[] = [];
    const read = (): unknown => stream.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    if (isReading) read();
    for (const bytes of sent) far.say(bytes);
    if (!isReading) read();
    await turn();
    assert.equal(chunks.length, sent.length);
    for (const [at, { buffer }] of chunks.entries()) assert.ok(buffer === sent[at]?.buffer);
  }
});

test('a reader that keeps up is given every piece at once', async () => {
  const far = new FarStream();
  const stream = new DirectStream(far.near);
  const lengths: number[] = [];
  stream.on('data', ({ length }: Uint8Array) => lengths.push(length));
  await turn();
  for (const length of [1, 2, 3, 1, 5_000, 1]) far.say(counted(length));
  assert.deepEqual(lengths, [1, 2, 3, 1, 5_000, 1]);
});

test('a reader that asks for so many bytes is woken when they are there', async () => {
  for (const count of [2, 100, 1_000, 5_000, 70_000]) {
    const far = new FarStream();
    const stream = new DirectStream(far.near);
    const sent = counted(2 * count);
    let hasAsked = 0;
    const taken: Uint8Array[] = [];
    stream.on('readable', () => {
      hasAsked += 1;
      const chunk: Uint8Array | null = stream.read(count);
      if (chunk !== null) taken.push(chunk);
    });
    for (const at of sent.keys()) {
      far.say(sent.subarray(at, at + 1));
      if (at % 100 === 99 || count <= 100) await turn();
      if (at + 1 === count) {
        await turn();
        assert.equal(taken.length, 1, `${count} bytes, asked ${hasAsked} times`);
      }
    }
    await turn();
    assert.deepEqual(new Uint8Array(Buffer.concat(taken)), sent);
  }
});

test('a reader that takes once each time that it is told hears of all', async () => {
  const far = new FarStream();
  const stream = new DirectStream(far.near);
  const sent = counted(3_000);
  const taken: Uint8Array[] = [];
  stream.on('readable', () => {
    const chunk: Uint8Array | null = stream.read();
    if (chunk !== null) taken.push(chunk);
  });
  for (const at of sent.keys()) {
    far.say(sent.subarray(at, at + 1));
    if (at % 700 === 0) await turn();
  }
  for (let count = 0; count < 3; count++) await turn();
  assert.deepEqual(new Uint8Array(Buffer.concat(taken)), sent);
});

test('a reader that asks for all that has come is given it at once', () => {
  for (let count = 1; count <= 300; count++) {
    const far = new FarStream();
    const stream = new DirectStream(far.near);
    for (let at = 0; at < count; at++) far.say(Uint8Array.of(at));
    const chunk: Uint8Array | null = stream.read(count);
    assert.equal(chunk?.length, count);
  }
});

test('what is held back comes before the end, and nothing comes after a reset', async () => {
  for (let count = 90; count <= 100; count++) {
    for (const isReset of [false, true]) {
      const far = new FarStream();
      const stream = new DirectStream(far.near);
      stream.on('error', () => undefined);
      for (let at = 0; at < count; at++) far.say(Uint8Array.of(at));
      if (isReset) far.near.onReset('cancelled');
      else far.near.onEnd();
      const told: string[] = [];
      stream.on('data', ({ length }: Uint8Array) => told.push(`${length}`));
      stream.once('end', () => told.push('end'));
      stream.once('close', () => told.push('close'));
      await turn();
      const bytes = told.reduce((sum, word) => sum + (Number(word) || 0), 0);
      assert.deepEqual([bytes, told.at(-1)], isReset ? [0, 'close'] : [count, 'end']);
    }
  }
});

type Reader = (stream: DirectStream, pause: () => Promise<void>) => Promise<Uint8Array>;

const READERS: Readonly<Record<string, Reader>> = {
  flowing: async (stream, pause) => {
    const taken: Uint8Array[] = [];
    stream.on('data', (chunk: Uint8Array) => {
      taken.push(chunk.slice());
      stream.pause();
      void pause().then(() => stream.resume());
    });
    await once(stream, 'end');
    return Buffer.concat(taken);
  },
  iterating: async (stream, pause) => {
    const taken: Uint8Array[] = [];
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      taken.push(chunk);
      await pause();
    }
    return Buffer.concat(taken);
  },
  asking: async (stream, pause) => {
    const taken: Uint8Array[] = [];
    let isOver = false;
    let wake = (): void => undefined;
    stream.on('readable', () => wake());
    stream.once('end', () => {
      isOver = true;
      wake();
    });
    for (let asked = 1; !isOver; asked = 1 + ((asked * 7) % 2_999)) {
      for (;;) {
        const told = new Promise<void>((resolve) => {
          wake = resolve;
        });
        const chunk: Uint8Array | null = stream.read(asked);
        if (chunk !== null) taken.push(chunk);
        if (chunk !== null || isOver) break;
        await told;
      }
      await pause();
    }
    return Buffer.concat(taken);
  },
};

test('whatever the pieces and whoever reads, the bytes are the same, and all are granted again', async () => {
  const length = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 40 }) },
    fc.integer({ min: 41, max: 5_000 }),
    fc.integer({ min: 4_000, max: 60_000 }),
  );
  const steps = fc.array(fc.tuple(length, fc.nat(2)), { minLength: 1, maxLength: 120 });
  const who = fc.constantFrom(...Object.keys(READERS));
  await fc.assert(
    fc.asyncProperty(steps, who, fc.nat(3), fc.boolean(), async (cuts, name, turns, isEarly) => {
      const far = new FarStream();
      const total = cuts.reduce((sum, [bytes]) => sum + bytes, 0);
      const sent = counted(total);
      let stream = isEarly ? null : new DirectStream(far.near);
      const pause = async (): Promise<void> => {
        for (let count = 0; count < turns; count++) await turn();
      };
      const read = READERS[name];
      assert.ok(read !== undefined);
      let reading = stream === null ? null : read(stream, pause);
      let at = 0;
      for (const [bytes, rest] of cuts) {
        if (far.credit < bytes && stream === null) {
          stream = new DirectStream(far.near);
          reading = read(stream, pause);
        }
        while (far.credit < bytes) await turn();
        // A copy, for the reader may keep it as it is.
        far.say(sent.slice(at, at + bytes));
        at += bytes;
        for (let count = 0; count < rest; count++) await turn();
      }
      stream ??= new DirectStream(far.near);
      reading ??= read(stream, pause);
      far.near.onEnd();
      assert.ok(Buffer.from(sent).equals(await reading));
      stream.end();
      await turn();
      assert.equal(far.isForgotten, true, 'no byte is left unread');
    }),
    { numRuns: 150 },
  );
});
