// Records of one batch that travel together, with one proof (protocol.md §12.5). Decoding says that the
// bytes have the form; opening, that data, hashes and root belong together. Neither checks the signature.

import { assert } from '../base/assert.ts';
import { ByteReader } from '../base/byte-reader.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { concatBytes, equalBytes } from '../base/bytes.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import type { BatchStatement, Bundle, BundleEntry } from '../domain/records.ts';
import { accept, refuse, type Verdict } from '../domain/refusals.ts';
import { type BatchContents, type BatchEntry, type BatchTools, entryOf } from './batch-contents.ts';
import { batchHash, readBatchStatement, writeBatchStatement } from './batch-statement.ts';
import { merkleRoot, openCover } from './merkle.ts';
import { CONTENT_BYTES_MAX, CONTENT_BYTES_MIN, decodeContent } from './record-content.ts';

const SIGNATURE_BYTES = 64;
const HASH_BYTES = 32;
/** With signature, count and the length of the cover. */
const STATEMENT_BYTES_GUESS = 256;
/** A place and the length of a content. */
const ENTRY_BYTES_GUESS = 6;
/** A place, the length of a content, and the shortest content. */
const ENTRY_BYTES_MIN = 2 + CONTENT_BYTES_MIN;

export function encodeBundle({ statement, signature, entries, cover }: Bundle): Uint8Array {
  assert(signature.length === SIGNATURE_BYTES, 'a signature has 64 bytes');
  assert(entries.length > 0, 'a bundle has a record');
  const out = new ByteWriter(bytesGuess(entries, cover));
  writeBatchStatement(out, statement);
  out.raw(signature).varint(entries.length);
  let placeMin = 0;
  for (const entry of entries) {
    assert(entry.place >= placeMin && entry.place < statement.count, 'places are in their order');
    placeMin = entry.place + 1;
    writeEntry(out, entry);
  }
  out.varint(cover.length);
  for (const hash of cover) {
    assert(hash.length === HASH_BYTES, 'a hash has 32 bytes');
    out.raw(hash);
  }
  return out.finish();
}

/** Throws `MalformedBytes`, also for more than `bytesMax`. Everything in the bundle is a view of `bytes`. */
export function decodeBundle(bytes: Uint8Array, bytesMax: number): Bundle {
  if (bytes.length > bytesMax) throw new MalformedBytes(`bundle of ${bytes.length} bytes`);
  const input = new ByteReader(bytes);
  const statement = readBatchStatement(input);
  const signature = input.raw(SIGNATURE_BYTES);
  const entries = readEntries(input, statement);
  const cover: Uint8Array[] = [];
  const coverMax = statement.count - entries.length;
  for (let left = input.count(coverMax, HASH_BYTES); left > 0; left--) {
    cover.push(input.raw(HASH_BYTES));
  }
  input.end();
  return { statement, signature, entries, cover };
}

/** Refuses data, a cover or a root that do not belong to the contents. The bytes stay those of the bundle. */
export function openBundle(bundle: Bundle, tools: BatchTools): Verdict<BatchContents> {
  const { statement, signature, cover } = bundle;
  for (const entry of bundle.entries) {
    const wrong = wrongData(entry, tools);
    if (wrong !== null) return refuse('RECORD_INVALID', `record ${entry.place}: ${wrong}`);
  }
  const entries = bundle.entries.map((entry) => entryOf(entry, statement, tools));
  const proved = prove(entries, statement.count, cover, tools);
  if (proved === null) return refuse('RECORD_INVALID', 'the cover is not that of these records');
  if (!equalBytes(proved.root, statement.root)) {
    return refuse('RECORD_INVALID', 'the records are not those under the root of the batch');
  }
  const hash = batchHash(statement, tools.group, tools.crypto);
  const { leaves } = proved;
  return accept({ batch: { statement, hash, signature }, leaves, entries: proved.entries });
}

/** What it takes at most, so that a large bundle is not copied each time that the writer grows. */
function bytesGuess(entries: readonly BundleEntry[], cover: readonly Uint8Array[]): number {
  let bytes = STATEMENT_BYTES_GUESS + cover.length * HASH_BYTES;
  for (const { contentBytes, data } of entries) {
    bytes += ENTRY_BYTES_GUESS + contentBytes.length + (data?.length ?? 0);
  }
  return bytes;
}

function writeEntry(out: ByteWriter, { place, content, contentBytes, data }: BundleEntry): void {
  const detachedBytes = content.data.kind === 'detached' ? content.data.length : null;
  assert((data?.length ?? null) === detachedBytes, 'detached data travel with their record');
  out.varint(place).bytes(contentBytes);
  if (data !== null) out.raw(data);
}

function readEntries(input: ByteReader, { author, count }: BatchStatement): readonly BundleEntry[] {
  const entries: BundleEntry[] = [];
  let placeMin = 0;
  for (let left = input.count(count, ENTRY_BYTES_MIN); left > 0; left--) {
    const place = input.varint(count - 1);
    if (place < placeMin) throw new MalformedBytes('bundle: places in their order, each once');
    placeMin = place + 1;
    entries.push(readEntry(input, place, author));
  }
  if (entries.length === 0) throw new MalformedBytes('bundle without a record');
  return entries;
}

function readEntry(input: ByteReader, place: number, author: Uint8Array): BundleEntry {
  const contentBytes = input.bytes(CONTENT_BYTES_MAX);
  const content = decodeContent(contentBytes, author);
  const data = content.data.kind === 'detached' ? input.raw(content.data.length) : null;
  return { place, content, contentBytes, data };
}

/** Null when the data are those that the content names. */
function wrongData({ content, data }: BundleEntry, { crypto }: BatchTools): string | null {
  if (content.data.kind === 'inline') return data === null ? null : 'data beside inline ones';
  const { length, digest } = content.data;
  if (data?.length !== length) return `${data?.length ?? 0} bytes of data, ${length} are signed`;
  return equalBytes(crypto.sha256(data), digest) ? null : 'other data than those that are signed';
}

interface Proved {
  readonly root: Uint8Array;
  readonly leaves: Uint8Array | null;
  readonly entries: readonly BatchEntry[];
}

/** The root that the entries lead to with this cover; null for one that is not theirs. */
function prove(
  entries: readonly BatchEntry[],
  count: number,
  cover: readonly Uint8Array[],
  { crypto }: BatchTools,
): Proved | null {
  if (entries.length === count) {
    if (cover.length > 0) return null;
    const hashes = entries.map(({ hash }) => hash);
    return { root: merkleRoot(hashes, crypto), leaves: concatBytes(hashes), entries };
  }
  const hashByPlace = new Map(entries.map(({ place, hash }) => [place, hash]));
  const opened = openCover(count, hashByPlace, cover, crypto);
  if (opened === null) return null;
  const proved = entries.map((entry) => ({ ...entry, path: opened.pathOf(entry.place) }));
  return { root: opened.root, leaves: null, entries: proved };
}
