// The narrator's hold on the process of one member: asks, waits for events, sees it off, and starts
// another one after a kill. Every wait has a deadline.

import { type ChildProcess, fork } from 'node:child_process';
import type { AnswerOf, Ended, Report, WishName, WishOf } from './wishes.ts';

const PROGRAM = new URL('./member.ts', import.meta.url);
/** A guess: twenty times what the slowest wish takes. */
const ANSWER_MAX_MS = 30_000;

interface Asked {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface MemberProcess {
  readonly child: ChildProcess;
  readonly gone: Promise<void>;
}

export class CastMember {
  readonly friendlyName: string;
  readonly #asked = new Map<number, Asked>();
  readonly #ended: Ended[] = [];
  #process: MemberProcess;
  #onTold: (() => void) | null = null;
  #lastGame = 0;
  #lastId = 0;
  #isGone = false;
  #hasLeft = false;

  constructor(friendlyName: string) {
    this.friendlyName = friendlyName;
    this.#process = this.#begin();
  }

  /** A new process, once the one before is gone. */
  beginAgain(): void {
    if (!this.#isGone || this.#hasLeft) throw new Error(`${this.friendlyName} does not come back`);
    this.#isGone = false;
    this.#process = this.#begin();
  }

  /** The last game whose publication the narrator was told of. */
  get lastGamePublished(): number {
    return this.#lastGame;
  }

  ask<Name extends WishName>(wish: Name, about: WishOf<Name>): Promise<AnswerOf<Name>> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = new Promise<unknown>((resolve, reject) => {
      if (this.#isGone) reject(new Error(`${this.friendlyName}'s process has ended`));
      this.#asked.set(id, { resolve, reject });
      this.#process.child.send({ id, wish, about });
    }).finally(() => this.#asked.delete(id));
    return this.#inTime(answer as Promise<AnswerOf<Name>>, `did not answer '${wish}'`);
  }

  /** The end of a connection with this member, told already or within the deadline. */
  async endOfConnectionWith(friendlyName: string): Promise<Ended> {
    const find = (): Ended | undefined => this.#ended.find((each) => each.member === friendlyName);
    await this.#told(() => find() !== undefined, `heard nothing of the end of ${friendlyName}`);
    const found = find();
    if (found === undefined) throw new Error('unreachable');
    return found;
  }

  async publicationOf(game: number): Promise<void> {
    await this.#told(() => this.#lastGame >= game, `did not publish game ${game}`);
  }

  forgetEnded(): void {
    this.#ended.length = 0;
  }

  /** SIGKILL: the process gets no chance to say goodbye. */
  async kill(): Promise<void> {
    this.#process.child.kill('SIGKILL');
    await this.#process.gone;
  }

  /** In order when it is able to, and in any case. */
  async leave(): Promise<void> {
    this.#hasLeft = true;
    if (this.#isGone) return;
    await this.ask('leave', {}).catch(() => undefined);
    await this.#inTime(this.#process.gone, 'did not leave').catch(() => this.kill());
  }

  #begin(): MemberProcess {
    const child = fork(PROGRAM, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child.on('message', (report) => this.#onReport(report as Report));
    const gone = new Promise<void>((resolve) => {
      child.once('exit', () => {
        this.#isGone = true;
        this.#rejectAll(`${this.friendlyName}'s process has ended`);
        resolve();
      });
    });
    return { child, gone };
  }

  #onReport(report: Report): void {
    switch (report.kind) {
      case 'ended':
        this.#ended.push(report.ended);
        this.#onTold?.();
        return;
      case 'published':
        this.#lastGame = report.lastGame;
        this.#onTold?.();
        return;
      case 'answer':
        this.#asked.get(report.id)?.resolve(report.value);
        return;
      case 'failure':
        this.#asked.get(report.id)?.reject(new Error(`${this.friendlyName}: ${report.error}`));
    }
  }

  async #told(isTold: () => boolean, complaint: string): Promise<void> {
    const told = new Promise<void>((resolve) => {
      this.#onTold = () => {
        if (isTold()) resolve();
      };
      this.#onTold();
    });
    await this.#inTime(told, complaint);
  }

  #rejectAll(why: string): void {
    for (const { reject } of this.#asked.values()) reject(new Error(why));
  }

  #inTime<Value>(promise: Promise<Value>, complaint: string): Promise<Value> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      reject(new Error(`${this.friendlyName} ${complaint} within ${ANSWER_MAX_MS / 1000} s`));
    }, ANSWER_MAX_MS);
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
  }
}
