// What a line sends. Small payloads are gathered into large writes that leave at the latest at the
// end of the turn; the first one of a turn on an idle line leaves at once, for it may be a question
// that somebody waits to have answered. Large payloads are written as they are, uncopied.

import type { Clock } from '../core/ports/clock.ts';
import type { Wire } from '../core/ports/wires.ts';
import { FRAME_HEADER_BYTES, STREAM_NUMBER_BYTES_MAX } from '../core/wire/frame.ts';
import { GATHER_BYTES, type GatherPool } from './gather-pool.ts';

/** Up to here copying is cheaper than a write of its own, and lets callers go on at once. Measured. */
const COPY_BYTES_MAX = 65_536;
const HEAD_BYTES_MAX = FRAME_HEADER_BYTES + STREAM_NUMBER_BYTES_MAX;
/** Up to here the first frame of a turn on an idle line needs no gathering buffer. */
const ALONE_BYTES_MAX = 1_024;
/** Unsent bytes from where on callers are asked to wait. Measured: more gains nothing. */
const HIGH_BYTES = 524_288;
/** Unsent bytes from where on those who wait go on. */
const LOW_BYTES = 262_144;

/** `borrowed`: the bytes must not change until `whenTaken`. */
export type SendState = 'room' | 'full' | 'borrowed';

interface Waiter {
  /** Count of bytes, from the first of the line, that have to be with the platform. */
  readonly taken: number;
  readonly act: () => void;
}

export class Outbox {
  readonly #wire: Wire;
  readonly #clock: Clock;
  readonly #pool: GatherPool;
  #gather: Uint8Array | null = null;
  #used = 0;
  /** Bytes handed to the wire, and those that the platform has taken. */
  #sent = 0;
  #taken = 0;
  #takenWaiters: Waiter[] | null = null;
  /** In turn: whoever fills the room again queues up behind the others. */
  #roomWaiters: (() => void)[] | null = null;
  #endsTurn = false;
  #isClosed = false;

  constructor(wire: Wire, clock: Clock, pool: GatherPool) {
    this.#wire = wire;
    this.#clock = clock;
    this.#pool = pool;
  }

  get unsentBytes(): number {
    return this.#sent - this.#taken + this.#used;
  }

  get hasRoom(): boolean {
    return this.#sent - this.#taken + this.#used < HIGH_BYTES;
  }

  /** One frame: header, a number of one to four bytes or none (-1), payload. */
  send(kind: number, number: number, payload: Uint8Array): SendState {
    if (this.#isClosed) return 'room';
    if (payload.length > COPY_BYTES_MAX) return this.#sendUncopied(kind, number, payload);
    if (payload.length <= ALONE_BYTES_MAX && this.#isIdle()) {
      this.#sendAlone(kind, number, payload);
      return 'room';
    }
    this.#writeHead(kind, number, payload.length);
    this.#gatherUp(payload);
    this.#leaveInTime();
    return this.hasRoom ? 'room' : 'full';
  }

  /** Hands over what was gathered. */
  flush(): void {
    const used = this.#used;
    const gather = this.#gather;
    if (used === 0 || gather === null) return;
    this.#gather = null;
    this.#used = 0;
    this.#sent += used;
    this.#wire.send([gather.subarray(0, used)], () => {
      this.#pool.give(gather);
      this.#onTaken(used);
    });
  }

  /** Calls `act` once there is room again and those who waited longer had their turn, or the line is closed. */
  whenRoom(act: () => void): void {
    if (this.#isClosed) {
      act();
      return;
    }
    this.#roomWaiters ??= [];
    this.#roomWaiters.push(act);
  }

  /** Calls `act` once all that was sent so far is with the platform, or the line is closed. */
  whenTaken(act: () => void): void {
    const taken = this.#sent + this.#used;
    if (this.#isClosed || this.#taken >= taken) {
      act();
      return;
    }
    this.#takenWaiters ??= [];
    this.#takenWaiters.push({ taken, act });
  }

  /** Nothing is sent from here on; all who wait go on. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#gather !== null) this.#pool.give(this.#gather);
    this.#gather = null;
    this.#used = 0;
    for (const waiter of this.#takenWaiters?.splice(0) ?? []) waiter.act();
    for (const act of this.#roomWaiters?.splice(0) ?? []) act();
  }

  #sendUncopied(kind: number, number: number, payload: Uint8Array): SendState {
    const gather = this.#writeHead(kind, number, payload.length);
    const head = gather.subarray(0, this.#used);
    const bytes = head.length + payload.length;
    this.#gather = null;
    this.#used = 0;
    this.#sent += bytes;
    this.#wire.send([head, payload], () => {
      this.#pool.give(gather);
      this.#onTaken(bytes);
    });
    return 'borrowed';
  }

  #writeHead(kind: number, number: number, payloadLength: number): Uint8Array {
    if (this.#used + HEAD_BYTES_MAX > GATHER_BYTES) this.flush();
    this.#gather ??= this.#pool.take();
    this.#used = writeHead(this.#gather, this.#used, { kind, number, payloadLength });
    return this.#gather;
  }

  /** Nothing is under way, and nothing was sent in this turn. */
  #isIdle(): boolean {
    return !this.#endsTurn && this.#used === 0 && this.#sent === this.#taken;
  }

  /** At once, in memory of its size: a thousand idle lines say KEEPALIVE at the same tick. */
  #sendAlone(kind: number, number: number, payload: Uint8Array): void {
    const frame = new Uint8Array(HEAD_BYTES_MAX + payload.length);
    const at = writeHead(frame, 0, { kind, number, payloadLength: payload.length });
    copy(payload, frame, at);
    const bytes = at + payload.length;
    this.#endsTurn = true;
    this.#clock.endOfTurn(this.#onEndOfTurn);
    this.#sent += bytes;
    this.#wire.send([frame.subarray(0, bytes)], () => this.#onTaken(bytes));
  }

  /** Fills each gather buffer to its brim, so that TLS makes full records of it and no tiny ones. */
  #gatherUp(payload: Uint8Array): void {
    let from = 0;
    while (from < payload.length) {
      this.#gather ??= this.#pool.take();
      const size = Math.min(payload.length - from, GATHER_BYTES - this.#used);
      copy(
        size === payload.length ? payload : payload.subarray(from, from + size),
        this.#gather,
        this.#used,
      );
      this.#used += size;
      from += size;
      if (this.#used === GATHER_BYTES) this.flush();
    }
  }

  #leaveInTime(): void {
    if (this.#endsTurn) return;
    this.#endsTurn = true;
    this.#clock.endOfTurn(this.#onEndOfTurn);
    if (this.#sent === this.#taken) this.flush();
  }

  readonly #onEndOfTurn = (): void => {
    this.#endsTurn = false;
    this.flush();
  };

  #onTaken(bytes: number): void {
    this.#taken += bytes;
    const takenWaiters = this.#takenWaiters ?? [];
    while ((takenWaiters[0]?.taken ?? Number.POSITIVE_INFINITY) <= this.#taken) {
      takenWaiters.shift()?.act();
    }
    const roomWaiters = this.#roomWaiters ?? [];
    if (this.unsentBytes > LOW_BYTES) return;
    while (roomWaiters.length > 0 && this.hasRoom) roomWaiters.shift()?.();
  }
}

interface Head {
  readonly kind: number;
  /** -1 for none. */
  readonly number: number;
  readonly payloadLength: number;
}

/** Where the payload begins. */
function writeHead(to: Uint8Array, start: number, { kind, number, payloadLength }: Head): number {
  let at = start + FRAME_HEADER_BYTES;
  for (let rest = number; rest >= 0; rest = rest < 128 ? -1 : Math.floor(rest / 128)) {
    to[at++] = rest < 128 ? rest : (rest % 128) + 128;
  }
  const length = at - start - FRAME_HEADER_BYTES + payloadLength;
  to[start] = length >>> 24;
  to[start + 1] = length >>> 16;
  to[start + 2] = length >>> 8;
  to[start + 3] = length;
  to[start + 4] = kind;
  return at;
}

/** Byte by byte is faster than `set` for the shortest. Measured. */
const LOOP_BYTES_MAX = 24;

function copy(from: Uint8Array, to: Uint8Array, at: number): void {
  if (from.length > LOOP_BYTES_MAX) {
    to.set(from, at);
    return;
  }
  for (let index = 0; index < from.length; index++) to[at + index] = from[index] ?? 0;
}
