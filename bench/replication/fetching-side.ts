// The process that has no records yet: it fetches all and times it.

import { setTimeout as pause } from 'node:timers/promises';
import type { Command, Replies } from '../harness/control.ts';
import { cpuMs, waitedMs } from '../harness/cpu.ts';
import type { Fetched } from './control.ts';
import type { Newcomer, Subject } from './subject.ts';

/** How often it looks; what it reports is late by at most that. */
const LOOK_MS = 2;

export class FetchingSide {
  readonly #subject: Subject;
  #newcomer: Newcomer | null = null;

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  async obey(command: Command): Promise<Replies[keyof Replies]> {
    switch (command.name) {
      case 'arrive':
        this.#newcomer = await this.#subject.arrive(command.directory);
        return this.#newcomer.wish;
      case 'prepare':
        await this.#require().prepare(command.ticket);
        return null;
      case 'fetch':
        return await this.#fetch(command.records, command.capMs);
      case 'close':
        await this.#newcomer?.close();
        return null;
      default:
        throw new Error(`a newcomer does not know ${command.name}`);
    }
  }

  async #fetch(records: number, capMs: number): Promise<Fetched> {
    const newcomer = this.#require();
    globalThis.gc?.();
    const [beganAt, cpuBeforeMs, waitedBeforeMs] = [performance.now(), cpuMs(), waitedMs()];
    const elapsed = (): number => performance.now() - beganAt;
    await newcomer.connect();
    let firstMs = 0;
    for (let count = newcomer.count(); count < records; count = newcomer.count()) {
      if (count > 0 && firstMs === 0) firstMs = elapsed();
      if (elapsed() > capMs) throw new Error(`${count} of ${records} records within ${capMs} ms`);
      await pause(LOOK_MS);
    }
    const spent = { elapsedMs: elapsed(), firstMs, cpuMs: cpuMs() - cpuBeforeMs };
    const deprivedMs = waitedMs() - waitedBeforeMs;
    return { ...spent, deprivedMs, peakRssBytes: process.resourceUsage().maxRSS * 1_024 };
  }

  #require(): Newcomer {
    if (this.#newcomer === null) throw new Error('arrive comes first');
    return this.#newcomer;
  }
}
