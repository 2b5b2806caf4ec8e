// Runs one program to its end for the tools: output is kept, not shown, and time is bounded.

import { spawn } from 'node:child_process';

export interface Outcome {
  readonly ok: boolean;
  readonly output: string;
  readonly seconds: string;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly timeMaxMs: number;
}

export async function run({ program, args, cwd, timeMaxMs }: Command): Promise<Outcome> {
  const startedAt = performance.now();
  // npm is a script on Windows, which only a shell starts.
  const shell = process.platform === 'win32';
  const env = { ...process.env, NO_COLOR: '1' };
  const child = spawn(program, args, { cwd, env, shell, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
    child.once('error', (error) => giveUp(error.message));
    // Not `close`: what the child has started may keep its output open.
    const timer = setTimeout(() => giveUp(`ended after ${timeMaxMs / 1000} s`), timeMaxMs);
    timer.unref();

    function giveUp(why: string): void {
      output += `${why}\n`;
      child.kill('SIGKILL');
      resolve(null);
    }
  });
  const seconds = `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
  return { ok: code === 0, output, seconds };
}
