// A child process that runs one subject. Every question to it has a deadline; one that misses it,
// fails or is done with is killed, and none outlives this process.

import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Command, ReplyTo, Response } from './control.ts';

const CHILD_FILE = join(import.meta.dirname, 'child.ts');

/** Loading libp2p takes a second on a quiet machine. */
export const START_DEADLINE_MS = 30_000;

/** How much of what a child complained about is kept for the note about its failure. */
const COMPLAINT_CHARS_MAX = 4_000;

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export type Role = 'acceptor' | 'dialer' | 'solo' | 'giver' | 'newcomer' | 'comparer';

interface Waiting {
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class BenchProcess {
  readonly #label: string;
  readonly #process: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #waitingById = new Map<number, Waiting>();
  readonly #ready: Promise<unknown>;
  #nextId = 1;
  #complaint = '';

  constructor(role: Role, subject: string) {
    this.#label = `${subject} (${role})`;
    this.#process = fork(CHILD_FILE, [role, subject], {
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      killSignal: 'SIGKILL',
    });
    running.add(this.#process);
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#complaint = (this.#complaint + text).slice(0, COMPLAINT_CHARS_MAX);
    });
    this.#ended = new Promise((resolve) => {
      this.#process.once('close', () => {
        running.delete(this.#process);
        this.#failAll(`ended unexpectedly: ${oneLine(this.#complaint)}`);
        resolve();
      });
    });
    this.#process.on('error', (error) => this.#failAll(error.message));
    this.#process.on('message', (response: Response) => this.#onResponse(response));
    this.#ready = this.#answerTo(0, 'start', START_DEADLINE_MS);
    this.#ready.catch(() => {}); // Whoever waits for ready() hears of it.
  }

  async ready(): Promise<void> {
    await this.#ready;
  }

  async ask<Asked extends Command>(command: Asked, deadlineMs: number): Promise<ReplyTo<Asked>> {
    const id = this.#nextId;
    this.#nextId += 1;
    const answer = this.#answerTo(id, command.name, deadlineMs);
    if (this.#process.connected) this.#process.send({ id, command });
    else this.#failAll('is not running');
    return (await answer) as ReplyTo<Asked>;
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }

  #answerTo(id: number, what: string, deadlineMs: number): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waitingById.set(id, { resolve, reject });
    const timer = setTimeout(() => {
      reject(new Error(`${this.#label}: no answer to ${what} within ${deadlineMs} ms`));
    }, deadlineMs);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#waitingById.delete(id);
    });
  }

  #onResponse(response: Response): void {
    const waiting = this.#waitingById.get(response.id);
    if (response.error === undefined) waiting?.resolve(response.reply);
    else waiting?.reject(new Error(`${this.#label}: ${response.error}`));
  }

  #failAll(why: string): void {
    for (const waiting of this.#waitingById.values()) {
      waiting.reject(new Error(`${this.#label} ${why}`));
    }
  }
}

/** The line of a stack trace that says what happened. */
function oneLine(complaint: string): string {
  const lines = complaint.split('\n').map((line) => line.trim());
  return lines.find((line) => /^\w*Error/.test(line)) ?? lines.join(' ').trim();
}
