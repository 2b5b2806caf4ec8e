// The primitives over a stream socket of Node, for the raw subjects: bytes without boundaries.

import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Breath } from './breath.ts';
import type { Connection, Tally, Work } from './subject.ts';

export const GREETING = Buffer.from([1]);

/** Serves one accepted socket. */
export function serveSocket(socket: Socket, work: Work, tally: Tally): void {
  tally.connections += 1;
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy()); // The dialer ends abruptly: that is how a sample stops.
  socket.on('data', (chunk: Buffer) => {
    if (work.kind === 'roundTrip') socket.write(chunk);
    else tally.bytes += chunk.length;
  });
  if (work.kind === 'open') socket.write(GREETING);
}

export class SocketConnection implements Connection {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
  }

  pump(message: Uint8Array, mayGoOn: () => boolean): Promise<void> {
    return pumpDuplex(this.#socket, message, mayGoOn);
  }

  exchange(message: Uint8Array): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let missingBytes = message.length;
    const onData = (chunk: Buffer): void => {
      missingBytes -= chunk.length;
      if (missingBytes > 0) return;
      this.#socket.off('data', onData);
      resolve();
    };
    this.#socket.on('data', onData);
    this.#socket.write(message);
    return promise;
  }

  async close(): Promise<void> {
    if (this.#socket.closed) return;
    const closed = once(this.#socket, 'close');
    this.#socket.destroy();
    await closed;
  }
}

/** Plain writes until the stream says that it is full, then a wait for its drain. */
export function pumpDuplex(
  duplex: Duplex,
  message: Uint8Array,
  mayGoOn: () => boolean,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onClose = (): void => reject(new Error('closed while sending'));
  const breath = new Breath();
  const onDrain = (): void => {
    while (mayGoOn()) {
      if (!duplex.write(message)) return;
      if (breath.isDue()) return void setImmediate(onDrain);
    }
    duplex.off('drain', onDrain);
    duplex.off('close', onClose);
    resolve();
  };
  duplex.on('drain', onDrain);
  duplex.once('close', onClose);
  onDrain();
  return promise;
}
