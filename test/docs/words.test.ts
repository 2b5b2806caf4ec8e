// Documents name what is there: identifiers of the glossary, files of the architecture, shelves of
// the tests. Paths of somebody's machine stand nowhere.

import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { test } from 'node:test';
import { inBackticks, pages, ROOT, readPage } from './markdown.ts';

const paths = globSync('{src,test,bench,demo,examples,tools}/**/*.ts', {
  cwd: ROOT,
  exclude: ['**/node_modules'],
}).map((path) => path.replaceAll(sep, '/'));

function wordsOfSources(): ReadonlySet<string> {
  const sources = paths.filter((path) => path.startsWith('src/'));
  return new Set(
    sources.flatMap((path) => readFileSync(join(ROOT, path), 'utf8').match(/\w+/g) ?? []),
  );
}

test('every identifier of docs/glossary.md stands in the sources', () => {
  const known = wordsOfSources();
  const words = inBackticks(readPage('docs/glossary.md')).filter((word) => /^\w+$/.test(word));
  assert.ok(words.length > 30);
  assert.deepEqual(
    words.filter((word) => !known.has(word)),
    [],
  );
});

test('no word is explained twice in docs/glossary.md', () => {
  const rows = readPage('docs/glossary.md').matchAll(/^\| ([^|]+?) \|/gm);
  const words = [...rows].map(([, cell = '']) => cell.split(',')[0] ?? '');
  const repeated = words.filter((word, at) => words.indexOf(word) !== at && /[a-z]/.test(word));
  assert.deepEqual(
    repeated.filter((word) => word !== 'our word'),
    [],
  );
});

for (const page of ['docs/architecture.md', 'docs/testing.md', 'docs/security.md']) {
  test(`every file and folder that ${page} names is there`, () => {
    const named = inBackticks(readPage(page)).filter((word) =>
      /^(src|test|bench|demo|examples|tools|docs)\/[\w./-]+$/.test(word),
    );
    assert.ok(named.length > 0);
    assert.deepEqual(
      named.filter((path) => !existsSync(join(ROOT, path))),
      [],
    );
  });
}

test('docs/testing.md has every shelf', () => {
  const page = readPage('docs/testing.md');
  const shelves = new Set(
    paths.filter((path) => path.startsWith('test/')).map((path) => path.split('/')[1]),
  );
  assert.deepEqual(
    [...shelves].filter((shelf) => !page.includes(`\`test/${shelf}\``)),
    [],
  );
});

test('docs/architecture.md has every room in its tree', () => {
  const tree = /```\n(src\/[\s\S]*?)```/.exec(readPage('docs/architecture.md'))?.[1] ?? '';
  const rooms = new Set(paths.filter((path) => path.startsWith('src/')).map(roomName));
  assert.deepEqual(
    [...rooms].filter((room) => !tree.includes(`${room}/`)),
    [],
  );
});

function roomName(path: string): string {
  return path.split('/').at(-2) ?? '';
}

test('no path of a machine stands in the project', () => {
  const machines = /(?:^|[\s'"`(=])(?:\/(?:work|home|root|Users)\/|[A-Z]:\\Users\\)\S*/;
  const files = [...pages(), ...paths, 'package.json', 'biome.json', '.ci/run'];
  const found = files.flatMap((file) => {
    const match = machines.exec(readFileSync(join(ROOT, file), 'utf8'));
    return match === null ? [] : [`${file}: ${match[0].trim()}`];
  });
  assert.deepEqual(found, []);
});
