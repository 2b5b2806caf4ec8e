// One neighbor link as the engine has it (protocol.md §8.5): whole frames over an authenticated link,
// bounded in what may wait unsent, and its end. Which frames mean what is decided in core; whether the
// far end is silent, too. Nothing is told any more once the line has ended.

import { assert } from '../../core/base/assert.ts';
import { MalformedBytes } from '../../core/base/malformed-bytes.ts';
import type { Now, WallTime } from '../../core/base/time.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import type { LinkId, PartReason } from '../../core/domain/links.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { WireListener } from '../../core/ports/wires.ts';
import { type CloseCode, decodeClose, encodeClose } from '../../core/wire/control.ts';
import { KIND, payloadBytesMax } from '../../core/wire/frame.ts';
import { FrameReader, type FrameSink } from '../../core/wire/frame-reader.ts';
import { mayComeOnNeighbor } from '../../core/wire/link-kinds.ts';
import type { LineTools } from '../line-parts.ts';
import type { AuthenticatedLink } from '../link-handshake.ts';
import { Outbox } from '../outbox.ts';
import { Validity } from '../validity.ts';

/** What belongs to one line. */
interface NeighborLineParts {
  readonly id: LinkId;
  readonly link: AuthenticatedLink;
  /** When the first of the two memberships ends, or of those that they were renewed by since. */
  readonly validUntil: () => WallTime;
}

export interface NeighborLineListener {
  /** The payload is valid during the call. */
  onFrame(line: NeighborLine, kind: number, payload: Uint8Array): void;
  /** May come from inside `askDrained`. */
  onDrained(line: NeighborLine): void;
  /** Once; but for `onGone` nothing follows. May come from inside `send` and `hangUp`. */
  onEnded(line: NeighborLine, why: string): void;
  /** Once, last: nothing is left of the line. */
  onGone(line: NeighborLine): void;
}

/** How long the platform may take to send the last bytes before the socket is destroyed. */
const LINGER_MS = 1_000;

export class NeighborLine implements WireListener, FrameSink {
  readonly id: LinkId;
  readonly link: AuthenticatedLink;
  readonly #clock: Clock;
  readonly #listener: NeighborLineListener;
  readonly #outbox: Outbox;
  readonly #reader: FrameReader;
  readonly #validity: Validity;
  /** The largest payload since nothing was unsent: one may be larger than all that may wait beside it. */
  #largestUnsent = 0;
  #isOpen = true;
  #stopTimer: () => void = () => undefined;

  constructor(parts: NeighborLineParts, tools: LineTools, listener: NeighborLineListener) {
    this.id = parts.id;
    this.link = parts.link;
    this.#clock = tools.clock;
    this.#listener = listener;
    this.#outbox = new Outbox(parts.link.wire, tools.clock, tools.pool);
    this.#reader = new FrameReader(this, tools.allocate, mayComeOnNeighbor);
    this.#validity = new Validity(parts.validUntil);
    parts.link.wire.attach(this);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Takes what came behind the handshake; to be called once, when whoever listens knows of the line. */
  start(): void {
    if (this.#isOpen && this.link.rest.length > 0) this.onBytes(this.link.rest);
  }

  /** The payload must not change any more. A far end that leaves too much unread is hung up. */
  send(kind: number, payload: Uint8Array): void {
    assert(payload.length <= payloadBytesMax(kind), `a frame ${kind} fits its bound`);
    if (!this.#isOpen) return;
    if (this.#outbox.unsentBytes === 0) this.#largestUnsent = 0;
    this.#largestUnsent = Math.max(this.#largestUnsent, payload.length);
    this.#outbox.send(kind, -1, payload);
    const waiting = this.#outbox.unsentBytes - this.#largestUnsent;
    if (waiting > LIMITS.neighborUnsentBytesMax) this.hangUp('tooSlow');
  }

  /** `onDrained` follows when all that was sent so far is with the platform, unless the line ends first. */
  askDrained(): void {
    this.#outbox.whenTaken(() => {
      if (this.#isOpen) this.#listener.onDrained(this);
    });
  }

  /** While false nothing is taken from the network; frames of bytes that are here already still come. */
  setReading(isReading: boolean): void {
    if (this.#isOpen) this.link.wire.setReading(isReading);
  }

  /** What was sent before leaves, if it can within a second. */
  hangUp(why: PartReason): void {
    this.#say(why, `hung up here: ${why}`);
  }

  /** To be called about once a second. */
  tick(now: Now): void {
    if (this.link.wire.isFlooding()) {
      this.#violated('more TLS traffic than its content explains');
    } else if (this.#validity.isOver(now.wallTime)) this.hangUp('membershipEnded');
  }

  // What the wire tells.

  onBytes(bytes: Uint8Array): boolean {
    try {
      return this.#reader.push(bytes);
    } catch (error) {
      if (error instanceof MalformedBytes) {
        this.#violated(error.message);
        return true;
      }
      // A bug of ours in the middle of the frames; what follows has lost its place.
      this.hangUp('badConduct');
      throw error;
    }
  }

  onEnd(): void {
    const isCut = this.#reader.isInsideFrame;
    this.#end(`the far end went away ${isCut ? 'in the middle of a frame' : 'without a goodbye'}`);
  }

  onClosed(cause: string | null): void {
    this.#end(cause ?? 'the connection broke');
    this.#stopTimer();
    this.#listener.onGone(this);
  }

  // What the frames say.

  onMessage(): boolean {
    throw new MalformedBytes('MESSAGE on a neighbor link');
  }

  onStreamBytes(): void {
    throw new MalformedBytes('STREAM_BYTES on a neighbor link');
  }

  onFrame(kind: number, payload: Uint8Array): void {
    if (kind !== KIND.close) {
      this.#listener.onFrame(this, kind, payload);
      return;
    }
    const { code, reason } = decodeClose(payload);
    this.#end(`the far end hung up: ${reason === '' ? code : reason}`);
  }

  #violated(what: string): void {
    this.#say('badConduct', `broke the protocol: ${what}`);
  }

  /** Ends the line with a goodbye. */
  #say(reason: PartReason, why: string): void {
    if (!this.#isOpen) return;
    this.#outbox.send(KIND.close, -1, encodeClose({ code: closeCodeOf(reason), reason }));
    this.#end(why);
  }

  #end(why: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#reader.stop();
    this.#outbox.flush();
    this.#outbox.close();
    const { wire } = this.link;
    wire.finish();
    // What still comes is dropped, so that the far end's goodbye can be heard behind it.
    wire.setReading(true);
    this.#stopTimer = this.#clock.wakeAfter(LINGER_MS, () => wire.cut());
    this.#listener.onEnded(this, why);
  }
}

function closeCodeOf(reason: PartReason): CloseCode {
  switch (reason) {
    case 'badConduct':
      return 'protocolViolation';
    case 'membershipEnded':
    case 'leaving':
      return reason;
    case 'removed':
      return 'membershipRemoved';
    default:
      return 'done';
  }
}
