// TLS 1.3 by node:tls, both sides with a chain of three Ed25519 certificates (root, membership,
// leaf) which OpenSSL verifies: what peergroup is measured by.

import { once } from 'node:events';
import type { TLSSocket } from 'node:tls';
import { connect, createSecureContext, createServer } from 'node:tls';
import type { Chains, Party } from '../connections/certificates.ts';
import { listenLocally } from '../connections/listen-locally.ts';
import { SocketConnection, serveSocket } from '../connections/socket-connection.ts';
import type {
  Acceptor,
  Address,
  Connection,
  Dialer,
  Subject,
  Tally,
  Work,
} from '../connections/subject.ts';
import type { Material } from '../harness/troupe.ts';

export const subject: Subject = { name: 'raw-tls', prepare, listen, dial };

const PROTOCOL = 'bench/1';

async function prepare(): Promise<Material> {
  // Only here: the two processes that are measured need not load what makes certificates.
  const { makeChains } = await import('../connections/certificates.ts');
  return JSON.stringify(makeChains());
}

async function listen(material: Material): Promise<Acceptor> {
  const { root, acceptor } = JSON.parse(material) as Chains;
  let serve = (_socket: TLSSocket): void => {};
  const server = createServer({
    ...contextOptions(root, acceptor),
    requestCert: true,
    rejectUnauthorized: true,
    ALPNProtocols: [PROTOCOL],
  });
  // Emitted only when OpenSSL has accepted the client's chain.
  server.on('secureConnection', (socket) => serve(socket));
  const port = await listenLocally(server);
  return {
    address: String(port),
    serve(work: Work, tally: Tally) {
      serve = (socket) => serveSocket(socket, work, tally);
    },
    async close() {
      server.close();
    },
  };
}

async function dial(address: Address, material: Material): Promise<Dialer> {
  const { root, dialer } = JSON.parse(material) as Chains;
  // One context for all connections: reading keys and certificates is not part of a handshake.
  const secureContext = createSecureContext(contextOptions(root, dialer));
  return {
    async connect(work: Work): Promise<Connection> {
      const socket = connect({
        host: '127.0.0.1',
        port: Number(address),
        secureContext,
        ALPNProtocols: [PROTOCOL],
        rejectUnauthorized: true,
        checkServerIdentity: () => undefined, // Names are the group's affair; the chain is verified.
      });
      const greeted = work.kind === 'open' ? once(socket, 'data') : null;
      await once(socket, 'secureConnect');
      const securedAtMs = performance.now();
      if (greeted !== null) await greeted;
      if (work.kind !== 'roundTrip') socket.resume();
      return Object.assign(new SocketConnection(socket), { securedAtMs });
    },
    async close() {},
  };
}

function contextOptions(root: string, party: Party) {
  return { ca: root, cert: party.chain, key: party.key, minVersion: 'TLSv1.3' } as const;
}
