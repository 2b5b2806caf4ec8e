// The two ends of a link prove who they are: what each says in which phase, what is sent again and
// what is left out because the other side holds it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BrokenInvariant } from '../../../src/core/base/assert.ts';
import { hexText } from '../../../src/core/base/hex.ts';
import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import { Handshake, type HandshakeFacts } from '../../../src/core/link/handshake.ts';
import { KIND } from '../../../src/core/wire/frame.ts';
import { decodeHello, decodeRefuse, REFUSE_CODES } from '../../../src/core/wire/hello.ts';
import {
  dialerAt,
  EMPTY,
  fate,
  frameOf,
  handshakeOf,
  helloFrom,
  listenerAt,
  meet,
  now,
  type PhaseName,
  sentHello,
} from '../../support/handshake-phases.ts';
import { CLUB, type Clubber, factsOf, freshTools, OPEN_ID } from '../../support/simulated-club.ts';

const { alice, bob, carol, eve } = CLUB;

test('two members find out about each other what the other said', () => {
  const { dialer, listener } = meet(alice, bob);
  assert.ok(dialer?.kind === 'up' && listener?.kind === 'asked');
  assert.equal(listener.farEnd.membership.member, alice.membership.member);
  assert.equal(listener.farEnd.nodeId, 11n);
  assert.equal(listener.farEnd.attempt, hexText(OPEN_ID));
  assert.deepEqual(listener.farEnd.listenAddresses, [{ host: '192.0.2.1', port: 4001 }]);
  assert.equal(listener.farEnd.messageBytesMax, LIMITS.messageBytesMax);
  assert.equal(listener.farEnd.isSeparate, false);
  assert.equal(dialer.farEnd.membership.member, bob.membership.member);
  assert.equal(dialer.farEnd.nodeId, 22n);
});

test('every two members may meet, whoever dials', () => {
  const members = [alice, bob, carol];
  for (const one of members) {
    for (const other of members) {
      if (one === other) continue;
      assert.equal(meet(one, other).dialer?.kind, 'up');
    }
  }
});

test('two nodes of one member may be neighbors, and nothing else connects to itself', () => {
  const fateOf = (isNeighbor: boolean, listenerId: bigint): string => {
    const dialing = { ...factsOf(bob, bob, 'dialer'), isNeighbor };
    const dialer = new Handshake(dialing, freshTools());
    const listening = { ...factsOf(bob, bob, 'listener'), nodeId: listenerId };
    const listener = new Handshake(listening, freshTools());
    const asked = listener.receive(KIND.hello, frameOf(dialer.start(now())[0]).payload, now());
    if (asked.kind !== 'asked') return fate(asked);
    const [hello] = listener.admit(now());
    return fate(dialer.receive(KIND.hello, frameOf(hello).payload, now()));
  };
  assert.equal(fateOf(true, 22n), 'wait');
  assert.equal(fateOf(true, 11n), 'NOT_AUTHENTICATED');
  assert.equal(fateOf(false, 22n), 'NOT_AUTHENTICATED');
});

test('who asks for a connection of its own says so', () => {
  const tools = freshTools();
  const facts = { ...factsOf(alice, bob, 'dialer'), isSeparate: true };
  const dialer = new Handshake(facts, tools);
  const listener = handshakeOf(bob, alice, 'listener');
  const step = listener.receive(KIND.hello, frameOf(dialer.start(now())[0]).payload, now());
  assert.ok(step.kind === 'asked');
  assert.equal(step.farEnd.isSeparate, true);
});

test('who dials for a neighbor link says so, and its signature covers it', () => {
  const facts = { ...factsOf(alice, bob, 'dialer'), isNeighbor: true };
  const dialer = new Handshake(facts, freshTools());
  const { payload } = frameOf(dialer.start(now())[0]);
  const step = handshakeOf(bob, alice, 'listener').receive(KIND.hello, payload, now());
  assert.ok(step.kind === 'asked');
  assert.deepEqual([step.farEnd.isNeighbor, step.farEnd.isSeparate], [true, false]);
  for (const flags of [0, 1]) {
    const changed = payload.slice();
    changed[1] = flags;
    const judged = handshakeOf(bob, alice, 'listener').receive(KIND.hello, changed, now());
    assert.equal(fate(judged), 'NOT_AUTHENTICATED');
  }
});

test('a listener asks neither for a connection of its own nor for a neighbor link', () => {
  for (const flag of [{ isSeparate: true }, { isNeighbor: true }]) {
    const dialer = handshakeOf(alice, bob, 'dialer');
    dialer.start(now());
    const step = dialer.receive(KIND.hello, helloFrom(bob, alice, 'listener', flag), now());
    assert.equal(fate(step), 'PROTOCOL_VIOLATION');
  }
});

/** What each phase makes of each kind of frame that HandshakeFrames lets through. */
const TABLE: readonly (readonly [PhaseName, readonly (readonly [string, number, string])[]])[] = [
  [
    'dialer greeting',
    [
      ['HELLO', KIND.hello, 'wait'],
      ['NEED_CHAIN', KIND.needChain, 'wait'],
      ['WELCOME', KIND.welcome, 'PROTOCOL_VIOLATION'],
      ['REFUSE', KIND.refuse, 'refusedByThem'],
      ['PING', KIND.ping, 'PROTOCOL_VIOLATION'],
      ['MESSAGE', KIND.message, 'PROTOCOL_VIOLATION'],
      ['JOIN', KIND.join, 'PROTOCOL_VIOLATION'],
      ['JOIN_ADMIT', KIND.joinAdmit, 'PROTOCOL_VIOLATION'],
    ],
  ],
  [
    'dialer asked for its chain',
    [
      ['HELLO', KIND.hello, 'wait'],
      ['NEED_CHAIN', KIND.needChain, 'PROTOCOL_VIOLATION'],
      ['WELCOME', KIND.welcome, 'PROTOCOL_VIOLATION'],
      ['REFUSE', KIND.refuse, 'refusedByThem'],
      ['PING', KIND.ping, 'PROTOCOL_VIOLATION'],
      ['MESSAGE', KIND.message, 'PROTOCOL_VIOLATION'],
      ['JOIN', KIND.join, 'PROTOCOL_VIOLATION'],
      ['JOIN_ADMIT', KIND.joinAdmit, 'PROTOCOL_VIOLATION'],
    ],
  ],
  [
    'dialer answered',
    [
      ['HELLO', KIND.hello, 'PROTOCOL_VIOLATION'],
      ['NEED_CHAIN', KIND.needChain, 'PROTOCOL_VIOLATION'],
      ['WELCOME', KIND.welcome, 'up'],
      ['REFUSE', KIND.refuse, 'refusedByThem'],
      ['PING', KIND.ping, 'PROTOCOL_VIOLATION'],
      ['MESSAGE', KIND.message, 'PROTOCOL_VIOLATION'],
      ['JOIN', KIND.join, 'PROTOCOL_VIOLATION'],
      ['JOIN_ADMIT', KIND.joinAdmit, 'PROTOCOL_VIOLATION'],
    ],
  ],
  [
    'listener greeting',
    [
      ['HELLO', KIND.hello, 'asked'],
      ['NEED_CHAIN', KIND.needChain, 'PROTOCOL_VIOLATION'],
      ['WELCOME', KIND.welcome, 'PROTOCOL_VIOLATION'],
      ['REFUSE', KIND.refuse, 'PROTOCOL_VIOLATION'],
      ['PING', KIND.ping, 'PROTOCOL_VIOLATION'],
      ['MESSAGE', KIND.message, 'PROTOCOL_VIOLATION'],
      ['JOIN', KIND.join, 'PROTOCOL_VIOLATION'],
      ['JOIN_ADMIT', KIND.joinAdmit, 'PROTOCOL_VIOLATION'],
    ],
  ],
  [
    'listener asked for the chain',
    [
      ['HELLO', KIND.hello, 'asked'],
      ['NEED_CHAIN', KIND.needChain, 'PROTOCOL_VIOLATION'],
      ['WELCOME', KIND.welcome, 'PROTOCOL_VIOLATION'],
      ['REFUSE', KIND.refuse, 'PROTOCOL_VIOLATION'],
      ['PING', KIND.ping, 'PROTOCOL_VIOLATION'],
      ['MESSAGE', KIND.message, 'PROTOCOL_VIOLATION'],
      ['JOIN', KIND.join, 'PROTOCOL_VIOLATION'],
      ['JOIN_ADMIT', KIND.joinAdmit, 'PROTOCOL_VIOLATION'],
    ],
  ],
  ...(
    ['dialer up', 'dialer refused', 'listener deciding', 'listener up', 'listener over'] as const
  ).map(
    (phase) =>
      [
        phase,
        [
          ['HELLO', KIND.hello, 'PROTOCOL_VIOLATION'],
          ['NEED_CHAIN', KIND.needChain, 'PROTOCOL_VIOLATION'],
          ['WELCOME', KIND.welcome, 'PROTOCOL_VIOLATION'],
          ['REFUSE', KIND.refuse, 'PROTOCOL_VIOLATION'],
          ['PING', KIND.ping, 'PROTOCOL_VIOLATION'],
          ['MESSAGE', KIND.message, 'PROTOCOL_VIOLATION'],
          ['JOIN', KIND.join, 'PROTOCOL_VIOLATION'],
          ['JOIN_ADMIT', KIND.joinAdmit, 'PROTOCOL_VIOLATION'],
        ],
      ] as const,
  ),
];

for (const [phase, row] of TABLE) {
  for (const [name, kind, expected] of row) {
    test(`${phase}: ${name} leads to ${expected}`, () => {
      const { handshake, far } = phase.startsWith('dialer') ? dialerAt(phase) : listenerAt(phase);
      const payload =
        kind === KIND.hello
          ? far()
          : kind === KIND.refuse
            ? Uint8Array.of(REFUSE_CODES.notAccepting, 0)
            : EMPTY;
      const step = handshake.receive(kind, payload, now());
      assert.equal(fate(step), expected);
      if (step.kind !== 'refusedByUs') return;
      // A stranger is told that it was refused by the listener alone.
      assert.equal(step.send.length, phase.startsWith('dialer') ? 0 : 1);
    });
  }
}

test('NEED_CHAIN is answered with the chain, whatever is believed of the far end', () => {
  const tools = freshTools();
  tools.memory.noteHeld(bob.membership.member, alice.membership.chainDigest);
  const dialer = new Handshake(factsOf(alice, bob, 'dialer'), tools);
  assert.equal(sentHello(dialer.start(now())[0]).chain, null);
  const step = dialer.receive(KIND.needChain, EMPTY, now());
  assert.ok(step.kind === 'wait');
  const again = sentHello(step.send[0]);
  assert.equal(again.chain?.length, alice.membership.chain.length);
  assert.deepEqual(again.openId, OPEN_ID);
  assert.equal(tools.memory.holdsOurs(bob.membership.member, alice.membership.chainDigest), false);
});

test('a listener asks for a chain that it does not hold once, and no second time', () => {
  const { handshake, far } = listenerAt('listener asked for the chain');
  void far;
  const withoutChain = helloFrom(alice, bob, 'dialer', { chain: null });
  const step = handshake.receive(KIND.hello, withoutChain, now());
  assert.equal(fate(step), 'NOT_AUTHENTICATED');
});

test('a dialer does not take an answer without a chain that it does not hold', () => {
  const dialer = handshakeOf(alice, bob, 'dialer');
  dialer.start(now());
  const answer = helloFrom(bob, alice, 'listener', { chain: null });
  assert.equal(fate(dialer.receive(KIND.hello, answer, now())), 'NOT_AUTHENTICATED');
});

test('at the second meeting no chain is sent either way', () => {
  const tools = [freshTools(), freshTools()] as const;
  const lengths = (heard: ReturnType<typeof meet>) =>
    heard.hellos.map(({ chain }) => chain?.length);
  const full = [alice.membership.chain.length, bob.membership.chain.length];
  assert.deepEqual(lengths(meet(alice, bob, tools)), full);
  assert.deepEqual(lengths(meet(alice, bob, tools)), [undefined, undefined]);
  // The other way round each side knows the same.
  assert.deepEqual(lengths(meet(bob, alice, [tools[1], tools[0]])), [undefined, undefined]);
});

test('a listener that forgot a chain asks for it, and the two meet all the same', () => {
  const tools = [freshTools(), freshTools()] as const;
  meet(alice, bob, tools);
  const forgetful = { ...freshTools(), memory: tools[1].memory };
  const heard = meet(alice, bob, [tools[0], forgetful]);
  assert.equal(heard.dialer?.kind, 'up');
  assert.deepEqual(
    heard.hellos.map(({ chain }) => chain?.length),
    [undefined, alice.membership.chain.length, undefined],
  );
});

test('more frames than the longest handshake has are refused unread', () => {
  const { handshake } = listenerAt('listener over');
  for (let frames = 0; frames < 6; frames++) {
    const step = handshake.receive(KIND.hello, Uint8Array.of(99), now());
    assert.equal(fate(step), 'PROTOCOL_VIOLATION');
  }
});

test('a HELLO of another version is answered as such, whatever follows in it', () => {
  for (const version of [0, 2, 255]) {
    const step = handshakeOf(bob, alice, 'listener').receive(
      KIND.hello,
      Uint8Array.of(version, 1, 2, 3),
      now(),
    );
    assert.ok(step.kind === 'refusedByUs');
    assert.equal(step.refusal.code, 'UNSUPPORTED_VERSION');
    assert.equal(decodeRefuse(frameOf(step.send[0]).payload).reason, 'unsupportedVersion');
  }
});

test('bytes that are no HELLO are malformed, in every phase that reads one', () => {
  for (const payload of [EMPTY, Uint8Array.of(1), Uint8Array.of(1, 2)]) {
    const listener = handshakeOf(bob, alice, 'listener');
    assert.throws(() => listener.receive(KIND.hello, payload, now()), MalformedBytes);
    const { handshake } = dialerAt('dialer greeting');
    assert.throws(() => handshake.receive(KIND.hello, payload, now()), MalformedBytes);
  }
});

test('WELCOME has no payload', () => {
  const { handshake } = dialerAt('dialer answered');
  assert.equal(
    fate(handshake.receive(KIND.welcome, Uint8Array.of(0), now())),
    'PROTOCOL_VIOLATION',
  );
});

test('a stranger learns the kind of fault and no detail', () => {
  const step = handshakeOf(bob, eve, 'listener').receive(
    KIND.hello,
    helloFrom(eve, bob, 'dialer', { group: bob.membership.group }),
    now(),
  );
  assert.ok(step.kind === 'refusedByUs');
  assert.equal(step.refusal.code, 'WRONG_GROUP');
  assert.deepEqual(decodeRefuse(frameOf(step.send[0]).payload), {
    reason: 'notMember',
    detail: '',
  });
});

test('a listener says what the application gave as its reason', () => {
  const { handshake } = listenerAt('listener deciding');
  const [frame] = handshake.turnAway('refusedByApplication', 'not today');
  assert.deepEqual(decodeRefuse(frameOf(frame).payload), {
    reason: 'refusedByApplication',
    detail: 'not today',
  });
});

test('only one who asked is admitted, and once', () => {
  for (const phase of ['listener greeting', 'listener up', 'listener over'] as const) {
    const { handshake } = listenerAt(phase);
    assert.throws(() => handshake.admit(now()), BrokenInvariant);
  }
});

test('the listener repeats the number of the attempt, and another number is refused', () => {
  const { handshake, far } = dialerAt('dialer greeting');
  assert.deepEqual(decodeHello(far()).openId, OPEN_ID);
  const other = helloFrom(bob, alice, 'listener', { openId: new Uint8Array(16) });
  assert.equal(fate(handshake.receive(KIND.hello, other, now())), 'PROTOCOL_VIOLATION');
});

test('a member with more addresses than HELLO holds names the first ones', () => {
  const facts: HandshakeFacts = {
    ...factsOf(alice, bob, 'dialer'),
    listenAddresses: Array.from({ length: 12 }, (_, at) => ({ host: `192.0.2.${at}`, port: 1 })),
  };
  const [frame] = new Handshake(facts, freshTools()).start(now());
  assert.equal(sentHello(frame).listenAddresses.length, LIMITS.addressesPerMemberMax);
});

test('a dialer that remembers a digest whose chain its judge forgot is sent the chain', () => {
  const tools = [freshTools(), freshTools()] as const;
  meet(alice, bob, tools);
  const forgetful = { ...freshTools(), memory: tools[0].memory };
  const heard = meet(alice, bob, [forgetful, tools[1]]);
  assert.deepEqual(fate(heard.dialer), 'up');
});

test('the skew of the two clocks is what HELLO tells of it', () => {
  const skewed = (owner: Clubber, skewMs: number): number => {
    const listener = handshakeOf(bob, owner, 'listener');
    const hello = helloFrom(owner, bob, 'dialer', { sentAtMs: now().wallTime + skewMs });
    const step = listener.receive(KIND.hello, hello, now());
    assert.ok(step.kind === 'asked');
    return step.farEnd.clockSkewMs;
  };
  for (const skewMs of [0, 90_000, -7_200_000]) assert.equal(skewed(alice, skewMs), skewMs);
});
