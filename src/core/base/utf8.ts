// Strict UTF-8 (RFC 3629) without the platform's codecs, which core does not have: no overlong
// forms, no surrogates, nothing above U+10FFFF, and no byte order mark is swallowed.

import { MalformedBytes } from './malformed-bytes.ts';

/** True when `text` has no unpaired surrogate, so that it has a UTF-8 form. */
export function isWellFormedText(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const next = text.charCodeAt(at + 1);
    if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return false;
    at++;
  }
  return true;
}

/** Throws `MalformedBytes` for an unpaired surrogate. */
export function utf8Bytes(text: string): Uint8Array {
  return asciiBytes(text) ?? anyBytes(text);
}

/** What nearly all text is; null for the rest. */
function asciiBytes(text: string): Uint8Array | null {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0x80) return null;
    bytes[at] = unit;
  }
  return bytes;
}

/** Counted first: a list that grows takes many times the memory of the bytes, and has an end of its own. */
function anyBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8Length(text));
  let end = 0;
  for (let at = 0; at < text.length; at++) {
    const point = text.codePointAt(at) ?? 0;
    const tails = tailsOf(point);
    bytes[end++] = tails === 0 ? point : (LEAD_BY_TAILS[tails] ?? 0) | (point >> (6 * tails));
    for (let left = tails - 1; left >= 0; left--) bytes[end++] = tail(point >> (6 * left));
    if (tails === 3) at++;
  }
  return bytes;
}

/** How many bytes `utf8Bytes` gives. Throws `MalformedBytes` for an unpaired surrogate. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) < 0x80) continue;
    const point = text.codePointAt(at) ?? 0;
    if (point >= 0xd800 && point <= 0xdfff) throw new MalformedBytes('text: unpaired surrogate');
    // A character beyond U+FFFF is two units of the text already.
    length += point < 0x800 ? 1 : 2;
    if (point >= 0x10000) at++;
  }
  return length;
}

/** How many bytes follow the lead of this character. */
function tailsOf(point: number): number {
  if (point < 0x80) return 0;
  if (point < 0x800) return 1;
  return point < 0x10000 ? 2 : 3;
}

const LEAD_BY_TAILS: readonly number[] = [0, 0xc0, 0xe0, 0xf0];

/** Throws `MalformedBytes` for anything but the one shortest encoding of well-formed text. */
export function utf8Text(bytes: Uint8Array): string {
  return shortAsciiText(bytes) ?? anyText(bytes);
}

/** What nearly all text is, several times faster; null for the rest, and for more than a call takes arguments. */
function shortAsciiText(bytes: Uint8Array): string | null {
  if (bytes.length > ASCII_AT_ONCE_MAX) return null;
  for (let at = 0; at < bytes.length; at++) if ((bytes[at] ?? 0) >= 0x80) return null;
  return Reflect.apply(String.fromCharCode, null, bytes);
}

function anyText(bytes: Uint8Array): string {
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at] ?? 0;
    const length = lengthByLead(lead);
    let point = length === 1 ? lead : lead & (0xff >> (length + 1));
    for (let next = 1; next < length; next++) {
      const byte = bytes[at + next] ?? 0;
      if ((byte & 0xc0) !== 0x80) throw new MalformedBytes('text: broken UTF-8 sequence');
      point = (point << 6) | (byte & 0x3f);
    }
    if (point < (SMALLEST_BY_LENGTH[length] ?? 0)) throw new MalformedBytes('text: overlong UTF-8');
    if ((point >= 0xd800 && point <= 0xdfff) || point > 0x10ffff) {
      throw new MalformedBytes('text: no Unicode scalar value');
    }
    text += String.fromCodePoint(point);
    at += length;
  }
  return text;
}

const ASCII_AT_ONCE_MAX = 1_024;
const SMALLEST_BY_LENGTH: readonly number[] = [0, 0, 0x80, 0x800, 0x10000];

function lengthByLead(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  if (lead >= 0xf0 && lead < 0xf5) return 4;
  throw new MalformedBytes('text: byte that begins no UTF-8 sequence');
}

function tail(bits: number): number {
  return 0x80 | (bits & 0x3f);
}
