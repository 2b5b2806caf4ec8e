// Random and mutated bytes to a whole direct line and to a whole handshake on simulated wires: the
// line lives on or ends, once and in order, and nothing else is ever thrown.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { encodeFrame } from '../../src/core/wire/frame.ts';
import { anyFrame } from '../support/frame-cases.ts';
import { fuzz } from '../support/fuzzing.ts';
import { helloFrom } from '../support/handshake-phases.ts';
import { CLUB, freshTools } from '../support/simulated-club.ts';
import { rawLine, shake } from '../support/simulated-link.ts';
import { CODECS } from '../support/wire-codecs.ts';

const small = CODECS.filter(({ name }) => name !== 'HELLO').flatMap(({ kind, values, encode }) =>
  fc.sample(values, { numRuns: 20, seed: 2 }).map((value) => encodeFrame(kind, encode(value))),
);
const frames = [
  ...small,
  ...fc.sample(anyFrame(400), { numRuns: 100, seed: 2 }).map(({ bytes }) => bytes),
  // Those that are in turn more often than not.
  ...[1, 3, 5].map((number) => encodeFrame(0x20, Uint8Array.of(number, 0))),
  ...[1, 3, 5].map((number) => encodeFrame(0x21, Uint8Array.of(number, 7, 7, 7))),
  ...[1, 3, 5].map((number) => encodeFrame(0x23, Uint8Array.of(number))),
];

test('a line takes whatever a member sends, or ends', () => {
  fuzz('line', (source) => {
    const { bob, wire, clock } = rawLine({ chunkBytes: () => 1 + source.below(200) });
    for (let left = 1 + source.below(30); left > 0; left--) {
      const frame = source.pick(frames);
      wire.send([source.below(5) === 0 ? source.mutate(frame) : frame], () => undefined);
      if (source.below(3) === 0) clock.advance(source.below(2_000));
      if (source.below(8) === 0 && bob.line.isOpen) {
        clock.turn(() => bob.line.openStream('ours'));
      }
      for (const stream of source.below(6) === 0 ? bob.streams.splice(0, 1) : []) {
        clock.turn(() => (source.below(2) === 0 ? stream.end() : stream.reset('cancelled')));
      }
      if (source.below(6) === 0 && !bob.line.isOver) clock.turn(() => bob.line.tick(clock.now()));
    }
    if (source.below(4) === 0) clock.turn(() => bob.line.close('done', '', 3_000));
    wire.cut();
    clock.advance(20_000);
    assert.equal(bob.ends.length, 1);
    assert.equal(bob.overCount, 1);
    assert.equal(bob.wire.isClosed, true);
    assert.equal(bob.line.streamCount, 0);
    assert.equal(clock.timerCount, 0);
  });
});

const tools = [freshTools(), freshTools()] as const;
const { alice, bob } = CLUB;
const greetings = {
  dialer: [
    encodeFrame(1, helloFrom(bob, alice, 'listener')),
    Uint8Array.of(0, 0, 0, 0, 2),
    Uint8Array.of(0, 0, 0, 0, 3),
    Uint8Array.of(0, 0, 0, 2, 4, 1, 0),
  ],
  listener: [
    encodeFrame(1, helloFrom(alice, bob, 'dialer')),
    encodeFrame(1, helloFrom(alice, bob, 'dialer', { chain: null })),
    Uint8Array.of(0, 0, 0, 0, 3),
  ],
} as const;

test('a handshake takes whatever a stranger sends, and has one outcome', () => {
  fuzz('handshake', (source) => {
    const side = source.pick(['dialer', 'listener'] as const);
    const meeting = shake({ tools, chunkBytes: () => 1 + source.below(2_000) });
    for (const wire of meeting.wires) wire.discardUnsent();
    const stranger = meeting.wires[side === 'dialer' ? 1 : 0];
    for (let left = 1 + source.below(5); left > 0; left--) {
      const said = source.pick(greetings[side]);
      stranger.send([source.below(2) === 0 ? source.mutate(said) : said], () => undefined);
      if (source.below(3) === 0) meeting.clock.advance(source.below(4_000));
    }
    if (source.below(2) === 0) stranger.finish();
    meeting.clock.advance(60_000);
    assert.equal(meeting.logs[side].outcomes, 1);
    assert.equal(meeting.logs[side === 'dialer' ? 'listener' : 'dialer'].outcomes, 1);
  });
});
