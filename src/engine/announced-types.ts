// The message types of one line and the short numbers that stand for them, in both directions
// (protocol.md §9.3). Number 0 is a message without a type and is known without being announced.

import { MalformedBytes } from '../core/base/malformed-bytes.ts';
import { LIMITS } from '../core/domain/limits.ts';
import type { MessageType } from '../core/domain/message-types.ts';

export class AnnouncedTypes {
  readonly #ours = new Map<MessageType, number>();
  readonly #theirs: MessageType[] = [];

  /** Null for a type that we have not announced. */
  indexOf(type: MessageType): number | null {
    return this.#ours.get(type) ?? null;
  }

  hasRoomFor(type: MessageType): boolean {
    return this.#ours.has(type) || this.#ours.size < LIMITS.messageTypesMax - 1;
  }

  /** The next free number. */
  announce(type: MessageType): number {
    const index = this.#ours.size + 1;
    this.#ours.set(type, index);
    return index;
  }

  /** The far end gave its next number to this type. */
  learn(type: MessageType): void {
    if (this.#theirs.length >= LIMITS.messageTypesMax - 1) {
      throw new MalformedBytes('MESSAGE_TYPE: too many');
    }
    this.#theirs.push(type);
  }

  typeAt(index: number): MessageType {
    const type = this.#theirs[index - 1];
    if (type === undefined) throw new MalformedBytes('MESSAGE of a type that was not announced');
    return type;
  }
}
