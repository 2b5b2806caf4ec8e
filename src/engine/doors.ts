// The door of a process: lets those in who come to a listener, finds out by the name they ask for
// whom they want, and hands them on (protocol.md §5.3). One port serves many groups and identities.

import { type DoorKey, doorNamesAt, hourOf } from '../core/link/door-name.ts';
import { Doorman } from '../core/link/doorman.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Crypto } from '../core/ports/crypto.ts';
import type { Entry, Gate, Wire, WireCredentials } from '../core/ports/wires.ts';
import { KIND } from '../core/wire/frame.ts';
import { awaitFirstFrame } from './first-frame.ts';

/** Who takes over a wire; `done` is told once whether whoever came proved to be somebody. */
export interface Receiver {
  receive(
    wire: Wire,
    patienceMs: number,
    done: (isProven: boolean) => void,
    /** Bytes that were read from the wire already. */
    first?: Uint8Array,
  ): void;
  /** False for one that is turned away by its certificate alone, whatever it has to say; without it nobody is. */
  mayTalk?(wire: Wire): boolean;
}

/** Somebody who may be asked for. */
export interface Resident {
  /** By any of these names: that of the present discovery secret first, then those of earlier ones. */
  readonly keys: readonly DoorKey[];
  readonly credentials: WireCredentials;
  /** Takes members; null at a door by which one can only join. */
  readonly desk: Receiver | null;
  /** Takes those whose first frame is JOIN; null where nobody joins. */
  readonly joins: Receiver | null;
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
    const { desk = null, joins = null } = this.#find(name) ?? {};
    const only = desk === null || joins === null ? (desk ?? joins) : null;
    if (only !== null) {
      only.receive(wire, patienceMs, leave);
    } else if (desk?.mayTalk?.(wire) === false) {
      desk.receive(wire, patienceMs, leave);
    } else if (desk === null || joins === null) {
      // Moved out between ClientHello and Finished.
      wire.cut();
      leave(false);
    } else {
      awaitFirstFrame({
        wire,
        clock: this.#clock,
        patienceMs,
        onKind: (kind, first, leftMs) =>
          (kind === KIND.join ? joins : desk).receive(wire, leftMs, leave, first),
        onNothing: () => leave(false),
      });
    }
  }

  #find(name: string): Resident | undefined {
    const { wallTime } = this.#clock.now();
    if (hourOf(wallTime) !== this.#hour) {
      this.#hour = hourOf(wallTime);
      this.#byName = new Map();
      for (const resident of membersFirst(this.#residents)) {
        const names = resident.keys.flatMap((key) => doorNamesAt(this.#crypto, key, wallTime));
        for (const each of names) if (!this.#byName.has(each)) this.#byName.set(each, resident);
      }
    }
    return this.#byName.get(name);
  }
}

/**
 * Whoever makes an offer chooses its door secret, and may choose that of other doors: nobody is shut out of
 * those of members by it.
 */
function membersFirst(residents: Iterable<Resident>): readonly Resident[] {
  const all = [...residents];
  const isMember = ({ desk }: Resident): boolean => desk !== null;
  return [...all.filter(isMember), ...all.filter((resident) => !isMember(resident))];
}
