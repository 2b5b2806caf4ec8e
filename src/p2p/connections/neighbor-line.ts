// Data to and from one neighbor: cut into pieces that fit into a message between neighbors, put together again in their
// order, and no more under way than the other end says that it has taken.

import { isPeerGroupError } from '../../api/index.ts';
import { Failure } from '../calls/failure.ts';
import type { PeerEvents } from '../events/peer-events.ts';
import type { GUID } from '../surface/basic-types.ts';
import { PEER_E_CONNECTION_NOT_FOUND } from '../surface/results.ts';
import { IncomingQueue } from './incoming-queue.ts';
import { JoinedPieces, marked, PIECE_BYTES_MAX } from './neighbor-pieces.ts';

/** The byte in front of each piece: the last of its data, or not. */
const LAST = 0;
const MORE = 1;
/** What was taken of us since the last time we heard: four bytes of its number follow. */
const TAKEN = 2;
/** No application's type: it says what was taken. */
const TAKEN_TYPE = '00000000-0000-0000-0000-000000000001';
/** What may be under way, and after how much the receiver says that it has taken it. */
const WINDOW_BYTES = 1_048_576;
const TAKEN_BYTES = 262_144;
/** What a piece counts for besides its data, at both ends: many empty ones take memory too. */
const PIECE_BYTES = 256;
/** More has nobody under way who waits for our word: it is dropped, for nothing else would stop whoever sends it. */
const UNCONFIRMED_BYTES_MAX = WINDOW_BYTES + PIECE_BYTES_MAX + PIECE_BYTES;
/** The link is busy with records; a guess. */
const BUSY_MS = 20;
/** Going offline waits no longer for a neighbor that takes nothing. */
const LEAVING_MS = 5_000;

interface NeighborLineParts {
  readonly events: PeerEvents;
  readonly send: (bytes: Uint8Array, type: GUID) => Promise<void>;
}

export class NeighborLine {
  readonly id: bigint;
  readonly #parts: NeighborLineParts;
  readonly #data: IncomingQueue;
  readonly #pieces = new JoinedPieces();
  #turn: Promise<unknown> = Promise.resolve();
  #piecesSent = 0;
  #unconfirmedBytes = 0;
  /** And not said to be. */
  #takenBytes = 0;
  #isSayingTaken = false;
  #wake: () => void = nothing;
  /** The far end does not keep to the rules: nothing it sends counts any more. */
  #isBroken = false;
  #hasEnded = false;

  constructor(id: bigint, parts: NeighborLineParts) {
    this.id = id;
    this.#parts = parts;
    this.#data = new IncomingQueue({
      id,
      events: parts.events,
      onRoom: () => void this.#sayTaken(),
    });
  }

  /** The bytes are taken at the call. */
  send(type: GUID, bytes: Uint8Array): Promise<void> {
    const copy = new Uint8Array(bytes);
    const sent = this.#turn.then(() => this.#sendPieces(type, copy));
    this.#turn = sent.catch(nothing);
    return sent;
  }

  /** Resolves when everything is on its way, or nothing of it has moved for some time. */
  async settled(): Promise<void> {
    let before = this.#piecesSent;
    const stuck = Promise.withResolvers<void>();
    const watch = setInterval(() => {
      if (this.#piecesSent === before) stuck.resolve();
      before = this.#piecesSent;
    }, LEAVING_MS);
    await Promise.race([this.#turn, stuck.promise]);
    clearInterval(watch);
  }

  /** A piece, or the word on what was taken of us. */
  receive(type: GUID, message: Uint8Array): void {
    const [mark] = message;
    const content = message.subarray(1);
    if (mark === TAKEN && type === TAKEN_TYPE && content.length === 4) this.#onConfirmed(content);
    else if (mark === LAST || mark === MORE) this.#onPiece(type, content, mark === LAST);
  }

  end(): void {
    this.#hasEnded = true;
    this.#data.endLimit();
    this.#wake();
  }

  async #sendPieces(type: GUID, bytes: Uint8Array): Promise<void> {
    for (let from = 0; from === 0 || from < bytes.length; from += PIECE_BYTES_MAX) {
      const piece = bytes.subarray(from, from + PIECE_BYTES_MAX);
      const isLast = from + PIECE_BYTES_MAX >= bytes.length;
      await this.#room();
      this.#unconfirmedBytes += piece.length + PIECE_BYTES;
      await this.#sendPiece(marked(isLast ? LAST : MORE, piece), type);
      this.#piecesSent += 1;
    }
  }

  /** As often as the link is busy. */
  async #sendPiece(piece: Uint8Array, type: GUID): Promise<void> {
    while (!(await this.#hasSent(piece, type))) await busy();
  }

  /** False while the link is busy. */
  async #hasSent(message: Uint8Array, type: GUID): Promise<boolean> {
    this.#requireOpen();
    try {
      await this.#parts.send(message, type);
      return true;
    } catch (error) {
      if (isPeerGroupError(error, 'SEND_QUEUE_FULL')) return false;
      throw wordOf(error);
    }
  }

  async #room(): Promise<void> {
    while (this.#unconfirmedBytes >= WINDOW_BYTES && !this.#hasEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#requireOpen();
  }

  #onPiece(type: GUID, piece: Uint8Array, isLast: boolean): void {
    this.#takenBytes += piece.length + PIECE_BYTES;
    if (this.#takenBytes > UNCONFIRMED_BYTES_MAX) this.#isBroken = true;
    if (this.#isBroken) return;
    const whole = this.#pieces.add(piece, isLast);
    if (whole !== null) this.#data.put(type, whole);
    void this.#sayTaken();
  }

  /** One word at a time: whoever reads none of ours has no more under way for that. */
  async #sayTaken(): Promise<void> {
    if (this.#isSayingTaken) return;
    this.#isSayingTaken = true;
    try {
      while (this.#takenBytes >= TAKEN_BYTES && !this.#data.isFull) {
        if (!(await this.#hasSaidTaken())) await busy();
      }
    } catch {
      // The end of the neighbor tells it.
    }
    this.#isSayingTaken = false;
  }

  async #hasSaidTaken(): Promise<boolean> {
    const bytes = this.#takenBytes;
    const word = new Uint8Array(4);
    new DataView(word.buffer).setUint32(0, bytes);
    // Before the other end can know and send more.
    this.#takenBytes = 0;
    const hasSaid = await this.#hasSent(marked(TAKEN, word), TAKEN_TYPE);
    if (!hasSaid) this.#takenBytes += bytes;
    return hasSaid;
  }

  #onConfirmed(word: Uint8Array): void {
    const bytes = new DataView(word.buffer, word.byteOffset).getUint32(0);
    this.#unconfirmedBytes = Math.max(0, this.#unconfirmedBytes - bytes);
    this.#wake();
  }

  #requireOpen(): void {
    if (this.#hasEnded) throw new Failure(PEER_E_CONNECTION_NOT_FOUND);
  }
}

function busy(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, BUSY_MS));
}

function wordOf(error: unknown): unknown {
  const isGone =
    isPeerGroupError(error, 'NOT_A_NEIGHBOR') || isPeerGroupError(error, 'NOT_CONNECTED');
  return isGone ? new Failure(PEER_E_CONNECTION_NOT_FOUND) : error;
}

function nothing(): void {
  // The end of the neighbor tells it.
}
