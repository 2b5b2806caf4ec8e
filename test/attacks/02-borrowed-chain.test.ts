// Attack 2: a sound chain that belongs to another key than the one that TLS proved: copied from a
// member's HELLO, named by its digest alone, or of another name of the same key.

import { test } from 'node:test';

import { KIND } from '../../src/core/wire/frame.ts';
import { dialRaw, enterRaw } from '../support/raw-link.ts';
import { craftedHello, enlist, type RawMember, rawIdentity } from '../support/raw-member.ts';
import { assertTurnedAway, siege } from '../support/siege.ts';
import { until } from '../support/until.ts';

test("Eve does not come in with Bob's chain and her own key", async (t) => {
  const scene = await siege(t);
  const { membership, discoverySecret } = scene.bob;
  const disguised: RawMember = { ...scene.eve, membership, discoverySecret };
  const link = await dialRaw(t, { ...scene.dial, shown: scene.eve });
  link.write(craftedHello(link, disguised));
  await assertTurnedAway(scene, link, [KIND.refuse]);
});

test("Eve does not come in by the digest of Bob's chain, which Alice remembers", async (t) => {
  const scene = await siege(t);
  const { membership, discoverySecret } = scene.bob;
  const bobs = await enterRaw(t, scene.bob, scene.dial);
  bobs.socket.destroy();
  await until(() => scene.alice.group.connections.length === 0, 2_000);
  const before = scene.taken.length;
  const disguised: RawMember = { ...scene.eve, membership, discoverySecret };
  const link = await dialRaw(t, { ...scene.dial, shown: scene.eve });
  link.write(craftedHello(link, disguised, { body: { chain: null } }));
  await assertTurnedAway({ ...scene, taken: scene.taken.slice(before) }, link, [KIND.refuse]);
});

test("a member's key under a name that was never invited does not come in", async (t) => {
  const scene = await siege(t);
  const { membership, discoverySecret, key } = scene.bob;
  const other = rawIdentity('Bob', { key, classifier: 'other' });
  const link = await dialRaw(t, { ...scene.dial, shown: other });
  link.write(craftedHello(link, { ...other, membership, discoverySecret }));
  await assertTurnedAway(scene, link, [KIND.refuse]);
});

test('a digest that is not that of the chain is refused', async (t) => {
  const scene = await siege(t);
  const carol = await enlist(scene.alice.group, rawIdentity('Carol'));
  const link = await dialRaw(t, { ...scene.dial, shown: scene.bob });
  const { chainDigest } = carol.membership;
  link.write(craftedHello(link, scene.bob, { body: { chainDigest } }));
  await assertTurnedAway(scene, link, [KIND.refuse]);
});

test("a chain that nobody here has seen is asked for once, and Eve's answer is judged", async (t) => {
  const scene = await siege(t);
  const { membership, discoverySecret } = scene.bob;
  const disguised: RawMember = { ...scene.eve, membership, discoverySecret };
  const link = await dialRaw(t, { ...scene.dial, shown: scene.eve });
  const unknown = new Uint8Array(32);
  const byDigest = craftedHello(link, disguised, { body: { chain: null, chainDigest: unknown } });
  link.write(byDigest);
  link.write(byDigest);
  await assertTurnedAway(scene, link, [KIND.needChain, KIND.refuse]);
});
