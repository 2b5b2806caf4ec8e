// docs/security.md has a row for each attack from 11 to 50, and test/attacks a file for each from 1 on.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from './markdown.ts';

const BEFORE_TABLES = 10;
const LAST = 50;

function upTo(last: number, first = 1): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

test('the tables number the attacks, each once', () => {
  const text = readFileSync(join(ROOT, 'docs', 'security.md'), 'utf8');
  const rows = [...text.matchAll(/^\| (\d+) \| /gm)].map(([, number]) => Number(number));
  assert.deepEqual(
    rows.toSorted((a, b) => a - b),
    upTo(LAST, BEFORE_TABLES + 1),
  );
});

test('every attack has a file that carries it out, which begins with its number', () => {
  const files = readdirSync(join(ROOT, 'test', 'attacks')).filter((name) =>
    /\.test\.ts$/.test(name),
  );
  const numbers = new Set(files.map((name) => Number(/^(\d\d)-/.exec(name)?.[1])));
  assert.deepEqual(
    upTo(LAST).filter((number) => !numbers.has(number)),
    [],
  );
  for (const name of files) {
    const number = Number(/^(\d\d)-/.exec(name)?.[1]);
    if (Number.isNaN(number)) continue;
    const head = readFileSync(join(ROOT, 'test', 'attacks', name), 'utf8').slice(0, 600);
    assert.match(head, new RegExp(`Attack ${number}\\b`), name);
  }
});
