// Attack 3: TLS sessions that are resumed, for which nobody proves a key again. Tickets are not
// redeemable, and a socket that resumed would make no wire.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { connect, createServer, type TLSSocket } from 'node:tls';

import { TlsWire } from '../../src/adapters/tls/tls-wire.ts';
import { pemText } from '../../src/adapters/x509/pem.ts';
import { DIRECT_PROTOCOL } from '../../src/core/domain/protocol-names.ts';
import { KIND } from '../../src/core/wire/frame.ts';
import { atEnd } from '../support/at-end.ts';
import { beginTls, enterRaw, listening, RawLink } from '../support/raw-link.ts';
import { honestHello, rawIdentity } from '../support/raw-member.ts';
import { siege } from '../support/siege.ts';
import { until, within } from '../support/until.ts';

test('a session that Alice gave out cannot be resumed', async (t) => {
  const scene = await siege(t);
  const sessions: Buffer[] = [];
  const first = await enterRaw(t, scene.bob, scene.dial);
  first.socket.on('session', (session) => sessions.push(session));
  first.send(KIND.ping, new Uint8Array(4));
  await until(() => (first.seen[KIND.pong] ?? 0) === 1, 2_000);
  const kept = sessions.at(-1) ?? first.socket.getSession();
  assert.ok(kept !== undefined && kept.length > 0, 'Bob has a session to try');
  first.socket.destroy();
  const socket = beginTls(t, { ...scene.dial, shown: scene.bob, tls: { session: kept } });
  await within(once(socket, 'secureConnect'), 2_000, 'secureConnect');
  assert.equal(socket.isSessionReused(), false);
  const link = new RawLink(socket);
  link.write(honestHello(link, scene.bob));
  assert.equal((await link.frame())?.kind, KIND.hello, 'a whole handshake is welcome');
});

test('whoever has only the session and no key is turned away', async (t) => {
  const scene = await siege(t);
  const first = await enterRaw(t, scene.bob, scene.dial);
  const session = first.socket.getSession();
  first.socket.destroy();
  await until(() => scene.alice.group.connections.length === 0, 2_000);
  const socket = beginTls(t, {
    ...scene.dial,
    shown: null,
    ...(session === undefined ? {} : { tls: { session } }),
  });
  await within(once(socket, 'secureConnect'), 2_000, 'secureConnect');
  const link = new RawLink(socket);
  link.write(honestHello(link, scene.bob));
  assert.deepEqual(await link.kindsToEnd(), []);
  assert.equal(scene.alice.group.connections.length, 0);
});

test('a socket that resumed a session makes no wire, on either side', async (t) => {
  const alice = rawIdentity('Alice');
  const shown = { key: alice.key.privateKeyPem, cert: pemText(alice.certificate.der) };
  const sides: { readonly side: string; readonly reused: boolean; readonly isWire: boolean }[] = [];
  const look = (side: string, socket: TLSSocket): void => {
    const wire = TlsWire.over(socket, null, DIRECT_PROTOCOL);
    sides.push({ side, reused: socket.isSessionReused(), isWire: wire !== null });
  };
  const server = createServer({
    ...shown,
    minVersion: 'TLSv1.3',
    requestCert: true,
    rejectUnauthorized: false,
    ALPNProtocols: [DIRECT_PROTOCOL],
  });
  server.on('secureConnection', (socket) => {
    look('listener', socket);
    socket.on('error', () => socket.destroy());
    socket.resume().write('tickets come with this');
  });
  const { port } = await listening(t, (socket) => server.emit('connection', socket));
  const options = { port, host: '127.0.0.1', ...shown, rejectUnauthorized: false };
  const protocols = { ALPNProtocols: [DIRECT_PROTOCOL], servername: 'any.invalid' };
  let session: Buffer | undefined;
  for (const round of [1, 2]) {
    const socket = connect({ ...options, ...protocols, ...(session ? { session } : {}) });
    atEnd(t, () => void socket.destroy());
    socket.on('session', (given) => {
      session = given;
    });
    await within(once(socket.resume(), 'secureConnect'), 2_000, 'secureConnect');
    look('dialler', socket);
    await until(() => session !== undefined && sides.length === 2 * round, 2_000);
    socket.destroy();
  }
  const seen = sides.map(({ side, reused, isWire }) => `${side} ${reused} ${isWire}`).sort();
  assert.deepEqual(seen, [
    'dialler false true',
    'dialler true false',
    'listener false true',
    'listener true false',
  ]);
});
