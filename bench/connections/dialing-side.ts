// The dialing process: it connects, sends, and times what only it can time.

import { setTimeout as pause } from 'node:timers/promises';
import { collect, type Repetition, type Spread, spreadOf } from '../harness/collect.ts';
import type { Command, Replies } from '../harness/control.ts';
import { cpuMs } from '../harness/cpu.ts';
import type { Material } from '../harness/troupe.ts';
import type { Pumped } from './control.ts';
import type { Address, Connection, Dialer, Subject, Work } from './subject.ts';

/** Between two openings, so that closing the one does not run into the other. */
const QUIET_MS = 2;

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

  async #roundTrips(plan: Repetition & { readonly sizeBytes: number }): Promise<Spread> {
    globalThis.gc?.();
    const connection = await this.#connect({ kind: 'roundTrip', sizeBytes: plan.sizeBytes });
    const message = Buffer.alloc(plan.sizeBytes, 0x5a);
    const times = await collect(plan, async () => {
      const beganAt = performance.now();
      await connection.exchange(message);
      return performance.now() - beganAt;
    });
    await connection.close();
    return spreadOf(times);
  }

  async #opens(plan: Repetition): Promise<Replies['opens']> {
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
    return {
      usable: spreadOf(usableTimes),
      secured: secured.length === 0 ? null : spreadOf(secured),
    };
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
