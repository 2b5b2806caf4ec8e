// A process that publishes without end, for tests with kill -9: `node record-program.ts <directory>`.
// It prints what was acknowledged, one JSON line for each publication: id, version and text of its
// records, version 0 for a deleted one.

import { writeSync } from 'node:fs';
import { openNode, type PeerGroup, type SharedRecord } from '../../src/api/index.ts';

export type Acknowledged = readonly (readonly [id: string, version: number, text: string])[];

const TYPE = '6f1f0e5a-3b1c-4b68-9c0e-9a3d5c1b7e21';
const TYPE_OF_LARGE = '6f1f0e5a-3b1c-4b68-9c0e-9a3d5c1b7e22';
/** Beyond what stands in a row of its own. */
const LARGE = 'large '.repeat(1_000);

let published = 0;

function nextText(prefix: string): string {
  published += 1;
  return `${prefix}${process.pid} ${published}`;
}

function say(acknowledged: Acknowledged): void {
  writeSync(1, `${JSON.stringify(acknowledged)}\n`);
}

async function publishSome(group: PeerGroup): Promise<readonly SharedRecord[]> {
  const { records } = group;
  const texts = Array.from({ length: 1 + (published % 40) }, () => nextText('batch '));
  const added = await records.addAll(
    texts.map((text, at) => ({ type: TYPE, data: text, attributes: { text, at } })),
  );
  say(added.map((record, at) => [record.id, 1, texts[at] ?? '']));
  return added;
}

async function changeSome(group: PeerGroup, [first, second, third]: readonly SharedRecord[]) {
  const { records } = group;
  const updating = [first, second].map(async (record) => {
    if (record === undefined) return;
    const text = nextText('update ');
    const { version } = await records.update(record, { data: text, attributes: { text } });
    say([[record.id, version, text]]);
  });
  const large = nextText(LARGE);
  const adding = records
    .add({ type: TYPE_OF_LARGE, data: large })
    .then((record) => say([[record.id, 1, large]]));
  await Promise.all([...updating, adding]);
  if (third === undefined) return;
  await records.delete(third);
  say([[third.id, 0, '']]);
}

async function publishWithoutEnd(directory: string): Promise<never> {
  const node = await openNode({ directory });
  const group = await node.openGroup();
  for (;;) await changeSome(group, await publishSome(group));
}

const [directory] = process.argv.slice(2);
if (import.meta.main && directory !== undefined) await publishWithoutEnd(directory);
