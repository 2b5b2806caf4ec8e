// A stream of a direct connection as a Node Duplex: bytes both ways at the reader's pace, each way
// ended by itself. A slow stream holds up neither messages nor other streams.

import { Duplex } from 'node:stream';
import type { ReadableWritablePair } from 'node:stream/web';
import type { LineStream, StreamListener, StreamLoss } from '../engine/line-stream.ts';
import { PeerGroupError } from './peer-group-error.ts';
import { unpinned } from './unpinned.ts';

type Done = (error?: Error | null) => void;

interface PendingWrite {
  bytes: Uint8Array;
  readonly done: Done;
}

export class DirectStream extends Duplex {
  /** The name that the opener gave it. */
  readonly label: string;
  readonly #stream: LineStream;
  #pending: PendingWrite | null = null;
  /** Bytes pushed that the reader has not asked to go on after. */
  #unread = 0;
  #isReadEnded = false;
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
        this.push(null);
      },
      onReset: (why) => this.#onReset(why),
      onWritable: () => this.#pump(),
    };
    stream.attach(listener);
  }

  /** The same stream for Web Streams users. Use either view, not both. */
  get web(): ReadableWritablePair {
    return Duplex.toWeb(this);
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
    if (this.push(unpinned(bytes))) this.#stream.consumed(bytes.length);
    else this.#unread += bytes.length;
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
