// The type of a message is a GUID that the application chose, in p2p.h's textual form.

import { hexBytes, hexText } from '../base/hex.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';

declare const messageType: unique symbol;

/** `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` in lower case. */
export type MessageType = string & { readonly [messageType]: true };

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Takes either case, gives lower case. Throws `MalformedBytes`. */
export function parseMessageType(text: string): MessageType {
  const lower = text.toLowerCase();
  if (!GUID.test(lower)) throw new MalformedBytes('message type: expected a GUID');
  return lower as MessageType;
}

/** The type of messages that were sent without one: all zero. It is known without being announced. */
export const UNTYPED: MessageType = parseMessageType('00000000-0000-0000-0000-000000000000');

/** 16 bytes in the order of the text. */
export function messageTypeBytes(type: MessageType): Uint8Array {
  return hexBytes(type.replaceAll('-', ''));
}

export function messageTypeOf(bytes: Uint8Array): MessageType {
  const hex = hexText(bytes);
  const cuts = [0, 8, 12, 16, 20, 32];
  const parts = cuts.slice(1).map((end, at) => hex.slice(cuts[at], end));
  return parseMessageType(parts.join('-'));
}
