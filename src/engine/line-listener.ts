// What a direct line tells whoever has it, and how it says that it is over.

import type { MessageType } from '../core/domain/message-types.ts';
import type { CloseCode } from '../core/wire/control.ts';
import type { LineStream } from './line-stream.ts';

/** How a line ended, and by whom. */
export interface LineEnd {
  readonly by: 'us' | 'them' | 'network';
  /** `cut`: without a goodbye. `silent`: nothing was heard for too long. */
  readonly how: CloseCode | 'cut' | 'silent';
  /** The closer's words, or what went wrong. */
  readonly reason: string;
  /** True when everything that we had sent was received by the other side's process. */
  readonly isDelivered: boolean;
}

export interface LineListener {
  /** The bytes belong to the listener. False when it keeps neither them nor a view on them. */
  onMessage(type: MessageType, bytes: Uint8Array): boolean;
  onStream(stream: LineStream): void;
  /** Once, last. */
  onClosed(end: LineEnd): void;
}

export interface LineCounters {
  bytesSent: number;
  bytesReceived: number;
  messagesSent: number;
  messagesReceived: number;
}
