// How many bytes of contents one call may bring. A record has up to 256 KiB of them, and to read and
// decode so many takes some hundred times as long as to read a usual one: counted in records alone, a
// page of large ones would hold up everything else for seconds.

/** Measured, 40 ms. What is left comes with the next call. */
export const CONTENT_BYTES_MAX = 4_194_304;

/** The first ones, and at least one, up to the one that goes beyond the bound. */
export function withinBytes<Item>(
  items: Iterable<Item>,
  bytesOf: (item: Item) => number,
): readonly Item[] {
  const taken: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    taken.push(item);
    bytes += bytesOf(item);
    if (bytes >= CONTENT_BYTES_MAX) break;
  }
  return taken;
}
