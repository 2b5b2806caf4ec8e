// js-libp2p over TCP with one of its encrypters and yamux, configured to be lean: no services, no
// pings. A message is one length-prefixed `send` on one stream, rather than by `lpStream`, which
// awaits on top of that; the frame is made once. Its own decoder takes the messages apart.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { loadPeer } from '../peers/load.ts';
import { Breath } from './breath.ts';
import type { Acceptor, Address, Connection, Dialer, Subject, Tally, Work } from './subject.ts';

/** Bytes, or libp2p's list of chunks. */
interface Bytes {
  readonly byteLength: number;
}

interface Stream extends EventTarget {
  send(bytes: Bytes): boolean;
  close(): Promise<void>;
}

interface MessageEvent extends Event {
  readonly data: Bytes;
}

interface PeerConnection {
  newStream(protocol: string): Promise<Stream>;
  close(): Promise<void>;
  abort(error: Error): void;
}

interface Node {
  getMultiaddrs(): { toString(): string }[];
  handle(protocol: string, onStream: (stream: Stream) => void, options: object): Promise<void>;
  addEventListener(event: 'connection:open', listener: () => void): void;
  dial(address: unknown, options: { readonly force: boolean }): Promise<PeerConnection>;
  stop(): Promise<void>;
}

interface Library {
  createLibp2p(options: object): Promise<Node>;
}

interface Decoder {
  decode(bytes: Bytes): Iterable<Bytes>;
}

interface Utilities {
  readonly LengthPrefixedDecoder: new (limits: { readonly maxBufferSize: number }) => Decoder;
}

export interface Libp2pOptions {
  readonly name: string;
  readonly encrypter: 'tls' | 'noise';
  /** How many messages go into one `send`, which is what `lpStream.writeV` does. */
  readonly gathered: number;
}

/**
 * More than any bench opens; the defaults refuse more than five new connections a second from one
 * host.
 */
const CONNECTIONS_MAX = 10_000;

/** Its windows grow to 16 MiB, and all of one may be waiting to be taken apart. */
const DECODER_LIMITS = { maxBufferSize: 32 * 1024 * 1024 };

const PROTOCOLS = ['messages', 'stream', 'roundTrip', 'open', 'idle'] as const;

export function libp2pSubject(options: Libp2pOptions): Subject {
  return {
    name: options.name,
    listen: () => listen(options),
    dial: (address) => dial(options, address),
  };
}

async function createNode(encrypter: Libp2pOptions['encrypter'], listen: string[]): Promise<Node> {
  const { createLibp2p } = await loadPeer<Library>('libp2p');
  const { tcp } = await loadPeer<{ tcp(options: object): unknown }>('@libp2p/tcp');
  const { yamux } = await loadPeer<{ yamux(options: object): unknown }>('@libp2p/yamux');
  return await createLibp2p({
    addresses: { listen },
    transports: [tcp({ backlog: 4_096 })],
    connectionEncrypters: [await createEncrypter(encrypter)],
    streamMuxers: [yamux({})],
    connectionMonitor: { enabled: false },
    connectionManager: {
      maxConnections: CONNECTIONS_MAX,
      maxIncomingPendingConnections: CONNECTIONS_MAX,
      inboundConnectionThreshold: CONNECTIONS_MAX,
    },
  });
}

async function createEncrypter(encrypter: Libp2pOptions['encrypter']): Promise<unknown> {
  if (encrypter === 'tls') return (await loadPeer<{ tls(): unknown }>('@libp2p/tls')).tls();
  return (await loadPeer<{ noise(): unknown }>('@libp2p/noise')).noise();
}

async function listen({ encrypter }: Libp2pOptions): Promise<Acceptor> {
  const { LengthPrefixedDecoder } = await loadPeer<Utilities>('@libp2p/utils');
  const node = await createNode(encrypter, ['/ip4/127.0.0.1/tcp/0']);
  let tally: Tally = { connections: 0, bytes: 0 };
  node.addEventListener('connection:open', () => {
    tally.connections += 1;
  });
  for (const kind of PROTOCOLS) {
    const onStream = (stream: Stream): void =>
      serveStream(stream, { kind, tally, decoder: new LengthPrefixedDecoder(DECODER_LIMITS) });
    await node.handle(protocolOf(kind), onStream, { maxInboundStreams: CONNECTIONS_MAX });
  }
  return {
    address: String(node.getMultiaddrs()[0]),
    serve(_work: Work, newTally: Tally) {
      tally = newTally;
    },
    close: () => node.stop(),
  };
}

interface Serving {
  readonly kind: Work['kind'];
  readonly tally: Tally;
  readonly decoder: Decoder;
}

function serveStream(stream: Stream, { kind, tally, decoder }: Serving): void {
  if (kind === 'open') stream.send(Buffer.from([1]));
  onMessage(stream, (bytes) => {
    if (kind === 'stream') {
      tally.bytes += bytes.byteLength;
      return;
    }
    for (const message of decoder.decode(bytes)) {
      tally.bytes += message.byteLength;
      if (kind === 'roundTrip') stream.send(frame(message));
    }
  });
}

async function dial({ encrypter, gathered }: Libp2pOptions, address: Address): Promise<Dialer> {
  const { multiaddr } = await loadPeer<{ multiaddr(text: string): unknown }>(
    '@multiformats/multiaddr',
  );
  const { LengthPrefixedDecoder } = await loadPeer<Utilities>('@libp2p/utils');
  const node = await createNode(encrypter, []);
  const target = multiaddr(address);
  return {
    async connect(work: Work): Promise<Connection> {
      const connection = await node.dial(target, { force: true });
      const securedAtMs = performance.now();
      // An idle connection needs no stream, and libp2p is measured without.
      const stream =
        work.kind === 'idle' ? null : await connection.newStream(protocolOf(work.kind));
      if (stream !== null && work.kind === 'open') await nextMessage(stream);
      const decoder = new LengthPrefixedDecoder(DECODER_LIMITS);
      const isFramed = work.kind !== 'stream';
      return new Libp2pConnection({ connection, stream, decoder, isFramed, gathered, securedAtMs });
    },
    close: () => node.stop(),
  };
}

interface Parts {
  readonly connection: PeerConnection;
  readonly stream: Stream | null;
  readonly decoder: Decoder;
  readonly isFramed: boolean;
  readonly gathered: number;
  readonly securedAtMs: number;
}

class Libp2pConnection implements Connection {
  readonly #parts: Parts;
  #onEcho = (): void => {};

  constructor(parts: Parts) {
    this.#parts = parts;
    if (parts.stream === null) return;
    onMessage(parts.stream, (bytes) => {
      for (const _message of parts.decoder.decode(bytes)) this.#onEcho();
    });
  }

  get securedAtMs(): number {
    return this.#parts.securedAtMs;
  }

  async pump(message: Uint8Array, mayGoOn: () => boolean): Promise<void> {
    const { isFramed, gathered } = this.#parts;
    const stream = this.#stream();
    const one = isFramed ? frame(message) : message;
    const bytes = gathered > 1 ? Buffer.concat(Array.from({ length: gathered }, () => one)) : one;
    const breath = new Breath();
    const mayGather = (): boolean => {
      for (let asked = 0; asked < gathered; asked += 1) if (!mayGoOn()) return false;
      return true;
    };
    while (mayGather()) {
      if (!stream.send(bytes)) await drained(stream);
      if (breath.isDue()) await nextTurn();
    }
  }

  exchange(message: Uint8Array): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onEcho = resolve;
    this.#stream().send(frame(message));
    return promise;
  }

  async close(): Promise<void> {
    // A graceful close would send what is still queued.
    this.#parts.connection.abort(new Error('measured'));
  }

  #stream(): Stream {
    if (this.#parts.stream === null) throw new Error('an idle connection has no stream');
    return this.#parts.stream;
  }
}

function protocolOf(kind: Work['kind']): string {
  return `/bench/${kind}/1`;
}

function onMessage(stream: Stream, listener: (bytes: Bytes) => void): void {
  stream.addEventListener('message', (event) => listener((event as MessageEvent).data));
}

/**
 * Not `stream.onDrain()`: up to 3.3 it resolves at once from the second time on, so that a sender
 * that trusts it piles up its whole backlog in memory and slows down to a crawl.
 */
function drained(stream: Stream): Promise<void> {
  return new Promise((resolve, reject) => {
    const onClose = (): void => reject(new Error('closed while sending'));
    const onDrain = (): void => {
      stream.removeEventListener('close', onClose);
      resolve();
    };
    stream.addEventListener('close', onClose, { once: true });
    stream.addEventListener('drain', onDrain, { once: true });
  });
}

function nextMessage(stream: Stream): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.addEventListener('message', () => resolve(), { once: true });
    stream.addEventListener('close', () => reject(new Error('closed')), { once: true });
  });
}

/** A length-prefixed copy. */
function frame(message: Bytes & { subarray?(): Uint8Array }): Uint8Array {
  const payload = message.subarray?.() ?? new Uint8Array(0);
  const prefix: number[] = [];
  for (let rest = payload.length; ; rest = Math.floor(rest / 128)) {
    prefix.push(rest < 128 ? rest : (rest % 128) + 128);
    if (rest < 128) return Buffer.concat([Buffer.from(prefix), payload]);
  }
}
