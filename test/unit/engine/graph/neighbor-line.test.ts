// What goes over a neighbor link, what may not, and how it ends.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BrokenInvariant } from '../../../../src/core/base/assert.ts';
import { wallTimeOf } from '../../../../src/core/base/time.ts';
import { LIMITS } from '../../../../src/core/domain/limits.ts';
import { PART_REASONS, type PartReason } from '../../../../src/core/domain/links.ts';
import { CLOSE_CODES, decodeClose, encodeClose } from '../../../../src/core/wire/control.ts';
import { encodeFrame, KIND, payloadBytesMax } from '../../../../src/core/wire/frame.ts';
import { pattern, seededNumbers } from '../../../support/direct-pair.ts';
import {
  type NeighborHolder,
  neighborhood,
  neighbors,
  type RawNeighbor,
  rawUp,
} from '../../../support/simulated-neighbors.ts';
import { namesOf } from '../../../support/wire-reading.ts';

const EMPTY = new Uint8Array(0);
const MEGABYTE = 1_048_576;

function mallorysEnd(): {
  readonly bob: NeighborHolder;
  readonly raw: RawNeighbor;
  readonly advance: (ms: number) => void;
} {
  const all = neighborhood();
  const raw = rawUp(all, all.carol, all.bob);
  return { bob: all.bob, raw, advance: (ms) => all.clock.advance(ms) };
}

/** The CLOSE that the other side sent last. */
function closeIn({ heard }: RawNeighbor): ReturnType<typeof decodeClose> {
  const bytes = Buffer.concat(heard);
  const at = bytes.lastIndexOf(KIND.close);
  return decodeClose(bytes.subarray(at + 1));
}

test('every frame of the graph goes both ways, in order, wherever the network cuts', () => {
  for (let seed = 1; seed <= 30; seed++) {
    const random = seededNumbers(seed);
    const chunkBytes = () => 1 + Math.floor(random() * (seed % 3 === 0 ? 40_000 : 9));
    const { clock, alice, bob } = neighbors({ chunkBytes });
    const sent = namesOf()
      .filter(([, kind]) => kind >= KIND.greet)
      .map(([, kind]) => {
        const lengthMax = Math.min(payloadBytesMax(kind), seed % 3 === 0 ? 200_000 : 60);
        return { kind, payload: pattern(Math.floor(random() * (lengthMax + 1)), kind) };
      });
    assert.ok(sent.length > 20);
    for (const [from, to] of [
      [alice, bob],
      [bob, alice],
    ] as const) {
      const { link } = from;
      from.call((links) => {
        for (const { kind, payload } of sent) links.send(link, kind, payload);
      });
      clock.advance(20_000);
      assert.deepEqual(
        to.frames,
        sent.map(({ kind, payload }) => ({ link: to.link, kind, payload })),
        `seed ${seed}`,
      );
    }
  }
});

test('what comes directly behind the handshake is heard after the link', () => {
  const { clock, alice, bob } = neighborhood();
  bob.onOpenedDo = ({ link }) => {
    bob.callNow((links) => links.send(link, KIND.greet, Buffer.from('welcome')));
  };
  alice.dial(bob);
  clock.advance(100);
  assert.deepEqual(alice.texts, ['welcome']);
});

test('a link that is hung up when it opens gives no frames, and ends', () => {
  const { clock, alice, bob } = neighborhood();
  bob.onOpenedDo = ({ link }) => {
    bob.callNow((links) => links.send(link, KIND.greet, Buffer.from('welcome')));
  };
  alice.onOpenedDo = ({ link }) => alice.callNow((links) => links.hangUp(link, 'duplicate'));
  alice.dial(bob);
  clock.advance(2_000);
  assert.deepEqual(alice.frames, []);
  assert.deepEqual(
    alice.closed.map(({ why }) => why),
    ['hung up here: duplicate'],
  );
  assert.deepEqual(
    bob.closed.map(({ why }) => why),
    ['the far end hung up: duplicate'],
  );
  assert.equal(clock.timerCount, 0);
});

test('drained is told once for each time it was asked, when what was sent is with the platform', () => {
  const { clock, alice, bob } = neighbors({ capacityBytes: 1_000 });
  const { link } = alice;
  alice.call((links) => links.askDrained(link));
  assert.deepEqual(alice.drained, [], 'never inside the call');
  clock.advance(1);
  assert.deepEqual(alice.drained, [link], 'nothing was sent');
  bob.call((links) => links.setReading(bob.link, false));
  alice.call((links) => {
    for (let count = 0; count < 3; count++) links.send(link, KIND.symbols, pattern(100_000));
    links.askDrained(link);
  });
  clock.advance(500);
  assert.equal(alice.drained.length, 1, 'nobody reads');
  bob.call((links) => links.setReading(bob.link, true));
  clock.advance(500);
  assert.deepEqual(alice.drained, [link, link]);
  assert.equal(bob.frames.length, 3);
});

test('a link that ends before it is drained says only that it ended', () => {
  const { clock, alice, bob } = neighbors({ capacityBytes: 1_000 });
  bob.call((links) => links.setReading(bob.link, false));
  alice.call((links) => {
    links.send(alice.link, KIND.symbols, pattern(100_000));
    links.send(alice.link, KIND.symbols, pattern(100_000));
    links.askDrained(alice.link);
  });
  clock.advance(100);
  alice.call((links) => links.hangUp(alice.link, 'silent'));
  clock.advance(5_000);
  assert.deepEqual(alice.drained, []);
  assert.equal(alice.closed.length, 1);
});

test('while reading is off nothing comes, and everything after it', () => {
  const { clock, alice, bob } = neighbors();
  bob.call((links) => links.setReading(bob.link, false));
  clock.advance(10);
  const say = (text: string): void =>
    alice.call((links) => links.send(alice.link, KIND.want, Buffer.from(text)));
  for (const text of ['one', 'two', 'three']) say(text);
  clock.advance(10_000);
  assert.deepEqual(bob.texts, []);
  bob.call((links) => links.setReading(bob.link, true));
  clock.advance(10);
  assert.deepEqual(bob.texts, ['one', 'two', 'three']);
});

test('a reader that lets too much pile up is hung up, and what waits is bounded', () => {
  const { clock, alice, bob } = neighbors();
  bob.call((links) => links.setReading(bob.link, false));
  const piece = pattern(LIMITS.syncFrameBytesMax);
  let sent = 0;
  while (alice.closed.length === 0 && sent < 100) {
    alice.call((links) => links.send(alice.link, KIND.symbols, piece));
    clock.advance(1);
    sent += 1;
  }
  const bytes = sent * piece.length;
  assert.ok(bytes > LIMITS.neighborUnsentBytesMax, `${bytes} bytes are not too many`);
  assert.ok(bytes < LIMITS.neighborUnsentBytesMax + MEGABYTE, `${bytes} bytes`);
  assert.deepEqual(
    alice.closed.map(({ why }) => why),
    ['hung up here: tooSlow'],
  );
  clock.advance(2_000);
  assert.equal(bob.closed.length, 1, 'the wire is cut, though nobody reads');
});

test('the largest bundle and what little stands behind it are not too much', () => {
  const { clock, alice, bob } = neighbors();
  bob.call((links) => links.setReading(bob.link, false));
  const bundle = new Uint8Array(LIMITS.bundleBytesMax);
  alice.call((links) => {
    links.send(alice.link, KIND.bundle, bundle);
    for (let count = 0; count < 1_000; count++)
      links.send(alice.link, KIND.neighborPing, pattern(40));
    links.askDrained(alice.link);
  });
  clock.advance(1_000);
  assert.deepEqual([alice.closed, alice.drained], [[], []]);
  bob.call((links) => links.setReading(bob.link, true));
  clock.advance(1_000);
  assert.equal(alice.drained.length, 1);
  assert.equal(bob.frames[0]?.payload.length, LIMITS.bundleBytesMax);
  assert.equal(bob.frames.length, 1_001);
});

test('frames of direct connections, and those that nobody knows, end a neighbor link', () => {
  const others = namesOf().filter(([, kind]) => kind < KIND.greet && kind !== KIND.close);
  const frames = [
    ...others.map(([, kind]) => encodeFrame(kind, EMPTY)),
    encodeFrame(KIND.ping, new Uint8Array(4)),
    encodeFrame(KIND.message, Buffer.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])),
    encodeFrame(KIND.streamBytes, Buffer.from([1, 2, 3, 4, 5, 6])),
    ...[0x0d, 0x2f, 0x3a, 0x44, 0x4f, 0x5e, 0xff].map((kind) => encodeFrame(kind, EMPTY)),
    encodeFrame(KIND.prune, new Uint8Array(1)),
    encodeFrame(KIND.close, Buffer.from([99, 0])),
  ];
  for (const frame of frames) {
    const { bob, raw, advance } = mallorysEnd();
    raw.say(frame, encodeFrame(KIND.greet, Buffer.from('late')));
    assert.deepEqual(bob.texts, [], `frame ${frame[4]}`);
    assert.match(bob.closed[0]?.why ?? '', /^broke the protocol: /, `frame ${frame[4]}`);
    assert.equal(closeIn(raw).code, 'protocolViolation');
    advance(2_000);
    assert.ok(raw.isEnded());
  }
});

test('a frame that is out of place is refused at its header', () => {
  for (const kind of [KIND.message, KIND.ping, KIND.closed]) {
    const { bob, raw } = mallorysEnd();
    const length = kind === KIND.message ? 1_000_000 : payloadBytesMax(kind);
    const header = encodeFrame(kind, new Uint8Array(length)).subarray(0, 5);
    raw.say(header, new Uint8Array(kind === KIND.message ? 4 : 0));
    assert.equal(bob.closed.length, 1, `frame ${kind}`);
  }
});

test('each reason to hang up reaches the other end', () => {
  const reasons = Object.keys(PART_REASONS) as readonly PartReason[];
  for (const reason of reasons) {
    const { clock, alice, bob } = neighbors();
    alice.call((links) => {
      links.send(alice.link, KIND.part, Buffer.from('goodbye'));
      links.hangUp(alice.link, reason);
      assert.deepEqual(alice.closed, [], 'never inside the call');
    });
    clock.advance(100);
    assert.deepEqual(bob.texts, ['goodbye'], 'what was sent before arrives');
    assert.deepEqual(
      alice.closed.map(({ why }) => why),
      [`hung up here: ${reason}`],
    );
    assert.deepEqual(
      bob.closed.map(({ why }) => why),
      [`the far end hung up: ${reason}`],
    );
    clock.advance(3_000);
    assert.equal(clock.timerCount, 0, 'nothing is left of the link');
  }
});

test('every code of a goodbye is understood, with words and without', () => {
  for (const code of Object.keys(CLOSE_CODES) as readonly (keyof typeof CLOSE_CODES)[]) {
    for (const reason of ['', 'Gute Nacht']) {
      const { bob, raw } = mallorysEnd();
      const close = encodeFrame(KIND.close, encodeClose({ code, reason }));
      raw.say(close, encodeFrame(KIND.greet, Buffer.from('late')));
      assert.deepEqual(
        bob.closed.map(({ why }) => why),
        [`the far end hung up: ${reason || code}`],
      );
      assert.deepEqual(bob.texts, []);
    }
  }
});

test('a link that just ends was cut, in the middle of a frame or between two', () => {
  for (const [bytes, words] of [
    [EMPTY, /without a goodbye/],
    [encodeFrame(KIND.greet, pattern(50)).subarray(0, 3), /in the middle of a frame/],
    [encodeFrame(KIND.greet, pattern(50)).subarray(0, 30), /in the middle of a frame/],
  ] as const) {
    const { bob, raw, advance } = mallorysEnd();
    raw.say(bytes);
    raw.wire.finish();
    advance(2_000);
    assert.match(bob.closed[0]?.why ?? '', words);
    assert.equal(bob.closed.length, 1);
    assert.deepEqual(bob.frames, []);
  }
});

test('a wire that breaks below is told with its cause', () => {
  const { clock, network, alice } = neighbors();
  network.cables[0]?.[0].breakHere('ECONNRESET');
  clock.advance(10);
  assert.deepEqual(alice.closed, [{ link: alice.link, why: 'ECONNRESET' }]);
});

test('a link ends with the membership that ends first', () => {
  const { clock, alice, bob } = neighbors();
  const { notAfter } = alice.house.clubber.membership;
  clock.setWallTime(wallTimeOf(notAfter - 5_000));
  clock.advance(4_000);
  assert.deepEqual(alice.closed, []);
  clock.advance(3_500);
  assert.equal(alice.closed.length, 1);
  const whys = [...alice.closed, ...bob.closed].map(({ why }) => why);
  assert.ok(whys.includes('hung up here: membershipEnded'), `${whys}`);
});

test('traffic below TLS out of all proportion ends a link', () => {
  const { clock, network, alice } = neighbors();
  const [wire] = network.cables[0] ?? [];
  assert.ok(wire !== undefined);
  wire.floods = true;
  clock.advance(2_500);
  assert.match(alice.closed[0]?.why ?? '', /TLS traffic/);
});

test('what breaks in our own node ends the link and is not hidden', () => {
  const { clock, alice, bob } = neighbors();
  bob.onFrameDo = () => {
    throw new BrokenInvariant('of ours');
  };
  alice.call((links) => links.send(alice.link, KIND.greet, pattern(10)));
  assert.throws(() => clock.advance(10), BrokenInvariant);
  clock.advance(10);
  assert.equal(bob.closed.length, 1);
});

test('a frame longer than its kind may be is never sent', () => {
  const { alice } = neighbors();
  assert.throws(
    () => alice.call((links) => links.send(alice.link, KIND.prune, pattern(1))),
    BrokenInvariant,
  );
});

test('whatever bytes come, a link gives frames of the graph or ends', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = seededNumbers(seed);
    const { bob, raw } = mallorysEnd();
    for (let count = 0; count < 20; count++) {
      const kind = Math.floor(random() * 0x60);
      const frame = encodeFrame(kind, pattern(Math.floor(random() * 30), seed));
      if (random() < 0.2) frame[Math.floor(random() * frame.length)] = Math.floor(random() * 256);
      raw.say(frame);
    }
    assert.ok(bob.frames.every(({ kind }) => kind >= KIND.greet && kind <= KIND.offer));
    assert.ok(bob.frames.every(({ kind, payload }) => payload.length <= payloadBytesMax(kind)));
  }
});
