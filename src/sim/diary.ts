// What happened in a world, the last lines of it: printed with the seed when a check fails.

import { formatSimTime } from './sim-time.ts';

interface Line {
  readonly atMs: number;
  readonly who: string;
  readonly what: string;
  readonly detail: string;
}

/** A guess: two screens of history tell most stories, and 4,000 lines cost less than a megabyte. */
const LINES_MAX = 4_000;

export class Diary {
  readonly #nowMs: () => number;
  readonly #print: ((line: string) => void) | null;
  #lines: Line[] = [];

  /** `print` is told every line at once. */
  constructor(nowMs: () => number, print: ((line: string) => void) | null = null) {
    this.#nowMs = nowMs;
    this.#print = print;
  }

  note(who: string, what: string, detail = ''): void {
    const line = { atMs: this.#nowMs(), who, what, detail };
    this.#lines.push(line);
    if (this.#lines.length > 2 * LINES_MAX) this.#lines = this.#lines.slice(-LINES_MAX);
    this.#print?.(textOf(line));
  }

  last(count: number): readonly string[] {
    return this.#lines.slice(-count).map(textOf);
  }
}

function textOf({ atMs, who, what, detail }: Line): string {
  return `${formatSimTime(atMs)}  ${who.padEnd(10)} ${what}${detail === '' ? '' : ` ${detail}`}`;
}
