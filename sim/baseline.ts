// The figures of quiet worlds, beside those that stand in baseline.json: a change of the protocol that
// costs more than it did is seen before it is shipped. The worlds are the same in every run, so what
// differs was changed.

import { readFileSync, writeFileSync } from 'node:fs';
import { FIGURES, type Figures, measureFigures } from './figures.ts';

const FILE = new URL('./baseline.json', import.meta.url);

interface Comparison {
  /** Beyond what is tolerated. */
  readonly isWorse: boolean;
  /** For people. */
  readonly line: string;
}

/** Measures, and compares with what is written. */
export function compareWithBaseline(): readonly Comparison[] {
  const measured = measureFigures();
  const known = readBaseline();
  return Object.entries(FIGURES).map(([name, { unit, tolerance, slack }]) => {
    const before = known[name] ?? 0;
    const now = measured[name] ?? 0;
    const isWorse = now > before * (1 + tolerance) + slack;
    const line = `${isWorse ? 'worse' : '     '}  ${name.padEnd(34)} ${before} → ${now} ${unit}`;
    return { isWorse, line };
  });
}

/** Returns where. */
export function writeBaseline(): string {
  writeFileSync(FILE, `${JSON.stringify(measureFigures(), null, 2)}\n`);
  return FILE.pathname;
}

function readBaseline(): Figures {
  const parsed: unknown = JSON.parse(readFileSync(FILE, 'utf8'));
  if (typeof parsed !== 'object' || parsed === null) throw new Error('baseline.json is no object');
  return Object.fromEntries(
    Object.entries(parsed).map(([name, value]) => [name, typeof value === 'number' ? value : 0]),
  );
}
