// Bytes as lower-case hexadecimal digits.

import { MalformedBytes } from './malformed-bytes.ts';

export function hexText(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += BYTES_AT_ONCE) {
    const digits: number[] = [];
    for (const byte of bytes.subarray(at, at + BYTES_AT_ONCE)) {
      digits.push(digitOf(byte >>> 4), digitOf(byte % 16));
    }
    // One flat piece: adding up digit by digit would leave a chain of them in memory with the text.
    text += String.fromCharCode(...digits);
  }
  return text;
}

/** A call takes its arguments on the stack. */
const BYTES_AT_ONCE = 1_024;

/** The character code of a digit below 16. */
function digitOf(value: number): number {
  return value < 10 ? 0x30 + value : 0x57 + value;
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
