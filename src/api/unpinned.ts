// A view on a small part of what was read keeps all of it in memory. Whatever is kept for the
// application to take later is copied out of its read first, so that the bounds on unread bytes bound memory.

/** The same bytes, in memory of which they are the larger part. */
export function unpinned(bytes: Uint8Array): Uint8Array {
  return 2 * bytes.byteLength < bytes.buffer.byteLength ? bytes.slice() : bytes;
}
