// Patterns over text: `*` is any run of characters, `?` exactly one code point, and a backslash makes
// `*`, `?` and itself literal. A pattern matches a whole text or nothing. Matching never takes longer
// than the length of the text times that of what stands between two stars; without anything between
// two of them, no longer than the pattern is.

import { LIMITS } from '../domain/limits.ts';
import { accept, refuse, type Verdict } from '../domain/refusals.ts';
import type { TextPattern } from '../domain/search.ts';

type Piece = TextPattern[number];

/** `INVALID_PATTERN` for a backslash before anything else, `INVALID_SEARCH` for what takes too long to match. */
export function parsePattern(text: string): Verdict<TextPattern> {
  const pieces: Piece[] = [];
  let literal = '';
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\') {
      const escaped = text.charAt(++at);
      if (!isSpecial(escaped)) {
        return refuse('INVALID_PATTERN', `a backslash at ${at - 1} that escapes nothing`);
      }
      literal += escaped;
    } else if (isSpecial(character)) {
      if (literal !== '') pieces.push({ literal });
      literal = '';
      addWildcard(pieces, character === '*' ? 'any' : 'one');
      if (pieces.length > PIECES_MAX) return tooManyWildcards();
    } else literal += character;
  }
  if (literal !== '') pieces.push({ literal });
  const wildcards = wildcardsIn(pieces);
  if (wildcards > LIMITS.searchWildcardsMax) return tooManyWildcards();
  // Without wildcards it is a text, and as long as one may be.
  if (wildcards > 0 && literalLengthOf(pieces) > LIMITS.searchPatternMax) return tooLong();
  return accept(pieces);
}

/** A literal can stand before and after each wildcard. Checked while parsing, so that a hostile text stays cheap. */
const PIECES_MAX = 2 * LIMITS.searchWildcardsMax + 1;

function tooManyWildcards(): Verdict<never> {
  return refuse(
    'INVALID_SEARCH',
    `a pattern with more than ${LIMITS.searchWildcardsMax} wildcards`,
  );
}

function tooLong(): Verdict<never> {
  return refuse(
    'INVALID_SEARCH',
    `a pattern with more than ${LIMITS.searchPatternMax} characters besides its wildcards`,
  );
}

function isSpecial(character: string): boolean {
  return character === '*' || character === '?' || character === '\\';
}

/** Two stars in a row say what one says. */
function addWildcard(pieces: Piece[], wildcard: 'any' | 'one'): void {
  if (wildcard === 'any' && pieces.at(-1) === 'any') return;
  pieces.push(wildcard);
}

export function wildcardsIn(pattern: TextPattern): number {
  return pattern.filter((piece) => typeof piece === 'string').length;
}

/** Characters that stand for themselves. */
export function literalLengthOf(pattern: TextPattern): number {
  return pattern.reduce((sum, piece) => {
    return sum + (typeof piece === 'string' ? 0 : piece.literal.length);
  }, 0);
}

/** The text that the pattern is when it has no wildcard; null for one that has. */
export function literalOf(pattern: TextPattern): string | null {
  let text = '';
  for (const piece of pattern) {
    if (typeof piece === 'string') return null;
    text += piece.literal;
  }
  return text;
}

/**
 * What stands before the first star is where the text begins, what stands behind the last one where it
 * ends; both are told at once. What is between two stars is taken as early as it can be, for a longer
 * run for the star before it leaves less text and can gain nothing.
 */
export function matchesPattern(pattern: TextPattern, text: string): boolean {
  const firstStar = pattern.indexOf('any');
  if (firstStar < 0) return endOfRun(pattern, 0, text, 0) === text.length;
  const lastStar = pattern.lastIndexOf('any');
  const end = beginOfLastRun(pattern, lastStar + 1, text);
  let at = endOfRun(pattern, 0, text, 0);
  for (let star = firstStar; star < lastStar && at >= 0; ) {
    at = endOfEarliest(pattern, star + 1, text, at);
    star = pattern.indexOf('any', star + 1);
  }
  return at >= 0 && at <= end;
}

/** Where the text goes on behind what stands in the pattern from here to the next star; below 0 when it is not there. */
function endOfRun(pattern: TextPattern, from: number, text: string, begin: number): number {
  let at = begin;
  for (let index = from; index < pattern.length; index++) {
    const piece = pattern[index];
    if (piece === undefined || piece === 'any') break;
    const length = piece === 'one' ? characterLength(text, at) : lengthOfLiteral(piece, text, at);
    if (length === 0) return -1;
    at += length;
  }
  return at;
}

/** The same at the earliest place from here on. */
function endOfEarliest(pattern: TextPattern, from: number, text: string, begin: number): number {
  let index = from;
  let at = begin;
  // A question mark at the beginning is any character: what follows it says where.
  for (; pattern[index] === 'one'; index++) {
    const length = characterLength(text, at);
    if (length === 0) return -1;
    at += length;
  }
  const piece = pattern[index];
  if (typeof piece !== 'object') return at;
  for (at = text.indexOf(piece.literal, at); at >= 0; at = text.indexOf(piece.literal, at + 1)) {
    const end = endOfRun(pattern, index, text, at);
    if (end >= 0) return end;
  }
  return -1;
}

/** Where what stands behind the last star begins, at the end of the text; below 0 when it is not there. */
function beginOfLastRun(pattern: TextPattern, from: number, text: string): number {
  let at = text.length;
  for (let index = pattern.length - 1; index >= from && at >= 0; index--) {
    const piece = pattern[index];
    if (typeof piece === 'object') {
      const { length } = piece.literal;
      at = lengthOfLiteral(piece, text, at - length) === 0 ? -1 : at - length;
    } else at -= isPairAt(text, at - 2) ? 2 : 1;
  }
  return at;
}

/** 0 when it is not there. */
function lengthOfLiteral(
  { literal }: { readonly literal: string },
  text: string,
  at: number,
): number {
  const { length } = literal;
  if (at < 0) return 0;
  // Engines compare two strings by blocks, and the beginning of one by single characters.
  return text.slice(at, at + length) === literal ? length : 0;
}

/** 2 for a pair of surrogates, 0 at the end of the text. */
function characterLength(text: string, at: number): number {
  if (at >= text.length) return 0;
  return isPairAt(text, at) ? 2 : 1;
}

function isPairAt(text: string, at: number): boolean {
  return at >= 0 && (text.codePointAt(at) ?? 0) > 0xffff;
}
