// One member with records, in a directory that can be looked into: for exports, imports and repairs.

import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import {
  type Identity,
  type NewRecord,
  openNode,
  type PeerGroup,
  type PeerNode,
  type SharedRecord,
} from '../../src/api/index.ts';
import { atEnd } from './at-end.ts';
import { watchWarnings } from './live-group.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export const SOME_TYPE = '6f1f0e5a-3b1c-4b68-9c0e-9a3d5c1b7e21';

export interface RecordHouse {
  readonly directory: string;
  readonly node: PeerNode;
  readonly identity: Identity;
  readonly group: PeerGroup;
}

export async function recordHouse(t: TestContext): Promise<RecordHouse> {
  watchWarnings(t);
  const directory = await temporaryDirectory(t);
  const node = await openNode({ directory });
  atEnd(t, () => node.close());
  const identity = await node.createIdentity();
  return { directory, node, identity, group: await node.createGroup() };
}

/** Of a house with one group. */
export function databaseOf({ directory }: Pick<RecordHouse, 'directory'>): string {
  const folder = join(directory, 'records');
  const file = readdirSync(folder).find((name) => name.endsWith('.db')) ?? '';
  return join(folder, file);
}

/** The group without its records, as on a machine to which only the rest was moved. */
export async function emptied(house: RecordHouse): Promise<PeerGroup> {
  await house.group.close();
  rmSync(join(house.directory, 'records'), { recursive: true });
  return await house.node.openGroup(house.group.name);
}

/** So many, in the batches that calls make, each with a text of its own. */
export async function fill(
  group: PeerGroup,
  count: number,
  recordOf: (index: number) => Partial<NewRecord> = () => ({}),
  batch = 1_000,
): Promise<readonly SharedRecord[]> {
  const added: SharedRecord[] = [];
  for (let first = 0; first < count; first += batch) {
    const some = Array.from({ length: Math.min(batch, count - first) }, (_, at) => ({
      type: SOME_TYPE,
      data: textOf(first + at),
      attributes: { index: first + at },
      ...recordOf(first + at),
    }));
    added.push(...(await group.records.addAll(some)));
  }
  return added;
}

export function textOf(index: number): string {
  return `record ${String(index).padStart(8, '0')} ${'.'.repeat(280)}`;
}

/** Everything that can be seen, with what tells versions apart. */
export async function seen(group: PeerGroup): Promise<ReadonlyMap<string, string>> {
  const all = new Map<string, string>();
  for await (const record of group.records.all()) {
    const { id, version, attributes, modifiedAt, expiresAt } = record;
    const said = JSON.stringify([version, attributes, modifiedAt, expiresAt], (_, value) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    all.set(id, `${said} ${Buffer.from(await record.bytes()).toString('base64')}`);
  }
  return all;
}
