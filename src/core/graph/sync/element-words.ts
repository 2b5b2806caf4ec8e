// Elements as three words, and what is computed from them (protocol.md §13.7): the sums that make two
// sets comparable, and the check by which a symbol tells one element from several. All of it is 32-bit
// arithmetic, so that every machine computes the same.

export const ELEMENT_BYTES = 12;
export const DIGEST_BYTES = 32;
/** Of a range; an accident is as likely as two records with one hash of 96 bits. */
export const FINGERPRINT_BYTES = 12;
/** Sums of 32 bits each: 256 bits together. What two sets with the same sums cost an insider is said in docs/decisions/0011-graph.md. */
export const LANES = 8;

/** Fractions of the square roots of the first primes, as in SHA-256: numbers that nobody chose. */
const LANE_KEYS = Int32Array.of(
  0x6a09e667,
  0xbb67ae85,
  0x3c6ef372,
  0xa54ff53a,
  0x510e527f,
  0x9b05688c,
  0x1f83d9ab,
  0x5be0cd19,
);
const CHECK_KEY = 0x428a2f98;

export function wordAt(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] ?? 0) << 24) |
    ((bytes[at + 1] ?? 0) << 16) |
    ((bytes[at + 2] ?? 0) << 8) |
    (bytes[at + 3] ?? 0)
  );
}

export function putWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 24;
  bytes[at + 1] = word >>> 16;
  bytes[at + 2] = word >>> 8;
  bytes[at + 3] = word;
}

/** In the order of the bytes: below 0, 0 or above 0. */
export function compareWords(a: number, b: number): number {
  return (a >>> 0) - (b >>> 0);
}

/** What a symbol has beside the element: not linear, so that the checks of several are no check of one. */
export function checkOf(a: number, b: number, c: number): number {
  return mixed(a, b, c, CHECK_KEY);
}

/** Adds the lanes of an element to sums, which begin at `at`. */
export function addLanes(sums: Int32Array, at: number, a: number, b: number, c: number): void {
  for (let lane = 0; lane < LANES; lane++) {
    sums[at + lane] = ((sums[at + lane] ?? 0) + mixed(a, b, c, LANE_KEYS[lane] ?? 0)) | 0;
  }
}

export function subtractLanes(sums: Int32Array, at: number, a: number, b: number, c: number): void {
  for (let lane = 0; lane < LANES; lane++) {
    sums[at + lane] = ((sums[at + lane] ?? 0) - mixed(a, b, c, LANE_KEYS[lane] ?? 0)) | 0;
  }
}

/**
 * Of the sums of a set and how many elements it has. Each byte depends on all of the sums, so that a
 * beginning of the digest is as good as its length.
 */
export function digestOfSums(sums: Int32Array, count: number, length: number): Uint8Array {
  let state = mixed(count | 0, Math.floor(count / 0x1_0000_0000) | 0, length, CHECK_KEY);
  for (let lane = 0; lane < LANES; lane++) state = mixed(state, sums[lane] ?? 0, lane, 0);
  let other = mixed(state, count | 0, length, LANE_KEYS[0] ?? 0);
  for (let lane = LANES - 1; lane >= 0; lane--) other = mixed(other, sums[lane] ?? 0, lane, state);
  const digest = new Uint8Array(length);
  for (let at = 0; at < length; at += 4) {
    const key = LANE_KEYS[at / 4] ?? 0;
    putWord(digest, at, mixed(state, other, (sums[at / 4] ?? 0) + key, key));
  }
  return digest;
}

/** The finalizer of MurmurHash3 with better constants (Wellons, "lowbias32"), once for each word. */
function mixed(a: number, b: number, c: number, key: number): number {
  let x = a ^ key;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = (x ^ (x >>> 15) ^ b) + key;
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  x = (x ^ (x >>> 16) ^ c) + key;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return x ^ (x >>> 15);
}
