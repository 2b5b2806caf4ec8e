// The process that has all records and gives them away.

import type { Command, Replies } from '../harness/control.ts';
import { cpuMs } from '../harness/cpu.ts';
import type { Giver, Subject } from './subject.ts';

export class GivingSide {
  readonly #subject: Subject;
  #giver: Giver | null = null;
  #cpuBeforeMs = cpuMs();

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  async obey(command: Command): Promise<Replies[keyof Replies]> {
    switch (command.name) {
      case 'give':
        this.#giver = await this.#subject.give(command.directory);
        return null;
      case 'admit':
        if (this.#giver === null) throw new Error('give comes first');
        return await this.#giver.admit(command.wish);
      case 'spent': {
        const spentMs = cpuMs() - this.#cpuBeforeMs;
        this.#cpuBeforeMs = cpuMs();
        return spentMs;
      }
      case 'close':
        await this.#giver?.close();
        return null;
      default:
        throw new Error(`a giver does not know ${command.name}`);
    }
  }
}
