// hypercore from one process to another: a Noise stream over TCP, the whole core downloaded in the order
// of its blocks.

import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { loadPeer } from '../peers/load.ts';
import type { Subject } from '../replication/subject.ts';

export const subject: Subject = { give, arrive };

interface Core {
  readonly key: Buffer;
  readonly contiguousLength: number;
  ready(): Promise<void>;
  replicate(isInitiator: boolean): NodeJS.ReadWriteStream;
  download(range: { readonly start: number; readonly end: number }): unknown;
  close(): Promise<void>;
}

interface Library {
  readonly default: new (directory: string, key?: Buffer) => Core;
}

/** Loaded with this file, as the others' code is, and not when a core is opened. */
const { default: Hypercore } = await loadPeer<Library>('hypercore');

async function give(directory: string): ReturnType<Subject['give']> {
  const core = new Hypercore(join(directory, 'core'));
  await core.ready();
  const server = createServer((socket) => {
    socket.setNoDelay();
    socket.on('error', () => socket.destroy());
    socket.pipe(core.replicate(false)).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    admit: async () => JSON.stringify({ port, key: core.key.toString('hex') }),
    close: () => core.close(),
  };
}

async function arrive(directory: string): ReturnType<Subject['arrive']> {
  let core: Core | null = null;
  let port = 0;
  return {
    wish: '',
    async prepare(ticket) {
      const told: { port: number; key: string } = JSON.parse(ticket);
      ({ port } = told);
      core = new Hypercore(join(directory, 'core'), Buffer.from(told.key, 'hex'));
      await core.ready();
    },
    async connect() {
      if (core === null) throw new Error('prepare comes first');
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.pipe(core.replicate(true)).pipe(socket);
      core.download({ start: 0, end: -1 });
    },
    count: () => core?.contiguousLength ?? 0,
    close: async () => await core?.close(),
  };
}
