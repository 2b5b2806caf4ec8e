// What a subject of direct, open and idle is: one way to connect two processes. A subject supplies these
// few primitives; the works, the clocks and the arithmetic are the harness's and the same for all.

import type { Material } from '../harness/troupe.ts';

/** What the next connections are for. Both processes are told before a connection is made. */
export type Work =
  | { readonly kind: 'messages'; readonly sizeBytes: number }
  | { readonly kind: 'stream' }
  | { readonly kind: 'roundTrip'; readonly sizeBytes: number }
  | { readonly kind: 'open' }
  | { readonly kind: 'idle' };

/**
 * What has reached the application in the accepting process. The subject counts, the harness
 * samples.
 */
export interface Tally {
  connections: number;
  /**
   * Payload only. A subject with message boundaries adds a message when the application has got it
   * whole.
   */
  bytes: number;
}

/** How the dialing process finds the accepting one, as text: it crosses between processes. */
export type Address = string;

export interface Subject {
  readonly name: string;
  /** Runs in the main process, before both others: what they must share (certificates, a group). */
  prepare?(): Promise<Material>;
  /** Runs in the accepting process. */
  listen(material: Material): Promise<Acceptor>;
  /**
   * Runs in the dialing process; whatever is needed once (keys, contexts, nodes) is made here, off
   * the clock.
   */
  dial(address: Address, material: Material): Promise<Dialer>;
}

export interface Acceptor {
  readonly address: Address;
  /**
   * From now on every accepted connection is counted in `tally.connections` and serves `work`:
   * messages and stream – count what arrives; roundTrip – send every message back; open – send one
   * byte as soon as the client is judged; idle – keep it.
   */
  serve(work: Work, tally: Tally): void;
  close(): Promise<void>;
}

export interface Dialer {
  /**
   * Always a new connection. Resolves when it is usable; for `open`, when the acceptor's first byte
   * is here.
   */
  connect(work: Work): Promise<Connection>;
  close(): Promise<void>;
}

export interface Connection {
  /**
   * When the client's side of the handshake was done (`performance.now()`), where that can be told.
   * In TLS 1.3 it is before the server has judged the client.
   */
  readonly securedAtMs?: number;
  /**
   * Sends `message` again and again, as fast as back-pressure allows, while `mayGoOn()`; asks
   * before each. For the work `stream` these are chunks of one stream and need no boundaries. It
   * must let the event loop turn now and then (breath.ts), or it never hears that it should stop.
   */
  pump(message: Uint8Array, mayGoOn: () => boolean): Promise<void>;
  /** Sends `message` and resolves when it has come back whole. */
  exchange(message: Uint8Array): Promise<void>;
  close(): Promise<void>;
}
