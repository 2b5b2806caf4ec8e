// Runs transfer-program.ts and listens to it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TransferLine } from './transfer-program.ts';

const PROGRAM = join(import.meta.dirname, 'transfer-program.ts');

export interface TransferRun {
  /** What it said at its end; undefined when it was killed. */
  readonly end: string | undefined;
  readonly memoryBytes: number;
}

/** It is killed when `isDue` says so of a line. `prelude` is run by the shell before, as `ulimit`. */
export async function runTransfer(
  [verb, directory, file]: readonly [verb: 'export' | 'import', directory: string, file: string],
  { isDue = () => false, prelude = 'true' }: RunOptions = {},
): Promise<TransferRun> {
  const command = `${prelude}; exec "$0" "$@"`;
  const args = ['-c', command, process.execPath, PROGRAM, verb, directory, file];
  const program = spawn('bash', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(program, 'exit');
  let run: TransferRun = { end: undefined, memoryBytes: 0 };
  for await (const text of createInterface({ input: program.stdout })) {
    const line = parsed(text);
    if (isDue(line)) program.kill('SIGKILL');
    if (line.end !== undefined) run = { end: line.end, memoryBytes: line.memoryBytes ?? 0 };
  }
  await exit;
  return run;
}

export interface RunOptions {
  readonly isDue?: (line: TransferLine) => boolean;
  readonly prelude?: string;
}

/** The last line of a process that was killed may be cut. */
function parsed(text: string): TransferLine {
  return text.endsWith('}') ? JSON.parse(text) : {};
}
