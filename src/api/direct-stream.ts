// A stream of a direct connection as a Node Duplex: bytes both ways at the reader's pace, each way
// ended by itself. A slow stream holds up neither messages nor other streams.

import { Duplex, Readable, Writable } from 'node:stream';
import { CountQueuingStrategy, type ReadableWritablePair } from 'node:stream/web';
import { JoinedBytes } from '../engine/joined-bytes.ts';
import type { LineStream, StreamListener, StreamLoss } from '../engine/line-stream.ts';
import { PeerGroupError } from './peer-group-error.ts';
import { unpinned } from './unpinned.ts';

type Done = (error?: Error | null) => void;

interface PendingWrite {
  bytes: Uint8Array;
  readonly done: Done;
}

/** Pieces from here on are given as they are: what an object costs besides is little beside them. */
const PIECE_BYTES_MIN = 4_096;
/** Below that a piece is given as soon as it is this share of what the reader has not taken yet. */
const PIECE_SHARE = 1 / 16;

export class DirectStream extends Duplex {
  /** The name that the opener gave it. */
  readonly label: string;
  readonly #stream: LineStream;
  #pending: PendingWrite | null = null;
  /** Bytes pushed that the reader has not asked to go on after. */
  #unread = 0;
  #isReadEnded = false;
  /** Small pieces that the reader does not wait for: each in the queue of the `Duplex` is an object. */
  readonly #tail = new JoinedBytes();
  /** How many bytes the reader asked for last; 1 when any will do. */
  #wanted = 1;
  /** Set when nothing can be written any more and what has arrived may still be read. */
  #lost: Error | null = null;

  /** Made by `DirectConnection`. @internal */
  constructor(stream: LineStream) {
    super({
      allowHalfOpen: true,
      readableHighWaterMark: 65_536,
      writableHighWaterMark: 262_144,
    });
    this.label = stream.name;
    this.#stream = stream;
    const listener: StreamListener = {
      onBytes: (bytes) => this.#onBytes(bytes),
      onEnd: () => {
        this.#isReadEnded = true;
        this.#pushTail();
        this.push(null);
      },
      onReset: (why) => this.#onReset(why),
      onWritable: () => this.#pump(),
    };
    stream.attach(listener);
  }

  /** The same stream for Web Streams users. Use either view, not both. */
  get web(): ReadableWritablePair {
    // One chunk ahead of its reader: a queue of 64 KiB could be as many objects, out of our hands.
    const strategy = new CountQueuingStrategy({ highWaterMark: 1 });
    return { readable: Readable.toWeb(this, { strategy }), writable: Writable.toWeb(this) };
  }

  /** As of any `Readable`; what is held back is given to whoever asks for it. @internal */
  override read(size?: number): ReturnType<Duplex['read']> {
    // Node itself calls it with 0, which asks for nothing.
    if (size === 0) return super.read(0);
    this.#wanted = Math.max(1, size ?? 1);
    this.#pushDueTail();
    const taken: ReturnType<Duplex['read']> = super.read(size);
    // Nothing else would wake one who waits to be told that there is more.
    this.#pushDueTail();
    return taken;
  }

  override _write(chunk: Uint8Array, _encoding: string, done: Done): void {
    if (this.#lost !== null) {
      done(this.#lost);
      return;
    }
    this.#pending = { bytes: chunk, done };
    this.#pump();
  }

  override _final(done: Done): void {
    this.#stream.end();
    done();
  }

  override _read(): void {
    const read = this.#unread;
    this.#unread = 0;
    if (read > 0) this.#stream.consumed(read);
  }

  override _destroy(error: Error | null, done: Done): void {
    const pending = this.#pending;
    this.#pending = null;
    this.#tail.take();
    this.#stream.letGo(error === null ? 'cancelled' : 'failed');
    pending?.done(error ?? resetError('cancelled'));
    done(error);
  }

  #onReset(why: StreamLoss): void {
    // Who closed the connection here knows; for anybody else it is an error.
    const loss = why === 'connectionClosedHere' ? undefined : resetError(why);
    // What has arrived to its end and was not read yet stays readable; only writing is over.
    const isUnread = this.#isReadEnded && this.readableLength > 0;
    const isWriting = this.#pending !== null || this.writableLength > 0;
    if (isUnread && !isWriting) {
      this.#lost = loss ?? resetError(why);
      this.once('end', () => this.destroy(loss));
    } else {
      this.destroy(loss);
    }
  }

  #onBytes(bytes: Uint8Array): void {
    if (bytes.length >= PIECE_BYTES_MIN || this.readableLength === 0) {
      this.#pushTail();
      this.#pushPiece(unpinned(bytes));
    } else {
      this.#tail.add(bytes);
      this.#pushDueTail();
    }
  }

  #pushPiece(bytes: Uint8Array): void {
    if (this.push(bytes)) this.#stream.consumed(bytes.length);
    else this.#unread += bytes.length;
  }

  #pushTail(): void {
    if (this.#tail.length > 0) this.#pushPiece(unpinned(this.#tail.take()));
  }

  /**
   * Gives the tail when the reader has use for it, or when it is no small piece any more. The more is
   * unread the more makes a piece, so that their number is bounded and a reader still hears of news.
   */
  #pushDueTail(): void {
    const { length } = this.#tail;
    if (length === 0) return;
    const unread = this.readableLength;
    const isWanted = unread < this.#wanted && unread + length >= this.#wanted;
    if (isWanted || length >= Math.min(PIECE_BYTES_MIN, PIECE_SHARE * unread)) this.#pushTail();
  }

  #pump(): void {
    const pending = this.#pending;
    if (pending === null) return;
    const sent = this.#stream.write(pending.bytes);
    if (sent < pending.bytes.length) {
      pending.bytes = pending.bytes.subarray(sent);
      return;
    }
    this.#pending = null;
    pending.done();
  }
}

function resetError(why: StreamLoss): PeerGroupError {
  return new PeerGroupError('STREAM_RESET', '', { details: { reason: why } });
}
