// Whoever cites a section of docs/protocol.md finds it there.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { readPage, sectionsOf } from '../support/protocol-page.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const page = readPage();
const sections = sectionsOf(page);
/** The page, the line break of a comment perhaps, then one section or several. */
const CITATION =
  /protocol\.md(?:[\s/*]*)((?:§\d+(?:\.\d+)?(?:\s*(?:,|to|and|or|–)\s*(?:\/\/\s*)?)?)+)/g;

function numbersIn(text: string): readonly string[] {
  return [...text.matchAll(/§(\d+(?:\.\d+)?)/g)].map(([, number = '']) => number);
}

test('every section of protocol.md that a file cites is there', () => {
  const paths = globSync('{src,test,docs,bench,demo,examples,tools}/**/*.{ts,md}', {
    cwd: ROOT,
    exclude: ['**/node_modules'],
  });
  const cited = paths.flatMap((path) =>
    [...readFileSync(join(ROOT, path), 'utf8').matchAll(CITATION)].flatMap(([, list = '']) =>
      numbersIn(list).map((number) => ({ path, number })),
    ),
  );
  assert.ok(cited.length > 20);
  assert.deepEqual(
    cited.filter(({ number }) => !sections.has(number)),
    [],
  );
});

test('every section that protocol.md cites of itself is there', () => {
  const own = page.replace(/RFC \d+,? §[\d.]+/g, '');
  assert.deepEqual(
    numbersIn(own).filter((number) => !sections.has(number)),
    [],
  );
});

test('the sections of protocol.md are numbered in order', () => {
  const numbers = [...sections].map((number) => number.split('.').map(Number));
  for (const [at, [chapter = 0, section = 0]] of numbers.entries()) {
    const [before = 0, sectionBefore = 0] = numbers[at - 1] ?? [-1, 0];
    const isNext =
      section === 0 ? chapter === before + 1 : chapter === before && section === sectionBefore + 1;
    assert.ok(isNext, `§${chapter}.${section} follows §${before}.${sectionBefore}`);
  }
});
