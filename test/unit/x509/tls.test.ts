// An identity certificate stands on both sides of every link, so node:tls must take it there: as an
// anchor of its own, for servers and for clients.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { connect, createServer } from 'node:tls';

import { X509CertificateIssuer } from '../../../src/adapters/x509/certificate-issuer.ts';
import { pemText } from '../../../src/adapters/x509/pem.ts';
import type { Person } from '../../support/trust-cast.ts';
import { person, seededChance, timeOf } from '../../support/trust-cast.ts';

const issuer = new X509CertificateIssuer(seededChance('tls'));
const period = {
  notBefore: timeOf('2020-01-01T00:00:00Z'),
  notAfter: timeOf('2500-01-01T00:00:00Z'),
};

const credentials = ({ peer, friendlyName, privateKeyPem, ...key }: Person) => {
  const { der } = issuer.issueIdentity({ key, subject: peer, friendlyName, ...period });
  return { cert: pemText(der), key: privateKeyPem };
};

const alice = credentials(person('Alice'));
const bob = credentials(person('Bob', 'Schlüssel-ключ-鍵'));
const eve = credentials(person('Eve'));

/** What the server of Alice, who trusts Bob, says to whoever presents `client`. */
async function greetingTo(client: typeof bob, trusted: string): Promise<string> {
  const strict = { minVersion: 'TLSv1.3', rejectUnauthorized: true } as const;
  const server = createServer({ ...strict, ...alice, ca: [bob.cert], requestCert: true });
  server.on('secureConnection', (socket: TLSSocket) => {
    socket.on('error', () => {});
    socket.end(`hello ${socket.getPeerX509Certificate()?.subject}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const listening = server.address();
  assert.ok(listening !== null && typeof listening === 'object');
  const socket = connect({
    ...strict,
    ...client,
    port: listening.port,
    host: '127.0.0.1',
    ca: [trusted],
    checkServerIdentity: () => undefined,
  });
  try {
    let heard = '';
    for await (const chunk of socket) heard += chunk;
    return heard;
  } finally {
    socket.destroy();
    server.close();
  }
}

test('TLS 1.3 with identity certificates on both sides authenticates both', async () => {
  assert.equal(await greetingTo(bob, alice.cert), 'hello CN=Bob');
});

test('TLS 1.3 refuses an identity certificate on either side that is not the trusted one', async () => {
  // A client may hear of its refusal as an error or as an end: it has shaken hands already.
  const heardByEve = await greetingTo(eve, alice.cert).catch(() => '');
  assert.equal(heardByEve, '');
  await assert.rejects(greetingTo(bob, eve.cert), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
});
