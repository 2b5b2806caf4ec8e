// Attack 10, over the wire: chains that break the laws are refused at HELLO, whoever shows a sound
// certificate in TLS. The laws themselves have their own tests (test/unit/trust).

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';

import { nodeCrypto } from '../../src/adapters/crypto/node-crypto.ts';
import { ByteWriter } from '../../src/core/base/byte-writer.ts';
import { wallTimeOf } from '../../src/core/base/time.ts';
import { encodeFrame, KIND } from '../../src/core/wire/frame.ts';
import { decodeRefuse } from '../../src/core/wire/hello.ts';
import { bareDesk } from '../support/bare-desk.ts';
import { dialRaw } from '../support/raw-link.ts';
import {
  craftedHello,
  doorOf,
  foundRaw,
  helloBody,
  issuer,
  nowTime,
  type RawMember,
  rawIdentity,
} from '../support/raw-member.ts';
import { assertTurnedAway, type Siege, siege } from '../support/siege.ts';

/** The body of a HELLO with any chain, however long. */
function bodyWith(who: RawMember, chain: readonly Uint8Array[]): Uint8Array {
  const encoded = new ByteWriter().varint(chain.length);
  for (const der of chain) encoded.bytes(der);
  const bytes = encoded.finish();
  const { membership } = who;
  const chainDigest = nodeCrypto.sha256(bytes);
  const without = helloBody(membership, { chain: null, chainDigest });
  return new ByteWriter().raw(without.subarray(0, -1)).u8(1).raw(bytes).finish();
}

/** A group of Eve's in which she may issue what she likes. */
function longChain(length: number): { readonly who: RawMember; readonly chain: Uint8Array[] } {
  const eve = foundRaw(rawIdentity('Eve'), 'Chess');
  const chain = eve.membership.chain.map(({ der }) => der);
  let above: RawMember = eve;
  while (chain.length < length) {
    const next = rawIdentity(`Eve ${chain.length}`);
    const { notBefore, notAfter, group } = eve.membership;
    const issued = issuer.issueMembership({
      issuerKey: above.key,
      issuer: above.name,
      issuerFriendlyName: above.certificate.friendlyName,
      group,
      subject: next.name,
      subjectKey: next.key.publicKey,
      friendlyName: next.certificate.friendlyName,
      role: 'administrator',
      membershipsBelowMax: Math.max(0, 24 - chain.length),
      leaseMs: null,
      renews: null,
      notBefore,
      notAfter,
    });
    chain.push(issued.der);
    above = { ...next, membership: eve.membership, discoverySecret: eve.discoverySecret };
  }
  return { who: above, chain };
}

/** Says what the listener's REFUSE says, if it sends one. */
async function answerTo(
  t: TestContext,
  scene: Siege,
  who: RawMember,
  signedPart: Uint8Array,
): Promise<string | null> {
  const link = await dialRaw(t, { ...scene.dial, shown: who });
  const { group } = scene.bob.membership;
  link.write(craftedHello(link, who, { signedPart, group }));
  const frame = await link.frame();
  await assertTurnedAway(scene, link, []);
  if (frame === null) return null;
  assert.equal(frame.kind, KIND.refuse);
  const { reason, detail } = decodeRefuse(frame.payload);
  assert.equal(detail, '', 'strangers are told no details');
  return reason;
}

test('a chain of 65 certificates is not even taken apart', async (t) => {
  const scene = await siege(t);
  const { who, chain } = longChain(65);
  assert.equal(await answerTo(t, scene, who, bodyWith(who, chain)), null);
});

test('a chain of 25 certificates is taken apart, and refused for its group', async (t) => {
  const scene = await siege(t);
  const { who, chain } = longChain(25);
  assert.equal(await answerTo(t, scene, who, bodyWith(who, chain)), 'notMember');
});

test('a chain of another group with the same friendly names is refused', async (t) => {
  const scene = await siege(t);
  const eve = foundRaw(rawIdentity('Bob'), scene.alice.group.friendlyName);
  assert.equal(await answerTo(t, scene, eve, helloBody(eve.membership)), 'notMember');
});

test('a membership that has ended is refused, and that is said', async (t) => {
  const scene = await siege(t);
  const group = foundRaw(rawIdentity('Mallory'), 'Chess');
  const { chain, member } = group.membership;
  const day = 86_400_000;
  const expired = issuer.issueMembership({
    issuerKey: group.groupKey,
    issuer: group.root.subject,
    issuerFriendlyName: group.root.friendlyName,
    group: group.root.subject,
    subject: member,
    subjectKey: group.key.publicKey,
    friendlyName: group.certificate.friendlyName,
    role: 'creator',
    membershipsBelowMax: 23,
    leaseMs: null,
    renews: null,
    notBefore: chain[0].notBefore,
    notAfter: wallTimeOf(nowTime() - day / 2),
  });
  const { listener, callers } = bareDesk(t, group);
  const { port } = await listener.listen('127.0.0.1', 0);
  const doorName = doorOf(group.discoverySecret, group.name);
  const link = await dialRaw(t, { port, doorName, shown: group });
  const signedPart = bodyWith(group, [chain[0].der, expired.der]);
  link.write(craftedHello(link, group, { signedPart }));
  const frame = await link.frame();
  assert.equal(frame?.kind, KIND.refuse);
  assert.equal(decodeRefuse(frame?.payload ?? new Uint8Array(0)).reason, 'membershipExpired');
  assert.equal(callers.length, 0);
  assert.equal(scene.taken.length, 0);
});

test('bytes behind the chain, signed or not, are refused', async (t) => {
  const scene = await siege(t);
  const body = helloBody(scene.bob.membership);
  const longer = Buffer.concat([body, Buffer.alloc(1)]);
  assert.equal(await answerTo(t, scene, scene.bob, longer), null);
  const link = await dialRaw(t, { ...scene.dial, shown: scene.bob });
  const hello = craftedHello(link, scene.bob).subarray(5);
  link.write(encodeFrame(KIND.hello, Buffer.concat([hello, Buffer.alloc(1)])));
  await assertTurnedAway(scene, link, []);
});

test('bytes behind a certificate of the chain are refused', async (t) => {
  const scene = await siege(t);
  const chain = scene.bob.membership.chain.map(({ der }) => der);
  const last = chain.pop() ?? new Uint8Array(0);
  const longer = [...chain, Buffer.concat([last, Buffer.alloc(1)])];
  assert.equal(await answerTo(t, scene, scene.bob, bodyWith(scene.bob, longer)), 'notMember');
});

test('a chain without a membership, and none at all, are refused', async (t) => {
  const scene = await siege(t);
  const [root] = scene.bob.membership.chain;
  assert.equal(await answerTo(t, scene, scene.bob, bodyWith(scene.bob, [root.der])), 'notMember');
  assert.equal(await answerTo(t, scene, scene.bob, bodyWith(scene.bob, [])), 'notMember');
});
