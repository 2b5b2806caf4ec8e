// `node test/attacks/prove-attacks.ts [words]`: proves that the attack tests see what they are for. Each
// weakening is applied to a copy of the tree, and its test has to fail there; a weakening that no
// longer fits the sources fails the run, too. Words pick the weakenings whose line has one of them.

import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Change, Weakening } from './weakening.ts';
import { changesOf, WEAKENINGS } from './weakenings.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const COPIED = ['src', 'test', 'package.json', 'tsconfig.json', 'tsconfig.base.json'];
/** What a weakened build may take: it may wait for what never comes. */
const TEST_MS = 40_000;

interface Verdict {
  readonly ok: boolean;
  /** The tests that failed, or why nothing can be said. */
  readonly says: string;
}

interface Run {
  readonly failed: readonly string[];
  readonly passed: number;
}

async function prove(weakening: Weakening): Promise<Verdict> {
  const tree = mkdtempSync(join(tmpdir(), 'peergroup-weakened-'));
  try {
    for (const name of COPIED) cpSync(join(ROOT, name), join(tree, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
    for (const change of changesOf(weakening)) {
      const problem = weaken(tree, change);
      if (problem !== null) return { ok: false, says: problem };
    }
    const { failed, passed } = await run(tree, weakening);
    if (failed.length > 0) return { ok: true, says: failed.join('; ') };
    return { ok: false, says: passed === 0 ? 'no test of this name' : 'NO TEST FAILED' };
  } finally {
    rmSync(tree, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** What is wrong with the change, or null when it was made. */
function weaken(tree: string, { file, find, replace }: Change): string | null {
  const path = join(tree, file);
  const parts = readFileSync(path, 'utf8').split(find);
  if (parts.length !== 2) return `${file} has ${parts.length - 1} times: ${find}`;
  writeFileSync(path, parts.join(replace));
  return null;
}

async function run(tree: string, { testFile, testPattern }: Weakening): Promise<Run> {
  const args = ['--test', '--test-force-exit', '--test-reporter=tap', `--test-timeout=${TEST_MS}`];
  const child = spawn(
    process.execPath,
    [...args, `--test-name-pattern=${testPattern}`, join(tree, testFile)],
    {
      cwd: tree,
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
      env: { ...process.env, NO_COLOR: '1' },
    },
  );
  const timer = setTimeout(() => killAll(child), 2 * TEST_MS);
  let output = '';
  for await (const text of child.stdout.setEncoding('utf8')) output += text;
  clearTimeout(timer);
  const lines = output.split('\n').map((line) => line.trim());
  const namesAfter = (mark: string) =>
    lines.filter((line) => line.startsWith(mark)).map((line) => line.replace(/^.*? - /, ''));
  const isTest = (name: string) => new RegExp(testPattern).test(name);
  return {
    failed: namesAfter('not ok').filter(isTest),
    passed: namesAfter('ok').filter(isTest).length,
  };
}

/** The runner and the process of the test file below it. */
function killAll({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL');
}

const words = process.argv.slice(2);
const chosen = WEAKENINGS.filter(
  ({ attack, name, testFile }) =>
    words.length === 0 || words.some((word) => `${attack} ${name} ${testFile}`.includes(word)),
);
const waiting = [...chosen];
let failures = 0;

async function work(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { ok, says } = await prove(next);
    if (!ok) failures += 1;
    console.log(`${ok ? '✓' : '✗'} ${next.attack} without: ${next.name} → ${says}`);
  }
}

await Promise.all(Array.from({ length: Math.max(1, availableParallelism()) }, work));
console.log(`${chosen.length - failures} of ${chosen.length} weakenings were seen by a test`);
process.exitCode = failures === 0 ? 0 : 1;
