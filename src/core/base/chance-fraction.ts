// Numbers out of random bytes, for choices that need not be secret: which of several, and how long.

/** From 0 up to and without 1, of 4 random bytes. */
export function fractionOf(bytes: Uint8Array): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  return (a * 0x100_0000 + b * 0x1_0000 + c * 0x100 + d) / 0x1_0000_0000;
}
