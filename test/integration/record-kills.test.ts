// What kill -9 at random moments leaves of a process that publishes: everything acknowledged, a
// database that opens, a journal without a gap or a number given twice. `KILLS=200` for the long run.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { test } from 'node:test';
import { nodeCrypto } from '../../src/adapters/crypto/node-crypto.ts';
import { openNode } from '../../src/api/index.ts';
import { ByteReader } from '../../src/core/base/byte-reader.ts';
import { type GroupName, parseGroupName } from '../../src/core/domain/names.ts';
import { batchHash, readBatchStatement } from '../../src/core/records/batch-statement.ts';
import type { Acknowledged } from '../support/record-program.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const PROGRAM = join(import.meta.dirname, '../support/record-program.ts');
const { KILLS: kills = '12' } = process.env;
const KILLS = Number(kills);
/** From the first acknowledgement on, so that most die in the middle of a publication. */
const LIFE_MS_MAX = 400;
/** Every so many times it counts from the start of the process, so that some die while they open. */
const EARLY_KILL = 4;

interface Known {
  readonly version: number;
  readonly text: string;
}

async function foundGroup(directory: string): Promise<GroupName> {
  await using node = await openNode({ directory });
  await node.createIdentity();
  return parseGroupName((await node.createGroup()).name);
}

/** Everything that the program acknowledged until it was killed. */
async function publishUntilKilled(
  directory: string,
  isEarly: boolean,
): Promise<readonly Acknowledged[]> {
  const program = spawn(process.execPath, [PROGRAM, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const acknowledged: Acknowledged[] = [];
  const killSoon = (): void => {
    timer ??= setTimeout(() => program.kill('SIGKILL'), randomInt(LIFE_MS_MAX));
  };
  let timer: NodeJS.Timeout | undefined;
  if (isEarly) killSoon();
  const reading = (async () => {
    for await (const line of createInterface({ input: program.stdout })) {
      // The last line may be cut off in the middle, as its process was.
      if (line.endsWith(']]')) acknowledged.push(JSON.parse(line));
      killSoon();
    }
  })();
  const exit = once(program, 'exit');
  const [, signal] = await exit;
  clearTimeout(timer);
  assert.equal(signal, 'SIGKILL', 'it ended by itself');
  await reading;
  return acknowledged;
}

/** The text may be that of a later version, whose acknowledgement was on its way. */
async function requireAll(directory: string, knownById: ReadonlyMap<string, Known>): Promise<void> {
  await using node = await openNode({ directory });
  const group = await node.openGroup();
  for (const [id, { version, text }] of knownById) {
    const record = await group.records.get(id);
    if (version === 0) assert.equal(record, undefined, `${id} was deleted`);
    if (record === undefined) continue;
    assert.ok(record.version >= version, `${id} is older than acknowledged`);
    if (record.version === version) assert.equal(await record.text(), text);
    const { records } = await group.records.search({
      where: { field: 'id', equal: id },
    });
    assert.equal(records.length, 1, `${id} is found`);
  }
  const missing = [...knownById].filter(([, { version }]) => version === 1);
  for (const [id] of missing) {
    const record = await group.records.get(id);
    // One that was deleted by a publication whose acknowledgement was on its way leaves a tombstone.
    if (record === undefined) assert.ok(isTombstone(directory, id), `${id} is lost`);
  }
}

function databaseOf(directory: string): DatabaseSync {
  const folder = join(directory, 'records');
  const file = readdirSync(folder).find((name) => name.endsWith('.db')) ?? '';
  return new DatabaseSync(join(folder, file), { readOnly: true });
}

/** The first column of all rows. */
function columnOf(directory: string, sql: string, ...values: SQLInputValue[]): unknown[] {
  const database = databaseOf(directory);
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  const rows: unknown[] = statement.all(...values);
  database.close();
  return rows.flatMap((row) => (Array.isArray(row) ? row.slice(0, 1) : []));
}

function isTombstone(directory: string, id: string): boolean {
  const bytes = Buffer.from(id.replaceAll('-', ''), 'hex');
  const [isDeleted] = columnOf(directory, 'SELECT is_deleted FROM record WHERE id = ?', bytes);
  return isDeleted === 1;
}

/** Each batch begins where the one before ends, and names it. How many there are. */
function requireUnbrokenJournal(directory: string, group: GroupName): number {
  assert.deepEqual(columnOf(directory, 'PRAGMA integrity_check'), ['ok']);
  assert.deepEqual(columnOf(directory, 'SELECT author FROM equivocation'), []);
  assert.ok(columnOf(directory, 'SELECT DISTINCT hex(journal) FROM batch').length <= 1);
  const sql = 'SELECT statement FROM batch ORDER BY first_sequence';
  const statements = columnOf(directory, sql).map((bytes) => {
    assert.ok(bytes instanceof Uint8Array);
    return readBatchStatement(new ByteReader(bytes));
  });
  for (const [at, statement] of statements.entries()) {
    const before = statements[at - 1];
    if (before === undefined) continue;
    assert.equal(statement.firstSequence, before.firstSequence + before.count);
    assert.deepEqual(statement.previous, batchHash(before, group, nodeCrypto));
  }
  return statements.length;
}

test(`${KILLS} times kill -9 lose nothing that was acknowledged`, async (t) => {
  const directory = join(await temporaryDirectory(t), 'node');
  const group = await foundGroup(directory);
  const knownById = new Map<string, Known>();
  let publications = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    for (const acknowledged of await publishUntilKilled(directory, kill % EARLY_KILL === 0)) {
      publications += 1;
      for (const [id, version, text] of acknowledged) {
        const isDeleted = knownById.get(id)?.version === 0;
        if (!isDeleted) knownById.set(id, { version, text });
      }
    }
    const batches = requireUnbrokenJournal(directory, group);
    await requireAll(directory, knownById);
    assert.equal(batches > 0, knownById.size > 0);
  }
  assert.ok(publications > KILLS, `${publications} publications were acknowledged`);
  t.diagnostic(`${publications} publications of ${knownById.size} records acknowledged`);
});
