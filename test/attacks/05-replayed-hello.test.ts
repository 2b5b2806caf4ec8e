// Attack 5: HELLOs that were true once: sent again on another connection, or thrown back at whoever
// sent them. The signature covers the TLS exporter and the role, so neither fits.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { encodeFrame, KIND } from '../../src/core/wire/frame.ts';
import { bareDesk, openBare } from '../support/bare-desk.ts';
import { joinAs, refusalOf } from '../support/live-group.ts';
import { dialRaw, enterRaw, fakeDoor } from '../support/raw-link.ts';
import { craftedHello, enlist, foundRaw, honestHello, rawIdentity } from '../support/raw-member.ts';
import { assertTurnedAway, siege } from '../support/siege.ts';

const NOTHING = new Uint8Array(0);

test("Bob's HELLO of one connection does not fit another, even one of his own", async (t) => {
  const scene = await siege(t);
  const first = await dialRaw(t, { ...scene.dial, shown: scene.bob });
  const hello = honestHello(first, scene.bob);
  const second = await dialRaw(t, { ...scene.dial, shown: scene.bob });
  second.write(hello);
  await assertTurnedAway(scene, second, [KIND.refuse]);
  first.write(hello);
  assert.equal((await first.frame())?.kind, KIND.hello, 'where it belongs it is taken');
});

test("Bob's HELLO does not let Eve in, nor another member", async (t) => {
  const scene = await siege(t);
  const carol = await enlist(scene.alice.group, rawIdentity('Carol'));
  const first = await dialRaw(t, { ...scene.dial, shown: scene.bob });
  const hello = honestHello(first, scene.bob);
  for (const shown of [scene.eve, carol]) {
    const link = await dialRaw(t, { ...scene.dial, shown });
    link.write(hello);
    await assertTurnedAway(scene, link, [KIND.refuse]);
  }
});

test('a HELLO that nobody signed is refused, whoever shows a certificate for it', async (t) => {
  const scene = await siege(t);
  const link = await dialRaw(t, { ...scene.dial, shown: scene.bob });
  link.write(craftedHello(link, scene.bob, { signature: new Uint8Array(64) }));
  await assertTurnedAway(scene, link, [KIND.refuse]);
});

test("a listener's signature does not do for a dialler", async (t) => {
  const scene = await siege(t);
  const link = await dialRaw(t, { ...scene.dial, shown: scene.bob });
  link.write(craftedHello(link, scene.bob, { role: 'listener' }));
  await assertTurnedAway(scene, link, [KIND.refuse]);
});

test('a second HELLO behind a good one ends the link', async (t) => {
  const scene = await siege(t);
  const link = await enterRaw(t, scene.bob, scene.dial);
  link.write(honestHello(link, scene.bob));
  assert.deepEqual(await link.kindsToEnd(), [KIND.close]);
  const [connection] = scene.taken;
  assert.equal((await connection?.closed)?.how, 'protocolViolation');
});

test('our own HELLO thrown back at us is refused, even by one who has our key', async (t) => {
  const alice = foundRaw(rawIdentity('Alice'), 'Chess');
  const { desk } = bareDesk(t, alice);
  const door = await fakeDoor(t, alice, (link) => {
    void link.frame().then((hello) => {
      if (hello !== null) link.write(encodeFrame(hello.kind, hello.payload));
      link.send(KIND.welcome, NOTHING);
    });
  });
  const result = await openBare(desk, alice.name, { host: '127.0.0.1', port: door.port });
  assert.equal(result.kind, 'failed');
  if (result.kind === 'failed') assert.equal(result.failure.code, 'NOT_AUTHENTICATED');
});

test('an answer that belongs to another attempt is refused', async (t) => {
  const scene = await siege(t);
  const dave = await joinAs(t, scene.alice, 'Dave');
  const door = await fakeDoor(t, scene.bob, (link) => {
    void link.frame().then(() => {
      link.write(craftedHello(link, scene.bob, { role: 'listener' }));
      link.send(KIND.welcome, NOTHING);
    });
  });
  const error = await refusalOf(
    dave.group.openDirectConnection(scene.bob.name, { address: door.address }),
  );
  assert.equal(error.code, 'PROTOCOL_VIOLATION');
});
