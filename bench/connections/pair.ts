// Two child processes of one subject: one accepts, one dials.

import { BenchProcess, START_DEADLINE_MS } from '../harness/bench-process.ts';
import type { ReplyTo } from '../harness/control.ts';
import type { Material, Troupe } from '../harness/troupe.ts';
import type { AcceptorCommand, DialerCommand } from './control.ts';
import { CONNECTION_SUBJECTS, loadConnectionSubject } from './subject-list.ts';

export const pairs: Troupe<Pair> = {
  subjects: CONNECTION_SUBJECTS,
  remark: null,
  async prepare(name) {
    const subject = await loadConnectionSubject(name);
    return (await subject.prepare?.()) ?? '';
  },
  start: (name, material) => Pair.start(name, material),
};

export class Pair {
  readonly #acceptor: BenchProcess;
  readonly #dialer: BenchProcess;

  private constructor(acceptor: BenchProcess, dialer: BenchProcess) {
    this.#acceptor = acceptor;
    this.#dialer = dialer;
  }

  static async start(name: string, material: Material): Promise<Pair> {
    const pair = new Pair(new BenchProcess('acceptor', name), new BenchProcess('dialer', name));
    try {
      await Promise.all([pair.#acceptor.ready(), pair.#dialer.ready()]);
      const address = await pair.accepting({ name: 'listen', material }, START_DEADLINE_MS);
      await pair.dialing({ name: 'dial', address, material }, START_DEADLINE_MS);
      return pair;
    } catch (error) {
      await pair.kill();
      throw error;
    }
  }

  accepting<Asked extends AcceptorCommand>(
    command: Asked,
    deadlineMs: number,
  ): Promise<ReplyTo<Asked>> {
    return this.#acceptor.ask(command, deadlineMs);
  }

  dialing<Asked extends DialerCommand>(
    command: Asked,
    deadlineMs: number,
  ): Promise<ReplyTo<Asked>> {
    return this.#dialer.ask(command, deadlineMs);
  }

  /** Resolves when both processes have ended. */
  async kill(): Promise<void> {
    await Promise.all([this.#acceptor.kill(), this.#dialer.kill()]);
  }
}
