// What the links are made of, on the wire: TLS 1.3 alone, the hybrid post-quantum key exchange, and
// no fallback that a caller could ask for.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';

import { DIRECT_PROTOCOL } from '../../src/core/domain/protocol-names.ts';
import { joinAs, refusalOf } from '../support/live-group.ts';
import { beginTls, closeOf, fakeDoor, type RawLink } from '../support/raw-link.ts';
import { siege } from '../support/siege.ts';
import { until, within } from '../support/until.ts';

async function secured(socket: ReturnType<typeof beginTls>): Promise<void> {
  await within(once(socket, 'secureConnect'), 3_000, 'secureConnect');
}

test('a client that can is given X25519MLKEM768, in TLS 1.3', async (t) => {
  const scene = await siege(t);
  const socket = beginTls(t, { ...scene.dial, shown: scene.bob });
  await secured(socket);
  assert.equal(socket.getProtocol(), 'TLSv1.3');
  assert.equal(socket.alpnProtocol, DIRECT_PROTOCOL);
  const key = socket.getEphemeralKeyInfo() as { readonly name?: string };
  assert.equal(key.name, 'X25519MLKEM768');
});

test('a client without it is given X25519, and one with neither nothing', async (t) => {
  const scene = await siege(t);
  const plain = beginTls(t, { ...scene.dial, shown: scene.bob, tls: { ecdhCurve: 'X25519' } });
  await secured(plain);
  const key = plain.getEphemeralKeyInfo() as { readonly name?: string };
  assert.equal(key.name, 'X25519');
  const other = beginTls(t, { ...scene.dial, shown: scene.bob, tls: { ecdhCurve: 'P-256' } });
  let isUp = false;
  other.once('secureConnect', () => {
    isUp = true;
  });
  await within(closeOf(other), 3_000, 'the end');
  assert.equal(isUp, false);
});

test('our dialler, too, offers X25519MLKEM768 and TLS 1.3 alone', async (t) => {
  const scene = await siege(t);
  const dave = await joinAs(t, scene.alice, 'Dave');
  const links: RawLink[] = [];
  const door = await fakeDoor(t, scene.bob, (link) => links.push(link));
  const opening = refusalOf(
    dave.group.openDirectConnection(scene.bob.name, { address: door.address, timeoutMs: 1_000 }),
  );
  await until(() => links.length === 1, 2_000);
  assert.equal(links[0]?.socket.getProtocol(), 'TLSv1.3');
  assert.match(links[0]?.socket.getCipher().name ?? '', /^TLS_/);
  await opening;
});

test('both ends of a connection have the same exporter, and no other connection has it', async (t) => {
  const scene = await siege(t);
  const sockets = [1, 2].map(() => beginTls(t, { ...scene.dial, shown: scene.bob }));
  await Promise.all(sockets.map(secured));
  const label = 'EXPORTER-Channel-Binding';
  const [a, b] = sockets.map((socket) => socket.exportKeyingMaterial(32, label, Buffer.alloc(0)));
  assert.ok(a !== undefined && b !== undefined);
  assert.equal(a.equals(b), false);
});
