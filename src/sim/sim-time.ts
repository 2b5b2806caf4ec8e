// When simulated worlds begin, and how their time is written.

/** Of the common monotonic clock. Not 0, so that whoever confuses it with a duration is found out. */
export const WORLD_BEGINS_MS = 1_000_000;
/** 2030-06-01T12:00:00Z, for wall clocks that are right. */
export const WALL_BEGINS_MS = 1_906_545_600_000;

/** Minutes, seconds and milliseconds since the world began. */
export function formatSimTime(instantMs: number): string {
  const ms = instantMs - WORLD_BEGINS_MS;
  const minutes = Math.floor(ms / 60_000);
  const seconds = Math.floor((ms % 60_000) / 1_000);
  const rest = Math.floor(ms % 1_000);
  const pad = (value: number, digits: number) => String(value).padStart(digits, '0');
  return `${pad(minutes, 3)}:${pad(seconds, 2)}.${pad(rest, 3)}`;
}
