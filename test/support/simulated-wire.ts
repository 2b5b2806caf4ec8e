// The Wire port under a test's control: two ends and a cable between them that can be slow, silent,
// cut or half dead. Bytes that an end does not keep are overwritten, and bytes that are sent are read
// at the last moment that the port allows, so whoever breaks the contract is found out.

import type { Address } from '../../src/core/domain/addresses.ts';
import type { Clock } from '../../src/core/ports/clock.ts';
import type { Wire, WireListener } from '../../src/core/ports/wires.ts';

export interface CableOptions {
  readonly latencyMs?: number;
  /** How many bytes the next read gives at most. */
  readonly chunkBytes?: () => number;
  /** Bytes on the way from which on the platform takes no more. */
  readonly capacityBytes?: number;
}

export interface EndOptions {
  readonly exporter: Uint8Array;
  readonly farCertificate: Uint8Array;
  readonly remoteAddress: Address | null;
}

interface Parcel {
  readonly parts: readonly Uint8Array[];
  readonly onTaken: () => void;
}

export class SimulatedWire implements Wire {
  readonly exporter: Uint8Array;
  readonly farCertificate: Uint8Array;
  readonly remoteAddress: Address | null;
  /** What `isFlooding` says. */
  floods = false;
  /** Bytes on the way that the platform takes; a far end that reads nothing fills it. */
  capacityBytes: number;
  chunkBytes: () => number;
  /** Nothing more comes out of the cable for this end. */
  isDeaf = false;
  bytesSent = 0;
  readonly #clock: Clock;
  readonly #latencyMs: number;
  #peer: SimulatedWire | null = null;
  #listener: WireListener | null = null;
  #isReading = true;
  #phase: 'open' | 'finishing' | 'closed' = 'open';
  #hasHeardEnd = false;
  #untaken: Parcel[] = [];
  /** Taken by our platform, not yet read by the far end. */
  #onTheWay: Uint8Array[] = [];
  #bytesOnTheWay = 0;
  #isTaking = false;
  #isDelivering = false;

  constructor(clock: Clock, end: EndOptions, cable: CableOptions) {
    this.exporter = end.exporter;
    this.farCertificate = end.farCertificate;
    this.remoteAddress = end.remoteAddress;
    this.capacityBytes = cable.capacityBytes ?? 262_144;
    this.chunkBytes = cable.chunkBytes ?? (() => 65_536);
    this.#latencyMs = cable.latencyMs ?? 0;
    this.#clock = clock;
  }

  static pair(
    clock: Clock,
    ends: readonly [EndOptions, EndOptions],
    cable: CableOptions = {},
  ): readonly [SimulatedWire, SimulatedWire] {
    const [left, right] = [
      new SimulatedWire(clock, ends[0], cable),
      new SimulatedWire(clock, ends[1], cable),
    ];
    left.#peer = right;
    right.#peer = left;
    return [left, right];
  }

  get isReading(): boolean {
    return this.#isReading;
  }

  get isClosed(): boolean {
    return this.#phase === 'closed';
  }

  attach(listener: WireListener): void {
    this.#listener = listener;
    this.#peer?.deliverSoon();
  }

  send(parts: readonly Uint8Array[], onTaken: () => void): void {
    this.#untaken.push({ parts, onTaken });
    for (const part of parts) this.bytesSent += part.length;
    this.#takeSoon();
  }

  setReading(isReading: boolean): void {
    this.#isReading = isReading;
    this.#peer?.deliverSoon();
  }

  finish(): void {
    if (this.#phase !== 'open') return;
    this.#phase = 'finishing';
    this.deliverSoon();
  }

  cut(): void {
    this.#close(null);
    this.deliverSoon();
  }

  isFlooding(): boolean {
    return this.floods;
  }

  /** The platform finds the connection broken: at this end alone, the other hears nothing of it. */
  breakHere(cause: string): void {
    this.#onTheWay = [];
    this.#close(cause);
  }

  /** What was sent and has not left is forgotten, so that a test may say something else in its place. */
  discardUnsent(): void {
    this.#untaken = [];
  }

  /** Nothing comes through either way, and nobody is told. */
  silence(): void {
    this.isDeaf = true;
    if (this.#peer !== null) this.#peer.isDeaf = true;
  }

  /** What was held up by silence comes through again. */
  heal(): void {
    for (const end of [this, this.#peer]) {
      if (end === null) continue;
      end.isDeaf = false;
      end.deliverSoon();
    }
  }

  deliverSoon(): void {
    if (this.#isDelivering || !this.#hasWork()) return;
    this.#isDelivering = true;
    this.#clock.wakeAfter(this.#latencyMs, () => {
      this.#isDelivering = false;
      this.#deliver();
      this.#takeSoon();
      this.deliverSoon();
    });
  }

  #hasWork(): boolean {
    const peer = this.#peer;
    if (peer === null || peer.#listener === null || peer.isDeaf || peer.isClosed) return false;
    if (!peer.#isReading && this.#phase !== 'closed') return false;
    return this.#bytesOnTheWay > 0 || this.#mayEnd();
  }

  #mayEnd(): boolean {
    if (this.#untaken.length > 0 || this.#bytesOnTheWay > 0) return false;
    return this.#phase !== 'open' && this.#peer !== null && !this.#peer.#hasHeardEnd;
  }

  #deliver(): void {
    const peer = this.#peer;
    if (peer === null || !this.#hasWork()) return;
    if (this.#bytesOnTheWay === 0) {
      peer.#hearEnd();
      return;
    }
    const bytes = this.#nextChunk(Math.max(1, peer.chunkBytes()));
    const isKept = peer.#listener?.onBytes(bytes) ?? true;
    if (!isKept) bytes.fill(0xee);
  }

  #nextChunk(lengthMax: number): Uint8Array {
    const chunk = new Uint8Array(Math.min(lengthMax, this.#bytesOnTheWay));
    this.#bytesOnTheWay -= chunk.length;
    for (let at = 0; at < chunk.length; ) {
      const first = this.#onTheWay[0] ?? new Uint8Array(0);
      const piece = first.subarray(0, chunk.length - at);
      chunk.set(piece, at);
      at += piece.length;
      if (piece.length === first.length) this.#onTheWay.shift();
      else this.#onTheWay[0] = first.subarray(piece.length);
    }
    return chunk;
  }

  /** As Node does by default: whoever hears the end ends too. */
  #hearEnd(): void {
    this.#hasHeardEnd = true;
    this.#listener?.onEnd();
    this.finish();
    const peer = this.#peer;
    if (peer === null || peer.isClosed) this.#close(null);
    else if (peer.#hasHeardEnd) {
      this.#close(null);
      peer.#close(null);
    }
  }

  #takeSoon(): void {
    if (this.#isTaking || this.#untaken.length === 0) return;
    this.#isTaking = true;
    this.#clock.wakeAfter(0, () => {
      this.#isTaking = false;
      this.#take();
    });
  }

  #take(): void {
    while (this.#bytesOnTheWay < this.capacityBytes || this.isClosed) {
      const parcel = this.#untaken.shift();
      if (parcel === undefined) break;
      const isLost = this.isClosed || this.#peer?.isClosed === true;
      for (const part of isLost ? [] : parcel.parts) {
        if (part.length > 0) this.#onTheWay.push(part.slice());
        this.#bytesOnTheWay += part.length;
      }
      parcel.onTaken();
    }
    this.deliverSoon();
  }

  #close(cause: string | null): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    this.#takeSoon();
    this.#clock.wakeAfter(0, () => this.#listener?.onClosed(cause));
  }
}
