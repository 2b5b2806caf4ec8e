// `npm start` tells its story to the end, alone or until Ctrl-C, and leaves no file behind.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { ROOT } from './markdown.ts';

const STORY_MAX_MS = 120_000;

/** What the story has to have shown. */
const TOLD: Readonly<Record<string, RegExp>> = {
  'a stranger is refused': /INVITATION_FOR_ANOTHER/,
  'records are published': /publishes the 10,000 moves/,
  'records stay where nobody has connected': /Carol has none of them yet/,
  'a second page goes on from a cursor': /Page 2 .* \(after \S+\)/,
  'a live search hears of an expiry': /removed +draw\?, version 1, \d+ ms later/,
  'nothing acknowledged is lost': /It has [\d,]+: all of those, and no publication in part/,
  'a killed process comes back': /Carol: Did you lose anything\? +Alice: No idea/,
  'a newcomer gets all records': /Carol has all [\d,]+ records, [\d.]+ s after connecting/,
  'a killed process catches up': /Bob has all [\d,]+ records, [\d.]+ s after connecting/,
  'a record arrives at the others': /at Bob [\d.]+ ms, at Carol [\d.]+ ms/,
  'whoever was away catches up': /[\d,]+ moves, [\d.]+ m?s after connecting again/,
  'it is known who is there': /Alice sees Alice, Bob and Carol/,
  'a broadcast is heard': /Carol heard "A game, anybody\?" after [\d.]+ ms/,
  'a ticket is shown': /\n +peergroup:[\w-]+\n/,
  'somebody comes in by a ticket':
    /Dave is a member, [\d.]+ ms later, and then has all [\d,]+ records/,
  'a ticket is good once': /TICKET_USED_UP/,
  'a wrong password is refused': /WRONG_PASSWORD/,
  'a removed member is cut off': /\d links with him, .* the last was cut [\d.]+ ms after her word/,
  'a removed member is refused': /Bob calls Mallory +MEMBERSHIP_REMOVED/,
  'what counts of it is the same everywhere': /Of his \d+ moves those \d+ count/,
  'it is explained': /which does not count: taken away by \w+: sells our games/,
  'a removal is measured': /removed, until every link was cut +[\d.]+ ms/,
  'records are measured': /records published +[\d,]+ \/s/,
};

test('the demonstration with --once ends with 0, without colours and leftovers', async (t) => {
  const folder = await temporaryDirectory(t);
  const { child, output } = demonstration(t, folder, ['--once']);
  const code = await ended(child);
  assert.equal(code, 0, output());
  for (const [name, told] of Object.entries(TOLD)) assert.match(output(), told, name);
  assert.match(output(), /nothing is left over/);
  assert.ok(!output().includes('\u001b'));
  assert.deepEqual(readdirSync(folder), []);
});

test('the demonstration stays until Ctrl-C and then ends in order', async (t) => {
  const folder = await temporaryDirectory(t);
  const { child, output } = demonstration(t, folder, []);
  await new Promise<void>((resolve) => {
    child.stdout?.on('data', () => {
      if (output().includes('Still here')) resolve();
    });
    child.once('close', () => resolve());
  });
  child.kill('SIGINT');
  assert.equal(await ended(child), 0, output());
  assert.match(output(), /nothing is left over/);
  assert.deepEqual(readdirSync(folder), []);
});

test('the demonstration that is interrupted in the middle cleans up and does not end with 0', async (t) => {
  const folder = await temporaryDirectory(t);
  const { child, output } = demonstration(t, folder, ['--once']);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  child.kill('SIGTERM');
  assert.equal(await ended(child), 1, output());
  assert.match(output(), /interrupted/);
  assert.deepEqual(readdirSync(folder), []);
});

function demonstration(
  t: TestContext,
  folder: string,
  args: readonly string[],
): { readonly child: ChildProcess; readonly output: () => string } {
  const child = spawn(process.execPath, [join(ROOT, 'demo', 'main.ts'), ...args], {
    env: { ...process.env, TMPDIR: folder, TEMP: folder },
    timeout: STORY_MAX_MS,
  });
  t.after(() => child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return { child, output: () => output };
}

function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('close', resolve));
}
