// The pipes on which links run, as core and engine see them. A wire exists once the cryptographic
// handshake below is done: its far end has proved that it holds the key of `farCertificate`, and
// nothing more. Who that is and whether it may come in is decided above.

import type { Address } from '../domain/addresses.ts';

export interface Wire {
  /** 32 bytes, the same at both ends of this connection and of no other (RFC 9266). */
  readonly exporter: Uint8Array;
  /** DER of the certificate that the far end proved. */
  readonly farCertificate: Uint8Array;
  /** Null when the pipe is no socket of its own. */
  readonly remoteAddress: Address | null;
  /** Says who is told what happens; a second call hands over to another. Before the first nothing is read. */
  attach(listener: WireListener): void;
  /**
   * Sends the parts in order, as one when the platform can. Never blocks and never refuses: whoever
   * sends counts what was not taken yet. `onTaken` is called once, later, when the parts are with the
   * platform, and never when they were lost with the wire; until then they must not change.
   */
  send(parts: readonly Uint8Array[], onTaken: () => void): void;
  /** While false, no bytes are taken from the network, so that the far end has to wait. */
  setReading(isReading: boolean): void;
  /** What was sent leaves, then our direction ends. */
  finish(): void;
  /** Ends both directions now. `onClosed` follows. */
  cut(): void;
  /** Below the bytes that we are given the far end moves others; true when those are out of all proportion. */
  isFlooding(): boolean;
}

export interface WireListener {
  /** True when the listener keeps the bytes or a view on them; false lets the wire free them at once. */
  onBytes(bytes: Uint8Array): boolean;
  /** The far end sends no more. It may have died: a link says goodbye in its own frames. */
  onEnd(): void;
  /** Comes once and last; `cause` is null when nothing went wrong below. */
  onClosed(cause: string | null): void;
}

/** What an identity shows and proves on its wires. */
export interface WireCredentials {
  readonly certificate: Uint8Array;
  readonly privateKeyPem: string;
}

export interface DialTarget {
  readonly address: Address;
  /** TLS server name by which the member is asked for. */
  readonly doorName: string;
  readonly credentials: WireCredentials;
}

export type DialFailureKind =
  /** Nobody answers there, or the address cannot be reached from here. */
  | 'unreachable'
  /** Somebody answers and does not know the member by this name. */
  | 'unknownName'
  /** Somebody answers and is no peer of this protocol. */
  | 'notAuthenticated';

export type DialOutcome =
  | { readonly kind: 'connected'; readonly wire: Wire }
  | { readonly kind: 'failed'; readonly why: DialFailureKind; readonly detail: string };

export interface Wires {
  /** Calls `done` once, later; never after the returned function was called, which gives the attempt up. */
  dial(target: DialTarget, done: (outcome: DialOutcome) => void): () => void;
}

/** Whom a listener asks about those who come. Every call is answered at once. */
export interface Gate {
  /** A connection came from this host; null turns it away unheard. */
  arrive(host: string): Entry | null;
  /** What to show to somebody who asks by this name; null when nobody here is known by it. */
  credentialsFor(doorName: string): WireCredentials | null;
}

/** One that was let in to prove itself. Exactly one of the two calls follows. */
export interface Entry {
  /** How long it may take until the wire is there. */
  readonly patienceMs: number;
  onWire(wire: Wire, doorName: string): void;
  onFailed(why: string): void;
}
