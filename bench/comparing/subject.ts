// What a subject of reconcile is: two sets in one process, and a way to make them equal of which every
// byte and every message is counted. Records themselves do not travel; what says which of them should
// does.

export interface Subject {
  build(members: readonly Member[]): Sets;
  /** Comparisons of which it is to do fewer, since each takes seconds. */
  readonly isSlow?: true;
}

export type Side = 0 | 1;

/** What stands for a record: a hash of 32 bytes of which each subject takes as much as it uses. */
export interface Member {
  readonly id: Uint8Array;
  readonly hash: Uint8Array;
  readonly modifiedAt: number;
}

export interface Sets {
  /** Only there, until they are compared. */
  put(side: Side, member: Member): void;
  /** Afterwards both have everything. The first side begins. */
  compare(way: Way): Compared | Promise<Compared>;
  /** What one set takes, without the records. */
  readonly memoryBytes: number | null;
  /** Of it what does not grow with the set. */
  readonly fixedBytes: number | null;
}

/** `ranges`: by ranges alone, where there is another way. */
export type Way = 'usual' | 'ranges';

export interface Compared {
  /** In both directions, frames with their heads, without records. */
  readonly bytes: number;
  /** Until it was known what differs. */
  readonly knownRoundTrips: number;
  /** Until both had everything, records included; null where none travel. */
  readonly roundTrips: number | null;
  /** Of the first side and the second. */
  readonly cpuMs: readonly [number, number];
  readonly isEqual: boolean;
}
