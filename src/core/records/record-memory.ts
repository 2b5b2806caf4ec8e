// What a decoded record takes in memory, for the bounds of whoever holds some of others' making.

import type { RecordContent } from '../domain/records.ts';

/** Measured roughly: the objects of one decoded record. */
const RECORD_OVERHEAD_BYTES = 1_000;
/** Of each of its attributes, the shortest of which take four bytes of a content. */
const ATTRIBUTE_OVERHEAD_BYTES = 200;

/** With its content, and without detached data. */
export function recordMemoryBytes(record: {
  readonly content: RecordContent;
  readonly contentBytes: Uint8Array;
}): number {
  const attributes = record.content.attributes.length * ATTRIBUTE_OVERHEAD_BYTES;
  return RECORD_OVERHEAD_BYTES + attributes + record.contentBytes.length;
}
