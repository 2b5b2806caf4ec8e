// peergroup itself, through its front door, as an application uses it.

import { join } from 'node:path';
import type { DirectConnection } from '../../src/api/index.ts';
import { openNode } from '../../src/api/index.ts';
import { Breath } from '../connections/breath.ts';
import { pumpDuplex } from '../connections/socket-connection.ts';
import type {
  Acceptor,
  Address,
  Connection,
  Dialer,
  Subject,
  Tally,
  Work,
} from '../connections/subject.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';
import type { Material } from '../harness/troupe.ts';

export const subject: Subject = { name: 'peergroup', prepare, listen, dial };

interface Village {
  /** The name of the accepting member. */
  readonly acceptor: string;
  readonly acceptorDirectory: string;
  readonly dialerDirectory: string;
}

/** A group whose creator invited both parties, so that each has a chain of three certificates. */
async function prepare(): Promise<Material> {
  const directory = temporaryDirectory();
  await using creator = await openNode({ directory: join(directory, 'creator') });
  await creator.createIdentity({ friendlyName: 'creator' });
  const group = await creator.createGroup({ friendlyName: 'bench' });
  const admit = async (name: string): Promise<string> => {
    await using node = await openNode({ directory: join(directory, name) });
    const identity = await node.createIdentity({ friendlyName: name });
    await node.joinGroup(await group.invite(identity.card));
    return identity.name;
  };
  const village: Village = {
    acceptor: await admit('acceptor'),
    acceptorDirectory: join(directory, 'acceptor'),
    dialerDirectory: join(directory, 'dialer'),
  };
  await admit('dialer');
  return JSON.stringify(village);
}

async function listen(material: Material): Promise<Acceptor> {
  const { acceptorDirectory: directory } = JSON.parse(material) as Village;
  const node = await openNode({ directory, listen: { host: '127.0.0.1' } });
  const group = await node.openGroup();
  let serve = (_connection: DirectConnection): void => {};
  group.acceptDirectConnections({ onConnection: (connection) => serve(connection) });
  const [address = ''] = node.addresses;
  return {
    address,
    serve(work: Work, tally: Tally) {
      serve = (connection) => serveConnection(connection, work, tally);
    },
    close: () => node.close(),
  };
}

function serveConnection(connection: DirectConnection, work: Work, tally: Tally): void {
  tally.connections += 1;
  if (work.kind === 'roundTrip') {
    connection.onMessage((message) => void connection.send(message.data));
  } else if (work.kind === 'messages') {
    connection.onMessage(
      (message) => {
        tally.bytes += message.data.length;
      },
      { borrow: true },
    );
  }
  connection.onStream((stream) => {
    stream.on('error', () => stream.destroy()); // The dialer ends abruptly: that is how a sample stops.
    stream.on('data', (chunk: Uint8Array) => {
      tally.bytes += chunk.length;
    });
  });
}

async function dial(address: Address, material: Material): Promise<Dialer> {
  const { dialerDirectory: directory, acceptor } = JSON.parse(material) as Village;
  const node = await openNode({ directory });
  const group = await node.openGroup();
  return {
    async connect(work: Work): Promise<Connection> {
      const connection = await group.openDirectConnection(acceptor, { address, separate: true });
      return {
        pump: (message, mayGoOn) =>
          work.kind === 'stream'
            ? pumpDuplex(connection.openStream(), message, mayGoOn)
            : pump(connection, message, mayGoOn),
        exchange: (message) => exchange(connection, message),
        async close() {
          connection.abort();
          await connection.closed;
        },
      };
    },
    close: () => node.close(),
  };
}

async function pump(
  connection: DirectConnection,
  message: Uint8Array,
  mayGoOn: () => boolean,
): Promise<void> {
  const breath = new Breath();
  while (mayGoOn()) {
    const sent = connection.send(message);
    if (connection.isFull) await sent;
    if (breath.isDue()) await new Promise((resolve) => setImmediate(resolve));
  }
}

function exchange(connection: DirectConnection, message: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    connection.onMessage(() => resolve());
    void connection.send(message);
  });
}
