// QR codes of tickets: a terminal shows the same squares as the page, with white around them, and both are those
// that a reader looks for.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { svgQr, terminalQr } from '../../../src/adapters/qr/qr-code.ts';

const TEXT = `peergroup:${'AbC-_9'.repeat(60)}`;
const BORDER = 4;

/** True for dark, row by row, from what a terminal shows. */
function squaresOf(lines: string): boolean[][] {
  return lines.split('\n').flatMap((line) => {
    const upper = Array.from(line, (block) => block === ' ' || block === '▄');
    const lower = Array.from(line, (block) => block === ' ' || block === '▀');
    return [upper, lower];
  });
}

function squaresOfSvg(svg: string, size: number): boolean[][] {
  const squares = Array.from({ length: size }, () => new Array<boolean>(size).fill(false));
  for (const [, x, y] of svg.matchAll(/M(\d+),(\d+)h10v10h-10z/g)) {
    const row = squares[Number(y) / 10];
    if (row !== undefined) row[Number(x) / 10] = true;
  }
  return squares;
}

function shownIn(text: string): boolean[][] {
  const lines = terminalQr(text);
  assert.ok(lines !== null);
  return squaresOf(lines);
}

test('a terminal shows the squares of the page, and one light row more', () => {
  const shown = shownIn(TEXT);
  const svg = svgQr(TEXT);
  assert.ok(svg !== null);
  const size = shown[0]?.length ?? 0;
  assert.deepEqual(shown.slice(0, size), squaresOfSvg(svg, size));
  assert.equal(shown.length, size + 1);
  assert.ok(shown.at(-1)?.every((isDark) => !isDark));
});

test('there is white around the code, and a finder in three corners', () => {
  const shown = shownIn(TEXT);
  const size = shown[0]?.length ?? 0;
  const isDark = (row: number, column: number) => shown[row]?.[column] ?? false;
  for (let at = 0; at < size; at++) {
    for (let edge = 0; edge < BORDER; edge++) {
      assert.ok(!isDark(edge, at) && !isDark(at, edge));
      assert.ok(!isDark(size - 1 - edge, at) && !isDark(at, size - 1 - edge));
    }
  }
  const last = size - BORDER - 7;
  for (const [top, left] of [
    [BORDER, BORDER],
    [BORDER, last],
    [last, BORDER],
  ] as const) {
    const middle = Array.from({ length: 7 }, (_, at) => isDark(top + 3, left + at));
    assert.deepEqual(middle, [true, false, true, true, true, false, true]);
    assert.ok(isDark(top, left) && !isDark(top + 1, left + 1) && isDark(top + 6, left + 6));
  }
});

test('another text is another code, and the longest that fits is one', () => {
  assert.notEqual(terminalQr(TEXT), terminalQr(`${TEXT}A`));
  assert.ok(terminalQr('a'.repeat(2_953)) !== null);
  assert.equal(terminalQr('a'.repeat(2_954)), null);
  assert.equal(svgQr('a'.repeat(2_954)), null);
});
