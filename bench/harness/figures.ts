// What was measured. Ratios are taken within each round, between measurements a few seconds apart,
// and then their median: the drift of a noisy machine cancels, which it would not in a ratio of
// medians.

import { median } from './statistics.ts';

export interface Sample {
  readonly round: number;
  readonly subject: string;
  readonly work: string;
  readonly metric: string;
  readonly value: number;
}

export interface Figure {
  readonly subject: string;
  readonly work: string;
  readonly metric: string;
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly samples: readonly number[];
}

export interface Source {
  readonly subject: string;
  readonly work: string;
  readonly metric: string;
}

export class Figures {
  readonly #samples: Sample[] = [];

  add(sample: Sample): void {
    this.#samples.push(sample);
  }

  /** In the order in which works and subjects were first measured. */
  all(): Figure[] {
    const samplesByKey = Map.groupBy(this.#samples, (sample) =>
      [sample.work, sample.metric, sample.subject].join('\n'),
    );
    return [...samplesByKey.values()].flatMap((samples) => {
      const first = samples[0];
      if (first === undefined) return [];
      const { subject, work, metric } = first;
      const values = samples.map((sample) => sample.value);
      const [least, most] = [Math.min(...values), Math.max(...values)];
      return [{ subject, work, metric, median: median(values), least, most, samples: values }];
    });
  }

  /** The median over the rounds; null when it was never measured. */
  median(source: Source): number | null {
    const values = [...this.#valueByRound(source).values()];
    return values.length === 0 ? null : median(values);
  }

  /**
   * The median over the rounds of `ours` by the largest of `theirs`; null without a common round.
   */
  ratio(ours: Source, theirs: readonly Source[]): number | null {
    const theirsByRound = theirs.map((source) => this.#valueByRound(source));
    const ratios: number[] = [];
    for (const [round, value] of this.#valueByRound(ours)) {
      const others = theirsByRound.flatMap((values) => values.get(round) ?? []);
      if (others.length > 0) ratios.push(value / Math.max(...others));
    }
    return ratios.length === 0 ? null : median(ratios);
  }

  #valueByRound(source: Source): Map<number, number> {
    const samples = this.#samples.filter(
      (sample) =>
        sample.subject === source.subject &&
        sample.work === source.work &&
        sample.metric === source.metric,
    );
    return new Map(samples.map((sample) => [sample.round, sample.value]));
  }
}
