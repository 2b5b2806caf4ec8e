// Everything that must hold before a change lands, in the order in which it fails fastest: scripts
// of package.json, each of which can be run alone. Prints a line for each, stops at the first that
// fails and shows what it said.

import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { run } from './run.ts';

const ROOT = join(import.meta.dirname, '..');
const STEPS = ['build', 'lint', 'test', 'unused', 'packed', 'examples'];
/** Twice what the slowest step takes, the tests. Without it a hanging test would hold CI up. */
const STEP_TIME_MAX_MS = 15 * 60_000;
/** The closing lines of the test runner. */
const WORTH_SHOWING = /^ℹ /;

// From nothing, so that dist holds no file whose source is gone.
rmSync(join(ROOT, 'dist'), { recursive: true, force: true });

for (const step of STEPS) {
  const { ok, output, seconds } = await run({
    program: 'npm',
    args: ['run', step],
    cwd: ROOT,
    timeMaxMs: STEP_TIME_MAX_MS,
  });
  console.log(`${ok ? '✓' : '✗'} npm run ${step} (${seconds})`);
  if (!ok) {
    console.log(output);
    process.exit(1);
  }
  for (const line of output.split('\n')) if (WORTH_SHOWING.test(line)) console.log(line);
}
