// Two child processes of one subject: one gives all its records away, which were put there once for all
// rounds; the other has an empty directory, which goes with it.

import { BenchProcess, START_DEADLINE_MS } from '../harness/bench-process.ts';
import type { ReplyTo } from '../harness/control.ts';
import { removeDirectory, temporaryDirectory } from '../harness/temporary-directory.ts';
import type { Troupe } from '../harness/troupe.ts';
import type { Shelf } from '../records/solo.ts';
import { diskRemark, type Filling, fill, shelfOf } from '../records/solos.ts';
import type { Fetched, GiverCommand, NewcomerCommand } from './control.ts';
import { REPLICATION_SUBJECTS } from './subject-list.ts';

export function couples(filling: Filling): Troupe<Couple> {
  return {
    subjects: REPLICATION_SUBJECTS,
    remark: diskRemark(),
    prepare: async (name, isQuick) => JSON.stringify(await fill(name, filling, isQuick)),
    start: (name, material) => Couple.start(name, shelfOf(material)),
  };
}

export interface Replicated extends Fetched {
  readonly records: number;
  readonly giverCpuMs: number;
}

export class Couple {
  readonly #shelf: Shelf;
  readonly #giver: BenchProcess;
  readonly #newcomer: BenchProcess;
  readonly #directory = temporaryDirectory();

  private constructor(name: string, shelf: Shelf) {
    this.#shelf = shelf;
    this.#giver = new BenchProcess('giver', name);
    this.#newcomer = new BenchProcess('newcomer', name);
  }

  static async start(name: string, shelf: Shelf): Promise<Couple> {
    const couple = new Couple(name, shelf);
    try {
      await Promise.all([couple.#giver.ready(), couple.#newcomer.ready()]);
      await couple.#introduce();
      return couple;
    } catch (error) {
      await couple.kill();
      throw error;
    }
  }

  async replicate(capMs: number): Promise<Replicated> {
    const { records } = this.#shelf;
    await this.#asGiver({ name: 'spent' });
    const slackMs = START_DEADLINE_MS;
    const fetched = await this.#asNewcomer({ name: 'fetch', records, capMs }, capMs + slackMs);
    return { ...fetched, records, giverCpuMs: await this.#asGiver({ name: 'spent' }) };
  }

  /** Resolves when both processes have ended. */
  async kill(): Promise<void> {
    await Promise.all([this.#giver.kill(), this.#newcomer.kill()]);
    removeDirectory(this.#directory);
  }

  async #introduce(): Promise<void> {
    await this.#asGiver({ name: 'give', directory: this.#shelf.directory });
    const wish = await this.#asNewcomer({ name: 'arrive', directory: this.#directory });
    const ticket = await this.#asGiver({ name: 'admit', wish });
    await this.#asNewcomer({ name: 'prepare', ticket });
  }

  #asGiver<Asked extends GiverCommand>(command: Asked): Promise<ReplyTo<Asked>> {
    return this.#giver.ask(command, START_DEADLINE_MS);
  }

  #asNewcomer<Asked extends NewcomerCommand>(
    command: Asked,
    deadlineMs = START_DEADLINE_MS,
  ): Promise<ReplyTo<Asked>> {
    return this.#newcomer.ask(command, deadlineMs);
  }
}
