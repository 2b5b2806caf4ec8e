// What the network of a simulated world does to those who use it: how long bytes are on their way, and
// between whom nothing comes through at all.

import { SimChance } from '../sim-chance.ts';

export interface WeatherOptions {
  /** One way, between two hosts; always the same for a pair. */
  readonly latencyMinMs: number;
  readonly latencyMaxMs: number;
  /** Added to every frame: up to this part of the latency. */
  readonly jitter: number;
  /** Of the frames, in the form in which TCP shows it: they come later. */
  readonly loss: number;
  /** Of every link and direction; null for no bound. */
  readonly bytesPerSecond: number | null;
}

/** Between the cities of a continent, as target T9 has it; a loss of one in a thousand is a good line. */
export const FAIR_WEATHER: WeatherOptions = {
  latencyMinMs: 10,
  latencyMaxMs: 50,
  jitter: 0.2,
  loss: 0.001,
  bytesPerSecond: null,
};

/** TCP waits at least so long before it sends again (RFC 6298 says 1 s, Linux 200 ms). */
const RETRANSMISSION_MS = 200;

/** Nothing goes from one set of hosts to the other. */
interface Barrier {
  readonly from: ReadonlySet<string>;
  readonly to: ReadonlySet<string>;
}

export class Weather {
  readonly #seed: string;
  readonly #chance: SimChance;
  readonly #barriers = new Set<Barrier>();
  options: WeatherOptions;

  constructor(seed: string, options: WeatherOptions) {
    this.#seed = seed;
    this.#chance = new SimChance(`${seed} weather`);
    this.options = options;
  }

  latencyMs(a: string, b: string): number {
    const { latencyMinMs, latencyMaxMs } = this.options;
    const pair = a < b ? `${a} ${b}` : `${b} ${a}`;
    return new SimChance(`${this.#seed} ${pair}`).between(latencyMinMs, latencyMaxMs);
  }

  /** What a frame takes beyond the latency. */
  delayMs(latencyMs: number): number {
    const { jitter, loss } = this.options;
    const late = latencyMs * jitter * this.#chance.fraction();
    return this.#chance.isTrue(loss) ? late + 2 * latencyMs + RETRANSMISSION_MS : late;
  }

  /** After a line was dead for so long, the next attempt of TCP comes at some time in the same span again. */
  recoveryMs(deadMs: number): number {
    return this.#chance.fraction() * Math.min(deadMs, RECOVERY_MAX_MS);
  }

  isBlocked(from: string, to: string): boolean {
    for (const barrier of this.#barriers) {
      if (barrier.from.has(from) && barrier.to.has(to)) return true;
    }
    return false;
  }

  block(from: readonly string[], to: readonly string[]): () => void {
    const barrier = { from: new Set(from), to: new Set(to) };
    this.#barriers.add(barrier);
    return () => this.#barriers.delete(barrier);
  }

  clear(): void {
    this.#barriers.clear();
  }
}

const RECOVERY_MAX_MS = 30_000;
