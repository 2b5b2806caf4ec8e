// What the facade keeps in its own file: after a crash in between, when the file is damaged, and for whose eyes it is.

import assert from 'node:assert/strict';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { openP2P } from '../../../src/p2p/index.ts';
import { UserMemory } from '../../../src/p2p/user-memory.ts';
import { ALONE, newDirectory } from '../support/machine.ts';

const NOTES = { identity: 'ann', group: 'club', isReady: true, offsetMs: 7 };

test('what a crash has left half written counts for nothing, and opens the file to nobody', async (t) => {
  const directory = await newDirectory(t);
  await (await UserMemory.open(directory)).note(NOTES);
  await writeFile(join(directory, 'p2p.json.new'), '{"groups":[', { mode: 0o666 });
  const memory = await UserMemory.open(directory);
  assert.deepEqual(memory.notesOf('ann', 'club'), NOTES);
  await memory.note({ ...NOTES, offsetMs: 8 });
  assert.deepEqual(await readdir(directory), ['p2p.json']);
  assert.equal((await UserMemory.open(directory)).notesOf('ann', 'club')?.offsetMs, 8);
  if (process.platform !== 'win32') {
    assert.equal((await stat(join(directory, 'p2p.json'))).mode & 0o077, 0);
  }
});

test('many changes at once are all there, and the file is whole', async (t) => {
  const directory = await newDirectory(t);
  const memory = await UserMemory.open(directory);
  const numbers = Array.from({ length: 50 }, (_, at) => at);
  await Promise.all(numbers.map((at) => memory.note({ ...NOTES, group: `club ${at}` })));
  const { now } = await UserMemory.open(directory);
  assert.deepEqual(
    now.groups.map(({ group }) => group),
    numbers.map((at) => `club ${at}`),
  );
});

test('a damaged file is not taken for an empty one, and stays as it is', async (t) => {
  for (const text of ['', '{', 'null', '[]', '{"groups":[]}', '{"groups":[{"identity":1}]}']) {
    const directory = await newDirectory(t);
    await writeFile(join(directory, 'p2p.json'), text);
    await assert.rejects(openP2P({ ...ALONE, directory }), Error);
    assert.equal(await readFile(join(directory, 'p2p.json'), 'utf8'), text);
  }
});
