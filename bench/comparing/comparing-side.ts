// The process that holds both sets of a comparison. They are made once, and compared again and again,
// with differences of their own each time.

import type { Command, Replies } from '../harness/control.ts';
import { median, percentile } from '../harness/statistics.ts';
import type { Built, ComparerCommand, Comparisons, Middle } from './control.ts';
import { Members } from './members.ts';
import type { Compared, Sets, Subject } from './subject.ts';
import { threadCpuMs } from './thread-cpu.ts';

/** Of a subject that takes seconds for each. */
const SLOW_TIMES_MAX = 3;

export class ComparingSide {
  readonly #subject: Subject;
  #members = new Members(0);
  #sets: Sets | null = null;

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  async obey(command: Command): Promise<Replies[keyof Replies]> {
    switch (command.name) {
      case 'build':
        return this.#build(command.size);
      case 'compare':
        return await this.#compare(command);
      default:
        throw new Error(`a comparer does not know ${command.name}`);
    }
  }

  #build(size: number): Built {
    this.#members = new Members(size);
    const members = this.#members.all();
    globalThis.gc?.();
    const [beganAt, cpuBeforeMs] = [performance.now(), threadCpuMs()];
    const sets = this.#subject.build(members);
    const elapsedMs = performance.now() - beganAt;
    const spentMs = threadCpuMs() - cpuBeforeMs;
    this.#sets = sets;
    const { memoryBytes, fixedBytes } = sets;
    const bytesPerRecord = memoryBytes === null ? null : (memoryBytes - (fixedBytes ?? 0)) / size;
    // Both sets were made.
    return { elapsedMs: elapsedMs / 2, cpuMs: spentMs / 2, bytesPerRecord, fixedBytes };
  }

  async #compare({
    differences,
    placement,
    way,
    times,
  }: ComparerCommand & { readonly name: 'compare' }): Promise<Comparisons> {
    const sets = this.#sets;
    if (sets === null) throw new Error('build comes first');
    const count = this.#subject.isSlow === true ? Math.min(SLOW_TIMES_MAX, times) : times;
    const all: Compared[] = [];
    for (let done = 0; done < count; done += 1) {
      for (const [at, member] of this.#members.more(differences, placement).entries()) {
        sets.put(at % 2 === 0 ? 0 : 1, member);
      }
      const compared = await sets.compare(way);
      if (!compared.isEqual) throw new Error('the two sets are not equal afterwards');
      all.push(compared);
    }
    const roundTrips = all.map(({ roundTrips }) => roundTrips).filter((each) => each !== null);
    return {
      bytes: middleOf(all.map(({ bytes }) => bytes)),
      knownRoundTrips: middleOf(all.map(({ knownRoundTrips }) => knownRoundTrips)),
      roundTrips: roundTrips.length === 0 ? null : middleOf(roundTrips),
      firstCpuMs: middleOf(all.map(({ cpuMs }) => cpuMs[0])),
      secondCpuMs: middleOf(all.map(({ cpuMs }) => cpuMs[1])),
    };
  }
}

function middleOf(values: readonly number[]): Middle {
  return { median: median(values), p95: percentile(values, 0.95) };
}
