// Frames of neighbor links and of direct connections: each has its place and its longest payload, and
// what is out of place or too long is known by its header.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';
import { KIND, payloadBytesMax } from '../../../src/core/wire/frame.ts';
import { FrameReader } from '../../../src/core/wire/frame-reader.ts';
import { mayComeOnDirect, mayComeOnNeighbor } from '../../../src/core/wire/link-kinds.ts';
import { listening, NEIGHBOR_KINDS, pattern, smallCase } from '../../support/frame-cases.ts';
import { namesOf } from '../../support/wire-reading.ts';

const EVERY_KIND = Array.from({ length: 256 }, (_, kind) => kind);
const NEIGHBOR = new Set(NEIGHBOR_KINDS.map(([kind]) => kind));

function header(length: number, kind: number): Uint8Array {
  return Uint8Array.of(length >>> 24, length >>> 16, length >>> 8, length, kind);
}

test('the kinds from 0x30 on are those of neighbor links, each with its bound', () => {
  const known = namesOf().map(([, kind]) => kind);
  assert.deepEqual(
    known.filter((kind) => kind >= 0x30),
    NEIGHBOR_KINDS.map(([kind]) => kind),
  );
  for (const [kind, max] of NEIGHBOR_KINDS) assert.equal(payloadBytesMax(kind), max, `${kind}`);
});

test('a frame has its place on a neighbor link or on a direct connection, and CLOSE on both', () => {
  for (const kind of EVERY_KIND.filter((each) => payloadBytesMax(each) >= 0)) {
    assert.equal(mayComeOnNeighbor(kind), NEIGHBOR.has(kind) || kind === KIND.close, `${kind}`);
    assert.equal(mayComeOnDirect(kind), !NEIGHBOR.has(kind), `${kind}`);
  }
});

for (const [kind, max] of NEIGHBOR_KINDS) {
  test(`frame ${kind} is read up to its longest payload, and no byte more is waited for`, () => {
    const allowed = listening();
    allowed.reader.push(header(max, kind));
    assert.deepEqual(allowed.allocated, max === 0 ? [] : [max]);
    const longer = listening();
    assert.throws(() => longer.reader.push(header(max + 1, kind)), MalformedBytes);
    assert.deepEqual(longer.allocated, []);
  });
}

test('a frame out of place is refused before its payload', () => {
  for (const [kind, max] of NEIGHBOR_KINDS) {
    const { bytes } = smallCase(kind, pattern(Math.min(max, 20), kind));
    const told: number[] = [];
    const sink = {
      onMessage: () => false,
      onStreamBytes: () => undefined,
      onFrame: (heard: number) => void told.push(heard),
    };
    const allocate = (length: number) => new Uint8Array(length);
    new FrameReader(sink, allocate, mayComeOnNeighbor).push(bytes);
    assert.deepEqual(told, [kind]);
    const direct = new FrameReader(sink, allocate, mayComeOnDirect);
    assert.throws(() => direct.push(bytes.subarray(0, 5)), MalformedBytes, `${kind}`);
  }
});
