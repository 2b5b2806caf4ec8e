// Bytes as base64url without padding (RFC 4648, section 5). Spare bits must be zero, so that one
// value has one text and no character of an invitation can be changed unnoticed.

import { MalformedBytes } from './malformed-bytes.ts';

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

export function base64urlText(bytes: Uint8Array): string {
  let text = '';
  let pending = 0;
  let pendingBits = 0;
  for (const byte of bytes) {
    pending = (pending << 8) | byte;
    pendingBits += 8;
    while (pendingBits >= 6) {
      pendingBits -= 6;
      text += DIGITS[(pending >> pendingBits) & 63];
    }
    pending &= 0xff;
  }
  if (pendingBits > 0) text += DIGITS[(pending << (6 - pendingBits)) & 63];
  return text;
}

/** Throws `MalformedBytes` for foreign characters, impossible lengths and spare bits that are set. */
export function base64urlBytes(text: string): Uint8Array {
  if (text.length % 4 === 1) throw new MalformedBytes('base64url: impossible length');
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let at = 0;
  let pending = 0;
  let pendingBits = 0;
  for (let index = 0; index < text.length; index++) {
    const value = VALUE_BY_CODE[text.charCodeAt(index)] ?? -1;
    if (value < 0) throw new MalformedBytes('base64url: foreign character');
    pending = ((pending << 6) | value) & 0xffff;
    pendingBits += 6;
    if (pendingBits < 8) continue;
    pendingBits -= 8;
    bytes[at++] = (pending >> pendingBits) & 0xff;
  }
  if ((pending & ((1 << pendingBits) - 1)) !== 0) throw new MalformedBytes('base64url: spare bits');
  return bytes;
}

const VALUE_BY_CODE: readonly number[] = Array.from({ length: 128 }, (_, code) =>
  DIGITS.indexOf(String.fromCharCode(code)),
);
