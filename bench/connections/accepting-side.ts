// The accepting process: it serves what the subject accepts, samples what has arrived and weighs
// itself.

import { setTimeout as pause } from 'node:timers/promises';
import type { Command, Replies } from '../harness/control.ts';
import { cpuMs } from '../harness/cpu.ts';
import { weigh } from '../harness/memory.ts';
import type { Material } from '../harness/troupe.ts';
import type { Throughput } from './control.ts';
import type { Acceptor, Subject, Tally, Work } from './subject.ts';

/**
 * How often a tally is looked at: a thousandth of the shortest sample, and nothing beside the
 * traffic.
 */
const LOOK_MS = 1;

export class AcceptingSide {
  readonly #subject: Subject;
  #acceptor: Acceptor | null = null;
  #tally: Tally = emptyTally();

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  async obey(command: Command): Promise<Replies[keyof Replies]> {
    switch (command.name) {
      case 'listen':
        return await this.#listen(command.material);
      case 'serve':
        return this.#serve(command.work);
      case 'awaitConnections':
        return await this.#awaitConnections(command.connections);
      case 'sample':
        return await this.#sample(command.warmUpMs, command.durationMs);
      case 'receive':
        return await this.#receive(command.totalBytes, command.capMs);
      case 'memory':
        return await weigh();
      default:
        throw new Error(`the accepting side does not know ${command.name}`);
    }
  }

  async #listen(material: Material): Promise<string> {
    this.#acceptor = await this.#subject.listen(material);
    return this.#acceptor.address;
  }

  #serve(work: Work): null {
    this.#tally = emptyTally();
    globalThis.gc?.();
    this.#acceptor?.serve(work, this.#tally);
    return null;
  }

  async #awaitConnections(connections: number): Promise<null> {
    while (this.#tally.connections < connections) await pause(LOOK_MS);
    return null;
  }

  /** Counts over a stretch of time that begins `warmUpMs` after the first byte. */
  async #sample(warmUpMs: number, durationMs: number): Promise<Throughput> {
    const tally = this.#tally;
    while (tally.bytes === 0) await pause(LOOK_MS);
    await pause(warmUpMs);
    const before = mark(tally);
    await pause(durationMs);
    return progress(before, tally);
  }

  /** Counts from the first byte to the last of `totalBytes`, or for `capMs`. */
  async #receive(totalBytes: number, capMs: number): Promise<Throughput> {
    const tally = this.#tally;
    while (tally.bytes === 0) await pause(LOOK_MS);
    const before = mark(tally);
    while (tally.bytes < totalBytes && performance.now() - before.atMs < capMs)
      await pause(LOOK_MS);
    return progress(before, tally);
  }
}

interface Mark extends Tally {
  readonly atMs: number;
  readonly cpuMs: number;
}

function mark(tally: Tally): Mark {
  return { ...tally, atMs: performance.now(), cpuMs: cpuMs() };
}

function progress(before: Mark, tally: Tally): Throughput {
  const now = mark(tally);
  return {
    bytes: now.bytes - before.bytes,
    elapsedMs: now.atMs - before.atMs,
    cpuMs: now.cpuMs - before.cpuMs,
  };
}

function emptyTally(): Tally {
  return { connections: 0, bytes: 0 };
}
