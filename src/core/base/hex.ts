// Bytes as lower-case hexadecimal digits.

import { MalformedBytes } from './malformed-bytes.ts';

export function hexText(bytes: Uint8Array): string {
  // Joined, for adding up leaves a chain of pieces behind that stays in memory with the text.
  return Array.from(bytes, (byte) => TEXT_BY_BYTE[byte]).join('');
}

/** Takes lower-case digits only, so that one value has one text. Throws `MalformedBytes`. */
export function hexBytes(text: string): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) throw new MalformedBytes('hexadecimal');
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at++) {
    bytes[at] = Number.parseInt(text.slice(2 * at, 2 * at + 2), 16);
  }
  return bytes;
}

const TEXT_BY_BYTE: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);
