// The golden frames of test/golden/wire: every build decodes what any build has sent, and refuses
// what none may send, however the network cuts them.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

import { hexBytes, hexText } from '../../src/core/base/hex.ts';
import { MalformedBytes } from '../../src/core/base/malformed-bytes.ts';
import { type GoldenFrame, REFUSED_FILE, WIRE_FOLDER, wireFiles } from '../golden/wire-files.ts';
import type { WireRefusal } from '../golden/wire-refusal.ts';
import { readFrame } from '../support/wire-reading.ts';

function contentOf<Item>(file: string): readonly Item[] {
  return JSON.parse(readFileSync(new URL(file, WIRE_FOLDER), 'utf8'));
}

const files = readdirSync(WIRE_FOLDER).sort();

test('the files are those that node test/golden/make-wire-examples.ts writes', () => {
  const expected = wireFiles();
  assert.deepEqual(files, expected.map(({ name }) => name).sort());
  for (const { name, text } of expected) {
    assert.equal(readFileSync(new URL(name, WIRE_FOLDER), 'utf8'), text, name);
  }
});

for (const file of files.filter((name) => name !== REFUSED_FILE)) {
  test(`${file}: each frame is decoded, in one piece or in many, and encoded again`, () => {
    for (const golden of contentOf<GoldenFrame>(file)) {
      const frame = hexBytes(golden.frame);
      for (const pieceBytes of [frame.length, 1, 7]) {
        const { message, values, again } = readFrame(frame, pieceBytes);
        assert.deepEqual({ message, values }, { message: golden.message, values: golden.values });
        assert.equal(hexText(again), golden.frame);
      }
    }
  });
}

for (const { message, why, frame } of contentOf<WireRefusal>(REFUSED_FILE)) {
  test(`refused: ${message}, ${why} (${frame.slice(0, 16)})`, () => {
    const bytes = hexBytes(frame);
    assert.throws(() => readFrame(bytes), MalformedBytes);
    assert.throws(() => readFrame(bytes, 1), MalformedBytes);
  });
}
