// Text as a database key. SQLite compares blobs byte by byte, JavaScript compares strings by UTF-16
// code unit (domain/search.ts), and UTF-8 sorts characters beyond U+FFFF elsewhere than the latter. So
// each half of a surrogate pair is encoded by itself, in three bytes (CESU-8): the orders agree.

const ANY_SURROGATE = /[\ud800-\udfff]/;

/** `a < b` in JavaScript exactly when `textKey(a)` is bytewise below `textKey(b)`. */
export function textKey(text: string): Uint8Array {
  return ANY_SURROGATE.test(text) ? unitsKey(text) : Buffer.from(text, 'utf8');
}

function unitsKey(text: string): Uint8Array {
  const bytes = new Uint8Array(3 * text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) {
      bytes[length++] = unit;
      continue;
    }
    if (unit < 0x800) bytes[length++] = 0xc0 | (unit >> 6);
    else {
      bytes[length++] = 0xe0 | (unit >> 12);
      bytes[length++] = 0x80 | ((unit >> 6) & 0x3f);
    }
    bytes[length++] = 0x80 | (unit & 0x3f);
  }
  return bytes.subarray(0, length);
}
