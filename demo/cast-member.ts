// The narrator's hold on the process of one member: asks, waits for events, and sees it off. Every
// wait has a deadline.

import { type ChildProcess, fork } from 'node:child_process';
import type { AnswerOf, Ended, Report, WishName, WishOf } from './wishes.ts';

const PROGRAM = new URL('./member.ts', import.meta.url);
/** A guess: a hundred times what the slowest wish takes. */
const ANSWER_MAX_MS = 5_000;

interface Asked {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class CastMember {
  readonly friendlyName: string;
  readonly #child: ChildProcess;
  readonly #asked = new Map<number, Asked>();
  readonly #ended: Ended[] = [];
  readonly #gone: Promise<void>;
  #onEnded: (() => void) | null = null;
  #lastId = 0;
  #isGone = false;

  constructor(friendlyName: string) {
    this.friendlyName = friendlyName;
    this.#child = fork(PROGRAM, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child.on('message', (report) => this.#onReport(report as Report));
    this.#gone = new Promise((resolve) => {
      this.#child.once('exit', () => {
        this.#isGone = true;
        this.#rejectAll(`${friendlyName}'s process has ended`);
        resolve();
      });
    });
  }

  ask<Name extends WishName>(wish: Name, about: WishOf<Name>): Promise<AnswerOf<Name>> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = new Promise<unknown>((resolve, reject) => {
      if (this.#isGone) reject(new Error(`${this.friendlyName}'s process has ended`));
      this.#asked.set(id, { resolve, reject });
      this.#child.send({ id, wish, about });
    }).finally(() => this.#asked.delete(id));
    return this.#inTime(answer as Promise<AnswerOf<Name>>, `did not answer '${wish}'`);
  }

  /** The end of a connection with this member, told already or within the deadline. */
  async endOfConnectionWith(friendlyName: string): Promise<Ended> {
    const find = (): Ended | undefined => this.#ended.find((each) => each.member === friendlyName);
    const told = new Promise<void>((resolve) => {
      this.#onEnded = () => {
        if (find() !== undefined) resolve();
      };
      this.#onEnded();
    });
    await this.#inTime(told, `heard nothing of the end of ${friendlyName}`);
    const found = find();
    if (found === undefined) throw new Error('unreachable');
    return found;
  }

  forgetEnded(): void {
    this.#ended.length = 0;
  }

  /** SIGKILL: the process gets no chance to say goodbye. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#gone;
  }

  /** In order when it is able to, and in any case. */
  async leave(): Promise<void> {
    if (this.#isGone) return;
    await this.ask('leave', {}).catch(() => undefined);
    await this.#inTime(this.#gone, 'did not leave').catch(() => this.kill());
  }

  #onReport(report: Report): void {
    switch (report.kind) {
      case 'ended':
        this.#ended.push(report.ended);
        this.#onEnded?.();
        return;
      case 'answer':
        this.#asked.get(report.id)?.resolve(report.value);
        return;
      case 'failure':
        this.#asked.get(report.id)?.reject(new Error(`${this.friendlyName}: ${report.error}`));
    }
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
