// One child process of one subject, and the directory in which it keeps records.

import { BenchProcess, START_DEADLINE_MS } from '../harness/bench-process.ts';
import type { ReplyTo } from '../harness/control.ts';
import type { SoloCommand } from './control.ts';
import type { Place } from './subject.ts';

/** Where records are, and of how many a whole collection would consist. */
export interface Shelf extends Pick<Place, 'directory' | 'collection'> {
  readonly size: number;
  /** How many were put there beforehand. */
  readonly records: number;
}

export class Solo {
  readonly shelf: Shelf;
  readonly #process: BenchProcess;
  readonly #onEnd: () => void;

  private constructor(name: string, shelf: Shelf, onEnd: () => void) {
    this.#process = new BenchProcess('solo', name);
    this.shelf = shelf;
    this.#onEnd = onEnd;
  }

  /** `onEnd` is called once, when the process has ended. */
  static async start(name: string, shelf: Shelf, onEnd: () => void): Promise<Solo> {
    const solo = new Solo(name, shelf, onEnd);
    try {
      await solo.#process.ready();
      return solo;
    } catch (error) {
      await solo.kill();
      throw error;
    }
  }

  ask<Asked extends SoloCommand>(command: Asked, deadlineMs: number): Promise<ReplyTo<Asked>> {
    return this.#process.ask(command, deadlineMs);
  }

  async open(durability: Place['durability']): Promise<void> {
    const { directory, collection, size } = this.shelf;
    const place: Place = { directory, collection, durability };
    await this.ask({ name: 'open', place, size }, START_DEADLINE_MS);
  }

  /** Whoever opens this directory next finds it as a program leaves it that ends properly. */
  async close(): Promise<void> {
    await this.ask({ name: 'close' }, START_DEADLINE_MS);
  }

  async kill(): Promise<void> {
    await this.#process.kill();
    this.#onEnd();
  }
}
