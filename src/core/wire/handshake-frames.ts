// Cuts frames out of the first bytes of a link, while the far end is a stranger. Copies and counts
// where frame-reader.ts does neither, since nothing here is fast and everything here is hostile.

import { concatBytes } from '../base/bytes.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import { FRAME_HEADER_BYTES, payloadBytesMax } from './frame.ts';
import { type HandshakeRole, maySendBeforeWelcome } from './link-kinds.ts';

export interface Frame {
  readonly kind: number;
  readonly payload: Uint8Array;
}

export class HandshakeFrames {
  readonly #sender: HandshakeRole;
  #chunks: Uint8Array[] = [];
  #length = 0;
  /** Bytes without which there is no next step; single bytes that drip in are not joined before. */
  #needed = FRAME_HEADER_BYTES;

  /** `sender` is the far end. */
  constructor(sender: HandshakeRole) {
    this.#sender = sender;
  }

  push(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#length += bytes.length;
  }

  /** The next whole frame; null when it has not arrived. Throws `MalformedBytes` at the header of one that may not come. */
  next(): Frame | null {
    if (this.#length < this.#needed) return null;
    const bytes = this.rest();
    const [a = 0, b = 0, c = 0, d = 0, kind = 0] = bytes;
    const length = a * 0x100_0000 + b * 0x1_0000 + c * 0x100 + d;
    if (!maySendBeforeWelcome(this.#sender, kind) || length > payloadBytesMax(kind)) {
      throw new MalformedBytes(
        `frame ${kind} of ${length} bytes by a ${this.#sender} before WELCOME`,
      );
    }
    const end = FRAME_HEADER_BYTES + length;
    this.#needed = end;
    if (bytes.length < end) return null;
    this.#chunks = [bytes.slice(end)];
    this.#length -= end;
    this.#needed = FRAME_HEADER_BYTES;
    return { kind, payload: bytes.slice(FRAME_HEADER_BYTES, end) };
  }

  /** What came after the last frame that was taken. */
  rest(): Uint8Array {
    const bytes = concatBytes(this.#chunks);
    this.#chunks = [bytes];
    return bytes;
  }
}
