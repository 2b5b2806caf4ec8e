// A version of a record as the element of a set (protocol.md §13.7).

/** 96 bits of the hash: who wants two of its own records to look alike has 2^48 hashes to compute. */
const ELEMENT_BYTES = 12;

export function elementOf(hash: Uint8Array): Uint8Array {
  return hash.slice(0, ELEMENT_BYTES);
}
