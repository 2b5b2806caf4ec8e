// The door of a process: lets those in who come to a listener, finds out by the name they ask for
// whom they want, and hands them on (protocol.md §5.3). One port serves many groups and identities.

import { type DoorKey, doorNamesAt, hourOf } from '../core/link/door-name.ts';
import { Doorman } from '../core/link/doorman.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Crypto } from '../core/ports/crypto.ts';
import type { Entry, Gate, Wire, WireCredentials } from '../core/ports/wires.ts';
import type { DirectDesk } from './direct-desk.ts';

/** Somebody who may be asked for. */
export interface Resident {
  readonly key: DoorKey;
  readonly credentials: WireCredentials;
  readonly desk: DirectDesk;
}

/** What a listener has seen since it began; for diagnosis. */
export interface DoorCounters {
  turnedAway: number;
  failed: number;
  proven: number;
}

export class Doors implements Gate {
  readonly counters: DoorCounters = { turnedAway: 0, failed: 0, proven: 0 };
  readonly #crypto: Crypto;
  readonly #clock: Clock;
  readonly #doorman = new Doorman();
  readonly #residents = new Set<Resident>();
  /** The names of this hour and of its neighbors. */
  #byName = new Map<string, Resident>();
  #hour = Number.NaN;

  constructor(crypto: Crypto, clock: Clock) {
    this.#crypto = crypto;
    this.#clock = clock;
  }

  add(resident: Resident): void {
    this.#residents.add(resident);
    this.#hour = Number.NaN;
  }

  remove(resident: Resident): void {
    this.#residents.delete(resident);
    this.#hour = Number.NaN;
  }

  arrive(host: string): Entry | null {
    const cameAt = this.#clock.now().instant;
    const arrival = this.#doorman.arrive(host, cameAt);
    if (arrival.kind === 'turnAway') {
      this.counters.turnedAway += 1;
      return null;
    }
    const { patienceMs } = arrival;
    const leave = (isProven: boolean): void => {
      this.#doorman.leave(host, isProven, this.#clock.now().instant);
      if (isProven) this.counters.proven += 1;
      else this.counters.failed += 1;
    };
    return {
      patienceMs,
      onFailed: () => leave(false),
      onWire: (wire, name) => {
        const leftMs = patienceMs - (this.#clock.now().instant - cameAt);
        this.#handOver(wire, name, Math.max(0, leftMs), leave);
      },
    };
  }

  credentialsFor(name: string): WireCredentials | null {
    return this.#find(name)?.credentials ?? null;
  }

  #handOver(
    wire: Wire,
    name: string,
    patienceMs: number,
    leave: (isProven: boolean) => void,
  ): void {
    const resident = this.#find(name);
    if (resident === undefined) {
      // Moved out between ClientHello and Finished.
      wire.cut();
      leave(false);
      return;
    }
    resident.desk.receive(wire, patienceMs, leave);
  }

  #find(name: string): Resident | undefined {
    const { wallTime } = this.#clock.now();
    if (hourOf(wallTime) !== this.#hour) {
      this.#hour = hourOf(wallTime);
      this.#byName = new Map(
        [...this.#residents].flatMap((resident) =>
          doorNamesAt(this.#crypto, resident.key, wallTime).map(
            (each) => [each, resident] as const,
          ),
        ),
      );
    }
    return this.#byName.get(name);
  }
}
