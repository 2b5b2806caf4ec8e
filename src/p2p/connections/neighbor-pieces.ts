// The pieces in which data goes to a neighbor: each with a byte in front, put together again at the other end. Data of
// which a piece is too short, or there are too many, comes from no facade and is dropped as it comes.

/** What a message between neighbors carries, less the byte in front. All pieces but the last have this length. */
export const PIECE_BYTES_MAX = 65_535;
const DATA_BYTES_MAX = 16_777_216;

export function marked(mark: number, bytes: Uint8Array): Uint8Array {
  const message = new Uint8Array(bytes.length + 1);
  message[0] = mark;
  message.set(bytes, 1);
  return message;
}

export class JoinedPieces {
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #isFaulty = false;

  /** The whole, in memory of its own, with the last piece; null before, and for what was dropped. */
  add(piece: Uint8Array, isLast: boolean): Uint8Array | null {
    this.#bytes += piece.length;
    if (this.#bytes > DATA_BYTES_MAX || (!isLast && piece.length !== PIECE_BYTES_MAX)) {
      this.#isFaulty = true;
      this.#pieces = [];
    }
    if (!this.#isFaulty) this.#pieces.push(piece);
    if (!isLast) return null;
    const whole = this.#isFaulty ? null : joined(this.#pieces, this.#bytes);
    this.#pieces = [];
    this.#bytes = 0;
    this.#isFaulty = false;
    return whole;
  }
}

function joined(pieces: readonly Uint8Array[], bytes: number): Uint8Array {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
