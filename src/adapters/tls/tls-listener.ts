// Listens for links. Whoever asks by a name that the gate does not know is answered with an alert
// before any certificate is sent (protocol.md §5.4); what strangers can cause is bounded here.

import { createServer, type Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  createServer as createTlsServer,
  type TLSSocket,
  type Server as TlsServer,
} from 'node:tls';
import { type Address, canonicalHost } from '../../core/domain/addresses.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import { DIRECT_PROTOCOL } from '../../core/domain/protocol-names.ts';
import type { Entry, Gate } from '../../core/ports/wires.ts';
import { WorldError } from '../../core/ports/world-error.ts';
import { secureContextOf, TLS_OPTIONS } from './tls-contexts.ts';
import { TlsWire } from './tls-wire.ts';

/** A plaintext fatal alert unrecognized_name (RFC 8446, 6.2), which node:tls cannot send itself. */
const UNRECOGNIZED_NAME = Buffer.from([0x15, 3, 3, 0, 2, 2, 112]);
/** What a TLS handshake of ours takes with a HELLO behind it, and some more. */
const HANDSHAKE_BYTES_MAX = 24_576 + LIMITS.helloBytesMax;

/** One that has not shown a certificate yet. */
interface Guest {
  readonly pipe: Duplex;
  readonly entry: Entry;
  readonly timer: NodeJS.Timeout;
  readonly onClose: () => void;
  /** Empty for one that came by another pipe than a socket. */
  readonly endpoint: string;
  doorName: string | null;
}

/** Finds the guest behind a TLS socket. */
type GuestOf = (socket: TLSSocket) => Guest | undefined;

export class TlsListener {
  readonly #gate: Gate;
  readonly #servers: Server[] = [];
  readonly #guests = new Set<Guest>();
  /** Those that came by a socket, by their endpoint: a TLS server does not say which socket is below. */
  readonly #guestByEndpoint = new Map<string, Guest>();
  readonly #tls: TlsServer;
  #isClosed = false;

  constructor(gate: Gate) {
    this.#gate = gate;
    this.#tls = this.#tlsServer((socket) => this.#guestByEndpoint.get(endpointOf(socket)));
  }

  /** Listens at one more address; port 0 takes any that is free. Throws `WorldError`. */
  async listen(host: string, port: number): Promise<Address> {
    const server = createServer({ noDelay: true }, (socket) => this.#onArrival(socket));
    await started(server, host, port);
    if (this.#isClosed) {
      server.close();
      throw new WorldError('LISTEN_FAILED', `${host}: closed meanwhile`);
    }
    server.on('error', () => undefined); // accept() may fail for want of descriptors; the next may not
    this.#servers.push(server);
    const address = server.address();
    if (address === null || typeof address === 'string')
      throw new WorldError('LISTEN_FAILED', host);
    return { host: canonicalHost(address.address), port: address.port };
  }

  /** Shakes hands over any pipe, such as a circuit through another member. `host` is who answers for it. */
  accept(pipe: Duplex, host: string): void {
    const guest = this.#welcome(pipe, host);
    if (guest !== null) this.#tlsServer(() => guest).emit('connection', pipe);
  }

  /**
   * Takes nobody new and turns those away who have not proved themselves. Resolves when nobody is left who came in.
   */
  async close(): Promise<void> {
    await Promise.all(this.#shut());
  }

  /** The same for good, while those who came in stay: resolves when the ports are free. */
  async stop(): Promise<void> {
    void Promise.all(this.#shut());
    // Each port is given back in the call; whoever looks at it by an event of its own sees that in the next turn.
    await new Promise((resolve) => setImmediate(resolve));
  }

  #shut(): readonly Promise<void>[] {
    this.#isClosed = true;
    for (const guest of this.#guests) guest.pipe.destroy();
    return this.#servers.splice(0).map(stopped);
  }

  #onArrival(socket: Socket): void {
    const host = socket.remoteAddress;
    if (host === undefined) {
      socket.destroy();
      return;
    }
    const guest = this.#welcome(socket, canonicalHost(host));
    if (guest === null) return;
    this.#guestByEndpoint.set(guest.endpoint, guest);
    this.#tls.emit('connection', socket);
  }

  #welcome(pipe: Duplex, host: string): Guest | null {
    pipe.on('error', destroyIt);
    const entry = this.#gate.arrive(host);
    if (entry === null) {
      pipe.destroy();
      return null;
    }
    const timer = setTimeout(() => pipe.destroy(), entry.patienceMs);
    const onClose = (): void => this.#dismiss(guest, 'ended during the handshake');
    const endpoint = pipe instanceof Socket ? endpointOf(pipe) : '';
    const guest: Guest = { pipe, entry, timer, onClose, endpoint, doorName: null };
    this.#guests.add(guest);
    pipe.once('close', onClose);
    return guest;
  }

  #tlsServer(guestOf: GuestOf): TlsServer {
    const choose = this.#chooseCredentials.bind(this);
    const server = createTlsServer({
      ...TLS_OPTIONS,
      requestCert: true,
      // Self-signed certificates are what identities have; core/link judges them.
      rejectUnauthorized: false,
      handshakeTimeout: 2 * LIMITS.handshakeMs,
      // Runs again after a HelloRetryRequest; unlike an SNICallback it keeps the context's ALPN then.
      ALPNCallback(this: TLSSocket, { servername, protocols }) {
        return choose(this, guestOf(this), servername, protocols);
      },
    });
    server.on('secureConnection', (socket) => this.#onSecure(socket, guestOf(socket)));
    server.on('tlsClientError', (error, socket) => {
      const guest = guestOf(socket);
      socket.destroy();
      if (guest !== undefined) this.#dismiss(guest, error.message);
    });
    return server;
  }

  /** Before any certificate is sent; undefined sends an alert in its place. */
  #chooseCredentials(
    socket: TLSSocket,
    guest: Guest | undefined,
    doorName: string,
    protocols: readonly string[],
  ): string | undefined {
    if (guest === undefined || !protocols.includes(DIRECT_PROTOCOL)) return undefined;
    const credentials = this.#gate.credentialsFor(doorName || '');
    if (credentials === null) {
      guest.pipe.end(UNRECOGNIZED_NAME);
      return undefined;
    }
    guest.doorName = doorName;
    socket.setKeyCert(secureContextOf(credentials));
    return DIRECT_PROTOCOL;
  }

  #onSecure(socket: TLSSocket, guest: Guest | undefined): void {
    socket.on('error', destroyIt);
    const below = guest?.pipe instanceof Socket ? guest.pipe : null;
    const isModest = (below?.bytesRead ?? 0) <= HANDSHAKE_BYTES_MAX;
    const wire = isModest ? TlsWire.over(socket, below, DIRECT_PROTOCOL) : null;
    if (guest === undefined || wire === null || guest.doorName === null) {
      socket.destroy();
      if (guest !== undefined) this.#dismiss(guest, 'showed no certificate that can be used');
    } else if (this.#forget(guest)) {
      guest.entry.onWire(wire, guest.doorName);
    }
  }

  #dismiss(guest: Guest, why: string): void {
    if (this.#forget(guest)) guest.entry.onFailed(why);
  }

  /** False when the guest was forgotten before. */
  #forget(guest: Guest): boolean {
    if (!this.#guests.delete(guest)) return false;
    clearTimeout(guest.timer);
    guest.pipe.off('close', guest.onClose);
    this.#guestByEndpoint.delete(guest.endpoint);
    return true;
  }
}

function endpointOf(socket: Socket | TLSSocket): string {
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  return `${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;
}

function started(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', (error: NodeJS.ErrnoException) => {
      const code = error.code === 'EADDRINUSE' ? 'ADDRESS_IN_USE' : 'LISTEN_FAILED';
      reject(new WorldError(code, `${host} port ${port}: ${error.message}`, { cause: error }));
    });
    server.listen({ host, port, ipv6Only: false });
  });
}

function stopped(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

/** No closure, which would keep all of the handshake in memory with the connection. */
function destroyIt(this: Duplex): void {
  this.destroy();
}
