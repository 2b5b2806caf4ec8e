// npm run bench -- direct|open|idle|publish|search|open-group|replicate|reconcile|gossip|revoke [--json] [--check]
// [--quick] [--rounds count] [--only part-of-a-name]

import { availableParallelism, cpus, platform } from 'node:os';
import { parseArgs } from 'node:util';
import { direct } from './benches/direct.ts';
import { gossip } from './benches/gossip.ts';
import { idle } from './benches/idle.ts';
import { open } from './benches/open.ts';
import { openGroup } from './benches/open-group.ts';
import { publish } from './benches/publish.ts';
import { reconcile } from './benches/reconcile.ts';
import { replicate } from './benches/replicate.ts';
import { revoke } from './benches/revoke.ts';
import { search } from './benches/search.ts';
import { goalsByBench } from './goals.ts';
import type { Bench } from './harness/bench.ts';
import type { Outcome } from './harness/run.ts';
import { figuresTable, verdictsTable } from './harness/table.ts';
import type { Verdict } from './harness/verdicts.ts';
import { judge } from './harness/verdicts.ts';

const BENCHES: readonly Bench[] = [
  direct,
  open,
  idle,
  publish,
  search,
  openGroup,
  replicate,
  reconcile,
  gossip,
  revoke,
];

const USAGE = `npm run bench -- ${BENCHES.map((bench) => bench.name).join('|')} [options]
  --json         print one object with every figure and the goals
  --check        end with 1 when a goal is missed
  --quick        a look of less than a minute; its figures are not to be quoted
  --rounds <n>   ${BENCHES.map((bench) => `${bench.rounds} for ${bench.name}`).join(', ')} by default
  --only <text>  only what has this text in "<subject> <work>"`;

// Leaving by exit() kills the child processes (bench-process.ts) and removes directories.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

process.exitCode = await main();

async function main(): Promise<number> {
  const choice = parseChoice();
  if (choice === null) {
    console.error(USAGE);
    return 2;
  }
  const { bench, isJson, isCheck, isQuick, rounds, only } = choice;
  const outcome = await bench.run({
    isQuick,
    rounds,
    only,
    onProgress: (line) => console.error(line),
  });
  const verdicts = judge(
    goalsByBench[bench.name] ?? [],
    outcome,
    only !== '' || outcome.isPartial === true,
  );
  const print = isJson ? printJson : printTables;
  print(choice, outcome, verdicts);
  return isCheck && verdicts.some(({ met }) => met === false) ? 1 : 0;
}

interface Choice {
  readonly bench: Bench;
  readonly isJson: boolean;
  readonly isCheck: boolean;
  readonly isQuick: boolean;
  readonly rounds: number;
  readonly only: string;
}

function parseChoice(): Choice | null {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        check: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        rounds: { type: 'string' },
        only: { type: 'string', default: '' },
      },
    });
    const bench = BENCHES.find(({ name }) => name === positionals[0]);
    if (bench === undefined || positionals.length > 1) return null;
    const rounds = Number(values.rounds ?? (values.quick ? bench.quickRounds : bench.rounds));
    if (!Number.isInteger(rounds) || rounds < 1) return null;
    const { json: isJson, check: isCheck, quick: isQuick, only } = values;
    return { bench, isJson, isCheck, isQuick, rounds, only };
  } catch {
    return null; // An unknown option: the usage says which there are.
  }
}

function printJson(choice: Choice, outcome: Outcome, verdicts: readonly Verdict[]): void {
  const report = {
    bench: choice.bench.name,
    quick: choice.isQuick,
    rounds: choice.rounds,
    machine: describeMachine(),
    figures: outcome.figures.all(),
    goals: verdicts,
    notes: outcome.notes,
  };
  console.log(JSON.stringify(report, null, 2));
}

function printTables(choice: Choice, outcome: Outcome, verdicts: readonly Verdict[]): void {
  const { processor, cores, node, openssl } = describeMachine();
  console.log(
    `${choice.bench.name}: medians of ${choice.rounds} rounds${choice.isQuick ? ', quick' : ''}`,
  );
  console.log(`${processor}, ${cores} cores, Node ${node}, OpenSSL ${openssl}\n`);
  console.log(`${figuresTable(outcome.figures.all())}\n`);
  console.log(verdictsTable(verdicts));
  for (const note of outcome.notes) console.log(`note: ${note}`);
}

function describeMachine() {
  const { node, openssl } = process.versions;
  return {
    platform: platform(),
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    node,
    openssl,
  };
}
