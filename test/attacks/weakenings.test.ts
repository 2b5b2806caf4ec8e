// Keeps the list of weakenings fit for the sources as they are, by reading alone. Whether a test sees them
// is for prove-attacks.ts, which takes minutes and is seldom run.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { changesOf, WEAKENINGS } from './weakenings.ts';

const ROOT = join(import.meta.dirname, '..', '..');

function textOf(file: string): string {
  const path = join(ROOT, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

test('what each weakening takes out stands in its file exactly once', () => {
  const stale = WEAKENINGS.flatMap((weakening) =>
    changesOf(weakening)
      .map(({ file, find }) => ({ file, find, times: textOf(file).split(find).length - 1 }))
      .filter(({ times }) => times !== 1)
      .map(({ file, find, times }) => `${weakening.name}: ${times} times in ${file}: ${find}`),
  );
  assert.deepEqual(stale, []);
});

test('each weakening changes something, and names a test file that is there', () => {
  const idle = WEAKENINGS.filter(
    (weakening) =>
      !existsSync(join(ROOT, weakening.testFile)) ||
      changesOf(weakening).some(({ find, replace }) => find === replace),
  );
  assert.deepEqual(
    idle.map(({ name }) => name),
    [],
  );
});
