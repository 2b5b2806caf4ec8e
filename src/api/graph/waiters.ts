// Those who wait until something is so. Whoever changes anything that it may depend on says `look`.

import { abortedBy } from '../arguments.ts';
import type { PeerGroupError } from '../peer-group-error.ts';

export interface WaitBound {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** What it is rejected with when the time is over. */
  readonly late: () => PeerGroupError;
}

export class Waiters {
  readonly #looks = new Set<() => void>();

  look(): void {
    for (const look of [...this.#looks]) look();
  }

  /** Rejects when the time is over, or with `ABORTED`; without a bound it ends only when the condition holds. */
  until(isSo: () => boolean, bound: WaitBound | null): Promise<void> {
    if (isSo()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const stops: (() => void)[] = [];
      const finish = (settle: () => void): void => {
        for (const stop of stops) stop();
        settle();
      };
      const look = (): void => {
        if (isSo()) finish(resolve);
      };
      this.#looks.add(look);
      stops.push(() => this.#looks.delete(look));
      if (bound !== null) stops.push(...limit(bound, (error) => finish(() => reject(error))));
    });
  }
}

function limit(
  { timeoutMs, signal, late }: WaitBound,
  giveUp: (error: PeerGroupError) => void,
): readonly (() => void)[] {
  const timer = setTimeout(() => giveUp(late()), timeoutMs);
  const stopTimer = (): void => clearTimeout(timer);
  if (signal === undefined) return [stopTimer];
  const onAbort = (): void => giveUp(abortedBy(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  return [stopTimer, () => signal.removeEventListener('abort', onAbort)];
}
