// The tree checks itself: every TypeScript file is held to the rules, every room to its README.

import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { test } from 'node:test';

import { readmeProblem } from './readmes.ts';
import { ROOMS } from './rooms.ts';
import { RULES } from './rules.ts';
import { parseSource } from './source.ts';
import { importsOfMissingFiles } from './walls.ts';

const ROOT = join(import.meta.dirname, '..', '..');

const paths = globSync('{src,sim,test,bench,demo,examples,tools}/**/*.ts', {
  cwd: ROOT,
  exclude: ['**/node_modules'],
})
  .map((path) => path.replaceAll(sep, '/'))
  .sort();

/** Declarations are given to us as they are: the surface of p2p.h. */
const sources = paths
  .filter((path) => !path.endsWith('.d.ts'))
  .map((path) => parseSource(path, readFileSync(join(ROOT, path), 'utf8')));

function check(findings: readonly string[]): void {
  if (findings.length > 0) assert.fail(`\n${findings.join('\n')}`);
}

test('the tree has sources to check', () => {
  assert.ok(paths.includes('test/house/house.test.ts'));
});

for (const [sentence, rule] of Object.entries(RULES)) {
  test(sentence, () => {
    check(
      sources.flatMap((source) =>
        rule(source).map(({ line, what }) => `${source.path}:${line} ${what}`),
      ),
    );
  });
}

test('every relative import leads to a file, in the spelling of the file', () => {
  const known = new Set(paths);
  check(
    sources.flatMap((source) =>
      importsOfMissingFiles(source, known).map(
        ({ line, what }) => `${source.path}:${line} ${what}`,
      ),
    ),
  );
});

test('every room of the table exists', () => {
  const missing = ROOMS.filter(({ folder }) => !existsSync(join(ROOT, folder)));
  check(missing.map(({ folder }) => `${folder} stands in test/house/rooms.ts, but is not there`));
});

test('every room below src/ says in its README.md what it may import', () => {
  const rooms = ROOMS.filter(({ folder }) => folder.startsWith('src/'));
  check(
    rooms.flatMap((room) => {
      const path = join(ROOT, room.folder, 'README.md');
      const problem = readmeProblem(room, existsSync(path) ? readFileSync(path, 'utf8') : null);
      return problem === null ? [] : [`${room.folder} ${problem}`];
    }),
  );
});
