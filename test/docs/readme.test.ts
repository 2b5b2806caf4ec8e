// README.md is copied by strangers: each of its programs runs in an empty folder that has the package
// installed, and the two of "On two machines" do together what the text says.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { codeBlocks, ROOT, readPage } from './markdown.ts';

const RUN_MAX_MS = 20_000;

const programs = codeBlocks(readPage('README.md'))
  .filter(({ language }) => language === 'ts')
  .map(({ text }) => ({ name: /^\/\/ (\S+\.mts)\n/.exec(text)?.[1] ?? '', text }));

test('each program of README.md says in its first line what it is called', () => {
  assert.deepEqual(
    programs.map(({ name }) => name),
    [
      'hello.mts',
      'alice.mts',
      'bob.mts',
      'members.mts',
      'moving.mts',
      'moves.mts',
      'chess.mts',
      'away.mts',
    ],
  );
});

test('the program of "Five minutes" runs as it stands, and a second time', async (t) => {
  const folder = await folderOfStranger(t);
  const output = 'Bob finds 1. e4\nAlice hears of 1... c5\nAlice sees Bob\n';
  assert.equal(await outputOf(start(t, folder, ['hello.mts'])), output);
  assert.equal(await outputOf(start(t, folder, ['hello.mts'])), output);
});

test('the programs of "On two machines" find each other, in the same folder, and again', async (t) => {
  const folder = await folderOfStranger(t);
  const alice = start(t, folder, ['alice.mts']);
  const command = await firstLineOf(alice);
  const [node, ...args] = command.split(' ');
  assert.equal(node, 'node');
  for (const each of [args, ['bob.mts']]) {
    assert.equal(await outputOf(start(t, folder, each)), 'Alice: Hello Bob\n');
    assert.equal(await firstLineOf(alice), 'Bob: Hello Alice');
  }
});

test('the program of "Members" lets two in, removes one and says why, a second time too', async (t) => {
  const folder = await folderOfStranger(t);
  const told = [
    'Bob says yes to Carol',
    'Alice: creator',
    'Bob: invitingMember',
    'Carol: member',
    'Carol is told: sells our games',
  ];
  for (let time = 1; time <= 2; time++) {
    const output = await outputOf(start(t, folder, ['members.mts']));
    const lines = output.split('\n');
    assert.deepEqual(lines.slice(0, told.length).toSorted(), told.toSorted());
    assert.match(output, /made Bob \(\w+\) an invitingMember\n/);
    assert.match(output, /made Carol \(\w+\) a member\n +which does not count: .*sells our games/);
  }
});

test('the program of "On two machines, as one member" has its notes on both', async (t) => {
  const folder = await folderOfStranger(t);
  const note = 'on the desktop: buy milk\n';
  const output = async () => await outputOf(start(t, folder, ['moving.mts']));
  assert.equal(await output(), `${note}one member: true\n`);
  assert.equal(await output(), `${note}${note}one member: true\n`);
});

test('the program of "Records" finds one record more each time', async (t) => {
  const folder = await folderOfStranger(t);
  assert.equal(await outputOf(start(t, folder, ['moves.mts'])), '3 1. e4\n');
  assert.equal(await outputOf(start(t, folder, ['moves.mts'])), '3 1. e4\n3 1. e4\n');
});

test('the program for Windows programs goes online alone', async (t) => {
  const folder = await folderOfStranger(t);
  assert.equal(await outputOf(start(t, folder, ['chess.mts'])), 'status 1\n');
});

test('the program of "In your own tests" ends well', async (t) => {
  const folder = await folderOfStranger(t);
  assert.equal(await outputOf(start(t, folder, ['away.mts'])), 'Carol has it, too\n');
});

/** An empty folder with the package in it, as the sources are and as `exports` would have it. */
async function folderOfStranger(t: TestContext): Promise<string> {
  const folder = await temporaryDirectory(t);
  const installed = join(folder, 'node_modules', 'peergroup');
  mkdirSync(installed, { recursive: true });
  // Node strips no types below node_modules, but a link leads out of it again.
  symlinkSync(join(ROOT, 'src'), join(installed, 'src'), 'junction');
  const exports = {
    '.': './src/api/index.ts',
    './p2p': './src/p2p/index.ts',
    './testing': './src/sim/index.ts',
  };
  const manifest = { name: 'peergroup', type: 'module', exports };
  writeFileSync(join(installed, 'package.json'), JSON.stringify(manifest));
  for (const { name, text } of programs) writeFileSync(join(folder, name), text);
  return folder;
}

function start(t: TestContext, cwd: string, args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, args, {
    cwd,
    timeout: RUN_MAX_MS,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout?.setEncoding('utf8');
  t.after(() => child.kill('SIGKILL'));
  return child;
}

async function outputOf(child: ChildProcess): Promise<string> {
  let output = '';
  child.stdout?.on('data', (text: string) => {
    output += text;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  assert.equal(code, 0, output);
  return output;
}

/** The next line that a program prints while it goes on. */
function firstLineOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const onText = (text: string): void => {
      output += text;
      if (!output.includes('\n')) return;
      child.stdout?.off('data', onText).pause();
      const [line = '', ...rest] = output.split('\n');
      const more = rest.join('\n');
      if (more !== '') child.stdout?.unshift(more);
      resolve(line);
    };
    child.stdout?.on('data', onText).resume();
    child.once('close', () => reject(new Error(`ended after ${output}`)));
  });
}
