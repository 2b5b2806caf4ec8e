// The two kinds of time that core is told, as brands that cannot be mixed. `Instant` is monotonic
// and only for waiting; `WallTime` is what certificates speak of and may jump.

declare const instant: unique symbol;
declare const wallTime: unique symbol;

/** Milliseconds of a monotonic clock; only differences mean anything. */
export type Instant = number & { readonly [instant]: true };
/** Milliseconds since 1970-01-01T00:00:00Z by the machine's clock. */
export type WallTime = number & { readonly [wallTime]: true };

export interface Now {
  readonly instant: Instant;
  readonly wallTime: WallTime;
}

export function instantOf(milliseconds: number): Instant {
  return milliseconds as Instant;
}

export function wallTimeOf(milliseconds: number): WallTime {
  return milliseconds as WallTime;
}
