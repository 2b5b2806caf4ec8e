// Every relative link of every page leads somewhere, and to a heading that is there.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { test } from 'node:test';
import { anchors, linkTargets, pages, ROOT, readPage } from './markdown.ts';

test('every relative link leads to a file, and every anchor to a heading', () => {
  const broken = pages().flatMap((page) =>
    linkTargets(readPage(page)).flatMap((target) => problem(page, target)),
  );
  assert.deepEqual(broken, []);
});

function problem(page: string, target: string): readonly string[] {
  if (/^[a-z]+:/.test(target)) return [];
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : posix.join(posix.dirname(page), path);
  if (!existsSync(join(ROOT, file))) return [`${page}: ${target}`];
  if (anchor === undefined || !file.endsWith('.md')) return [];
  return anchors(readPage(file)).has(anchor) ? [] : [`${page}: ${target} (no such heading)`];
}

test('links to the web use https', () => {
  const plain = pages().flatMap((page) =>
    linkTargets(readPage(page))
      .filter((target) => target.startsWith('http:'))
      .map((target) => `${page}: ${target}`),
  );
  assert.deepEqual(plain, []);
});
