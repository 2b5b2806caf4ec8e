// Attack 1: certificates that say what their key does not prove, over TCP and over a pipe that is no
// socket. None of them may come as far as HELLO.

import assert from 'node:assert/strict';
import { duplexPair } from 'node:stream';
import { test } from 'node:test';

import { SigningKey } from '../../src/adapters/crypto/signing-key.ts';
import { secureOver } from '../../src/adapters/tls/tls-dialler.ts';
import { TlsListener } from '../../src/adapters/tls/tls-listener.ts';
import type { DialOutcome } from '../../src/core/ports/wires.ts';
import { atEnd } from '../support/at-end.ts';
import { bareDesk } from '../support/bare-desk.ts';
import { found, joinAs, refusalOf } from '../support/live-group.ts';
import {
  beginTls,
  connectTo,
  dialRaw,
  enterRaw,
  fakeDoor,
  type RawLink,
  type Shown,
} from '../support/raw-link.ts';
import {
  doorOf,
  foundRaw,
  grantRaw,
  issuer,
  lifetime,
  type RawIdentity,
  rawIdentity,
} from '../support/raw-member.ts';
import { assertTurnedAway, siege } from '../support/siege.ts';
import { until } from '../support/until.ts';

/** The name of somebody on Eve's key, signed by Eve. */
function nameOfAnother(victim: Pick<RawIdentity, 'name'>, eve: RawIdentity): Shown {
  const { subject, ...rest } = eve.certificate;
  const key = { publicKey: eve.key.publicKey, sign: (bytes: Uint8Array) => eve.key.sign(bytes) };
  const real = issuer.issueIdentity({ key, subject, friendlyName: 'Bob', ...lifetime() });
  assert.equal(rest.kind, 'identity');
  return { key: eve.key, certificate: { der: renamed(real.der, eve, victim) } };
}

/** Eve's certificate with another name of the same length in it, signed again by Eve. */
function renamed(der: Uint8Array, eve: RawIdentity, victim: Pick<RawIdentity, 'name'>): Uint8Array {
  const text = Buffer.from(der).toString('latin1').replaceAll(eve.name, victim.name);
  return signedAgain(Buffer.from(text, 'latin1'), eve.key);
}

/** The signed part stands behind 4 bytes of header; the signature is the last 64 bytes. */
function signedAgain(der: Buffer, key: SigningKey): Uint8Array {
  const signedBytes = der.subarray(4, der.length - 74);
  return Buffer.concat([der.subarray(0, -64), key.sign(signedBytes)]);
}

/** Of Eve's key and name, and signed by another key. */
function notSelfSigned(eve: RawIdentity): Shown {
  const der = signedAgain(Buffer.from(eve.certificate.der), SigningKey.generate());
  return { key: eve.key, certificate: { der } };
}

test('the forger of these tests makes sound certificates when it signs with the right key', () => {
  const eve = rawIdentity('Eve');
  const der = signedAgain(Buffer.from(eve.certificate.der), eve.key);
  assert.deepEqual(new Uint8Array(der), eve.certificate.der);
});

test("a certificate with Bob's name and Eve's key is turned away before HELLO", async (t) => {
  const scene = await siege(t);
  const shown = nameOfAnother(scene.bob, scene.eve);
  await assertTurnedAway(scene, await dialRaw(t, { ...scene.dial, shown }), []);
});

test('a certificate that its own key did not sign is turned away before HELLO', async (t) => {
  const scene = await siege(t);
  const shown = notSelfSigned(scene.eve);
  await assertTurnedAway(scene, await dialRaw(t, { ...scene.dial, shown }), []);
});

test('whoever shows no certificate is turned away before HELLO', async (t) => {
  const scene = await siege(t);
  const link = await dialRaw(t, { ...scene.dial, shown: null });
  await assertTurnedAway(scene, link, []);
});

test('a certificate of another kind than an identity is turned away before HELLO', async (t) => {
  const scene = await siege(t);
  const { root, groupKey } = foundRaw(scene.eve, 'Chess');
  const shown = { key: groupKey, certificate: root };
  await assertTurnedAway(scene, await dialRaw(t, { ...scene.dial, shown }), []);
});

test("a server with Alice's name and Eve's key is told nothing", async (t) => {
  const alice = await found(t);
  const bob = await joinAs(t, alice, 'Bob');
  const links: RawLink[] = [];
  const victim = { name: alice.group.self as RawIdentity['name'] };
  const door = await fakeDoor(t, nameOfAnother(victim, rawIdentity('Eve')), (link) => {
    links.push(link);
  });
  const error = await refusalOf(
    bob.group.openDirectConnection(alice.group.self, { address: door.address }),
  );
  assert.equal(error.code, 'NOT_AUTHENTICATED');
  await until(() => links[0]?.isEnded === true, 2_000);
  assert.deepEqual(links[0]?.seen, []);
});

test('over a pipe that is no socket a member comes in and forged certificates do not', async (t) => {
  const alice = foundRaw(rawIdentity('Alice'), 'Chess');
  const eve = rawIdentity('Eve');
  const { listener, callers } = bareDesk(t, alice);
  const doorName = doorOf(alice.discoverySecret, alice.name);
  const dial = () => {
    const [pipe, inside] = duplexPair();
    listener.accept(inside, '192.0.2.1');
    return { port: 0, doorName, pipe };
  };
  const bob = grantRaw(alice, rawIdentity('Bob'));
  await enterRaw(t, bob, dial());
  assert.equal(callers.length, 1);
  for (const shown of [nameOfAnother(bob, eve), notSelfSigned(eve), null]) {
    const link = await dialRaw(t, { ...dial(), shown });
    assert.deepEqual(await link.kindsToEnd(), []);
  }
  assert.equal(callers.length, 1);
});

test('without a certificate there is no wire, on either side of any pipe', async (t) => {
  const said: string[] = [];
  const alice = rawIdentity('Alice');
  const credentials = {
    certificate: alice.certificate.der,
    privateKeyPem: alice.key.privateKeyPem,
  };
  const listener = new TlsListener({
    arrive: () => ({
      patienceMs: 5_000,
      onWire: (wire) => said.push(`wire of ${wire.farCertificate.length} bytes`),
      onFailed: () => said.push('failed'),
    }),
    credentialsFor: () => credentials,
  });
  const [pipe, inside] = duplexPair();
  listener.accept(inside, '192.0.2.1');
  beginTls(t, { port: 0, pipe, doorName: 'any.invalid', shown: null });
  await until(() => said.length > 0, 2_000);
  assert.deepEqual(said, ['failed']);
  await until(() => inside.destroyed, 2_000);
});

test('a dialler over any pipe hands up what was proved, for others to judge', async (t) => {
  const [bob, eve, alice] = [rawIdentity('Bob'), rawIdentity('Eve'), rawIdentity('Alice')];
  const shown = nameOfAnother(alice, eve);
  const { port } = await fakeDoor(t, shown, () => undefined);
  const [near, far] = duplexPair();
  const below = connectTo(port);
  atEnd(t, () => void below.destroy());
  far.pipe(below).pipe(far);
  const credentials = { certificate: bob.certificate.der, privateKeyPem: bob.key.privateKeyPem };
  const outcome = await new Promise<DialOutcome>((resolve) => {
    secureOver(near, { doorName: 'any.invalid', credentials }, resolve);
  });
  assert.ok(outcome.kind === 'connected');
  assert.deepEqual(Buffer.from(outcome.wire.farCertificate), Buffer.from(shown.certificate.der));
  outcome.wire.cut();
});
