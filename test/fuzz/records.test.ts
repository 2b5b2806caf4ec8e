// Random and mutated bytes into the decoders of contents, statements and bundles: a value or
// `MalformedBytes`, and whatever is a value is written as the same bytes again. A bundle that was
// mutated never opens as the batch that it was.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { ByteReader } from '../../src/core/base/byte-reader.ts';
import { ByteWriter } from '../../src/core/base/byte-writer.ts';
import { equalBytes } from '../../src/core/base/bytes.ts';
import { MalformedBytes } from '../../src/core/base/malformed-bytes.ts';
import { readBatchStatement, writeBatchStatement } from '../../src/core/records/batch-statement.ts';
import { decodeBundle, encodeBundle, openBundle } from '../../src/core/records/bundle.ts';
import { decodeContent, encodeContent } from '../../src/core/records/record-content.ts';
import { type FuzzSource, fuzz } from '../support/fuzzing.ts';
import { alice } from '../support/golden-chains.ts';
import { anyContent, batchOf, bundleOf, draftsOf, newTools } from '../support/record-samples.ts';

const me = alice.publicKey;
const BYTES_MAX = 1_000_000;

/** What `decode` makes of the bytes, or null when it refuses them; anything else that is thrown is a bug. */
function valueIn<Value>(decode: () => Value): Value | null {
  try {
    return decode();
  } catch (error) {
    if (error instanceof MalformedBytes) return null;
    throw error;
  }
}

function anyBytes(source: FuzzSource, samples: readonly Uint8Array[]): Uint8Array {
  if (source.below(4) === 0) return source.bytes(source.below(200));
  return source.mutate(source.pick(samples));
}

test('any bytes are the content of a record or malformed', () => {
  const samples = fc
    .sample(anyContent, { numRuns: 100, seed: 1 })
    .map((content) => encodeContent(content, me));
  fuzz('contents', (source) => {
    const bytes = anyBytes(source, samples);
    const content = valueIn(() => decodeContent(bytes, me));
    if (content !== null) assert.deepEqual(encodeContent(content, me), new Uint8Array(bytes));
  });
});

test('any bytes are the statement of a batch or malformed', () => {
  const samples = [1, 2, 1_024].map((count) => {
    const out = new ByteWriter();
    writeBatchStatement(out, batchOf(draftsOf(count)).batch.statement);
    return out.finish();
  });
  fuzz('statements', (source) => {
    const bytes = anyBytes(source, samples);
    const input = new ByteReader(bytes);
    const statement = valueIn(() => readBatchStatement(input));
    if (statement === null) return;
    const out = new ByteWriter();
    writeBatchStatement(out, statement);
    assert.deepEqual(out.finish(), bytes.slice(0, bytes.length - input.rest));
  });
});

test('any bytes are a bundle or malformed, and no mutated one opens as the batch that it was', () => {
  const batch = batchOf(draftsOf(9, 1_500));
  const places = [[0], [8], [2, 5], [0, 1, 2, 3, 4, 5, 6, 7, 8], [1, 3, 5, 7], [3, 4, 5, 6, 7, 8]];
  const samples = places.map((each) => encodeBundle(bundleOf(batch, each)));
  const tools = newTools();
  fuzz('bundles', (source) => {
    const bytes = new Uint8Array(anyBytes(source, samples));
    const bundle = valueIn(() => decodeBundle(bytes, BYTES_MAX));
    if (bundle === null) return;
    assert.deepEqual(encodeBundle(bundle), bytes);
    const verdict = openBundle(bundle, tools);
    if (!verdict.ok) {
      assert.equal(verdict.refusal.code, 'RECORD_INVALID');
      return;
    }
    const { hash, signature } = verdict.value.batch;
    const isBatch = equalBytes(hash, batch.batch.hash);
    const isMutated = !samples.some((sample) => equalBytes(sample, bytes));
    if (isBatch && isMutated) assert.ok(!equalBytes(signature, batch.batch.signature));
  });
});
