// Attack 7: in TLS 1.3 a dialler has `secureConnect` before anybody has judged it. A connection must
// not exist before HELLO and WELCOME, whoever answers and whatever it leaves out.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';

import { KIND } from '../../src/core/wire/frame.ts';
import { decodeHello } from '../../src/core/wire/hello.ts';
import { type Household, joinAs, refusalOf } from '../support/live-group.ts';
import { fakeDoor, type RawLink } from '../support/raw-link.ts';
import {
  craftedHello,
  foundRaw,
  honestHandshake,
  now,
  type RawMember,
} from '../support/raw-member.ts';
import { type Siege, siege } from '../support/siege.ts';

const NOTHING = new Uint8Array(0);

/** Dave calls Bob, whose program is Eve's. */
async function call(
  t: TestContext,
  scene: Siege,
  onHello: (link: RawLink, payload: Uint8Array) => void,
) {
  const dave: Household = await joinAs(t, scene.alice, 'Dave');
  const opened: unknown[] = [];
  dave.group.addEventListener('connectionOpened', (event) => opened.push(event));
  const seen: number[][] = [];
  const door = await fakeDoor(t, scene.bob, (link) => {
    seen.push(link.seen);
    void link.frame().then((frame) => {
      if (frame !== null) onHello(link, frame.payload);
    });
  });
  const open = dave.group.openDirectConnection(scene.bob.name, {
    address: door.address,
    timeoutMs: 1_000,
  });
  const error = await refusalOf(open);
  assert.deepEqual(opened, [], 'the application was told of a connection');
  assert.equal(dave.group.connections.length, 0);
  for (const kinds of seen) assert.deepEqual(Object.keys(kinds), [String(KIND.hello)]);
  return error;
}

/** Bob's true answer to a HELLO: HELLO and WELCOME. */
function answer(link: RawLink, who: RawMember, payload: Uint8Array): readonly Uint8Array[] {
  const handshake = honestHandshake(link, who, 'listener');
  const step = handshake.receive(KIND.hello, payload, now());
  assert.equal(step.kind, 'asked');
  return handshake.admit(now());
}

test('the right identity without an answer is no connection', async (t) => {
  const error = await call(t, await siege(t), () => undefined);
  assert.equal(error.code, 'TIMED_OUT');
});

test('a HELLO without WELCOME is no connection', async (t) => {
  const scene = await siege(t);
  const error = await call(t, scene, (link, payload) => {
    const [hello = NOTHING] = answer(link, scene.bob, payload);
    link.write(hello);
  });
  assert.equal(error.code, 'TIMED_OUT');
});

test('a WELCOME without HELLO is no connection', async (t) => {
  const error = await call(t, await siege(t), (link) => link.send(KIND.welcome, NOTHING));
  assert.equal(error.code, 'PROTOCOL_VIOLATION');
});

test('a message in place of WELCOME is no connection', async (t) => {
  const scene = await siege(t);
  const error = await call(t, scene, (link, payload) => {
    const [hello = NOTHING] = answer(link, scene.bob, payload);
    link.write(hello);
    link.send(KIND.message, Uint8Array.of(0, 1));
  });
  assert.equal(error.code, 'PROTOCOL_VIOLATION');
});

test('a HELLO of a chain of another group is no connection', async (t) => {
  const scene = await siege(t);
  const other = foundRaw(scene.bob, 'Chess');
  const error = await call(t, scene, (link, payload) => {
    const { openId } = decodeHello(payload);
    const { group } = scene.bob.membership;
    link.write(craftedHello(link, other, { role: 'listener', group, body: { openId } }));
    link.send(KIND.welcome, NOTHING);
  });
  assert.equal(error.code, 'WRONG_GROUP');
});

test('an end in place of WELCOME is no connection', async (t) => {
  const scene = await siege(t);
  const error = await call(t, scene, (link, payload) => {
    const [hello = NOTHING] = answer(link, scene.bob, payload);
    link.socket.end(hello);
  });
  assert.equal(error.code, 'NOT_AUTHENTICATED');
});

test('a true answer makes the same call succeed', async (t) => {
  const scene = await siege(t);
  const dave = await joinAs(t, scene.alice, 'Dave');
  const door = await fakeDoor(t, scene.bob, (link) => {
    void link.frame().then((frame) => {
      for (const each of answer(link, scene.bob, frame?.payload ?? NOTHING)) link.write(each);
    });
  });
  const connection = await dave.group.openDirectConnection(scene.bob.name, {
    address: door.address,
  });
  assert.equal(connection.member.name, scene.bob.name);
  connection.abort();
});
