// The type of a message is a GUID that the application chose, in p2p.h's textual form.

import { guidBytes, guidText, parseGuid } from './guid.ts';

declare const messageType: unique symbol;

/** `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` in lower case. */
export type MessageType = string & { readonly [messageType]: true };

/** Takes either case, gives lower case. Throws `MalformedBytes`. */
export function parseMessageType(text: string): MessageType {
  return parseGuid(text, 'message type') as MessageType;
}

/** The type of messages that were sent without one: all zero. It is known without being announced. */
export const UNTYPED: MessageType = parseMessageType('00000000-0000-0000-0000-000000000000');

/** 16 bytes in the order of the text. */
export function messageTypeBytes(type: MessageType): Uint8Array {
  return guidBytes(type);
}

export function messageTypeOf(bytes: Uint8Array): MessageType {
  return parseMessageType(guidText(bytes));
}
