// hyperdht: connections by public key over UDP, found through a DHT of its own on the loopback
// interface, encrypted by Noise. Every write arrives as one message: its stream keeps boundaries.

import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { GREETING, pumpDuplex } from '../connections/socket-connection.ts';
import type {
  Acceptor,
  Address,
  Connection,
  Dialer,
  Subject,
  Tally,
  Work,
} from '../connections/subject.ts';
import { loadPeer } from '../peers/load.ts';

export const subject: Subject = { name: 'hyperdht', listen, dial };

interface Node {
  createServer(onConnection: (socket: Duplex) => void): {
    listen(keyPair: { readonly publicKey: Buffer }): Promise<void>;
  };
  connect(publicKey: Buffer): Duplex;
  fullyBootstrapped(): Promise<void>;
  destroy(): Promise<void>;
}

interface Testnet {
  readonly bootstrap: readonly { readonly host: string; readonly port: number }[];
  createNode(options: { readonly ephemeral: boolean; readonly firewalled: boolean }): Node;
  destroy(): Promise<void>;
}

interface Library {
  readonly default: {
    new (options: { readonly bootstrap: Testnet['bootstrap']; readonly host: string }): Node;
    keyPair(): { readonly publicKey: Buffer };
  };
}

interface Found {
  readonly publicKey: string;
  readonly bootstrap: Testnet['bootstrap'];
}

/** The smallest net in which a lookup has more than one node to ask. */
const TESTNET_NODES = 3;

async function listen(): Promise<Acceptor> {
  const { default: DHT } = await loadPeer<Library>('hyperdht');
  const { default: createTestnet } = await loadPeer<{
    readonly default: (size: number) => Promise<Testnet>;
  }>('hyperdht/testnet.js');
  const testnet = await createTestnet(TESTNET_NODES);
  let serve = (_socket: Duplex): void => {};
  const keyPair = DHT.keyPair();
  // Reachable as it is: between two processes of one machine the punching of holes loses the
  // connection.
  await testnet
    .createNode({ ephemeral: false, firewalled: false })
    .createServer((socket) => serve(socket))
    .listen(keyPair);
  const found: Found = {
    publicKey: keyPair.publicKey.toString('hex'),
    bootstrap: testnet.bootstrap,
  };
  return {
    address: JSON.stringify(found),
    serve(work: Work, tally: Tally) {
      serve = (socket) => serveSocket(socket, work, tally);
    },
    close: () => testnet.destroy(),
  };
}

function serveSocket(socket: Duplex, work: Work, tally: Tally): void {
  tally.connections += 1;
  socket.on('error', () => socket.destroy()); // The dialer ends abruptly: that is how a sample stops.
  socket.on('data', (message: Buffer) => {
    tally.bytes += message.length;
    if (work.kind === 'roundTrip') socket.write(message);
  });
  if (work.kind === 'open') socket.write(GREETING);
}

async function dial(address: Address): Promise<Dialer> {
  const { default: DHT } = await loadPeer<Library>('hyperdht');
  const { publicKey, bootstrap } = JSON.parse(address) as Found;
  const node = new DHT({ bootstrap, host: '127.0.0.1' });
  await node.fullyBootstrapped();
  return {
    async connect(work: Work): Promise<Connection> {
      const socket = node.connect(Buffer.from(publicKey, 'hex'));
      const greeted = work.kind === 'open' ? once(socket, 'data') : null;
      await once(socket, 'open');
      const securedAtMs = performance.now();
      if (greeted !== null) await greeted;
      return new HyperConnection(socket, securedAtMs);
    },
    close: () => node.destroy(),
  };
}

class HyperConnection implements Connection {
  readonly securedAtMs: number;
  readonly #socket: Duplex;

  constructor(socket: Duplex, securedAtMs: number) {
    this.#socket = socket;
    this.securedAtMs = securedAtMs;
    socket.on('error', () => socket.destroy());
  }

  pump(message: Uint8Array, mayGoOn: () => boolean): Promise<void> {
    return pumpDuplex(this.#socket, message, mayGoOn);
  }

  async exchange(message: Uint8Array): Promise<void> {
    const echoed = once(this.#socket, 'data');
    this.#socket.write(message);
    await echoed;
  }

  async close(): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#socket.destroy();
    await closed;
  }
}
