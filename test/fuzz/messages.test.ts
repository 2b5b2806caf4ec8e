// Random and mutated bytes into every decoder of small messages and into the readers of frames: a
// value or `MalformedBytes`, and whatever is a value is written as the same bytes again.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { ByteReader } from '../../src/core/base/byte-reader.ts';
import { ByteWriter } from '../../src/core/base/byte-writer.ts';
import { concatBytes } from '../../src/core/base/bytes.ts';
import { MalformedBytes } from '../../src/core/base/malformed-bytes.ts';
import { utf8Bytes, utf8Text } from '../../src/core/base/utf8.ts';
import { readAddresses, writeAddresses } from '../../src/core/wire/address-codec.ts';
import { readChain, writeChain } from '../../src/core/wire/chain-codec.ts';
import { HandshakeFrames } from '../../src/core/wire/handshake-frames.ts';
import { anyFrame, anyNeighborFrame, chunksOf, listening } from '../support/frame-cases.ts';
import { type FuzzSource, fuzz } from '../support/fuzzing.ts';
import { anyAddress, CODECS } from '../support/wire-codecs.ts';

/** What `decode` makes of the bytes, or null when it refuses them; anything else that is thrown is a bug. */
function valueIn<Value>(decode: () => Value): { readonly value: Value } | null {
  try {
    return { value: decode() };
  } catch (error) {
    if (error instanceof MalformedBytes) return null;
    throw error;
  }
}

function anyBytes(source: FuzzSource, samples: readonly Uint8Array[]): Uint8Array {
  if (source.below(4) === 0) return source.bytes(source.below(80));
  return source.mutate(source.pick(samples));
}

const targets = CODECS.map((codec) => ({
  codec,
  samples: fc.sample(codec.values, { numRuns: 50, seed: 1 }).map(codec.encode),
}));

test('any bytes are a message of each kind or malformed', () => {
  fuzz('small messages', (source) => {
    for (const { codec, samples } of targets) {
      const bytes = anyBytes(source, samples);
      const decoded = valueIn(() => codec.decode(bytes));
      if (decoded !== null) assert.deepEqual(codec.encode(decoded.value), bytes, codec.name);
    }
  });
});

test('any bytes are addresses, a chain, text, or malformed', () => {
  const addresses = fc.sample(fc.array(anyAddress, { maxLength: 8 }), { numRuns: 30, seed: 1 });
  const samples = addresses.map((each) => {
    const out = new ByteWriter();
    writeAddresses(out, each);
    return out.finish();
  });
  const chain = new ByteWriter();
  writeChain(chain, [new Uint8Array(300), new Uint8Array(5_000), new Uint8Array(0)]);
  fuzz('pieces', (source) => {
    const bytes = anyBytes(source, [
      ...samples,
      chain.finish(),
      Buffer.from('Schlüssel-ключ-鍵-🔑'),
    ]);
    const whole = <Value>(read: (input: ByteReader) => Value): Value => {
      const input = new ByteReader(bytes);
      const value = read(input);
      input.end();
      return value;
    };
    const read = valueIn(() => whole(readAddresses));
    if (read !== null) {
      const out = new ByteWriter();
      writeAddresses(out, read.value);
      assert.deepEqual(out.finish(), new Uint8Array(bytes));
    }
    const certificates = valueIn(() => whole(readChain));
    if (certificates !== null) {
      const out = new ByteWriter();
      writeChain(out, certificates.value);
      assert.deepEqual(out.finish(), new Uint8Array(bytes));
    }
    const text = valueIn(() => utf8Text(bytes));
    if (text !== null) assert.deepEqual(utf8Bytes(text.value), new Uint8Array(bytes));
  });
});

test('any bytes in any chunks are frames or malformed, and the same ones however they are cut', () => {
  const any = fc.oneof(anyFrame(300), anyNeighborFrame(300));
  const samples = fc.sample(any, { numRuns: 150, seed: 1 }).map(({ bytes }) => bytes);
  fuzz('frames', (source) => {
    const parts = Array.from({ length: 1 + source.below(5) }, () =>
      source.below(3) === 0 ? anyBytes(source, samples) : source.pick(samples),
    );
    const bytes = concatBytes(parts);
    const read = (chunks: readonly Uint8Array[]) => {
      const state = listening();
      const isFine = valueIn(() => {
        for (const chunk of chunks) state.reader.push(chunk);
      });
      const largest = Math.max(0, ...state.allocated);
      assert.ok(largest <= 17_825_800, `${largest} bytes`);
      const told = state.heard.map((each) => ('bytes' in each ? each.bytes : each.payload));
      const isWhole = (each: (typeof state.heard)[number]): boolean => each.what !== 'stream';
      return {
        isFine: isFine !== null,
        bytes: concatBytes(told),
        whole: state.heard.filter(isWhole),
      };
    };
    const cuts = Array.from({ length: source.below(6) }, () => source.below(bytes.length + 1));
    const [once, cut] = [read([bytes]), read(chunksOf(bytes, cuts))];
    assert.equal(once.isFine, cut.isFine);
    assert.deepEqual(once.whole, cut.whole);
    assert.deepEqual(once.bytes, cut.bytes);
  });
});

test('any bytes of a stranger are frames of a handshake or malformed', () => {
  fuzz('handshake frames', (source) => {
    const frames = new HandshakeFrames(source.pick(['dialer', 'listener']));
    valueIn(() => {
      for (let left = 20; left > 0; left--) {
        const kind = source.below(0x11);
        const length = source.pick([0, 0, 1, 5, 200, 40_960, 70_000]);
        const head = Uint8Array.of(0, length >> 16, length >> 8, length, kind);
        frames.push(source.below(3) === 0 ? source.bytes(source.below(30)) : head);
        frames.push(source.bytes(source.below(300)));
        while (frames.next() !== null);
      }
    });
    assert.ok(frames.rest().length <= 20 * 330);
  });
});
