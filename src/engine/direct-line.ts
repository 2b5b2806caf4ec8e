// A direct connection as the engine has it: messages and streams over one authenticated link, its
// pulse, and its end. Synchronous; the far end's every step is bounded and checked here, and a step
// that breaks a rule of protocol.md §9 ends the line.

import { MalformedBytes } from '../core/base/malformed-bytes.ts';
import type { Now } from '../core/base/time.ts';
import { utf8Bytes } from '../core/base/utf8.ts';
import type { ConnectionId } from '../core/direct/switchboard.ts';
import { LIMITS } from '../core/domain/limits.ts';
import { type MessageType, UNTYPED } from '../core/domain/message-types.ts';
import type { FarEnd } from '../core/link/far-end.ts';
import { Pulse } from '../core/link/pulse.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { WireListener } from '../core/ports/wires.ts';
import type { CloseCode } from '../core/wire/control.ts';
import { decodeClose, decodePing, encodeClose, encodePing } from '../core/wire/control.ts';
import { decodeMessageType, encodeMessageType } from '../core/wire/direct.ts';
import { KIND } from '../core/wire/frame.ts';
import { FrameReader, type FrameSink } from '../core/wire/frame-reader.ts';
import { mayComeOnDirect } from '../core/wire/link-kinds.ts';
import { AnnouncedTypes } from './announced-types.ts';
import type { LineCounters, LineEnd, LineListener } from './line-listener.ts';
import type { LineParts, LineTools } from './line-parts.ts';
import type { LineStream, StreamCarrier } from './line-stream.ts';
import { LineStreams } from './line-streams.ts';
import type { AuthenticatedLink } from './link-handshake.ts';
import { Outbox, type SendState } from './outbox.ts';
import { Pings } from './pings.ts';
import { Validity } from './validity.ts';

type Phase =
  | { readonly name: 'open' }
  /** We said CLOSE and wait for CLOSED. */
  | { readonly name: 'closing'; readonly code: CloseCode; readonly reason: string }
  | { readonly name: 'closed' };

/** Answers that a far end made us write and has not read; with more it is not read any further. */
const ANSWERS_UNSENT_MAX = 262_144;
const EMPTY = new Uint8Array(0);

export class DirectLine implements WireListener, FrameSink, StreamCarrier {
  readonly id: ConnectionId;
  readonly link: AuthenticatedLink;
  readonly counters: LineCounters = {
    bytesSent: 0,
    bytesReceived: 0,
    messagesSent: 0,
    messagesReceived: 0,
  };
  readonly #clock: Clock;
  readonly #outbox: Outbox;
  readonly #reader: FrameReader;
  readonly #pulse: Pulse;
  readonly #validity: Validity;
  // Made when they are first needed: an idle line holds none of them.
  #streams: LineStreams | null = null;
  #types: AnnouncedTypes | null = null;
  #pings: Pings | null = null;
  #listener: LineListener | null = null;
  #onOver: (() => void) | null = null;
  #phase: Phase = { name: 'open' };
  #hasHeardClose = false;
  #isProbing = false;
  #isApplicationReading = true;
  #isAnswering = true;
  #answerBytes = 0;
  #stopTimer: () => void = () => undefined;

  constructor(parts: LineParts, tools: LineTools) {
    const { link } = parts;
    this.id = parts.id;
    this.link = link;
    this.#clock = tools.clock;
    this.#outbox = new Outbox(link.wire, tools.clock, tools.pool);
    this.#reader = new FrameReader(this, tools.allocate, mayComeOnDirect);
    this.#pulse = new Pulse(tools.clock.now().instant);
    this.#validity = new Validity(parts.validUntil);
  }

  get farEnd(): FarEnd {
    return this.link.farEnd;
  }

  get isOpen(): boolean {
    return this.#phase.name === 'open';
  }

  /** Nothing is sent or received any more. */
  get isOver(): boolean {
    return this.#phase.name === 'closed';
  }

  get unsentBytes(): number {
    return this.#outbox.unsentBytes;
  }

  get hasRoom(): boolean {
    return this.isOpen && this.#outbox.hasRoom;
  }

  get streamCount(): number {
    return this.#streams?.count ?? 0;
  }

  /** Takes the wire over and starts to listen. `onOver` is for whoever keeps the line. */
  start(listener: LineListener, onOver: () => void): void {
    this.#listener = listener;
    this.#onOver = onOver;
    this.link.wire.attach(this);
    if (this.link.rest.length > 0) this.onBytes(this.link.rest);
  }

  /** One message; the line has to be open and the type announced or `canAnnounce`. */
  send(type: MessageType, bytes: Uint8Array): SendState {
    const index = type === UNTYPED ? 0 : this.#indexOf(type);
    this.counters.messagesSent += 1;
    this.counters.bytesSent += bytes.length;
    this.#pulse.sent();
    return this.#outbox.send(KIND.message, index, bytes);
  }

  canAnnounce(type: MessageType): boolean {
    return type === UNTYPED || this.#types === null || this.#types.hasRoomFor(type);
  }

  whenRoom(act: () => void): void {
    this.#outbox.whenRoom(act);
  }

  whenTaken(act: () => void): void {
    this.#outbox.whenTaken(act);
  }

  /** False lets the far end wait: nothing is read until it is true again. */
  setReading(isReading: boolean): void {
    this.#isApplicationReading = isReading;
    this.#applyReading();
  }

  openStream(name: string): LineStream | null {
    return this.#lineStreams().open(name);
  }

  /** Calls `done` when the far end's process has received all that was sent before; with null when the line ends first. */
  ping(done: (roundTripMs: number | null) => void): void {
    this.#pings ??= new Pings();
    const nonce = this.#pings.ask(this.#clock.now().instant, done);
    this.#sendFrame(KIND.ping, encodePing(nonce));
  }

  /** Asks the far end for a sign of life and believes it dead soon without one. */
  probe(): void {
    this.#pulse.probe(this.#clock.now().instant);
    // One question at a time: the far end could make us ask and never answer.
    if (this.#isProbing) return;
    this.#isProbing = true;
    this.ping(() => {
      this.#isProbing = false;
    });
  }

  /** What was sent arrives, then the line ends; at the latest after `withinMs`. */
  close(code: CloseCode, reason: string, withinMs: number): void {
    if (this.#phase.name !== 'open') return;
    this.#phase = { name: 'closing', code, reason };
    this.#sendFrame(KIND.close, encodeClose({ code, reason }));
    this.#stopTimer = this.#clock.wakeAfter(withinMs, () => {
      this.#end({ by: 'us', how: code, reason, isDelivered: false });
    });
    // CLOSED stands behind whatever the far end still sends.
    this.setReading(true);
  }

  /** Ends the line now; what was sent may be lost. */
  cut(reason: string): void {
    this.#end({ by: 'us', how: 'cut', reason, isDelivered: false });
  }

  /** To be called about once a second. */
  tick(now: Now): void {
    if (this.link.wire.isFlooding()) {
      this.#violated('more TLS traffic than its content explains');
      return;
    }
    if (this.#validity.isOver(now.wallTime)) {
      this.close('membershipEnded', '', LIMITS.closeMs);
      return;
    }
    const verdict = this.#pulse.judge(now.instant);
    if (verdict === 'dead') {
      this.#end({
        by: 'network',
        how: 'silent',
        reason: 'nothing was heard for too long',
        isDelivered: false,
      });
    } else if (verdict === 'sendKeepAlive') {
      this.#sendFrame(KIND.keepAlive, EMPTY);
    }
  }

  // What the wire tells.

  onBytes(bytes: Uint8Array): boolean {
    this.#pulse.heard();
    try {
      return this.#reader.push(bytes);
    } catch (error) {
      if (!(error instanceof MalformedBytes)) {
        // An application's callback threw in the middle of the frames; what follows has lost its place.
        this.cut('a listener failed');
        throw error;
      }
      this.#violated(error.message);
      return true;
    }
  }

  onEnd(): void {
    this.#lost('the far end went away without a goodbye');
  }

  onClosed(cause: string | null): void {
    this.#stopTimer();
    this.#lost(cause ?? 'the connection broke');
  }

  // What the frames say.

  onMessage(typeIndex: number, bytes: Uint8Array): boolean {
    const type = typeIndex === 0 ? UNTYPED : this.#announcedTypes().typeAt(typeIndex);
    this.counters.messagesReceived += 1;
    this.counters.bytesReceived += bytes.length;
    return this.#listener?.onMessage(type, bytes) ?? false;
  }

  onStreamBytes(stream: number, bytes: Uint8Array): void {
    this.counters.bytesReceived += bytes.length;
    if (!this.#lineStreams().onBytes(stream, bytes))
      throw new MalformedBytes('STREAM_BYTES beyond its credit');
  }

  onFrame(kind: number, payload: Uint8Array): void {
    switch (kind) {
      case KIND.keepAlive:
        return;
      case KIND.ping:
        this.#answer(KIND.pong, encodePing(decodePing(payload)));
        return;
      case KIND.pong:
        if (this.#pings?.answered(decodePing(payload), this.#clock.now().instant)) return;
        throw new MalformedBytes('PONG that nobody asked for');
      case KIND.messageType:
        this.#announcedTypes().learn(decodeMessageType(payload));
        return;
      case KIND.close:
        this.#onClose(payload);
        return;
      case KIND.closed:
        this.#onCloseAnswered();
        return;
      default:
        if (!this.#lineStreams().onFrame(kind, payload))
          throw new MalformedBytes(`frame ${kind} out of turn`);
    }
  }

  // What streams need.

  sendStreamBytes(stream: number, bytes: Uint8Array): void {
    this.counters.bytesSent += bytes.length;
    this.#pulse.sent();
    this.#outbox.send(KIND.streamBytes, stream, bytes);
  }

  sendStreamFrame(kind: number, payload: Uint8Array): void {
    // Nothing follows our CLOSE.
    if (this.isOpen) this.#answer(kind, payload);
  }

  forget(stream: LineStream): void {
    this.#streams?.forget(stream);
  }

  #lineStreams(): LineStreams {
    this.#streams ??= new LineStreams(this, this.link.role === 'dialer', (stream) => {
      this.#listener?.onStream(stream);
    });
    return this.#streams;
  }

  #announcedTypes(): AnnouncedTypes {
    this.#types ??= new AnnouncedTypes();
    return this.#types;
  }

  #indexOf(type: MessageType): number {
    const types = this.#announcedTypes();
    const known = types.indexOf(type);
    if (known !== null) return known;
    this.#sendFrame(KIND.messageType, encodeMessageType(type));
    return types.announce(type);
  }

  #onClose(payload: Uint8Array): void {
    const { code, reason } = decodeClose(payload);
    this.#sendFrame(KIND.closed, EMPTY);
    this.#outbox.flush();
    // Both closed at once: each waits for the other's CLOSED.
    if (this.#phase.name === 'closing') {
      if (this.#hasHeardClose) throw new MalformedBytes('CLOSE twice');
      this.#hasHeardClose = true;
      return;
    }
    this.#end({ by: 'them', how: code, reason, isDelivered: false });
  }

  #onCloseAnswered(): void {
    const phase = this.#phase;
    if (phase.name !== 'closing') throw new MalformedBytes('CLOSED before CLOSE');
    this.#end({ by: 'us', how: phase.code, reason: phase.reason, isDelivered: true });
  }

  /** A far end that makes us answer has to read the answers. */
  #answer(kind: number, payload: Uint8Array): void {
    this.#sendFrame(kind, payload);
    this.#answerBytes += payload.length + 8;
    if (this.#answerBytes < ANSWERS_UNSENT_MAX || !this.#isAnswering) return;
    this.#isAnswering = false;
    this.#applyReading();
    this.#outbox.whenTaken(() => {
      this.#answerBytes = 0;
      this.#isAnswering = true;
      this.#applyReading();
    });
  }

  #sendFrame(kind: number, payload: Uint8Array): void {
    this.#pulse.sent();
    this.#outbox.send(kind, -1, payload);
  }

  #applyReading(): void {
    if (this.#phase.name === 'closed') return;
    const isReading = this.#isApplicationReading && this.#isAnswering;
    this.link.wire.setReading(isReading);
    this.#pulse.setListening(isReading);
  }

  #violated(what: string): void {
    if (this.#phase.name === 'closed') return;
    const reason = `broke the protocol: ${what}`;
    const bounded =
      utf8Bytes(reason).length <= LIMITS.closeReasonBytesMax ? reason : 'broke the protocol';
    this.#sendFrame(KIND.close, encodeClose({ code: 'protocolViolation', reason: bounded }));
    this.#outbox.flush();
    this.#end({ by: 'us', how: 'protocolViolation', reason, isDelivered: false });
  }

  #lost(reason: string): void {
    const phase = this.#phase;
    if (phase.name === 'closing') {
      this.#end({ by: 'us', how: phase.code, reason: phase.reason, isDelivered: false });
    } else {
      this.#end({ by: 'network', how: 'cut', reason, isDelivered: false });
    }
  }

  #end(end: LineEnd): void {
    if (this.#phase.name === 'closed') return;
    this.#phase = { name: 'closed' };
    this.#stopTimer();
    this.#reader.stop();
    // Streams first: those that wait for room are to find out that they are over, not try again.
    this.#streams?.closeAll(end.by === 'us' && end.how !== 'protocolViolation');
    this.#outbox.close();
    const { wire } = this.link;
    if (end.how === 'cut' || end.how === 'silent') wire.cut();
    else {
      wire.finish();
      wire.setReading(true);
      // Whoever closed waits for our CLOSED as long as for anybody's.
      const lingerMs = end.by === 'them' ? LIMITS.closeMs : LINGER_MS;
      this.#stopTimer = this.#clock.wakeAfter(lingerMs, () => wire.cut());
    }
    this.#onOver?.();
    this.#listener?.onClosed(end);
    this.#listener = null;
    this.#pings?.giveUp();
    this.#pings = null;
  }
}

/** How long the platform may take to send the last bytes before the socket is destroyed. */
const LINGER_MS = 1_000;
