// One stream of a direct connection: bytes in order both ways, each way ended by itself, at the pace
// of whoever reads (protocol.md §9.4). It knows frames and windows; api makes a Duplex of it.

import { type GrowthBudget, ReceiveWindow, SendWindow } from '../core/direct/stream-window.ts';
import { LIMITS } from '../core/domain/limits.ts';
import {
  encodeStreamCredit,
  encodeStreamEnd,
  encodeStreamReset,
  type ResetCode,
} from '../core/wire/direct.ts';
import { KIND } from '../core/wire/frame.ts';
import { JoinedBytes } from './joined-bytes.ts';

/** What a stream needs of its line. */
export interface StreamCarrier {
  readonly hasRoom: boolean;
  /** False while it is being closed, too: then there will be no room any more. */
  readonly isOpen: boolean;
  whenRoom(act: () => void): void;
  sendStreamBytes(stream: number, bytes: Uint8Array): void;
  sendStreamFrame(kind: number, payload: Uint8Array): void;
  /** Both directions are over. */
  forget(stream: LineStream): void;
}

/** Why nothing goes any more: the far end's word, or the end of the connection, by us or by others. */
export type StreamLoss = ResetCode | 'connectionClosedHere' | 'connectionClosed';

export interface StreamListener {
  /** The bytes belong to the listener, which says by `consumed` when they were read. */
  onBytes(bytes: Uint8Array): void;
  /** The far end sends no more. */
  onEnd(): void;
  /** Nothing goes either way any more. */
  onReset(why: StreamLoss): void;
  /** More may be written than a moment ago. */
  onWritable(): void;
}

export class LineStream {
  readonly number: number;
  readonly name: string;
  readonly #carrier: StreamCarrier;
  readonly #receive: ReceiveWindow;
  readonly #send = new SendWindow();
  #listener: StreamListener | null = null;
  #hasSentEnd = false;
  #hasReceivedEnd = false;
  #isOver = false;
  #unreadBytes = 0;
  #waitsForRoom = false;
  /** What came before somebody listened; the window bounds it, and being one piece bounds its memory. */
  readonly #early = new JoinedBytes();
  #overBecause: StreamLoss | null = null;

  constructor(number: number, name: string, carrier: StreamCarrier, budget: GrowthBudget) {
    this.number = number;
    this.name = name;
    this.#carrier = carrier;
    this.#receive = new ReceiveWindow(budget);
  }

  attach(listener: StreamListener): void {
    this.#listener = listener;
    if (this.#early.length > 0) listener.onBytes(this.#early.take());
    if (this.#hasReceivedEnd) listener.onEnd();
    if (this.#overBecause !== null) listener.onReset(this.#overBecause);
  }

  /** Sends what may go now; how many bytes that were. `onWritable` follows when it was not all. */
  write(bytes: Uint8Array): number {
    let at = 0;
    while (at < bytes.length && !this.#isOver) {
      if (!this.#carrier.hasRoom) {
        if (this.#carrier.isOpen) this.#waitForRoom();
        break;
      }
      const size = Math.min(bytes.length - at, this.#send.open, LIMITS.streamFrameBytesMax);
      if (size === 0) break;
      this.#send.spend(size);
      this.#carrier.sendStreamBytes(this.number, bytes.subarray(at, at + size));
      at += size;
    }
    return at;
  }

  /** No more bytes from us. */
  end(): void {
    if (this.#isOver || this.#hasSentEnd) return;
    this.#hasSentEnd = true;
    this.#carrier.sendStreamFrame(KIND.streamEnd, encodeStreamEnd(this.number));
    this.#settle();
  }

  /** Gives up both directions. */
  reset(code: ResetCode): void {
    if (this.#isOver) return;
    this.#carrier.sendStreamFrame(
      KIND.streamReset,
      encodeStreamReset({ stream: this.number, code }),
    );
    this.#finish();
  }

  /** Whoever has the stream needs it no more: ended on both sides it is forgotten, else it is reset. */
  letGo(code: ResetCode): void {
    if (this.#hasSentEnd && this.#hasReceivedEnd) this.#finish();
    else this.reset(code);
  }

  /** The reader took so many bytes. */
  consumed(bytes: number): void {
    if (this.#isOver) return;
    this.#unreadBytes -= bytes;
    if (this.#hasReceivedEnd) {
      this.#settle();
      return;
    }
    const grant = this.#receive.consumed(bytes);
    if (grant === 0) return;
    const credit = encodeStreamCredit({ stream: this.number, bytes: grant });
    this.#carrier.sendStreamFrame(KIND.streamCredit, credit);
  }

  /** False when the far end broke a rule. */
  onBytes(bytes: Uint8Array): boolean {
    if (this.#hasReceivedEnd || !this.#receive.arrived(bytes.length)) return false;
    this.#unreadBytes += bytes.length;
    // A copy: the view would keep all of its read, and nobody may ever come for it.
    if (this.#listener === null) this.#early.add(bytes);
    else this.#listener.onBytes(bytes);
    return true;
  }

  onEnd(): boolean {
    if (this.#hasReceivedEnd) return false;
    this.#hasReceivedEnd = true;
    this.#listener?.onEnd();
    this.#settle();
    return true;
  }

  onCredit(bytes: number): boolean {
    if (!this.#send.grant(bytes)) return false;
    this.#listener?.onWritable();
    return true;
  }

  onReset(why: StreamLoss): void {
    if (this.#isOver) return;
    this.#overBecause = why;
    this.#finish();
    this.#listener?.onReset(why);
  }

  #waitForRoom(): void {
    if (this.#waitsForRoom) return;
    this.#waitsForRoom = true;
    this.#carrier.whenRoom(() => {
      this.#waitsForRoom = false;
      if (!this.#isOver) this.#listener?.onWritable();
    });
  }

  #settle(): void {
    // As long as bytes are unread the stream counts: it is memory that the far end made us hold.
    if (this.#hasSentEnd && this.#hasReceivedEnd && this.#unreadBytes === 0) this.#finish();
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#receive.release();
    this.#carrier.forget(this);
  }
}
