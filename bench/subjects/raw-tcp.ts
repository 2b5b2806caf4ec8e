// TCP by node:net: what the machine can move at all.

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { listenLocally } from '../connections/listen-locally.ts';
import { SocketConnection, serveSocket } from '../connections/socket-connection.ts';
import type { Acceptor, Connection, Dialer, Subject, Tally, Work } from '../connections/subject.ts';

export const subject: Subject = { name: 'raw-tcp', listen, dial };

async function listen(): Promise<Acceptor> {
  let serve = (_socket: Socket): void => {};
  const server = createServer((socket) => serve(socket));
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

async function dial(address: string): Promise<Dialer> {
  return {
    async connect(work: Work): Promise<Connection> {
      const socket = connect({ host: '127.0.0.1', port: Number(address) });
      if (work.kind === 'open') {
        await once(socket, 'data');
      } else {
        await once(socket, 'connect');
        if (work.kind !== 'roundTrip') socket.resume();
      }
      return new SocketConnection(socket);
    },
    async close() {},
  };
}
