// Runs every example as a user would, each in an empty folder of its own. They name the package
// `peergroup`, which Node resolves to dist, so `npm run examples` builds first.

import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { run } from './run.ts';

const EXAMPLES = join(import.meta.dirname, '..', 'examples');
const EXAMPLE_TIME_MAX_MS = 60_000;

const names = globSync('*.ts', { cwd: EXAMPLES }).sort();
if (names.length === 0) throw new Error('there are no examples');

for (const name of names) {
  const cwd = mkdtempSync(join(tmpdir(), `peergroup-${basename(name, '.ts')}-`));
  const args = [join(EXAMPLES, name)];
  const { ok, output, seconds } = await run({
    program: process.execPath,
    args,
    cwd,
    timeMaxMs: EXAMPLE_TIME_MAX_MS,
  });
  rmSync(cwd, { recursive: true, force: true });
  console.log(`${ok ? '✓' : '✗'} ${name} (${seconds})`);
  if (ok) continue;
  console.log(output);
  process.exitCode = 1;
}
