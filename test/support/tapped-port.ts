// A TCP hop of the test's own: hands bytes on both ways, keeps what the server said as TLS records,
// and can stop handing on without telling anybody, as a cable does that was pulled.

import { connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

import { atEnd } from './at-end.ts';
import { listening } from './raw-link.ts';

export interface TappedPort {
  readonly port: number;
  readonly address: string;
  /** What the server sent, of all connections one behind the other. */
  said(): Buffer;
  /** From now on nothing comes through and nothing is closed. */
  pull(): void;
}

export async function tap(t: TestContext, target: number): Promise<TappedPort> {
  const said: Buffer[] = [];
  const sockets: Socket[] = [];
  let isPulled = false;
  const { port, address } = await listening(t, (near) => {
    near.allowHalfOpen = true;
    const far = connect({ port: target, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    far.on('error', () => far.destroy());
    atEnd(t, () => void far.destroy());
    sockets.push(near, far);
    far.on('data', (bytes: Buffer) => {
      if (!isPulled) said.push(bytes);
    });
    hand(near, far, () => isPulled);
    hand(far, near, () => isPulled);
  });
  return {
    port,
    address,
    said: () => Buffer.concat(said),
    pull: () => {
      isPulled = true;
      for (const socket of sockets) socket.pause();
    },
  };
}

function hand(from: Socket, to: Socket, isPulled: () => boolean): void {
  from.on('data', (bytes: Buffer) => {
    if (isPulled() || to.write(bytes)) return;
    from.pause();
    to.once('drain', () => {
      if (!isPulled()) from.resume();
    });
  });
  from.on('end', () => {
    if (!isPulled()) to.end();
  });
  from.on('close', () => {
    if (!isPulled()) to.destroy();
  });
}

/** The random of a HelloRetryRequest (RFC 8446, 4.1.3). */
const RETRY = Buffer.from(
  'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c',
  'hex',
);

/** The TLS records in some bytes, by what they are: `alert 112`, `retry`, `ccs`, `handshake 2`, `sealed`. */
export function recordsIn(bytes: Buffer): readonly string[] {
  const records: string[] = [];
  for (let at = 0; at + 5 <= bytes.length; at += 5 + bytes.readUInt16BE(at + 3)) {
    const content = bytes.subarray(at + 5, at + 5 + bytes.readUInt16BE(at + 3));
    records.push(nameOf(bytes.readUInt8(at), content));
  }
  return records;
}

function nameOf(type: number, content: Buffer): string {
  if (type === 20) return 'ccs';
  if (type === 21) return `alert ${content.length === 2 ? content[1] : 'sealed'}`;
  if (type === 23) return 'sealed';
  if (content.subarray(6, 38).equals(RETRY)) return 'retry';
  return `handshake ${content[0]}`;
}
