// What package.json, its lock file and the guard for old versions of Node must agree on.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { requireNode } from '../../src/api/require-node.ts';

const ROOT = join(import.meta.dirname, '..', '..');

interface Manifest {
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const manifest: Manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

test('a Node older than engines asks for is refused in one line', () => {
  const major = Number(manifest.engines.node.replace('>=', ''));
  requireNode(`${major}.0.0`);
  requireNode(`${major + 1}.2.3`);
  assert.throws(() => requireNode(`${major - 1}.9.9`), {
    message: `peergroup needs Node.js ${major} or newer; this is ${major - 1}.9.9.`,
  });
});

test('the tests run on the Node that engines asks for', () => {
  requireNode();
});

test('the lock file names no registry', () => {
  assert.doesNotMatch(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'), /"resolved"/);
});

test('every dependency has its line in docs/decisions/dependencies.md', () => {
  const page = readFileSync(join(ROOT, 'docs', 'decisions', 'dependencies.md'), 'utf8');
  const names = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  const missing = names.filter((name) => !page.includes(`| \`${name}\` |`));
  assert.deepEqual(missing, []);
});
