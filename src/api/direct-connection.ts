// A direct connection to a member: messages, streams, and its end, for the application. The bytes
// move in engine/direct-line.ts; here are promises, iterators and checks of what callers pass.

import type { ConnectionId } from '../core/direct/switchboard.ts';
import { formatAddress } from '../core/domain/addresses.ts';
import { LIMITS } from '../core/domain/limits.ts';
import { type MessageType, parseMessageType, UNTYPED } from '../core/domain/message-types.ts';
import type { DirectLine } from '../engine/direct-line.ts';
import type { LineCounters, LineEnd, LineListener } from '../engine/line-listener.ts';
import type { LineStream } from '../engine/line-stream.ts';
import { abortedBy, requireDuration, requireNotAborted, requireSignal } from './arguments.ts';
import { type ConnectionEnd, endError } from './connection-end.ts';
import type {
  CloseOptions,
  ReceiveOptions,
  SendOptions,
  WaitOptions,
} from './connection-options.ts';
import { type ConnectionPath, pathOf } from './connection-path.ts';
import { DirectStream } from './direct-stream.ts';
import { guarded } from './guarded.ts';
import { Inbox } from './inbox.ts';
import { type Member, memberOf } from './member.ts';
import { Message } from './message.ts';
import { invalidArgument, PeerGroupError, parsedArgument } from './peer-group-error.ts';
import { unpinned } from './unpinned.ts';
import { abortable, watched } from './waiting.ts';

const SENT = Promise.resolve();
const NO_OPTIONS: SendOptions = {};
/** A share of the bounds at which reading goes on, so that it does not flicker. */
const RESUME_SHARE = 0.5;

export class DirectConnection implements AsyncDisposable {
  /** Not 0, and unique in this process. The other side has a number of its own. */
  readonly id: ConnectionId;
  /** True when the other side opened it. */
  readonly isIncoming: boolean;
  /** The longest message that the other side takes, in bytes. */
  readonly messageBytesMax: number;
  readonly #line: DirectLine;
  // Made when they are first asked for: an idle connection holds none of them.
  #messages: Inbox<Message> | null = null;
  #streams: Inbox<LineStream> | null = null;
  #member: Member | null = null;
  #closed: PromiseWithResolvers<ConnectionEnd> | null = null;
  #end: ConnectionEnd | null = null;
  #unreadBytes = 0;
  #isPaused = false;
  #onMessage: ((message: Message) => void) | null = null;
  #borrows = false;
  #onStream: ((stream: DirectStream) => void) | null = null;
  #typeText: string | null = null;
  #type: MessageType = UNTYPED;
  #room: Promise<void> | null = null;

  /** Made by `PeerGroup`. @internal */
  constructor(line: DirectLine, isIncoming: boolean) {
    this.#line = line;
    this.id = line.id;
    this.isIncoming = isIncoming;
    this.messageBytesMax = line.farEnd.messageBytesMax;
  }

  /** Who is at the other end, as its certificates say. */
  get member(): Member {
    this.#member ??= memberOf(this.#line.farEnd);
    return this.#member;
  }

  get path(): ConnectionPath {
    return pathOf(this.#line.link.wire);
  }

  /** Where the member said it can be reached for further connections, `host:port` each. */
  get listenAddresses(): readonly string[] {
    return this.#line.farEnd.listenAddresses.map(formatAddress);
  }

  /** Resolves, and never rejects, when the connection has ended. */
  get closed(): Promise<ConnectionEnd> {
    if (this.#closed === null) {
      this.#closed = Promise.withResolvers();
      if (this.#end !== null) this.#closed.resolve(this.#end);
    }
    return this.#closed.promise;
  }

  get isOpen(): boolean {
    return this.#line.isOpen;
  }

  /** True while `send` asks to wait. A loop that sends much may await only then. */
  get isFull(): boolean {
    return !this.#line.hasRoom;
  }

  /** Null while the connection is open. */
  get end(): ConnectionEnd | null {
    return this.#end;
  }

  /** Payload bytes and messages since the connection was opened, and what waits on either side now. */
  get counters(): Readonly<LineCounters> & {
    readonly unsentBytes: number;
    readonly unreadBytes: number;
  } {
    const { unsentBytes } = this.#line;
    return { ...this.#line.counters, unsentBytes, unreadBytes: this.#unreadBytes };
  }

  /**
   * Sends one message: bytes, or text as UTF-8, 0 B to 16 MiB. It is taken over at once and in the
   * order of the calls; the promise resolves when there is room for more, which is how a sender keeps
   * pace with a slow receiver. The bytes belong to the caller again when it resolves. A resolved
   * promise does not mean that the message has arrived: `flush` and `close` do.
   *
   * Rejects with `MESSAGE_TOO_LARGE`, `SEND_QUEUE_FULL`, `TOO_MANY_MESSAGE_TYPES` or `INVALID_ARGUMENT` before anything
   * is sent, and with `CONNECTION_CLOSED` or `CONNECTION_LOST` when the connection has ended.
   */
  send(data: Uint8Array | string, options: SendOptions = NO_OPTIONS): Promise<void> {
    const line = this.#line;
    try {
      const { type, signal } = options ?? NO_OPTIONS;
      const bytes = typeof data === 'string' ? utf8('data', data) : data;
      this.#requireSendable(bytes, signal);
      const messageType = type === undefined ? UNTYPED : this.#parseType(type);
      if (!line.canAnnounce(messageType)) throw new PeerGroupError('TOO_MANY_MESSAGE_TYPES', '');
      const state = line.send(messageType, bytes);
      if (state === 'room') return SENT;
      const room = state === 'borrowed' ? this.#whenTaken() : this.#whenRoom();
      return signal === undefined ? room : abortable(room, signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * The messages as they arrive, for `for await`. When nobody takes them, at most 1 MiB is kept here
   * and the sender has to wait. Ends when the connection has ended and everything was taken.
   */
  messages(options: WaitOptions = {}): AsyncIterableIterator<Message, undefined> {
    return this.#inbox().iterate(options.signal);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Message, undefined> {
    return this.messages();
  }

  /**
   * Calls `listener` for each message, in order, those first that are waiting. The fastest way to
   * receive. While it runs nothing else is read; what it throws is the application's own uncaught
   * exception. One listener at a time; a new one takes the place of the last.
   */
  onMessage(listener: (message: Message) => void, options: ReceiveOptions = {}): void {
    if (typeof listener !== 'function') throw invalidArgument('listener', 'a function');
    requireSignal(options.signal);
    if (options.signal?.aborted === true) return;
    this.#onMessage = listener;
    this.#borrows = options.borrow === true;
    options.signal?.addEventListener('abort', () => {
      if (this.#onMessage === listener) this.#onMessage = null;
    });
    const inbox = this.#messages;
    while (inbox !== null && inbox.size > 0 && this.#onMessage === listener) {
      guarded(listener, inbox.take());
    }
  }

  /**
   * Opens a stream: a Duplex with its own flow control. The other side finds it in `streams()`.
   * Throws `TOO_MANY_STREAMS`, `CONNECTION_CLOSED` or `CONNECTION_LOST`.
   */
  openStream(options: { readonly name?: string } & WaitOptions = {}): DirectStream {
    const { name = '', signal } = options;
    if (typeof name !== 'string' || utf8('name', name).length > LIMITS.streamNameBytesMax) {
      throw invalidArgument('name', `text of at most ${LIMITS.streamNameBytesMax} bytes of UTF-8`);
    }
    requireNotAborted(signal);
    this.#requireOpen();
    const lineStream = this.#line.openStream(name);
    if (lineStream === null) throw new PeerGroupError('TOO_MANY_STREAMS', '');
    const stream = new DirectStream(lineStream);
    if (signal !== undefined) {
      const onAbort = (): void => void stream.destroy(abortedBy(signal));
      signal.addEventListener('abort', onAbort, { once: true });
      stream.once('close', () => signal.removeEventListener('abort', onAbort));
    }
    return stream;
  }

  /** The streams that the other side opens. At most 64 wait here; further ones are refused. */
  async *streams(options: WaitOptions = {}): AsyncGenerator<DirectStream, undefined> {
    for await (const stream of this.#streamInbox().iterate(options.signal)) {
      yield new DirectStream(stream);
    }
    return undefined;
  }

  /** Calls `listener` for each stream that the other side opens, those first that are waiting. */
  onStream(listener: (stream: DirectStream) => void, options: WaitOptions = {}): void {
    if (typeof listener !== 'function') throw invalidArgument('listener', 'a function');
    requireSignal(options.signal);
    if (options.signal?.aborted === true) return;
    this.#onStream = listener;
    options.signal?.addEventListener('abort', () => {
      if (this.#onStream === listener) this.#onStream = null;
    });
    const inbox = this.#streams;
    while (inbox !== null && inbox.size > 0 && this.#onStream === listener) {
      guarded(listener, new DirectStream(inbox.take()));
    }
  }

  /** Resolves with the round trip in milliseconds once the other process has received all that was sent before. */
  ping(options: WaitOptions = {}): Promise<number> {
    const { signal } = options;
    return new Promise((resolve, reject) => {
      requireNotAborted(signal);
      this.#requireOpen();
      const onAbort = (): void => reject(signal === undefined ? undefined : abortedBy(signal));
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#line.ping((roundTripMs) => {
        signal?.removeEventListener('abort', onAbort);
        if (roundTripMs === null) reject(endError(this.#end));
        else resolve(roundTripMs);
      });
    });
  }

  /** Resolves once the other process has received all that was sent before. */
  async flush(options: WaitOptions = {}): Promise<void> {
    await this.ping(options);
  }

  /**
   * Ends the connection: what was sent arrives first, the other side is told, and its messages that
   * are here can still be taken. Ends after `timeoutMs` at the latest, whatever the other side does;
   * `isDelivered` says whether it had received everything. Closing again changes nothing.
   */
  async close(options: CloseOptions = {}): Promise<ConnectionEnd> {
    const { reason = '' } = options;
    const timeoutMs = requireDuration('timeoutMs', options.timeoutMs, LIMITS.closeMs);
    if (typeof reason !== 'string' || utf8('reason', reason).length > LIMITS.closeReasonBytesMax) {
      throw invalidArgument(
        'reason',
        `text of at most ${LIMITS.closeReasonBytesMax} bytes of UTF-8`,
      );
    }
    this.#line.close('done', reason, timeoutMs);
    return await this.closed;
  }

  /** Ends the connection now, without a goodbye; what was sent may be lost. */
  abort(): void {
    this.#line.cut('aborted here');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** What the engine tells. @internal */
  lineListener(onClosed: (end: ConnectionEnd) => void): LineListener {
    return {
      onMessage: (type, bytes) => this.#receive(type, bytes),
      onStream: (stream) => this.#receiveStream(stream),
      onClosed: (end) => {
        this.#onClosed(end);
        onClosed(end);
      },
    };
  }

  /** True when the bytes are kept. */
  #receive(type: MessageType, bytes: Uint8Array): boolean {
    if (this.#onMessage !== null) {
      const isBorrowed = this.#borrows;
      guarded(this.#onMessage, new Message(type, bytes));
      if (isBorrowed) free(bytes);
      return !isBorrowed;
    }
    const inbox = this.#inbox();
    const isFull =
      this.#unreadBytes > LIMITS.unreadBytesMax || inbox.size > LIMITS.unreadMessagesMax;
    // While we close we read on to find CLOSED, and an application that reads no more gets no more.
    if (isFull && !this.#line.isOpen) return false;
    this.#unreadBytes += bytes.length;
    inbox.put(new Message(type, unpinned(bytes)));
    if (isFull && !this.#isPaused) {
      this.#isPaused = true;
      this.#line.setReading(false);
    }
    return true;
  }

  #onTaken(message: Message): void {
    this.#unreadBytes -= message.data.length;
    const hasRoom =
      this.#unreadBytes <= RESUME_SHARE * LIMITS.unreadBytesMax &&
      this.#inbox().size <= RESUME_SHARE * LIMITS.unreadMessagesMax;
    if (!this.#isPaused || !hasRoom) return;
    this.#isPaused = false;
    this.#line.setReading(true);
  }

  #receiveStream(stream: LineStream): void {
    if (this.#onStream !== null) guarded(this.#onStream, new DirectStream(stream));
    else if (this.#streamInbox().size < LIMITS.streamsUntakenMax) this.#streamInbox().put(stream);
    else stream.reset('refused');
  }

  #onClosed(end: LineEnd): void {
    this.#end = end;
    this.#messages?.end();
    this.#streams?.end();
    this.#closed?.resolve(end);
  }

  #inbox(): Inbox<Message> {
    if (this.#messages === null) {
      this.#messages = new Inbox((message) => this.#onTaken(message));
      if (this.#end !== null) this.#messages.end();
    }
    return this.#messages;
  }

  #streamInbox(): Inbox<LineStream> {
    if (this.#streams === null) {
      this.#streams = new Inbox();
      if (this.#end !== null) this.#streams.end();
    }
    return this.#streams;
  }

  #parseType(text: string): MessageType {
    if (text === this.#typeText) return this.#type;
    if (typeof text !== 'string') throw invalidArgument('type', 'a GUID');
    this.#type = parsedArgument('type', () => parseMessageType(text));
    this.#typeText = text;
    return this.#type;
  }

  #requireSendable(bytes: Uint8Array, signal: AbortSignal | undefined): void {
    if (!(bytes instanceof Uint8Array)) throw invalidArgument('data', 'a Uint8Array or a string');
    if (signal !== undefined) requireNotAborted(signal);
    if (!this.#line.isOpen) this.#requireOpen();
    const size = bytes.length;
    if (size > this.messageBytesMax) {
      const limit = this.messageBytesMax;
      const detail = `${size} bytes, at most ${limit}.`;
      throw new PeerGroupError('MESSAGE_TOO_LARGE', detail, { details: { size, limit } });
    }
    if (this.#line.unsentBytes > LIMITS.unsentBytesMax)
      throw new PeerGroupError('SEND_QUEUE_FULL', '');
  }

  #requireOpen(): void {
    if (!this.#line.isOpen) throw endError(this.#end);
  }

  /** One promise for all who wait for the same room. */
  #whenRoom(): Promise<void> {
    this.#room ??= watched((resolve, reject) => {
      this.#line.whenRoom(() => {
        this.#room = null;
        this.#settle(resolve, reject);
      });
    });
    return this.#room;
  }

  #whenTaken(): Promise<void> {
    return watched((resolve, reject) => {
      this.#line.whenTaken(() => this.#settle(resolve, reject));
    });
  }

  /** Those who wait are also let go by the end of the line. */
  #settle(resolve: () => void, reject: (error: unknown) => void): void {
    if (this.#line.isOver) void this.closed.then((end) => reject(endError(end)));
    else resolve();
  }
}

/** Refuses what has no UTF-8 form and would arrive as something else. */
function utf8(name: string, text: string): Uint8Array {
  if (!text.isWellFormed()) throw invalidArgument(name, 'text without unpaired surrogates');
  return Buffer.from(text, 'utf8');
}

/** Memory that one message has to itself; a short message lies in that of its read, which the wire frees. */
function free({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength && byteLength > 0)
    buffer.transfer(0);
}
