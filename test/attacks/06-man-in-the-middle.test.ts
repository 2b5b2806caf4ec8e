// Attack 6: two TLS sessions with somebody between them who hands the HELLOs on. Each end has to find
// out by itself, whichever of the two the one between was let in by.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';

import { KIND } from '../../src/core/wire/frame.ts';
import { joinAs, refusalOf } from '../support/live-group.ts';
import { dialRaw, fakeDoor, type RawLink, type Shown } from '../support/raw-link.ts';
import { enlist, honestHandshake, now, rawIdentity } from '../support/raw-member.ts';
import { type Siege, siege } from '../support/siege.ts';
import { until } from '../support/until.ts';

/** Somebody with two sessions; every frame of one side goes to the other. */
async function middle(t: TestContext, scene: Siege, shown: Shown) {
  const links: { near?: RawLink; far?: RawLink } = {};
  const handed: string[] = [];
  const door = await fakeDoor(t, shown, (near) => {
    links.near = near;
    const dialled = dialRaw(t, { ...scene.dial, shown });
    void dialled.then(
      (far) => {
        links.far = far;
        void hand(near, far, 'to Alice');
        void hand(far, near, 'to Bob');
      },
      () => undefined,
    );
  });
  const hand = async (from: RawLink, to: RawLink, way: string): Promise<void> => {
    for (let frame = await from.frame(5_000); frame !== null; frame = await from.frame(5_000)) {
      handed.push(`${frame.kind} ${way}`);
      to.send(frame.kind, frame.payload);
    }
    to.socket.end();
  };
  return { ...door, links, handed };
}

test('a dialler says nothing to one who is not whom it asked for', async (t) => {
  const scene = await siege(t);
  const bob = await joinAs(t, scene.alice, 'Bob');
  const between = await middle(t, scene, scene.eve);
  const error = await refusalOf(
    bob.group.openDirectConnection(scene.alice.group.self, { address: between.address }),
  );
  assert.equal(error.code, 'WRONG_IDENTITY');
  await until(() => between.links.near?.isEnded === true, 2_000);
  assert.deepEqual(between.handed, [], 'no HELLO for Eve to hand on');
  assert.equal(scene.taken.length, 0);
});

test('another member of the group does not pass for the one who was asked for', async (t) => {
  const scene = await siege(t);
  const bob = await joinAs(t, scene.alice, 'Bob');
  const carol = await enlist(scene.alice.group, rawIdentity('Carol'));
  const door = await fakeDoor(t, carol, (link) => {
    const handshake = honestHandshake(link, carol, 'listener');
    void link.frame().then((hello) => {
      if (hello === null) return;
      const step = handshake.receive(hello.kind, hello.payload, now());
      if (step.kind === 'asked') for (const frame of handshake.admit(now())) link.write(frame);
    });
  });
  const error = await refusalOf(
    bob.group.openDirectConnection(scene.alice.group.self, { address: door.address }),
  );
  assert.equal(error.code, 'WRONG_IDENTITY');
  assert.equal(bob.group.connections.length, 0);
});

test('a member who is really called cannot hand the HELLO on and pass for the caller', async (t) => {
  const scene = await siege(t);
  const bob = await joinAs(t, scene.alice, 'Bob');
  const carol = await enlist(scene.alice.group, rawIdentity('Carol'));
  const between = await middle(t, scene, carol);
  const error = await refusalOf(
    bob.group.openDirectConnection(carol.name, { address: between.address }),
  );
  assert.equal(error.code, 'NOT_AUTHENTICATED');
  assert.deepEqual(between.handed, [`${KIND.hello} to Alice`, `${KIND.refuse} to Bob`]);
  assert.equal(scene.taken.length, 0, 'Alice took nobody for Bob');
  assert.equal(bob.group.connections.length, 0);
});
