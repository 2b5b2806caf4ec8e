// Codes that are told by voice (protocol.md §15.6): nine digits of Crockford's base 32 in groups of three, K7M-2PQ-X4D.
// 45 bits, which three tries do not find. What a person types is read kindly; the password of the offer is
// the nine digits in capitals, without what stands between them.

import { assert } from '../base/assert.ts';
import type { Chance } from '../ports/clock.ts';

/** Without I, L, O and U: the first three look like digits. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 9;
const GROUP_LENGTH = 3;
/** Without it a text of any length is gone through. */
const TYPED_LENGTH_MAX = 64;
const LOOK_ALIKES: ReadonlyMap<string, string> = new Map([
  ['O', '0'],
  ['I', '1'],
  ['L', '1'],
]);

/** As it is shown, in groups. `readJoinCode` gives the password. */
export function makeJoinCode(chance: Chance): string {
  const bytes = chance.bytes(LENGTH);
  assert(bytes.length === LENGTH, 'chance gives as many bytes as were asked for');
  // 256 is a multiple of 32, so every digit is as likely as another.
  const digits = Array.from(bytes, (byte) => DIGITS[byte % DIGITS.length] ?? '');
  return formatJoinCode(digits.join(''));
}

/** Nine digits in groups. */
export function formatJoinCode(code: string): string {
  const groups: string[] = [];
  for (let at = 0; at < code.length; at += GROUP_LENGTH) {
    groups.push(code.slice(at, at + GROUP_LENGTH));
  }
  return groups.join('-');
}

/** The nine digits of what was typed, whatever its case, with any spaces and hyphens; null when it is no code. */
export function readJoinCode(typed: string): string | null {
  if (typed.length > TYPED_LENGTH_MAX) return null;
  const signs = Array.from(typed.replaceAll(/[\s\p{Dash}]/gu, '').toUpperCase());
  const digits = signs.map((sign) => LOOK_ALIKES.get(sign) ?? sign);
  const isCode = digits.length === LENGTH && digits.every((digit) => DIGITS.includes(digit));
  return isCode ? digits.join('') : null;
}
