// Attack 4: scanners and downgrades. Who does not ask by a name of the present, for our protocol, in
// TLS 1.3, is sent an alert and nothing else: no certificate, and nothing that is encrypted.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { createServer } from 'node:tls';

import { pemText } from '../../src/adapters/x509/pem.ts';

import { DIRECT_PROTOCOL } from '../../src/core/domain/protocol-names.ts';
import { joinAs, refusalOf } from '../support/live-group.ts';
import { beginTls, closeOf, listening, type RawDial } from '../support/raw-link.ts';
import { doorOf, rawIdentity } from '../support/raw-member.ts';
import { type Siege, siege } from '../support/siege.ts';
import { recordsIn, tap } from '../support/tapped-port.ts';
import { within } from '../support/until.ts';

type Probe = (scene: Siege) => Partial<RawDial>;

const ALERT = { protocolVersion: 70, unrecognizedName: 112, noProtocol: 120, handshakeFailure: 40 };

const PROBES: Readonly<Record<string, { readonly probe: Probe; readonly alerts: number[] }>> = {
  'TLS 1.2': {
    probe: () => ({ tls: { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } }),
    alerts: [ALERT.protocolVersion],
  },
  'another protocol': { probe: () => ({ protocols: ['h2'] }), alerts: [ALERT.noProtocol] },
  'another protocol of ours': {
    probe: () => ({ protocols: ['pg-direct/2', 'pg-direct/'] }),
    alerts: [ALERT.noProtocol],
  },
  'no protocol': { probe: () => ({ protocols: [] }), alerts: [ALERT.handshakeFailure] },
  'no name': { probe: () => ({ doorName: '' }), alerts: [ALERT.unrecognizedName] },
  'another name': {
    probe: () => ({ doorName: `${'a'.repeat(26)}.invalid` }),
    alerts: [ALERT.unrecognizedName],
  },
  'the name of the hour before last': {
    probe: ({ alice, bob }) => ({ doorName: doorOf(bob.discoverySecret, alice.group.self, -2) }),
    alerts: [ALERT.unrecognizedName],
  },
  'the name of the hour after next': {
    probe: ({ alice, bob }) => ({ doorName: doorOf(bob.discoverySecret, alice.group.self, 2) }),
    alerts: [ALERT.unrecognizedName],
  },
  'the name of a member who is not at home': {
    probe: ({ bob }) => ({ doorName: doorOf(bob.discoverySecret, bob.name) }),
    alerts: [ALERT.unrecognizedName],
  },
  "Alice's name by another group's secret": {
    probe: ({ alice }) => ({ doorName: doorOf(new Uint8Array(32), alice.group.self) }),
    alerts: [ALERT.unrecognizedName],
  },
  'another name and a retried key exchange': {
    probe: () => ({ doorName: 'a.invalid', tls: { ecdhCurve: 'P-256:X25519' } }),
    alerts: [ALERT.unrecognizedName],
  },
};

for (const [what, { probe, alerts }] of Object.entries(PROBES)) {
  test(`whoever asks with ${what} is shown no certificate`, async (t) => {
    const scene = await siege(t);
    const { port, said } = await tap(t, scene.alice.port);
    const socket = beginTls(t, { ...scene.dial, shown: scene.bob, ...probe(scene), port });
    const gotUp = once(socket, 'secureConnect').then(
      () => true,
      () => false,
    );
    const ended = closeOf(socket).then(() => false);
    assert.equal(await within(Promise.race([gotUp, ended]), 3_000, 'the end'), false);
    const records = recordsIn(said()).filter((record) => record !== 'retry' && record !== 'ccs');
    assert.ok(records.length > 0, 'an alert says why');
    for (const record of records)
      assert.ok(
        alerts.some((alert) => record === `alert ${alert}`),
        `${record} of ${records.join(', ')}`,
      );
    assert.equal(said().includes(Buffer.from(scene.alice.group.self)), false);
  });
}

test('the names of the hours beside this one open the door, for clocks that differ', async (t) => {
  const scene = await siege(t);
  for (const hoursLater of [-1, 0, 1]) {
    const doorName = doorOf(scene.bob.discoverySecret, scene.alice.group.self, hoursLater);
    const socket = beginTls(t, { ...scene.dial, doorName, shown: scene.bob });
    await within(once(socket, 'secureConnect'), 3_000, 'secureConnect');
    assert.equal(socket.getProtocol(), 'TLSv1.3');
  }
});

test('a client that offers TLS 1.2 as well gets 1.3, and one that insists on RSA nothing', async (t) => {
  const scene = await siege(t);
  const both = beginTls(t, { ...scene.dial, shown: scene.bob, tls: { minVersion: 'TLSv1.2' } });
  await within(once(both, 'secureConnect'), 3_000, 'secureConnect');
  assert.equal(both.getProtocol(), 'TLSv1.3');
  const { port, said } = await tap(t, scene.alice.port);
  const rsa = { sigalgs: 'rsa_pss_rsae_sha256' };
  const socket = beginTls(t, { ...scene.dial, port, tls: rsa });
  await within(closeOf(socket), 3_000, 'the end');
  assert.ok(!recordsIn(said()).includes('sealed'), recordsIn(said()).join(', '));
});

test('a dialler of ours goes up with nobody who speaks another protocol', async (t) => {
  const scene = await siege(t);
  const bob = await joinAs(t, scene.alice, 'Bob');
  const eve = rawIdentity('Eve');
  const server = createServer({
    key: eve.key.privateKeyPem,
    cert: pemText(eve.certificate.der),
    requestCert: true,
    rejectUnauthorized: false,
  });
  server.on('tlsClientError', () => undefined);
  const door = await listening(t, (socket) => server.emit('connection', socket));
  const error = await refusalOf(
    bob.group.openDirectConnection(scene.alice.group.self, { address: door.address }),
  );
  assert.equal(error.code, 'NOT_AUTHENTICATED', DIRECT_PROTOCOL);
});
