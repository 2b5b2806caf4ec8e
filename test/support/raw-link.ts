// TLS and frames by hand, on either side of a link: what a program of Eve's would speak. Nothing is
// judged here, and nothing is sent that the test does not send.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TestContext } from 'node:test';
import {
  type ConnectionOptions,
  connect as connectTls,
  createServer as createTlsServer,
  type TLSSocket,
} from 'node:tls';

import { pemText } from '../../src/adapters/x509/pem.ts';
import { DIRECT_PROTOCOL, EXPORTER_LABEL } from '../../src/core/domain/protocol-names.ts';
import { encodeFrame, FRAME_HEADER_BYTES, KIND } from '../../src/core/wire/frame.ts';
import { atEnd } from './at-end.ts';
import { honestHello, type RawMember } from './raw-member.ts';
import { within } from './until.ts';

export interface RawFrame {
  readonly kind: number;
  readonly payload: Uint8Array;
}

/** What somebody shows in TLS. */
export interface Shown {
  readonly key: { readonly privateKeyPem: string };
  readonly certificate: { readonly der: Uint8Array };
}

export interface RawDial {
  readonly port: number;
  readonly localAddress?: string;
  /** In place of a socket to the port. */
  readonly pipe?: Duplex;
  readonly doorName: string;
  readonly shown?: Shown | null;
  readonly protocols?: readonly string[];
  readonly tls?: ConnectionOptions;
}

export class RawLink {
  readonly socket: TLSSocket;
  /** How often a frame of each kind came. */
  readonly seen: number[] = [];
  readonly exporter: Uint8Array;
  readonly farCertificate: Uint8Array;
  isEnded = false;
  /** Counts frames and keeps none. */
  isForgetful = false;
  #bytes = Buffer.alloc(0);
  readonly #frames: RawFrame[] = [];
  #wake: () => void = () => undefined;

  constructor(socket: TLSSocket) {
    this.socket = socket;
    this.exporter = socket.exportKeyingMaterial(32, EXPORTER_LABEL, Buffer.alloc(0));
    this.farCertificate = socket.getPeerX509Certificate()?.raw ?? new Uint8Array(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes: Buffer) => this.#onBytes(bytes));
    const onEnd = (): void => {
      this.isEnded = true;
      this.#wake();
    };
    socket.once('end', onEnd);
    socket.once('close', onEnd);
    if (socket.destroyed) onEnd();
  }

  send(kind: number, payload: Uint8Array): void {
    this.write(encodeFrame(kind, payload));
  }

  write(bytes: Uint8Array): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  /** The next frame; null when the far end sends no more. */
  async frame(withinMs = 2_000): Promise<RawFrame | null> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const frame = this.#frames.shift();
      if (frame !== undefined) return frame;
      if (this.isEnded) return null;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await within(promise, deadline - performance.now(), 'a frame or the end');
    }
  }

  /** Reads on to the end; the kinds of the frames that came. */
  async kindsToEnd(withinMs = 2_000): Promise<readonly number[]> {
    const kinds: number[] = [];
    for (let frame = await this.frame(withinMs); frame !== null; frame = await this.frame(withinMs))
      kinds.push(frame.kind);
    return kinds;
  }

  #onBytes(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    for (;;) {
      if (this.#bytes.length < FRAME_HEADER_BYTES) break;
      const end = FRAME_HEADER_BYTES + this.#bytes.readUInt32BE(0);
      if (this.#bytes.length < end) break;
      const kind = this.#bytes.readUInt8(4);
      this.seen[kind] = (this.seen[kind] ?? 0) + 1;
      if (!this.isForgetful)
        this.#frames.push({ kind, payload: this.#bytes.subarray(FRAME_HEADER_BYTES, end) });
      this.#bytes = this.#bytes.subarray(end);
    }
    this.#wake();
  }
}

/** Begins TLS; what comes of it is the caller's to see. */
export function beginTls(t: TestContext, dial: RawDial): TLSSocket {
  const { shown = null, protocols = [DIRECT_PROTOCOL] } = dial;
  const below = dial.pipe ?? connectTo(dial.port, dial.localAddress);
  const socket = connectTls({
    minVersion: 'TLSv1.3',
    socket: below,
    servername: dial.doorName,
    ALPNProtocols: [...protocols],
    rejectUnauthorized: false,
    ...(shown === null
      ? {}
      : { key: shown.key.privateKeyPem, cert: pemText(shown.certificate.der) }),
    ...dial.tls,
  });
  below.on('error', () => below.destroy());
  socket.on('error', () => socket.destroy());
  atEnd(t, () => {
    socket.destroy();
    below.destroy();
  });
  return socket;
}

export function connectTo(port: number, localAddress?: string): Socket {
  const from = localAddress === undefined ? {} : { localAddress };
  return connect({ port, host: '127.0.0.1', noDelay: true, ...from });
}

/** Reads on until the socket is closed, well or badly. */
export function closeOf(socket: Duplex): Promise<void> {
  if (socket.destroyed) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.resume().once('close', resolve);
  return promise;
}

/** A link whose TLS is done. */
export async function dialRaw(t: TestContext, dial: RawDial): Promise<RawLink> {
  const socket = beginTls(t, dial);
  await within(once(socket, 'secureConnect'), 5_000, 'secureConnect');
  return new RawLink(socket);
}

/** A link on which a member was let in: WELCOME has come. */
export async function enterRaw(
  t: TestContext,
  who: RawMember,
  dial: Omit<RawDial, 'shown'>,
): Promise<RawLink> {
  const link = await dialRaw(t, { ...dial, shown: who });
  link.write(honestHello(link, who));
  for (const due of [KIND.hello, KIND.welcome]) {
    const frame = await link.frame();
    if (frame?.kind !== due) throw new Error(`frame ${frame?.kind} in place of ${due}`);
  }
  return link;
}

/** A server of Eve's: takes any name and protocol, shows what it was told to show. */
export async function fakeDoor(
  t: TestContext,
  shown: Shown,
  onLink: (link: RawLink) => void,
): Promise<{ readonly port: number; readonly address: string }> {
  const server = createTlsServer({
    minVersion: 'TLSv1.3',
    key: shown.key.privateKeyPem,
    cert: pemText(shown.certificate.der),
    requestCert: true,
    rejectUnauthorized: false,
    ALPNCallback: ({ protocols }) => protocols[0],
  });
  server.on('secureConnection', (socket) => onLink(new RawLink(socket)));
  server.on('tlsClientError', () => undefined);
  return await listening(t, (socket) => server.emit('connection', socket));
}

/** A TCP server of the test's own on a free port, closed with all its sockets when the test ends. */
export async function listening(
  t: TestContext,
  onSocket: (socket: Socket) => void,
): Promise<{ readonly port: number; readonly address: string }> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(t, () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, address: `127.0.0.1:${port}` };
}
