// The dialing process: it connects, sends, and times what only it can time.

import { setTimeout as pause } from 'node:timers/promises';
import type { Command, Pumped, Replies, Spread } from './control.ts';
import { cpuMs } from './cpu.ts';
import { median, percentile } from './statistics.ts';
import type { Address, Connection, Dialer, Material, Subject, Work } from './subject.ts';

/** Between two openings, so that closing the one does not run into the other. */
const QUIET_MS = 2;

/** A cap on time must not leave too few samples for a median. */
const SAMPLES_MIN = 10;

export class DialingSide {
  readonly #subject: Subject;
  #dialer: Dialer | null = null;
  #isStopped = false;
  readonly #held: Connection[] = [];

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  async obey(command: Command): Promise<Replies[keyof Replies]> {
    switch (command.name) {
      case 'dial':
        return await this.#dial(command.address, command.material);
      case 'pump':
        return await this.#pump(command.work, command.sizeBytes, command.count);
      case 'stop':
        this.#isStopped = true;
        return null;
      case 'roundTrips':
        return await this.#roundTrips(command);
      case 'opens':
        return await this.#opens(command);
      case 'hold':
        return await this.#hold(command.count);
      default:
        throw new Error(`the dialing side does not know ${command.name}`);
    }
  }

  async #dial(address: Address, material: Material): Promise<null> {
    this.#dialer = await this.#subject.dial(address, material);
    return null;
  }

  async #connect(work: Work): Promise<Connection> {
    if (this.#dialer === null) throw new Error('dial comes first');
    return await this.#dialer.connect(work);
  }

  async #pump(work: Work, sizeBytes: number, count: number): Promise<Pumped> {
    globalThis.gc?.();
    this.#isStopped = false;
    const connection = await this.#connect(work);
    let sent = 0;
    const mayGoOn = (): boolean => {
      sent += 1;
      return sent <= count && !this.#isStopped;
    };
    const cpuBeforeMs = cpuMs();
    await connection.pump(Buffer.alloc(sizeBytes, 0x5a), mayGoOn);
    const pumped = { bytes: (sent - 1) * sizeBytes, cpuMs: cpuMs() - cpuBeforeMs };
    // The parent stops the pump when the last byte has been counted, and not before.
    while (!this.#isStopped) await pause(1);
    await connection.close();
    return pumped;
  }

  async #roundTrips(plan: Plan & { readonly sizeBytes: number }): Promise<Spread> {
    globalThis.gc?.();
    const connection = await this.#connect({ kind: 'roundTrip', sizeBytes: plan.sizeBytes });
    const message = Buffer.alloc(plan.sizeBytes, 0x5a);
    const times = await collect(plan, async () => {
      const beganAt = performance.now();
      await connection.exchange(message);
      return performance.now() - beganAt;
    });
    await connection.close();
    return spread(times);
  }

  async #opens(plan: Plan): Promise<Replies['opens']> {
    globalThis.gc?.();
    const securedTimes: number[] = [];
    const usableTimes = await collect(plan, async () => {
      const beganAt = performance.now();
      const connection = await this.#connect({ kind: 'open' });
      const usableMs = performance.now() - beganAt;
      if (connection.securedAtMs !== undefined) securedTimes.push(connection.securedAtMs - beganAt);
      await connection.close();
      await pause(QUIET_MS);
      return usableMs;
    });
    const secured = securedTimes.slice(-usableTimes.length);
    return { usable: spread(usableTimes), secured: secured.length === 0 ? null : spread(secured) };
  }

  async #hold(count: number): Promise<null> {
    // One after the other: js-libp2p makes one connection of several dials at a time to one
    // address.
    for (let opened = 0; opened < count; opened += 1) {
      this.#held.push(await this.#connect({ kind: 'idle' }));
    }
    return null;
  }
}

interface Plan {
  readonly warmUpCount: number;
  readonly count: number;
  readonly capMs: number;
}

/** Repeats `measure`, drops the warm-up and stops early at the cap. */
async function collect(plan: Plan, measure: () => Promise<number>): Promise<number[]> {
  const beganAt = performance.now();
  const isLate = (share: number): boolean => performance.now() - beganAt > plan.capMs * share;
  for (let done = 0; done < plan.warmUpCount && !isLate(0.3); done += 1) await measure();
  const values: number[] = [];
  while (values.length < plan.count && (values.length < SAMPLES_MIN || !isLate(1))) {
    values.push(await measure());
  }
  return values;
}

function spread(timesMs: readonly number[]): Spread {
  return { medianMs: median(timesMs), p99Ms: percentile(timesMs, 0.99) };
}
