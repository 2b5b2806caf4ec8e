// Who takes part in reconcile: one process for each subject, which keeps its two sets for all works of
// a round.

import { BenchProcess } from '../harness/bench-process.ts';
import type { ReplyTo } from '../harness/control.ts';
import type { Troupe } from '../harness/troupe.ts';
import type { Built, ComparerCommand } from './control.ts';
import { COMPARED_SUBJECTS } from './subject-list.ts';

/** A million members twice, on a machine that others use. */
const DEADLINE_MS = 400_000;

export function comparers(size: number, quickSize: number): Troupe<Comparer> {
  return {
    subjects: COMPARED_SUBJECTS,
    remark: null,
    prepare: async (_name, isQuick) => String(isQuick ? quickSize : size),
    start: (name, material) => Comparer.start(name, Number(material)),
  };
}

export class Comparer {
  readonly #process: BenchProcess;
  readonly built: Built;

  private constructor(process: BenchProcess, built: Built) {
    this.#process = process;
    this.built = built;
  }

  static async start(name: string, size: number): Promise<Comparer> {
    const process = new BenchProcess('comparer', name);
    try {
      await process.ready();
      return new Comparer(process, await process.ask({ name: 'build', size }, DEADLINE_MS));
    } catch (error) {
      await process.kill();
      throw error;
    }
  }

  ask<Asked extends ComparerCommand>(command: Asked): Promise<ReplyTo<Asked>> {
    return this.#process.ask(command, DEADLINE_MS);
  }

  kill(): Promise<void> {
    return this.#process.kill();
  }
}
