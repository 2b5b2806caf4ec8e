// The tables of docs/protocol.md §7.7: every phase of the handshake and every message, at both ends.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Handshake, HandshakeStep } from '../../src/core/link/handshake.ts';
import { encodeFrame, KIND } from '../../src/core/wire/frame.ts';
import { encodeRefuse } from '../../src/core/wire/hello.ts';
import type { HandshakeRole } from '../../src/core/wire/link-kinds.ts';
import { newAlice, newBob, now, type Party, payloadOf } from '../golden/example-meeting.ts';
import { alice, bob } from '../support/golden-chains.ts';
import { readPage, tableAfter } from '../support/protocol-page.ts';

const page = readPage();
const EMPTY = new Uint8Array(0);

/** Alice dials Bob: both ends, and frames that fit this connection. */
function freshMeeting() {
  const [a, b] = [newAlice(), newBob()];
  const answer = answerTo(a, b);
  const withoutChain = briefHello(a, b);
  return {
    dialer: a.handshake('dialer', bob, 0),
    listener: newBob().handshake('listener', alice, 0),
    fromDialer: helloOf(newAlice()),
    fromDialerWithoutChain: withoutChain,
    fromListener: answer,
  };
}

function helloOf(party: Party): Uint8Array {
  const [frame] = party.handshake('dialer', bob, 0).start(now);
  assert.ok(frame !== undefined);
  return frame;
}

function answerTo(a: Party, b: Party): Uint8Array {
  const listener = b.handshake('listener', alice, 0);
  feed(listener, helloOf(a));
  const [frame] = listener.admit(now);
  assert.ok(frame !== undefined);
  return frame;
}

/** The HELLO of a dialer that was told that the listener holds its chain. */
function briefHello(a: Party, b: Party): Uint8Array {
  const dialer = a.handshake('dialer', bob, 0);
  dialer.start(now);
  feed(dialer, answerTo(a, b));
  return helloOf(a);
}

function feed(handshake: Handshake, frame: Uint8Array): HandshakeStep {
  return handshake.receive(frame[4] ?? 0, payloadOf(frame), now);
}

type Meeting = ReturnType<typeof freshMeeting>;

const NEED_CHAIN = encodeFrame(KIND.needChain, EMPTY);
const WELCOME = encodeFrame(KIND.welcome, EMPTY);
const REFUSE = encodeFrame(KIND.refuse, encodeRefuse({ reason: 'notMember', detail: '' }));

const COLUMNS: Readonly<Record<HandshakeRole, readonly ((meeting: Meeting) => Uint8Array)[]>> = {
  dialer: [({ fromListener }) => fromListener, () => NEED_CHAIN, () => WELCOME, () => REFUSE],
  listener: [
    ({ fromDialer }) => fromDialer,
    ({ fromDialerWithoutChain }) => fromDialerWithoutChain,
    () => NEED_CHAIN,
    () => WELCOME,
    () => REFUSE,
  ],
};

/** What brings a handshake that has begun into the phase. */
const WAYS: Readonly<Record<string, (meeting: Meeting) => readonly Uint8Array[]>> = {
  'dialer greeting': () => [],
  'dialer greeting again': () => [NEED_CHAIN],
  'dialer answered': ({ fromListener }) => [fromListener],
  'listener greeting': () => [],
  'listener greeting again': ({ fromDialerWithoutChain }) => [fromDialerWithoutChain],
  'listener deciding': ({ fromDialer }) => [fromDialer],
};

function outcome(role: HandshakeRole, phase: string, column: number): string {
  const meeting = freshMeeting();
  const handshake = meeting[role];
  handshake.start(now);
  const way = WAYS[`${role} ${phase}`];
  const frame = COLUMNS[role][column]?.(meeting);
  assert.ok(way !== undefined && frame !== undefined, `${role} ${phase} ${column}`);
  for (const step of way(meeting)) feed(handshake, step);
  return nameOf(feed(handshake, frame));
}

function nameOf(step: HandshakeStep): string {
  switch (step.kind) {
    case 'up':
      return 'up';
    case 'asked':
      return 'deciding';
    case 'refusedByThem':
      return 'refused';
    case 'refusedByUs':
      return step.refusal.code === 'PROTOCOL_VIOLATION' ? 'violation' : 'refused';
    case 'wait':
      return step.send.length > 0 ? 'greeting again' : 'answered';
  }
}

for (const [role, before] of [
  ['dialer', 'At the dialer, which begins'],
  ['listener', 'At the listener, which begins'],
] as const) {
  test(`the ${role} goes through the phases as its table says`, () => {
    const rows = tableAfter(page, before);
    assert.ok(rows.length === 3);
    for (const [phase = '', ...cells] of rows) {
      const found = cells.map((_, column) => outcome(role, phase, column));
      assert.deepEqual(found, cells, `${role}, ${phase}`);
    }
  });
}
