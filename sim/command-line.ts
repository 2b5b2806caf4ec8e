// What `npm run sim` was asked for.

import { parseArgs } from 'node:util';

export interface SimWish {
  readonly command: 'run' | 'baseline' | 'list';
  readonly scenario: string;
  readonly seeds: readonly number[];
  readonly nodes: number | null;
  readonly minutes: number | null;
  readonly isDiaryWanted: boolean;
  readonly isWriting: boolean;
  readonly isMeasureWanted: boolean;
}

const SEEDS_OF_SMOKE = 50;

/** Throws for what cannot be understood. */
export function readCommandLine(words: readonly string[]): SimWish {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      scenario: { type: 'string', default: 'smoke' },
      seed: { type: 'string' },
      seeds: { type: 'string' },
      nodes: { type: 'string' },
      minutes: { type: 'string' },
      diary: { type: 'boolean', default: false },
      measures: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  const [command = 'run'] = positionals;
  if (command !== 'run' && command !== 'baseline' && command !== 'list') {
    throw new Error(`sim: '${command}' is none of run, baseline, list`);
  }
  return {
    command,
    scenario: values.scenario,
    seeds: seedsOf(values.seed, values.seeds),
    nodes: values.nodes === undefined ? null : numberOf(values.nodes),
    minutes: values.minutes === undefined ? null : numberOf(values.minutes),
    isDiaryWanted: values.diary,
    isWriting: values.write,
    isMeasureWanted: values.measures,
  };
}

function seedsOf(seed: string | undefined, seeds: string | undefined): readonly number[] {
  if (seed !== undefined) return [numberOf(seed)];
  const [first, last] = (seeds ?? `1..${SEEDS_OF_SMOKE}`).split('..').map(numberOf);
  if (first === undefined || last === undefined) throw new Error('sim: --seeds takes a..b');
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

function numberOf(text: string): number {
  const number = Number(text);
  if (!Number.isFinite(number)) throw new Error(`sim: '${text}' is no number`);
  return number;
}
