// The streams of one line: their numbers, how many there may be, and which frame is whose
// (protocol.md §9.4). A frame for a stream that was ours once is late and is ignored.

import { GrowthBudget } from '../core/direct/stream-window.ts';
import { LIMITS } from '../core/domain/limits.ts';
import {
  decodeStreamCredit,
  decodeStreamEnd,
  decodeStreamOpen,
  decodeStreamReset,
  encodeStreamOpen,
  encodeStreamReset,
} from '../core/wire/direct.ts';
import { KIND, STREAM_NUMBER_MAX } from '../core/wire/frame.ts';
import { LineStream, type StreamCarrier } from './line-stream.ts';

export class LineStreams {
  readonly #carrier: StreamCarrier;
  readonly #onOpened: (stream: LineStream) => void;
  readonly #streams = new Map<number, LineStream>();
  readonly #budget = new GrowthBudget();
  /** Odd for the dialer of the link, even for its listener. */
  #nextOwn: number;
  #lastFar: number;
  #ownCount = 0;

  constructor(carrier: StreamCarrier, isDialer: boolean, onOpened: (stream: LineStream) => void) {
    this.#carrier = carrier;
    this.#onOpened = onOpened;
    this.#nextOwn = isDialer ? 1 : 2;
    this.#lastFar = isDialer ? 0 : -1;
  }

  get count(): number {
    return this.#streams.size;
  }

  /** Null when there are too many, or there have been too many on this line. */
  open(name: string): LineStream | null {
    if (this.#ownCount >= LIMITS.streamsMax || this.#nextOwn > STREAM_NUMBER_MAX) return null;
    const number = this.#nextOwn;
    this.#nextOwn += 2;
    this.#ownCount += 1;
    this.#carrier.sendStreamFrame(KIND.streamOpen, encodeStreamOpen({ stream: number, name }));
    return this.#add(number, name);
  }

  forget(stream: LineStream): void {
    if (!this.#streams.delete(stream.number)) return;
    if (this.#isOwn(stream.number)) this.#ownCount -= 1;
  }

  /** The line is closed. */
  closeAll(byUs: boolean): void {
    const why = byUs ? 'connectionClosedHere' : 'connectionClosed';
    for (const stream of [...this.#streams.values()]) stream.onReset(why);
  }

  /** False when the far end broke a rule; so for the next one. */
  onBytes(number: number, bytes: Uint8Array): boolean {
    const stream = this.#streams.get(number);
    return stream === undefined ? this.#wasOpened(number) : stream.onBytes(bytes);
  }

  /** Throws `MalformedBytes`. */
  onFrame(kind: number, payload: Uint8Array): boolean {
    switch (kind) {
      case KIND.streamOpen:
        return this.#onOpen(payload);
      case KIND.streamCredit: {
        const credit = decodeStreamCredit(payload);
        const stream = this.#streams.get(credit.stream);
        return stream === undefined
          ? this.#wasOpened(credit.stream)
          : stream.onCredit(credit.bytes);
      }
      case KIND.streamEnd: {
        const number = decodeStreamEnd(payload);
        return this.#streams.get(number)?.onEnd() ?? this.#wasOpened(number);
      }
      default: {
        const reset = decodeStreamReset(payload);
        const stream = this.#streams.get(reset.stream);
        stream?.onReset(reset.code);
        return stream !== undefined || this.#wasOpened(reset.stream);
      }
    }
  }

  #onOpen(payload: Uint8Array): boolean {
    const { stream: number, name } = decodeStreamOpen(payload);
    if (this.#isOwn(number) || number <= this.#lastFar) return false;
    this.#lastFar = number;
    if (this.#streams.size - this.#ownCount >= LIMITS.streamsMax) {
      const refused = encodeStreamReset({ stream: number, code: 'refused' });
      this.#carrier.sendStreamFrame(KIND.streamReset, refused);
      return true;
    }
    this.#onOpened(this.#add(number, name));
    return true;
  }

  #add(number: number, name: string): LineStream {
    const stream = new LineStream(number, name, this.#carrier, this.#budget);
    this.#streams.set(number, stream);
    return stream;
  }

  #isOwn(number: number): boolean {
    return number % 2 === this.#nextOwn % 2;
  }

  #wasOpened(number: number): boolean {
    return this.#isOwn(number) ? number < this.#nextOwn : number <= this.#lastFar;
  }
}
