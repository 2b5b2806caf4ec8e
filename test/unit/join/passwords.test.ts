// Codes, passwords and reports of wrong ones: what is made can be read, what is typed is read kindly, and what is
// none is told why.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import {
  decodeGuessReport,
  encodeGuessReport,
  GUESS_REPORT_TYPE,
} from '../../../src/core/join/guess-report.ts';
import { formatJoinCode, makeJoinCode, readJoinCode } from '../../../src/core/join/join-code.ts';
import { judgePassword } from '../../../src/core/join/password-policy.ts';
import { seededChance } from '../../support/trust-cast.ts';

const chance = seededChance('codes');

test('a code is nine digits in groups of three, and reads as what it is', () => {
  const seen = new Set<string>();
  for (let made = 0; made < 500; made++) {
    const code = makeJoinCode(chance);
    assert.match(code, /^(?:[0-9A-HJKMNP-TV-Z]{3}-){2}[0-9A-HJKMNP-TV-Z]{3}$/);
    assert.equal(readJoinCode(code), code.replaceAll('-', ''));
    assert.equal(formatJoinCode(readJoinCode(code) ?? ''), code);
    for (const digit of readJoinCode(code) ?? '') seen.add(digit);
  }
  assert.equal(seen.size, 32, 'every digit comes up');
  assert.notEqual(makeJoinCode(chance), makeJoinCode(chance));
});

test('every byte of chance gives a digit, and each digit comes from eight of them', () => {
  const counts = new Map<string, number>();
  for (let byte = 0; byte < 256; byte++) {
    const code = makeJoinCode({ bytes: (length) => new Uint8Array(length).fill(byte) });
    const digit = code[0] ?? '';
    assert.equal(readJoinCode(code), digit.repeat(9));
    counts.set(digit, (counts.get(digit) ?? 0) + 1);
  }
  assert.deepEqual(new Set(counts.values()), new Set([8]));
});

test('case, spaces, hyphens and look-alikes are forgiven', () => {
  const wanted = '0K11AB0Z9';
  for (const typed of [
    '0k1-1ab-0z9',
    'OKI LAB oz9',
    '  oki\u00a0lab\toz9 ',
    '0K1–1AB—0Z9',
    'o-k-i-l-a-b-o-z-9',
    '0K11AB0Z9\n',
  ]) {
    assert.equal(readJoinCode(typed), wanted, typed);
  }
});

test('what is no code is none', () => {
  for (const typed of [
    '',
    '---',
    '0K11AB0Z',
    '0K11AB0Z99',
    '0K11AB0ZU',
    '0K11AB0Z.',
    'ä'.repeat(9),
    '😀'.repeat(9),
    'ß'.repeat(5),
    '１２３４５６７８９',
    `0K11AB0Z9${' '.repeat(100)}`,
  ]) {
    assert.equal(readJoinCode(typed), null, typed);
  }
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (typed) => {
      const code = readJoinCode(typed);
      assert.ok(code === null || readJoinCode(code) === code);
    }),
  );
});

test('a password of 8 to 255 characters and three classes is taken in its one form', () => {
  for (const password of [
    'abcdEF12',
    'abc def 1',
    'ABC-DEF-1',
    'Grüße an 1',
    `aB1${'x'.repeat(252)}`,
  ]) {
    assert.deepEqual(judgePassword(password), { ok: true, value: password });
  }
  assert.deepEqual(judgePassword('Gru\u0308ße an 1'), { ok: true, value: 'Grüße an 1' });
});

test('a password that is too simple, too short or too long is told what it lacks', () => {
  const refused = [
    ['', /it has 0 characters, and 8 are needed/],
    ['aB1-aB1', /it has 7 characters, and 8 are needed/],
    // Eight that become seven when letter and accent are one.
    ['aB1-aa\u0308x', /it has 7 characters, and 8 are needed/],
    [`aB1${'x'.repeat(253)}`, /it has 256 characters, and 255 are allowed/],
    ['password', /it needs 2 more of these: a capital letter, a digit, another character/],
    ['password1', /it needs 1 more of these: a capital letter, another character/],
    ['12345678', /it needs 2 more of these: a small letter, a capital letter, another character/],
    ['pass\0Word1', /zero character/],
    ['passWord1\ud800', /half of a pair/],
  ] as const;
  for (const [password, reason] of refused) {
    const verdict = judgePassword(password);
    assert.ok(!verdict.ok, password);
    assert.equal(verdict.refusal.code, 'PASSWORD_INVALID');
    assert.match(verdict.refusal.detail, reason);
    assert.ok(password === '' || !verdict.refusal.detail.includes(password), 'it is not repeated');
  }
});

test('a report of wrong passwords comes back, and what is none is malformed', () => {
  const offer = new Uint8Array(32).fill(4);
  for (const count of [1, 7, LIMITS.guessesPerDay]) {
    assert.deepEqual(decodeGuessReport(encodeGuessReport({ offer, count })), { offer, count });
  }
  const bytes = encodeGuessReport({ offer, count: 1 });
  for (const wrong of [
    bytes.subarray(0, 32),
    bytes.subarray(0, 31),
    Uint8Array.of(...bytes, 0),
    Uint8Array.of(...bytes.subarray(0, 32), 0),
    Uint8Array.of(...bytes.subarray(0, 32), 51),
    Uint8Array.of(...bytes.subarray(0, 32), 0x81, 0),
  ]) {
    assert.throws(() => decodeGuessReport(wrong), MalformedBytes);
  }
  // Nothing that an application may call its own.
  assert.match(GUESS_REPORT_TYPE, /-0000-0000-0000-000000000000$/);
});
