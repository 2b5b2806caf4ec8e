// The pairs of one round, started when first needed. A subject that fails is reported, never the
// end of the run.

import { Pair } from './pair.ts';
import type { Material } from './subject.ts';
import type { SubjectName } from './subject-list.ts';
import { loadSubject } from './subject-list.ts';

/**
 * A subject that failed so often at a work is not asked again: each failure may cost a whole
 * deadline.
 */
const FAILURES_MAX = 2;

export class Team {
  readonly #pairByName = new Map<SubjectName, Pair>();
  readonly #materialByName = new Map<SubjectName, Promise<Material>>();
  readonly #failuresByWork = new Map<string, number>();
  readonly #onFailure: (note: string) => void;

  constructor(onFailure: (note: string) => void) {
    this.#onFailure = onFailure;
  }

  /** Runs `measure` with the subject's pair; null when it failed or has failed too often. */
  async attempt<Value>(
    name: SubjectName,
    work: string,
    measure: (pair: Pair) => Promise<Value>,
  ): Promise<Value | null> {
    const key = `${name}, ${work}`;
    const failures = this.#failuresByWork.get(key) ?? 0;
    if (failures >= FAILURES_MAX) return null;
    try {
      return await measure(await this.#pairOf(name));
    } catch (error) {
      this.#failuresByWork.set(key, failures + 1);
      this.#onFailure(`${key}: ${error instanceof Error ? error.message : String(error)}`);
      await this.dismiss(name);
      return null;
    }
  }

  async dismiss(name: SubjectName): Promise<void> {
    const pair = this.#pairByName.get(name);
    this.#pairByName.delete(name);
    await pair?.kill();
  }

  async dismissAll(): Promise<void> {
    await Promise.all([...this.#pairByName.keys()].map((name) => this.dismiss(name)));
  }

  async #pairOf(name: SubjectName): Promise<Pair> {
    const running = this.#pairByName.get(name);
    if (running !== undefined) return running;
    const pair = await Pair.start(name, await this.#materialOf(name));
    this.#pairByName.set(name, pair);
    return pair;
  }

  /** Made once in a run: all rounds of a subject use the same certificates. */
  #materialOf(name: SubjectName): Promise<Material> {
    const made = this.#materialByName.get(name) ?? prepare(name);
    this.#materialByName.set(name, made);
    return made;
  }
}

async function prepare(name: SubjectName): Promise<Material> {
  const subject = await loadSubject(name);
  return (await subject.prepare?.()) ?? '';
}
