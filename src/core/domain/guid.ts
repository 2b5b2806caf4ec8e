// GUIDs in the textual form of p2p.h: 16 bytes in the order of the text. Message types, record types
// and record ids are GUIDs.

import { hexBytes, hexText } from '../base/hex.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const GUID_BYTES = 16;

/** Takes either case, gives lower case. Throws `MalformedBytes`, which says that `what` is none. */
export function parseGuid(text: string, what: string): string {
  const lower = text.toLowerCase();
  if (!GUID.test(lower)) throw new MalformedBytes(`${what}: expected a GUID`);
  return lower;
}

/** 16 bytes in the order of the text. */
export function guidBytes(guid: string): Uint8Array {
  return hexBytes(guid.replaceAll('-', ''));
}

/** `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` in lower case, of 16 bytes. */
export function guidText(bytes: Uint8Array): string {
  const hex = hexText(bytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
