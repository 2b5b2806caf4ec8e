// Which passwords may protect an offer (protocol.md §15.6): 8 to 255 characters of at least three of four classes. Whoever
// may issue the role holds what a password is checked by, and could try a simple one at leisure.

import { isWellFormedText } from '../base/utf8.ts';
import type { Verdict } from '../domain/refusals.ts';
import { accept, refuse } from '../domain/refusals.ts';

/** Characters as UTF-16 counts them: the figures of p2p.h's groups. */
const LENGTH_MIN = 8;
const LENGTH_MAX = 255;
/** As Windows has it for passwords that are complex. */
const CLASSES_MIN = 3;

const CLASSES: readonly (readonly [name: string, sign: RegExp])[] = [
  ['a small letter', /\p{Ll}/u],
  ['a capital letter', /\p{Lu}/u],
  ['a digit', /\p{Nd}/u],
  ['another character', /[^\p{Ll}\p{Lu}\p{Nd}]/u],
];

/** The password in the one form that is used, or what it lacks. */
export function judgePassword(typed: string): Verdict<string> {
  if (typed.length > LENGTH_MAX) {
    return invalid(`it has ${typed.length} characters, and ${LENGTH_MAX} are allowed`);
  }
  if (typed.includes('\0') || !isWellFormedText(typed)) {
    return invalid('it has a zero character or half of a pair of surrogates');
  }
  // One character may be typed as one or as letter and accent: the same password in both cases.
  const password = typed.normalize('NFC');
  if (password.length < LENGTH_MIN) {
    return invalid(`it has ${password.length} characters, and ${LENGTH_MIN} are needed`);
  }
  const missing = CLASSES.filter(([, sign]) => !sign.test(password)).map(([name]) => name);
  if (CLASSES.length - missing.length >= CLASSES_MIN) return accept(password);
  const needed = CLASSES_MIN - (CLASSES.length - missing.length);
  return invalid(`it needs ${needed} more of these: ${missing.join(', ')}`);
}

function invalid(detail: string): Verdict<never> {
  return refuse('PASSWORD_INVALID', detail);
}
