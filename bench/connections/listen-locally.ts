// A server on the loopback interface, at any port that is free.

import { once } from 'node:events';
import type { Server } from 'node:net';

/** Listens on a free port of the loopback interface and returns it. */
export async function listenLocally(server: Server): Promise<number> {
  // Connections are opened by the thousand; the default of 511 would drop some of a burst.
  server.listen({ host: '127.0.0.1', port: 0, backlog: 4_096 });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
