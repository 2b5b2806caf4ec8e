// How many symbols to ask for (protocol.md §13.8). The figures are measured over 1,600 random pairs of
// sets each: few enough for the bytes that a difference may cost, enough for two round trips in nearly
// nine of ten cases.

import type { GetSymbols } from '../../wire/sync-symbols.ts';
import type { SymbolDecoder } from './symbol-decoder.ts';
import { SYMBOLS_MAX } from './symbol-prefix.ts';

/** A handful of differences are told apart at once, and 40 counts estimate any number to a quarter. */
export const FIRST_QUESTION: GetSymbols = { from: 0, count: 16, countsOnly: 24 };
/** Symbols that a difference takes (arXiv 2402.02668, figure 4: 1.35 for many, up to 1.72 for few). */
const SYMBOLS_PER_DIFFERENCE = 1.38;
/** What the estimate may be short by, and what few differences take beside. */
const MARGIN = 1.36;
const BASE = 2;
/** Beyond the bound of what a decoding can need, the elements were made so that it never ends. */
const STALLED_FACTOR = 2.5;
const STALLED_BASE = 64;
/** From so many differences on ranges cost less than symbols that may not suffice. */
const DIFFERENCES_MAX = Math.floor(SYMBOLS_MAX / SYMBOLS_PER_DIFFERENCE / 1.03);

/** The next question to a decoder that is undecided; null when ranges have to find the rest. */
export function nextQuestion(
  decoder: SymbolDecoder,
  setCountTheirs: number,
  setCountOurs: number,
): GetSymbols | null {
  const { length } = decoder;
  const differences = decoder.estimate(setCountTheirs, setCountOurs);
  if (length >= SYMBOLS_MAX || differences > DIFFERENCES_MAX) return null;
  if (length > STALLED_FACTOR * differences + STALLED_BASE) return null;
  const likely = Math.ceil(differences * SYMBOLS_PER_DIFFERENCE * MARGIN + BASE);
  const least = length <= FIRST_QUESTION.count ? length + 4 : Math.ceil(length * 1.15) + 4;
  const total = Math.min(SYMBOLS_MAX, Math.max(likely, least));
  return { from: length, count: total - length, countsOnly: 0 };
}
