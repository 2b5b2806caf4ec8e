// One direct connection: what is sent goes out in the order of the calls, what comes is queued as events, and nothing is
// read any more while too much of it waits to be taken.

import type { DirectConnection, Member, Message } from '../../api/index.ts';
import type { PeerEvents } from '../events/peer-events.ts';
import type { GUID } from '../surface/basic-types.ts';
import { IncomingQueue } from './incoming-queue.ts';
import { ReceivedTypes, SentTypes } from './line-types.ts';
import { listeningAddress } from './listed-connection.ts';

/** A far end that does not read keeps a connection that was closed until it does, or is gone. */
const CLOSING_MS = 2 ** 31 - 1;
/** Up to here the API itself takes a copy at the call. */
const COPIED_BYTES_MAX = 65_536;

export class DirectLine {
  readonly id: bigint;
  readonly member: Member;
  readonly #connection: DirectConnection;
  readonly #data: IncomingQueue;
  readonly #sent = new SentTypes();
  readonly #received = new ReceivedTypes();
  /** Aborted while nothing is read. */
  #reading = new AbortController();
  /** Settles when everything is handed over that had to wait for its turn. */
  #turn: Promise<void> | null = null;

  constructor(id: bigint, connection: DirectConnection, events: PeerEvents) {
    this.id = id;
    this.member = connection.member;
    this.#connection = connection;
    this.#data = new IncomingQueue({ id, events, onRoom: () => this.#read() });
  }

  /** Where the other end says it listens; undefined when it says nothing. */
  get listenAddress(): string | undefined {
    const { listenAddresses, path } = this.#connection;
    return listeningAddress(listenAddresses, path.address);
  }

  /** The other end of the socket. */
  get seenAt(): string {
    return this.#connection.path.address;
  }

  /** Reads from now on; `onEnded` is called once, after everything that came. */
  start(onEnded: () => void): void {
    this.#read();
    void this.#connection.closed.then(() => {
      // What is here still has to come before the end.
      this.#data.endLimit();
      this.#read();
      onEnded();
    });
  }

  /** The bytes are taken at the call. Null when there is room for more at once. */
  send(type: GUID, bytes: Uint8Array): Promise<void> | null {
    const mayGo = this.#turn === null && !this.#connection.isFull;
    if (mayGo && bytes.length <= COPIED_BYTES_MAX) return this.#sendShort(type, bytes);
    const copy = new Uint8Array(bytes);
    const sent = mayGo
      ? this.#handOver(type, copy)
      : this.#inTurn(() => this.#handOver(type, copy));
    // At once: as garbage long data takes as much memory again.
    const free = (): void => void copy.buffer.transfer(0);
    sent.then(free, free);
    return sent;
  }

  /** After what was sent. */
  close(): void {
    const close = (): void => {
      this.#connection.close({ timeoutMs: CLOSING_MS }).catch(ignored);
    };
    if (this.#turn === null) close();
    else void this.#turn.then(close);
  }

  /** Resolves when it has ended: after what was sent, or once nothing of that has moved for so long. */
  async ended(patienceMs: number): Promise<void> {
    const goneBytes = (): number => {
      const { bytesSent, unsentBytes } = this.#connection.counters;
      return bytesSent - unsentBytes;
    };
    let most = goneBytes();
    const watch = setInterval(() => {
      const now = goneBytes();
      // It also falls: what the API itself sends from time to time waits behind the rest, and is no data.
      if (now <= most) this.#connection.abort();
      most = Math.max(most, now);
    }, patienceMs);
    await this.#connection.closed;
    clearInterval(watch);
  }

  #sendShort(type: GUID, bytes: Uint8Array): Promise<void> | null {
    const { isOpen, messageBytesMax } = this.#connection;
    const sent = this.#handOver(type, bytes);
    // It has resolved then: there is nothing else that it could say.
    const isSettled = isOpen && bytes.length <= messageBytesMax && !this.#connection.isFull;
    return isSettled ? null : sent;
  }

  #handOver(type: GUID, bytes: Uint8Array): Promise<void> {
    const plan = this.#sent.planFor(type);
    // Ahead of the data, whose promise says what there is to say of both.
    if (plan.before !== null) {
      this.#connection.send(plan.before.bytes, { type: plan.before.type }).catch(ignored);
    }
    return this.#connection.send(bytes, plan.type === undefined ? {} : { type: plan.type });
  }

  /** Whoever does not wait for its promises has the order of its calls all the same. */
  #inTurn(send: () => Promise<void>): Promise<void> {
    const sent = (this.#turn ?? Promise.resolve()).then(send);
    const turn = sent.catch(ignored).then(() => {
      if (this.#turn === turn) this.#turn = null;
    });
    this.#turn = turn;
    return sent;
  }

  #read(): void {
    this.#reading.abort();
    this.#reading = new AbortController();
    const { signal } = this.#reading;
    this.#connection.onMessage((message) => this.#onMessage(message), { signal, borrow: true });
  }

  #onMessage({ type, data }: Message): void {
    const said = this.#received.typeOf(type, data);
    if (said === null) return;
    this.#data.put(said, kept(data));
    if (this.#data.isFull) this.#reading.abort();
  }
}

/** In memory of its own, and no more of that than it needs. What has such memory is moved, and a view is copied. */
function kept(data: Uint8Array): Uint8Array {
  const { buffer } = data;
  const isAlone = buffer instanceof ArrayBuffer && buffer.byteLength === data.byteLength;
  return new Uint8Array(isAlone ? buffer.transfer() : data);
}

function ignored(): void {
  // The end of the connection tells it.
}
