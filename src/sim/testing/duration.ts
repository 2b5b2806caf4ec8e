// Spans of virtual time as tests write them, checked before anything is done with them.

/** The sum of what is given, at least one of them. */
export interface Duration {
  readonly minutes?: number;
  readonly seconds?: number;
  readonly ms?: number;
}

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['minutes', 60_000],
  ['seconds', 1_000],
  ['ms', 1],
]);

/** Not below 0. Throws `TypeError` and `RangeError`. */
export function lengthMs(duration: Duration): number {
  const ms = signedMs(duration);
  if (ms < 0) throw new RangeError(`a duration is not negative: ${JSON.stringify(duration)}`);
  return ms;
}

/** Of what may also lie back. */
export function signedMs(duration: Duration): number {
  if (typeof duration !== 'object' || duration === null) throw wrong(duration);
  const parts = Object.entries(duration).filter(([, count]) => count !== undefined);
  if (parts.length === 0) throw wrong(duration);
  let ms = 0;
  for (const [unit, count] of parts) {
    const unitMs = UNIT_MS.get(unit);
    if (unitMs === undefined || !Number.isFinite(count)) throw wrong(duration);
    ms += unitMs * count;
  }
  return ms;
}

function wrong(duration: unknown): TypeError {
  const given = JSON.stringify(duration);
  return new TypeError(`a duration is like { seconds: 5 }, with minutes, seconds or ms: ${given}`);
}
