// A TLS connection whose handshake is done, as a `Wire`. It judges nobody: the certificate that the
// far end proved is handed up as it is.

import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type Address, canonicalHost } from '../../core/domain/addresses.ts';
import { EXPORTER_LABEL } from '../../core/domain/protocol-names.ts';
import type { Wire, WireListener } from '../../core/ports/wires.ts';

/** Kernel keep-alives find a dead host below a connection that nobody reads (RFC 1122, 4.2.3.6). */
const KEEP_ALIVE = { enable: true, initialDelay: 5_000, interval: 2_000, count: 4 } as const;
/** TLS bytes that may come without any plaintext: session tickets, key updates, padding. */
const HIDDEN_BYTES_MAX = 1_048_576;
/** A record of one byte has 22 bytes around it. */
const HIDDEN_BYTES_PER_BYTE = 32;
/** Smaller reads are not worth the call. */
const FREE_BYTES_MIN = 4_096;

export class TlsWire implements Wire {
  readonly farCertificate: Uint8Array;
  readonly remoteAddress: Address | null;
  readonly #socket: TLSSocket;
  /** The socket below, for its count of bytes; null when TLS runs over another kind of pipe. */
  readonly #below: Socket | null;
  #listener: WireListener | null = null;
  #cause: string | null = null;
  #allowance = NOTHING_READ;

  private constructor(socket: TLSSocket, below: Socket | null, farCertificate: Uint8Array) {
    this.#socket = socket;
    this.farCertificate = farCertificate;
    this.#below = below;
    this.remoteAddress = addressOf(below);
    below?.setKeepAlive(KEEP_ALIVE);
  }

  /** Null for a socket whose far end proved no certificate, resumed a session or speaks another protocol. */
  static over(socket: TLSSocket, below: Socket | null, protocol: string): TlsWire | null {
    if (socket.destroyed || socket.isSessionReused() || socket.alpnProtocol !== protocol)
      return null;
    // Asked for once: on a client OpenSSL's list of certificates is empty after the first call.
    const certificate = socket.getPeerX509Certificate()?.raw;
    return certificate === undefined ? null : new TlsWire(socket, below, certificate);
  }

  get exporter(): Uint8Array {
    return this.#socket.exportKeyingMaterial(32, EXPORTER_LABEL, Buffer.alloc(0));
  }

  attach(listener: WireListener): void {
    const isFirst = this.#listener === null;
    this.#listener = listener;
    if (!isFirst) return;
    const socket = this.#socket;
    socket.on('data', (bytes: Buffer) => this.#onBytes(bytes));
    socket.on('end', () => this.#listener?.onEnd());
    socket.on('error', (error) => {
      this.#cause ??= error.message;
      // Node leaves a TLS socket open after an error that came from TLS itself.
      socket.destroy();
    });
    socket.on('close', () => this.#listener?.onClosed(this.#cause));
  }

  send(parts: readonly Uint8Array[], onTaken: () => void): void {
    const socket = this.#socket;
    const last = parts.length - 1;
    if (last > 0) socket.cork();
    for (let at = 0; at < last; at++) socket.write(parts[at] ?? EMPTY);
    socket.write(parts[last] ?? EMPTY, (error) => {
      if (error === null || error === undefined) onTaken();
    });
    if (last > 0) socket.uncork();
  }

  setReading(isReading: boolean): void {
    if (isReading) this.#socket.resume();
    else this.#socket.pause();
  }

  finish(): void {
    this.#socket.end();
  }

  cut(): void {
    this.#socket.destroy();
  }

  #onBytes(bytes: Buffer): void {
    const isKept = this.#listener?.onBytes(bytes) ?? true;
    if (isKept || bytes.length < FREE_BYTES_MIN) return;
    // Each read has memory of its own, which the collector would find late: freeing it here is a
    // third of the receiver's work (docs/performance.md, "Receiving").
    const { buffer } = bytes;
    if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length) buffer.transfer(0);
  }

  isFlooding(): boolean {
    if (this.#below === null) return false;
    const plain = this.#socket.bytesRead;
    const hidden = this.#below.bytesRead - plain;
    const { plain: plainBefore, hidden: hiddenBefore, left } = this.#allowance;
    const earned = HIDDEN_BYTES_PER_BYTE * (plain - plainBefore);
    const spent = hidden - hiddenBefore;
    this.#allowance = { plain, hidden, left: Math.min(HIDDEN_BYTES_MAX, left + earned - spent) };
    return left + earned < spent;
  }
}

const EMPTY = new Uint8Array(0);
/** What was read when it was last asked about, and how much may come without content from there. */
const NOTHING_READ = { plain: 0, hidden: 0, left: HIDDEN_BYTES_MAX };

function addressOf(socket: Socket | null): Address | null {
  const host = socket?.remoteAddress;
  const port = socket?.remotePort;
  if (host === undefined || port === undefined || port === 0) return null;
  return { host: canonicalHost(host), port };
}
