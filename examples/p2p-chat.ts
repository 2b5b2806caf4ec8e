// A conversation of three people, each with the program of p2p-chat/ in a process of its own: one creates a group and
// invites two by files, all chat by records, and one whispers to another over a direct connection.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

const PATIENCE_MS = 20_000;
const folder = mkdtempSync(join(tmpdir(), 'p2p-chat-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** One of the three, its lines, and what it was not waited for yet. */
class Talker {
  readonly name: string;
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: string[] = [];
  #wake: () => void = () => undefined;

  constructor(name: string) {
    this.name = name;
    const program = join(import.meta.dirname, 'p2p-chat', 'chat.ts');
    this.#process = spawn(process.execPath, [program, join(folder, name)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    createInterface({ input: this.#process.stdout }).on('line', (line) => {
      console.log(`${name.padEnd(5)}| ${line}`);
      this.#lines.push(line);
      this.#wake();
    });
  }

  type(line: string): void {
    console.log(`${this.name.padEnd(5)}> ${line}`);
    this.#process.stdin.write(`${line}\n`);
  }

  /** Rejects when the line has not come after some time. */
  async until(line: string): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!this.#lines.includes(line)) {
      if (Date.now() > deadline) throw new Error(`${this.name} never printed "${line}"`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, 100).unref();
      });
    }
    this.#lines.splice(this.#lines.indexOf(line), 1);
  }

  /** Asks who is there until all of them are. */
  async sees(names: string): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    const isSeen = (): boolean => this.#lines.includes(`here: ${names}`);
    while (!isSeen() && Date.now() < deadline) {
      this.type('who');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await this.until(`here: ${names}`);
  }

  async quit(): Promise<void> {
    this.type('quit');
    if (this.#process.exitCode === null) await once(this.#process, 'exit');
    if (this.#process.exitCode !== 0) throw new Error(`${this.name} failed`);
  }
}

const ann = new Talker('ann');
const bob = new Talker('bob');
const cleo = new Talker('cleo');
const file = (name: string): string => join(folder, name);

ann.type('me Ann');
await ann.until('ready');
ann.type('create Chess club');
await ann.until('status 1');

for (const guest of [bob, cleo]) {
  const name = guest === bob ? 'Bob' : 'Cleo';
  guest.type(`me ${name}`);
  await guest.until('ready');
  guest.type(`card ${file(`${name}.card`)}`);
  await guest.until(`wrote ${file(`${name}.card`)}`);
  ann.type(`invite ${file(`${name}.card`)} ${file(`${name}.invitation`)}`);
  await ann.until(`wrote ${file(`${name}.invitation`)}`);
  guest.type(`join ${file(`${name}.invitation`)}`);
  await guest.until('status 3');
}

ann.type('say Welcome to the club');
for (const each of [ann, bob, cleo]) await each.until('Ann: Welcome to the club');
bob.type('say Who plays white?');
for (const each of [ann, bob, cleo]) await each.until('Bob: Who plays white?');

await cleo.sees('Ann, Bob, Cleo');
cleo.type('whisper Bob Let her begin');
await bob.until('(whispered) Let her begin');

for (const each of [cleo, bob, ann]) await each.quit();
console.log('Everybody has said and heard what the script says.');
