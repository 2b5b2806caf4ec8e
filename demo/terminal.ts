// The story on the terminal: numbered steps with the time that each took. Colours on a terminal
// only, and not with NO_COLOR (no-color.org).

import { milliseconds } from './figures.ts';
import type { Refused } from './wishes.ts';

const WIDTH = 72;
const INDENT = '     ';
const { NO_COLOR } = process.env;
const hasColor = process.stdout.isTTY && !NO_COLOR;

function painted(code: number, text: string): string {
  return hasColor ? `\u001b[${code}m${text}\u001b[0m` : text;
}

export const bold = (text: string): string => painted(1, text);
export const dim = (text: string): string => painted(2, text);
export const red = (text: string): string => painted(31, text);
const green = (text: string): string => painted(32, text);

export function say(line = ''): void {
  console.log(line);
}

/** A remark below a step. */
export function note(line: string): void {
  console.log(`${INDENT}${line}`);
}

/** What was refused as it should be, in one line. */
export function refusal(what: string, { code, why, tookMs }: Refused, expected: string): string {
  check(code === expected, `${what}: expected ${expected}, but ${code ?? why}`);
  return `${what.padEnd(48)} ${code}  (${milliseconds(tookMs)})`;
}

/** Below a step, on a terminal that is wide enough. */
export function fitsTerminal(lines: string): boolean {
  const { isTTY, columns } = process.stdout;
  const widest = Math.max(...lines.split('\n').map((line) => line.length));
  return isTTY && columns >= INDENT.length + widest;
}

let steps = 0;

/** One step of the story; `act` says what it saw by `note`, which is printed below the headline. */
export async function step(title: string, act: () => Promise<readonly string[]>): Promise<void> {
  steps += 1;
  const startedAt = performance.now();
  const number = String(steps).padStart(3);
  try {
    const lines = await act();
    const took = `${Math.round(performance.now() - startedAt)} ms`;
    say(`${green(number)}  ${bold(title)}${dim(took.padStart(WIDTH - title.length))}`);
    for (const line of lines) note(line);
  } catch (error) {
    say(`${red(number)}  ${bold(title)}  ${red('FAILED')}`);
    throw error;
  }
}

export function figure(name: string, value: string, remark = ''): void {
  say(`  ${name.padEnd(34)}${bold(value.padStart(18))}   ${dim(remark)}`.trimEnd());
}

/** Ends the story when something is not as it should be. */
export function check(isAsExpected: boolean, complaint: string): void {
  if (!isAsExpected) throw new Error(complaint);
}
