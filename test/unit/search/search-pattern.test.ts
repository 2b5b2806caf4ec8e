// Patterns: what each character of one means, and that no pattern is slow on any text.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { LIMITS } from '../../../src/core/domain/limits.ts';
import type { TextPattern } from '../../../src/core/domain/search.ts';
import { literalOf, matchesPattern, parsePattern } from '../../../src/core/search/text-pattern.ts';

/** Far above what one takes, and far below the 700 that a pattern as long as half the text took. */
const MATCHING_MAX_MS = 200;

function patternOf(text: string): TextPattern {
  const verdict = parsePattern(text);
  assert.ok(verdict.ok, text);
  return verdict.value;
}

function refusalOf(text: string): string {
  const verdict = parsePattern(text);
  assert.ok(!verdict.ok, text);
  return verdict.refusal.code;
}

const CASES: readonly (readonly [pattern: string, matching: string[], other: string[]])[] = [
  ['', [''], ['a']],
  ['abc', ['abc'], ['ab', 'abcd', 'ABC']],
  ['*', ['', 'a', 'abc', '😀'], []],
  ['a*', ['a', 'ab', 'a*'], ['', 'ba', 'A']],
  ['*a', ['a', 'ba', 'aa'], ['', 'ab']],
  ['*a*', ['a', 'bab'], ['', 'b']],
  ['a*b', ['ab', 'acb', 'abb', 'abab'], ['a', 'b', 'abc']],
  ['a*b*c', ['abc', 'aXbYc', 'abbcc', 'abcbc'], ['acb', 'ab', 'abcd']],
  ['?', ['a', 'é', '😀'], ['', 'ab', '😀😀']],
  ['??', ['ab', '😀a', '😀😀'], ['😀', 'a', 'abc']],
  ['*?', ['a', '😀', 'ab'], ['']],
  ['?*?', ['ab', '😀😀', 'abc'], ['a', '😀']],
  ['*??', ['ab', '😀a'], ['😀']],
  ['a?c', ['abc', 'a😀c'], ['ac', 'abbc']],
  ['*b?d', ['abcd', 'bbbcd', 'bXbcd'], ['abcde', 'bd']],
  ['\\*', ['*'], ['a', '']],
  ['\\?', ['?'], ['a']],
  ['\\\\', ['\\'], ['\\\\']],
  ['a\\**', ['a*', 'a*b'], ['ab']],
  ['*😀', ['😀', 'a😀'], ['😀a', '😁']],
];

test('star is any run, question mark one code point, and a backslash makes them ordinary', () => {
  for (const [pattern, matching, other] of CASES) {
    for (const text of matching) {
      assert.ok(matchesPattern(patternOf(pattern), text), `${pattern} matches ${text}`);
    }
    for (const text of other) {
      assert.ok(!matchesPattern(patternOf(pattern), text), `${pattern} does not match ${text}`);
    }
  }
});

test('a backslash before anything else is refused with a code of its own', () => {
  for (const text of ['\\', 'a\\', '\\a', '\\\\\\', 'a\\b*']) {
    assert.equal(refusalOf(text), 'INVALID_PATTERN');
  }
});

test('stars in a row are one, and of wildcards there are at most so many', () => {
  assert.deepEqual(patternOf('a***b'), patternOf('a*b'));
  assert.equal(patternOf('*'.repeat(100_000)).length, 1);
  const most = 'a*'.repeat(LIMITS.searchWildcardsMax);
  assert.ok(matchesPattern(patternOf(most), most));
  assert.equal(refusalOf(`${most}?`), 'INVALID_SEARCH');
  assert.equal(refusalOf('?*'.repeat(1_000_000)), 'INVALID_SEARCH');
});

test('a pattern without wildcards is a text', () => {
  assert.equal(literalOf(patternOf('a\\*b')), 'a*b');
  assert.equal(literalOf([]), '');
  assert.equal(literalOf(patternOf('a*b')), null);
});

test('a pattern matches what a regular expression of the same meaning does', () => {
  const pieces = fc.array(fc.constantFrom('a', 'b', '*', '?', '\\*', '😀'), { maxLength: 8 });
  const texts = fc.array(fc.constantFrom('a', 'b', '*', '😀'), { maxLength: 10 });
  fc.assert(
    fc.property(pieces, texts, (pattern, characters) => {
      const source = pattern
        .map((piece) => (piece === '*' ? '.*' : piece === '?' ? '.' : piece))
        .join('');
      const text = characters.join('');
      const expected = new RegExp(`^${source}$`, 'su').test(text);
      assert.equal(matchesPattern(patternOf(pattern.join('')), text), expected);
    }),
    { numRuns: 5_000 },
  );
});

/** The definition, word by word. */
function matchesNaively(pattern: TextPattern, characters: readonly string[]): boolean {
  const [piece, ...rest] = pattern;
  if (piece === undefined) return characters.length === 0;
  if (piece === 'any') {
    return Array.from({ length: characters.length + 1 }, (_, at) => characters.slice(at)).some(
      (behind) => matchesNaively(rest, behind),
    );
  }
  if (piece === 'one') return characters.length > 0 && matchesNaively(rest, characters.slice(1));
  const literal = [...piece.literal];
  const isThere = literal.every((character, at) => characters[at] === character);
  return isThere && matchesNaively(rest, characters.slice(literal.length));
}

test('a pattern matches what its definition says, wherever its wildcards stand', () => {
  const pieces = fc.array(fc.constantFrom('a', 'b', 'ab', '*', '*', '?', '😀'), { maxLength: 9 });
  const texts = fc.array(fc.constantFrom('a', 'b', '😀'), { maxLength: 9 });
  fc.assert(
    fc.property(pieces, texts, (pattern, characters) => {
      const parsed = patternOf(pattern.join(''));
      const expected = matchesNaively(parsed, characters);
      assert.equal(matchesPattern(parsed, characters.join('')), expected);
    }),
    { numRuns: 20_000 },
  );
});

test('an end that is another one is told without looking at the text before it', () => {
  const text = '.txt'.repeat(LIMITS.searchTextMax / 4 - 1);
  const before = process.cpuUsage();
  for (const pattern of ['*.pdf', 'a*.txt', '.txt*pdf', '*.txt?']) {
    const parsed = patternOf(pattern);
    for (let time = 0; time < 5_000; time++) assert.equal(matchesPattern(parsed, text), false);
  }
  const { user } = process.cpuUsage(before);
  assert.ok(user / 1_000 < MATCHING_MAX_MS, `${user / 1_000} ms`);
});

test('a pattern with wildcards is short, one without is as long as a text', () => {
  const most = 'a'.repeat(LIMITS.searchPatternMax);
  patternOf(`*${most}?`);
  patternOf(`*${'\\*'.repeat(LIMITS.searchPatternMax)}`);
  assert.equal(refusalOf(`*${most}a`), 'INVALID_SEARCH');
  assert.equal(refusalOf(`${most}a?`), 'INVALID_SEARCH');
  assert.equal(refusalOf(`*${'a'.repeat(10_000_000)}`), 'INVALID_SEARCH');
  const longest = 'a'.repeat(LIMITS.searchTextMax);
  assert.equal(literalOf(patternOf(longest)), longest);
});

test('no pattern is slow on the longest text', () => {
  const text = 'a'.repeat(LIMITS.searchTextMax);
  const most = 'a'.repeat(LIMITS.searchPatternMax - 1);
  const half = 'a'.repeat(LIMITS.searchPatternMax / 2 - 1);
  const hostile = [
    `${'*a'.repeat(31)}*b`,
    `${'*aa?'.repeat(16)}b`,
    `${'?*'.repeat(16)}b`,
    `*${most}b`,
    `*b${most}`,
    `*${most}?b*`,
    `*${half}b${half}`,
    `*${half}?${half}b`,
    `${`*${'a'.repeat(30)}?`.repeat(16)}b`,
    `*?${'a?'.repeat(30)}b`,
  ];
  for (const pattern of hostile) {
    const parsed = patternOf(pattern);
    // Of this process alone: others may have the processor for longer than this takes.
    const before = process.cpuUsage();
    assert.equal(matchesPattern(parsed, text), false);
    const { user } = process.cpuUsage(before);
    assert.ok(user / 1_000 < MATCHING_MAX_MS, `${pattern.slice(0, 20)}: ${user / 1_000} ms`);
  }
});
