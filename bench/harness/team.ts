// The processes of one round, started when first needed. A subject that fails is reported, never the
// end of the run.

import type { Crew, Material, Troupe } from './troupe.ts';

/**
 * A subject that failed so often at a work is not asked again: each failure may cost a whole
 * deadline.
 */
const FAILURES_MAX = 2;

export interface TeamOptions {
  readonly isQuick: boolean;
  readonly onProgress: (line: string) => void;
  readonly onFailure: (note: string) => void;
}

export class Team<SomeCrew extends Crew> {
  readonly #troupe: Troupe<SomeCrew>;
  readonly #options: TeamOptions;
  readonly #crewByName = new Map<string, SomeCrew>();
  readonly #materialByName = new Map<string, Promise<Material | null>>();
  readonly #failuresByWork = new Map<string, number>();

  constructor(troupe: Troupe<SomeCrew>, options: TeamOptions) {
    this.#troupe = troupe;
    this.#options = options;
  }

  /** Runs `measure` with the subject's processes; null when it failed or has failed too often. */
  async attempt<Value>(
    name: string,
    work: string,
    measure: (crew: SomeCrew) => Promise<Value>,
  ): Promise<Value | null> {
    const key = `${name}, ${work}`;
    const failures = this.#failuresByWork.get(key) ?? 0;
    if (failures >= FAILURES_MAX) return null;
    const material = await this.#materialOf(name);
    if (material === null) return null;
    try {
      return await measure(await this.#crewOf(name, material));
    } catch (error) {
      this.#failuresByWork.set(key, failures + 1);
      this.#options.onFailure(`${key}: ${messageOf(error)}`);
      await this.dismiss(name);
      return null;
    }
  }

  async dismiss(name: string): Promise<void> {
    const crew = this.#crewByName.get(name);
    this.#crewByName.delete(name);
    await crew?.kill();
  }

  async dismissAll(): Promise<void> {
    await Promise.all([...this.#crewByName.keys()].map((name) => this.dismiss(name)));
  }

  async #crewOf(name: string, material: Material): Promise<SomeCrew> {
    const running = this.#crewByName.get(name);
    if (running !== undefined) return running;
    const crew = await this.#troupe.start(name, material);
    this.#crewByName.set(name, crew);
    return crew;
  }

  /** Made once in a run, and used in all its rounds. Null for a subject that could not make it. */
  #materialOf(name: string): Promise<Material | null> {
    const made = this.#materialByName.get(name) ?? this.#prepare(name);
    this.#materialByName.set(name, made);
    return made;
  }

  async #prepare(name: string): Promise<Material | null> {
    this.#options.onProgress(`    preparing ${name}`);
    try {
      return await this.#troupe.prepare(name, this.#options.isQuick);
    } catch (error) {
      this.#options.onFailure(`${name} left out: ${messageOf(error)}`);
      return null;
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
