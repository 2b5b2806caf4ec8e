// A journal whose last publications may be lost with the power is not gone on with, so that no number
// is ever given twice (protocol.md §12.8).

import assert from 'node:assert/strict';
import { copyFile, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { openNode, type RecordOptions } from '../../src/api/index.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const TYPE = '0b9c5c57-6a57-4a43-9b5c-0b6f0f3f6c11';

interface Published {
  readonly directory: string;
  readonly database: string;
  /** What the disk holds while the group is open. */
  readonly whileOpen: string;
}

/** Publishes, and copies the database and its log as a loss of power could leave them. */
async function publishSome(t: TestContext, options: RecordOptions): Promise<Published> {
  const directory = join(await temporaryDirectory(t), 'node');
  await using node = await openNode({ directory });
  await node.createIdentity();
  const founded = await node.createGroup(options);
  await founded.records.add({ type: TYPE, data: 'in the file' });
  await founded.close();
  const group = await node.openGroup(undefined, options);
  for (const data of ['first', 'second', 'third']) await group.records.add({ type: TYPE, data });
  const folder = join(directory, 'records');
  const file = (await readdir(folder)).find((name) => name.endsWith('.db')) ?? '';
  const whileOpen = join(directory, 'while-open.db');
  for (const end of ['', '-wal']) await copyFile(join(folder, file + end), whileOpen + end);
  return { directory, database: join(folder, file), whileOpen };
}

async function publishAgain(directory: string, options: RecordOptions): Promise<void> {
  await using node = await openNode({ directory });
  const group = await node.openGroup(undefined, options);
  await group.records.add({ type: TYPE, data: 'again' });
}

async function losePower({ database, whileOpen }: Published): Promise<void> {
  for (const end of ['', '-wal']) await copyFile(whileOpen + end, database + end);
}

function journalsIn(path: string): number {
  const database = new DatabaseSync(path, { readOnly: true });
  const row = database.prepare('SELECT count(DISTINCT journal) AS journals FROM batch').get();
  database.close();
  const { journals } = row ?? {};
  return Number(journals);
}

function journalOf(path: string): unknown {
  const database = new DatabaseSync(path, { readOnly: true });
  const query = "SELECT hex(value) AS journal FROM about WHERE name = 'journal'";
  const { journal } = { ...database.prepare(query).get() };
  database.close();
  return journal;
}

test('after an end in order the journal goes on, whatever was promised', async (t) => {
  for (const durability of ['process', 'power'] as const) {
    const { directory, database } = await publishSome(t, { durability });
    await publishAgain(directory, { durability });
    assert.equal(journalsIn(database), 1);
  }
});

test('after a loss of power another journal begins where publications may be lost', async (t) => {
  for (const next of ['process', 'power'] as const) {
    const published = await publishSome(t, { durability: 'process' });
    await losePower(published);
    await publishAgain(published.directory, { durability: next });
    assert.equal(journalsIn(published.database), 2);
    await publishAgain(published.directory, { durability: next });
    assert.equal(journalsIn(published.database), 2);
  }
});

test('where nothing acknowledged can be lost the journal goes on', async (t) => {
  const published = await publishSome(t, { durability: 'power' });
  await losePower(published);
  await publishAgain(published.directory, { durability: 'power' });
  assert.equal(journalsIn(published.database), 1);
});

const HEAD_BYTES = 32;
const FRAME_BYTES = 24 + 4_096;

test('after damage in the middle of the log another journal begins', async (t) => {
  // In a page, in the number of one, in the salts that tell the rounds of a log apart, in its head.
  for (const place of [999, 2, 9, -20]) {
    const published = await publishSome(t, { durability: 'power' });
    await losePower(published);
    const log = await readFile(`${published.database}-wal`);
    const frames = (log.length - HEAD_BYTES) / FRAME_BYTES;
    const at = HEAD_BYTES + (place < 0 ? 0 : Math.floor(frames / 2) * FRAME_BYTES) + place;
    log[at] = (log[at] ?? 0) ^ 1;
    await writeFile(`${published.database}-wal`, log);
    const before = journalOf(published.whileOpen);
    await publishAgain(published.directory, { durability: 'power' });
    assert.notEqual(journalOf(published.database), before, `${place}`);
    const settled = journalOf(published.database);
    await publishAgain(published.directory, { durability: 'power' });
    assert.equal(journalOf(published.database), settled, `${place}`);
  }
});

test('a frame that was cut off at the end of the log is no damage', async (t) => {
  const published = await publishSome(t, { durability: 'power' });
  await losePower(published);
  const { length } = await readFile(`${published.database}-wal`);
  await truncate(`${published.database}-wal`, length - 1_000);
  const before = journalOf(published.database);
  await publishAgain(published.directory, { durability: 'power' });
  assert.equal(journalOf(published.database), before);
});
