// One end of a simulated neighbor link: frames on their way in order, what the platform has not taken,
// what the far end has not read. Payloads are read at the last moment and overwritten after the call, so
// that whoever changes what it sent or keeps what it was given is found out.

import { assert } from '../../core/base/assert.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import type { LinkId, PartReason } from '../../core/domain/links.ts';
import { payloadBytesMax } from '../../core/wire/frame.ts';
import { mayComeOnNeighbor } from '../../core/wire/link-kinds.ts';
import type { SimLinks } from './sim-links.ts';
import type { SimNetwork } from './sim-network.ts';

export interface Frame {
  readonly kind: number;
  readonly payload: Uint8Array;
}

/** The end of what one side sends. */
const GOODBYE = -1;
const HEADER_BYTES = 5;
/** Bytes between two kernels: the buffers of both sides. */
const WINDOW_BYTES = 262_144;
/** What was sent before hanging up has so long to leave. */
const LINGER_MS = 1_000;
/** When the kernel gives up what nobody acknowledges (Linux: tcp_retries2). */
const KERNEL_PATIENCE_MS = 900_000;

export class LinkEnd {
  readonly id: LinkId;
  readonly owner: SimLinks;
  readonly #network: SimNetwork;
  readonly #latencyMs: number;
  #far: LinkEnd | null = null;
  /** `lingering`: hung up here, and the goodbye is on its way. */
  #phase: 'open' | 'lingering' | 'closed' = 'open';
  #isReading = true;
  /** Nothing that is sent to this end arrives, and nobody is told. */
  isDeaf = false;
  /** Not taken by the platform. */
  #waiting: Frame[] = [];
  #waitingBytes = 0;
  #largestWaiting = 0;
  /** Taken by the platform, not read by the far end. */
  #onTheWayBytes = 0;
  #lastArrivalMs = 0;
  /** Sent to this end and held up by a dead line. */
  #stuck: Frame[] = [];
  #stuckSinceMs = 0;
  /** Arrived here and not read. */
  #arrived: Frame[] = [];
  #drainAsks = 0;

  constructor(network: SimNetwork, owner: SimLinks, link: { id: LinkId; latencyMs: number }) {
    this.#network = network;
    this.owner = owner;
    this.id = link.id;
    this.#latencyMs = link.latencyMs;
  }

  static join(a: LinkEnd, b: LinkEnd): void {
    a.#far = b;
    b.#far = a;
  }

  get far(): LinkEnd | null {
    return this.#far;
  }

  get isOpen(): boolean {
    return this.#phase === 'open';
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Nothing that the far end sends is there before this. */
  beginAt(atMs: number): void {
    if (this.#far !== null) this.#far.#lastArrivalMs = atMs;
  }

  send(kind: number, payload: Uint8Array): void {
    if (this.#phase !== 'open') return;
    this.#push({ kind, payload });
    const waiting = this.#waitingBytes - this.#largestWaiting;
    if (waiting > LIMITS.neighborUnsentBytesMax) this.hangUp('tooSlow');
  }

  askDrained(): void {
    if (this.#phase !== 'open') return;
    this.#drainAsks += 1;
    if (this.#waiting.length === 0) this.#tellDrained();
  }

  setReading(isReading: boolean): void {
    this.#isReading = isReading;
    if (isReading) this.readSoon();
  }

  hangUp(why: PartReason): void {
    if (this.#phase !== 'open') return;
    this.#phase = 'lingering';
    this.#push({ kind: GOODBYE, payload: new TextEncoder().encode(why) });
    this.#network.agenda.after(LINGER_MS, () => {
      if (this.#waiting.length > 0) this.#reset();
    });
    this.owner.tellClosed(this, `hung up here: ${why}`);
  }

  /** The process has ended: its kernel tells the far end, if anything comes through. */
  vanish(isSilent: boolean): void {
    this.#phase = 'closed';
    this.#waiting = [];
    this.#arrived = [];
    if (!isSilent) this.#reset();
  }

  /** What was held up goes on, some time after the line is whole again. */
  lineChanged(): void {
    if (this.#stuck.length === 0 || this.#isCutOff()) return;
    const { agenda, weather } = this.#network;
    const recoveryMs = weather.recoveryMs(agenda.nowMs - this.#stuckSinceMs);
    agenda.after(recoveryMs, () => {
      if (this.#isCutOff()) return;
      for (const frame of this.#stuck.splice(0)) this.#take(frame);
    });
  }

  /** Takes what has arrived, if its process lives and wants it. */
  readSoon(): void {
    if (this.#arrived.length > 0) this.#network.agenda.after(0, () => this.#read());
  }

  #farEnd(): LinkEnd {
    assert(this.#far !== null, 'the ends of a link are joined before anything is sent');
    return this.#far;
  }

  #push(frame: Frame): void {
    this.#waiting.push(frame);
    const bytes = frame.payload.length + HEADER_BYTES;
    if (this.#waiting.length === 1) this.#largestWaiting = 0;
    this.#waitingBytes += bytes;
    this.#largestWaiting = Math.max(this.#largestWaiting, bytes);
    this.#pump();
  }

  #pump(): void {
    while (this.#onTheWayBytes < WINDOW_BYTES) {
      const frame = this.#waiting.shift();
      if (frame === undefined) break;
      this.#waitingBytes -= frame.payload.length + HEADER_BYTES;
      this.#launch(frame);
    }
    if (this.#waiting.length === 0 && this.#drainAsks > 0) this.#tellDrained();
  }

  #tellDrained(): void {
    const asks = this.#drainAsks;
    this.#drainAsks = 0;
    for (let ask = 0; ask < asks; ask++) this.owner.tellDrained(this);
  }

  #launch(frame: Frame): void {
    const { agenda, weather } = this.#network;
    const bytes = frame.payload.length + HEADER_BYTES;
    this.#onTheWayBytes += bytes;
    const { bytesPerSecond } = weather.options;
    const sendingMs = bytesPerSecond === null ? 0 : (1_000 * bytes) / bytesPerSecond;
    const arrivalMs = agenda.nowMs + this.#latencyMs + weather.delayMs(this.#latencyMs);
    this.#lastArrivalMs = Math.max(arrivalMs, this.#lastArrivalMs) + sendingMs;
    const far = this.#far;
    agenda.at(this.#lastArrivalMs, () => {
      if (far !== null) far.#arrive(frame);
    });
  }

  #arrive(frame: Frame): void {
    if (this.#stuck.length > 0 || this.#isCutOff()) this.#hold(frame);
    else this.#take(frame);
  }

  #isCutOff(): boolean {
    const far = this.#far;
    if (this.isDeaf || far === null || !this.owner.isPowered) return true;
    return this.#network.weather.isBlocked(far.owner.host, this.owner.host);
  }

  #hold(frame: Frame): void {
    const { agenda } = this.#network;
    if (this.#stuck.length === 0) {
      const sinceMs = agenda.nowMs;
      this.#stuckSinceMs = sinceMs;
      agenda.after(KERNEL_PATIENCE_MS, () => {
        if (this.#stuck.length > 0 && this.#stuckSinceMs === sinceMs) this.#farEnd().#giveUp();
      });
    }
    this.#stuck.push(frame);
  }

  #giveUp(): void {
    this.#end('nobody acknowledges what was sent');
  }

  #take(frame: Frame): void {
    if (this.#phase === 'open') {
      this.#arrived.push(frame);
      this.#read();
      return;
    }
    this.#farEnd().#wasRead(frame);
    if (this.#phase === 'closed' && frame.kind !== GOODBYE) this.#reset();
  }

  #read(): void {
    const { process } = this.owner;
    while (this.#isReading && this.#phase === 'open' && process.isAlive && !process.isFrozen) {
      const frame = this.#arrived.shift();
      if (frame === undefined) return;
      this.#farEnd().#wasRead(frame);
      if (frame.kind === GOODBYE) {
        this.#end(`the far end hung up: ${new TextDecoder().decode(frame.payload)}`);
      } else this.#deliver(frame);
    }
  }

  #deliver({ kind, payload }: Frame): void {
    if (!mayComeOnNeighbor(kind) || payload.length > payloadBytesMax(kind)) {
      this.hangUp('badConduct');
      return;
    }
    const view = payload.slice();
    this.#network.tap.onDelivered(this, kind, payload);
    this.owner.tellFrame(this, kind, view);
    view.fill(0xee);
  }

  #wasRead(frame: Frame): void {
    this.#onTheWayBytes -= frame.payload.length + HEADER_BYTES;
    this.#pump();
  }

  /** The far end hears, a latency later, that nobody is here. */
  #reset(): void {
    this.#phase = 'closed';
    this.#waiting = [];
    const far = this.#far;
    this.#network.agenda.after(this.#latencyMs, () => {
      if (far !== null && !far.#isCutOff()) far.#end('the connection was reset');
    });
  }

  #end(why: string): void {
    if (this.#phase === 'closed') return;
    const wasOpen = this.#phase === 'open';
    this.#phase = 'closed';
    this.#waiting = [];
    this.#arrived = [];
    if (wasOpen) this.owner.tellClosed(this, why);
  }
}
