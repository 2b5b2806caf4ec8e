// What two peers compare to see whether they have the same (protocol.md §13.2).

/** Short for two sets: of records, and of the memberships that give them their rights. */
export interface Heads {
  /** Records, tombstones included. */
  readonly count: number;
  /** Of the set of records, 32 bytes. */
  readonly digest: Uint8Array;
  /** SHA-256 over the sorted digests of all membership chains, 32 bytes. */
  readonly securityHead: Uint8Array;
}
