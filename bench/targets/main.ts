// npm run targets [--quick] [--members count] [--only bench] [--check]: measures what docs/performance.md promises of replication,
// reconciliation and gossip, and prints one table. Ten minutes on a calm machine, two with --quick,
// which measures smaller sets and groups.

import { parseArgs } from 'node:util';
import { gossipAmong } from '../benches/gossip.ts';
import { open } from '../benches/open.ts';
import { reconcile } from '../benches/reconcile.ts';
import { replicate } from '../benches/replicate.ts';
import { revokeAmong } from '../benches/revoke.ts';
import type { Bench } from '../harness/bench.ts';
import type { Outcome } from '../harness/run.ts';
import { rowsTable, significant } from '../harness/table.ts';
import { judge } from '../harness/verdicts.ts';
import { type Target, type TargetBench, targetsFor } from './targets.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    members: { type: 'string' },
  },
});

/** Of the largest simulated group; a thousand, by which some targets are meant, take ten minutes more. */
const members = Number(values.members ?? (values.quick ? 40 : 100));

const BENCHES: Readonly<Record<TargetBench, { readonly bench: Bench; readonly rounds: number }>> = {
  reconcile: { bench: reconcile, rounds: 1 },
  replicate: { bench: replicate, rounds: 3 },
  open: { bench: open, rounds: 3 },
  gossip: { bench: gossipAmong([members], [members]), rounds: 1 },
  revoke: { bench: revokeAmong(members, members), rounds: 3 },
};

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.exitCode = await main(values.quick, values.only);

async function main(isQuick: boolean, only: string): Promise<number> {
  const targets = targetsFor(members, isQuick ? 100_000 : 1_000_000);
  const rows: string[][] = [['', 'what', 'measured', 'target', '', 'how']];
  let missed = 0;
  const notes: string[] = [];
  const outcomes = new Map<TargetBench, Outcome>();
  for (const [name, { bench, rounds }] of entriesOf(BENCHES)) {
    if (!name.includes(only)) continue;
    console.error(`${name} …`);
    const options = { isQuick, rounds: isQuick ? 1 : rounds, only: 'peergroup' };
    const outcome = await bench.run({ ...options, onProgress: (line) => console.error(line) });
    outcomes.set(name, outcome);
    notes.push(...outcome.notes.filter((note) => !note.startsWith('peergroup:')));
  }
  for (const target of targets) {
    const outcome = outcomes.get(target.bench);
    if (outcome === undefined) continue;
    const { cells, isMissed } = rowOf(target, outcome);
    rows.push(cells);
    if (isMissed) missed += 1;
  }
  console.log(rowsTable(rows));
  for (const note of notes) console.log(`note: ${note}`);
  console.log(`${rows.length - 1} rows, ${missed} missed`);
  return values.check && missed > 0 ? 1 : 0;
}

function rowOf(
  { number, goal, how }: Target,
  outcome: Outcome,
): { readonly cells: string[]; readonly isMissed: boolean } {
  const [verdict] = judge([goal], outcome, false);
  const { value = null, met = null, relation, goal: bound } = verdict ?? {};
  const measured = value === null || Number.isNaN(value) ? 'not measured' : significant(value);
  const target = `${relation} ${bound?.toLocaleString('en')}`;
  const cells = [number, goal.name, measured, target, howFar(met, value, bound ?? null), how];
  return { cells, isMissed: met === false };
}

/** Met, or by which factor not. */
function howFar(met: boolean | null, value: number | null, bound: number | null): string {
  if (met !== false) return 'met';
  if (value === null || bound === null || Number.isNaN(value)) return 'OPEN';
  return bound === 0 ? 'MISSED' : `MISSED, ${significant(value / bound)} of it`;
}

function entriesOf<Key extends string, Value>(
  record: Readonly<Record<Key, Value>>,
): [Key, Value][] {
  return Object.entries(record) as [Key, Value][];
}
