// The handshake on a wire: however the wire and the far end behave, exactly one of `onUp` and
// `onFailed` is called, once, and the wire does not outlive a failure.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFrame, KIND } from '../../../src/core/wire/frame.ts';
import type { RefuseReason } from '../../../src/core/wire/hello.ts';
import { messageFrame } from '../../support/frame-cases.ts';
import { CLUB } from '../../support/simulated-club.ts';
import { type Shake, type ShakeOptions, shake } from '../../support/simulated-link.ts';

const { alice, bob, eve } = CLUB;

/** After a while: one outcome each, no timer left, and failed wires closed. */
function settled({ clock, logs, wires }: Shake): void {
  clock.advance(60_000);
  assert.equal(logs.dialer.outcomes, 1, 'the dialer has one outcome');
  assert.equal(logs.listener.outcomes, 1, 'the listener has one outcome');
  assert.equal(clock.timerCount, 0, 'nothing is left to wait for');
  if (logs.dialer.failed.length > 0) assert.equal(wires[0].isClosed, true);
  if (logs.listener.failed.length > 0) assert.equal(wires[1].isClosed, true);
}

function failures({ logs }: Shake): readonly (string | undefined)[] {
  return [logs.dialer.failed[0]?.code, logs.listener.failed[0]?.code];
}

test('two members have a link, and each knows who the other is', () => {
  const meeting = shake();
  settled(meeting);
  const [ours, theirs] = [meeting.logs.dialer.up[0], meeting.logs.listener.up[0]];
  assert.equal(ours?.farEnd.membership.member, bob.membership.member);
  assert.equal(theirs?.farEnd.membership.member, alice.membership.member);
  assert.deepEqual([ours?.role, theirs?.role], ['dialer', 'listener']);
  assert.equal(meeting.wires[0].isReading && meeting.wires[1].isReading, true);
});

test('bytes that come one by one make the same link', () => {
  for (const chunkBytes of [1, 7, 999]) {
    const meeting = shake({ chunkBytes: () => chunkBytes });
    settled(meeting);
    assert.equal(meeting.logs.dialer.up.length, 1);
  }
});

test('a far end that drips single bytes does not outlast the patience', () => {
  let elapsed = 0;
  const meeting = shake({ patienceMs: 3_000, chunkBytes: () => 1, latencyMs: 100 });
  while (meeting.logs.listener.outcomes === 0) {
    meeting.clock.advance(100);
    elapsed += 100;
  }
  assert.ok(elapsed <= 3_100, `${elapsed} ms`);
  settled(meeting);
  assert.equal(meeting.logs.listener.failed[0]?.code, 'TIMED_OUT');
});

test('a far end that says nothing is given up when patience ends', () => {
  const meeting = shake({ patienceMs: 5_000 });
  meeting.wires[0].silence();
  meeting.clock.advance(4_999);
  assert.deepEqual([meeting.logs.dialer.outcomes, meeting.logs.listener.outcomes], [0, 0]);
  meeting.clock.advance(1);
  assert.deepEqual(failures(meeting), ['TIMED_OUT', 'TIMED_OUT']);
  meeting.clock.advance(1_000);
  assert.equal(meeting.wires[0].isClosed && meeting.wires[1].isClosed, true);
});

const GARBAGE: readonly (readonly [string, Uint8Array])[] = [
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: example.org\r\n\r\n')],
  ['zeros', new Uint8Array(4_096)],
  ['a HELLO that is none', encodeFrame(KIND.hello, Buffer.from('hello'))],
  ['a HELLO without anything', encodeFrame(KIND.hello, new Uint8Array(0))],
  ['a HELLO announced as too long', Uint8Array.of(0, 1, 0, 0, KIND.hello)],
  ['a message', messageFrame(0, Buffer.from('hi'))],
  ['WELCOME', encodeFrame(KIND.welcome, new Uint8Array(0))],
  ['NEED_CHAIN', encodeFrame(KIND.needChain, new Uint8Array(0))],
];

for (const [what, bytes] of GARBAGE) {
  test(`${what} in place of a HELLO ends the attempt at once`, () => {
    for (const side of ['dialer', 'listener'] as const) {
      const meeting = shake();
      const wire = meeting.wires[side === 'dialer' ? 1 : 0];
      for (const each of meeting.wires) each.discardUnsent();
      wire.send([bytes], () => undefined);
      meeting.clock.advance(100);
      // A listener may ask a dialer for its chain.
      const isAllowed = what === 'NEED_CHAIN' && side === 'dialer';
      const [failed, up] = isAllowed ? [0, 1] : [1, 0];
      assert.equal(meeting.logs[side].failed.length, failed, side);
      assert.equal(meeting.logs[side].up.length, up, side);
      settled(meeting);
    }
  });
}

test('frames that come before the listener has decided wait, and are not lost', () => {
  let decide: () => void = () => undefined;
  const meeting = shake({
    onAsked: (handshake) => {
      decide = () => handshake.admit();
    },
  });
  meeting.clock.advance(100);
  meeting.wires[0].send([messageFrame(0, Buffer.from('too early'))], () => undefined);
  meeting.clock.advance(1_000);
  assert.equal(meeting.wires[1].isReading, false);
  decide();
  const [link] = meeting.logs.listener.up;
  assert.ok(link !== undefined);
  let heard: Uint8Array = link.rest;
  link.wire.attach({
    onBytes: (bytes) => {
      heard = Buffer.concat([heard, bytes]);
      return true;
    },
    onEnd: () => undefined,
    onClosed: () => undefined,
  });
  meeting.clock.advance(100);
  assert.deepEqual(new Uint8Array(heard), messageFrame(0, Buffer.from('too early')));
});

test('what comes in one chunk with WELCOME belongs to the link', () => {
  const said = messageFrame(0, Buffer.from('welcome'));
  const meeting = shake({
    onUp: (role, link) => {
      if (role === 'listener') link.wire.send([said], () => undefined);
    },
  });
  settled(meeting);
  assert.deepEqual(meeting.logs.dialer.up[0]?.rest, said);
});

test('cut at any moment by either side, each side has one outcome', () => {
  for (const ms of [0, 10, 15, 20, 30, 40, 50, 60, 70, 90]) {
    for (const side of [0, 1] as const) {
      for (const how of ['cut', 'finish', 'break'] as const) {
        const meeting = shake({ latencyMs: 10, chunkBytes: () => 1_500 });
        meeting.clock.advance(ms);
        const wire = meeting.wires[side];
        if (how === 'cut') wire.cut();
        else if (how === 'finish') wire.finish();
        else for (const each of meeting.wires) each.breakHere('ECONNRESET');
        meeting.clock.advance(60_000);
        assert.equal(meeting.logs.dialer.outcomes, 1, `${how} after ${ms} ms`);
        assert.equal(meeting.logs.listener.outcomes, 1, `${how} after ${ms} ms`);
      }
    }
  }
});

test('cancelled at any moment by either side, each side has one outcome', () => {
  for (let ms = 0; ms <= 60; ms += 5) {
    for (const side of ['dialer', 'listener'] as const) {
      const meeting = shake({ latencyMs: 10 });
      meeting.clock.advance(ms);
      const wasUp = meeting.logs[side].up.length > 0;
      meeting[side].cancel();
      meeting[side].cancel();
      meeting.clock.advance(60_000);
      assert.equal(meeting.logs.dialer.outcomes, 1, `${side} after ${ms} ms`);
      assert.equal(meeting.logs.listener.outcomes, 1, `${side} after ${ms} ms`);
      if (!wasUp) assert.equal(meeting.logs[side].failed[0]?.code, 'ABORTED');
    }
  }
});

test('a far end that is not the one who was asked for is not told anything', () => {
  const options: ShakeOptions = { listener: CLUB.carol };
  const meeting = shake({ ...options, expected: bob.membership.member });
  assert.equal(meeting.logs.dialer.failed[0]?.code, 'WRONG_IDENTITY');
  assert.equal(meeting.wires[0].bytesSent, 0);
  settled(meeting);
});

test('a certificate that is no identity ends the attempt before a byte is sent', () => {
  const odd = { ...bob, identity: { ...bob.identity, der: new Uint8Array(99) } };
  const meeting = shake({ listener: odd });
  assert.equal(meeting.logs.dialer.failed[0]?.code, 'NOT_AUTHENTICATED');
  assert.equal(meeting.wires[0].bytesSent, 0);
});

test('a member of another group is refused, and learns no more than that', () => {
  const meeting = shake({ dialer: eve });
  settled(meeting);
  assert.equal(meeting.logs.listener.failed[0]?.code, 'NOT_AUTHENTICATED');
  assert.deepEqual(meeting.logs.dialer.failed[0], {
    code: 'NOT_AUTHENTICATED',
    detail: 'the far end does not take us for a member',
    reason: 'notMember',
  });
});

const REASONS: readonly (readonly [RefuseReason, string])[] = [
  ['notAccepting', 'CONNECTION_REFUSED'],
  ['refusedByApplication', 'CONNECTION_REFUSED'],
  ['tooManyConnections', 'CONNECTION_REFUSED'],
  ['alreadyConnected', 'CONNECTION_REFUSED'],
  ['duplicateOpen', 'CONNECTION_REFUSED'],
  ['shuttingDown', 'CONNECTION_REFUSED'],
  ['notMember', 'NOT_AUTHENTICATED'],
  ['membershipExpired', 'MEMBERSHIP_EXPIRED'],
  ['membershipNotYetValid', 'MEMBERSHIP_NOT_YET_VALID'],
  ['unsupportedVersion', 'UNSUPPORTED_VERSION'],
];

for (const [reason, code] of REASONS) {
  test(`one who is turned away as ${reason} is told so by ${code}`, () => {
    const meeting = shake({ onAsked: (handshake) => handshake.turnAway(reason, '') });
    settled(meeting);
    assert.equal(meeting.logs.dialer.failed[0]?.code, code);
    assert.equal(meeting.logs.dialer.failed[0]?.reason, reason);
    assert.equal(meeting.logs.listener.failed[0]?.reason, reason);
  });
}

test('whoever was decided about is not decided about again', () => {
  const meeting = shake({
    onAsked: (handshake) => {
      handshake.admit();
      handshake.turnAway('notAccepting', '');
      handshake.admit();
      handshake.cancel();
    },
  });
  settled(meeting);
  assert.deepEqual([meeting.logs.dialer.up.length, meeting.logs.listener.up.length], [1, 1]);
});

test('one who asks and goes while the application thinks is not let in', () => {
  let decide: () => void = () => undefined;
  const meeting = shake({
    onAsked: (handshake) => {
      decide = () => handshake.admit();
    },
  });
  meeting.clock.advance(50);
  for (const wire of meeting.wires) wire.breakHere('ECONNRESET');
  meeting.clock.advance(50);
  decide();
  settled(meeting);
  assert.deepEqual(failures(meeting), ['NOT_AUTHENTICATED', 'NOT_AUTHENTICATED']);
});

test('a line that will not read from its first message on is left unread', () => {
  const said = messageFrame(0, Buffer.from('one'));
  const meeting = shake({
    onUp: (role, link) => {
      if (role === 'listener') link.wire.send([said], () => undefined);
      else link.wire.setReading(false);
    },
  });
  settled(meeting);
  assert.equal(meeting.wires[0].isReading, false);
});
