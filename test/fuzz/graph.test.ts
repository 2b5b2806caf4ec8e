// Whatever comes from neighbors, a node goes on: it never throws, says nothing that has not its form,
// says nothing to whom it has hung up, and does a bounded amount for each frame. Two real nodes talk
// to each other, and what is said is damaged on its way; and any bytes go into the decoders.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { graphExamples } from '../golden/graph-examples.ts';
import { FLOOD_CODECS } from '../support/flood-codecs.ts';
import { fuzzCodecs } from '../support/fuzz-codecs.ts';
import { type FuzzSource, fuzz } from '../support/fuzzing.ts';
import { type FuzzFrame, FuzzNode, keeperOf } from '../support/graph-fuzzing.ts';
import { OVERLAY_CODECS } from '../support/overlay-codecs.ts';
import { CAST } from '../support/record-club.ts';
import { SYNC_CODECS } from '../support/sync-codecs.ts';

const FRAMES = 120;
const PASSED_MS = [0, 0, 0, 5, 300, 1_000, 11_000, 60_000];

const codecs = [...OVERLAY_CODECS, ...FLOOD_CODECS, ...SYNC_CODECS];
const madeUp: readonly FuzzFrame[] = [
  ...codecs.flatMap(({ kind, values, encode }) =>
    fc.sample(values, { numRuns: 10, seed: 1 }).map((value) => ({ kind, payload: encode(value) })),
  ),
  ...graphExamples().map(({ frame }) => ({ kind: frame[4] ?? 0, payload: frame.slice(5) })),
];

const bob = keeperOf(CAST.bob, 40);
const carol = keeperOf(CAST.carol, 3);

/** The next frame for the other side, most of the time as it was sent. */
function damaged(source: FuzzSource, sent: FuzzFrame[], heard: readonly FuzzFrame[]): FuzzFrame {
  const at = source.below(8) === 0 ? source.below(sent.length) : 0;
  const [frame] = source.below(12) === 0 ? sent.slice(at) : sent.splice(at, 1);
  const choice = source.below(24);
  if (frame === undefined || choice === 0) return source.pick(madeUp);
  if (choice === 1) return { ...frame, payload: source.mutate(frame.payload) };
  return choice === 2 && heard.length > 0 ? source.pick(heard) : frame;
}

/** Both hear what the other says, until one is tired of it; then they meet again. */
function talk(source: FuzzSource, [one, other]: readonly [FuzzNode, FuzzNode]): void {
  const heard: FuzzFrame[] = [];
  for (let left = FRAMES; left > 0; left--) {
    if (!one.isLinked || !other.isLinked) {
      if (!one.meet(other, 'dialer') || !other.meet(one, 'listener')) return;
    }
    const [speaker, listener] = source.below(2) === 0 ? [one, other] : [other, one];
    const frame = damaged(source, speaker.sent, heard);
    heard.push(frame);
    if (listener.isLinked) listener.hear(frame);
    if (source.below(6) !== 0) continue;
    const ms = source.pick(PASSED_MS);
    for (const node of [one, other]) node.wait(ms);
    one.drain();
  }
}

test('two nodes whose frames are damaged on their way go on, and say nothing without a form', () => {
  const seen = new Set<number>();
  fuzz('graph', (source) => {
    const nodes = [new FuzzNode(bob, source), new FuzzNode(carol, source)] as const;
    talk(source, nodes);
    for (const { said } of nodes) for (const kind of said) seen.add(kind);
  });
  assert.ok(seen.size > 15, `only ${[...seen].join(' ')} were said`);
});

test('any bytes are a message of comparing or malformed', () => {
  fuzzCodecs('sync messages', SYNC_CODECS);
});
