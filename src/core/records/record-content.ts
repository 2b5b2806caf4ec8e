// What an author says in one version of a record, as bytes (protocol.md §12.1): the form that is hashed
// and signed. One content of one author has one encoding.

import { assert } from '../base/assert.ts';
import { ByteReader } from '../base/byte-reader.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { equalBytes } from '../base/bytes.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import { wallTimeOf } from '../base/time.ts';
import { GUID_BYTES } from '../domain/guid.ts';
import { LIMITS } from '../domain/limits.ts';
import type { RecordContent, RecordData } from '../domain/records.ts';
import {
  ATTRIBUTES_BYTES_MAX,
  DATE_MAX,
  readAttributes,
  writeAttributes,
} from './record-attributes.ts';
import { MOMENT_MAX, readStamp, writeStamp } from './record-stamp.ts';

const FLAG_DELETED = 1;
const FLAG_REFRESHED = 2;
const FLAG_SOMEBODY_ELSES = 4;
const FLAGS_MAX = 7;
const KEY_BYTES = 32;
const DIGEST_BYTES = 32;
const STAMP_BYTES = 8;
const VARINT_BYTES_MAX = 8;
/** A length, and the longest data that stand behind it. */
const DATA_BYTES_MAX = 2 + LIMITS.inlineDataBytesMax;
/** Without a creator and attributes, and with no data: every varint takes one byte. */
export const CONTENT_BYTES_MIN = 1 + GUID_BYTES + STAMP_BYTES + 5;
/** The longest of everything: without a bound a bundle makes us read on for a content that is none. */
export const CONTENT_BYTES_MAX =
  1 +
  KEY_BYTES +
  GUID_BYTES +
  STAMP_BYTES +
  4 * VARINT_BYTES_MAX +
  ATTRIBUTES_BYTES_MAX +
  DATA_BYTES_MAX;
/** What most fields and attributes take, so that memory is taken once. */
const FIELDS_BYTES_GUESS = 96;
const ATTRIBUTE_BYTES_GUESS = 64;

/** `author` signs it; a creator who is somebody else stands in the bytes. */
export function encodeContent(content: RecordContent, author: Uint8Array): Uint8Array {
  const out = new ByteWriter(bytesGuess(content));
  writeContent(out, content, author);
  return out.finish();
}

/** The same for many contents, one after the other in one writer. */
export function writeContent(out: ByteWriter, content: RecordContent, author: Uint8Array): void {
  assertSound(content);
  assert(author.length === KEY_BYTES, 'an author is a key of 32 bytes');
  const { creator, createdAt, modifiedAt, expiresAt, refreshMs, attributes, data } = content;
  const isSomebodyElses = !equalBytes(creator, author);
  out.u8(
    (content.isDeleted ? FLAG_DELETED : 0) +
      (refreshMs === null ? 0 : FLAG_REFRESHED) +
      (isSomebodyElses ? FLAG_SOMEBODY_ELSES : 0),
  );
  if (isSomebodyElses) out.raw(creator);
  writeStamp(out.raw(content.type), content);
  out.varint(content.version);
  out.varint(modifiedAt - createdAt).varint(expiresAt - modifiedAt);
  if (refreshMs !== null) out.varint(refreshMs);
  writeAttributes(out, attributes);
  writeData(out, data);
}

/** Throws `MalformedBytes`. Type, creator, data and digest are views of `bytes`, or `author` itself. */
export function decodeContent(bytes: Uint8Array, author: Uint8Array): RecordContent {
  const input = new ByteReader(bytes);
  const flags = input.u8();
  if (flags > FLAGS_MAX) throw new MalformedBytes('content: unknown flag');
  const isDeleted = (flags & FLAG_DELETED) !== 0;
  const creator = (flags & FLAG_SOMEBODY_ELSES) === 0 ? author : readCreator(input, author);
  const type = input.raw(GUID_BYTES);
  const { createdAt, ordinal } = readStamp(input);
  const version = readFromOne(input, Number.MAX_SAFE_INTEGER);
  const modifiedAt = wallTimeOf(createdAt + input.varint(MOMENT_MAX - createdAt));
  const expiresAt = wallTimeOf(modifiedAt + readFromOne(input, DATE_MAX - modifiedAt));
  const refreshMs = (flags & FLAG_REFRESHED) === 0 ? null : readFromOne(input, MOMENT_MAX);
  const attributes = readAttributes(input);
  const data = readData(input);
  input.end();
  if (isDeleted && (refreshMs !== null || attributes.length > 0 || dataLength(data) > 0)) {
    throw new MalformedBytes('content: a tombstone with content');
  }
  return {
    type,
    creator,
    createdAt,
    ordinal,
    version,
    modifiedAt,
    expiresAt,
    refreshMs,
    isDeleted,
    attributes,
    data,
  };
}

function assertSound(content: RecordContent): void {
  const { modifiedAt, expiresAt, refreshMs, attributes, data } = content;
  assert(content.type.length === GUID_BYTES, 'a type has 16 bytes');
  assert(content.creator.length === KEY_BYTES, 'a creator is a key of 32 bytes');
  assert(content.version >= 1, 'versions begin with 1');
  assert(modifiedAt >= content.createdAt, 'a version is not older than its record');
  assert(modifiedAt <= MOMENT_MAX, 'a version is made before 2^43 ms');
  assert(expiresAt > modifiedAt, 'a record expires after it was modified');
  assert(expiresAt <= DATE_MAX, 'a record expires before the year 10000');
  if (refreshMs !== null) {
    assert(refreshMs >= 1 && refreshMs <= MOMENT_MAX, 'a refresh takes 1 to 2^43-1 ms');
  }
  const isBare = refreshMs === null && attributes.length === 0 && dataLength(data) === 0;
  assert(!content.isDeleted || isBare, 'a tombstone has no attributes, no data and no refresh');
}

/** The length says which form follows. */
function writeData(out: ByteWriter, data: RecordData): void {
  if (data.kind === 'inline') {
    assert(data.bytes.length <= LIMITS.inlineDataBytesMax, 'longer data are detached');
    out.bytes(data.bytes);
    return;
  }
  assert(data.length > LIMITS.inlineDataBytesMax, 'data of 1,024 bytes and less are inline');
  assert(data.length <= LIMITS.recordDataBytesMax, 'data have at most 16,777,216 bytes');
  assert(data.digest.length === DIGEST_BYTES, 'a digest has 32 bytes');
  out.varint(data.length).raw(data.digest);
}

function readData(input: ByteReader): RecordData {
  const length = input.varint(LIMITS.recordDataBytesMax);
  return length <= LIMITS.inlineDataBytesMax
    ? { kind: 'inline', bytes: input.raw(length) }
    : { kind: 'detached', length, digest: input.raw(DIGEST_BYTES) };
}

function readCreator(input: ByteReader, author: Uint8Array): Uint8Array {
  const creator = input.raw(KEY_BYTES);
  if (equalBytes(creator, author)) throw new MalformedBytes('content: the creator is the author');
  return creator;
}

function readFromOne(input: ByteReader, max: number): number {
  const value = input.varint(max);
  if (value === 0) throw new MalformedBytes('content: 0 where 1 is the least');
  return value;
}

function dataLength(data: RecordData): number {
  return data.kind === 'inline' ? data.bytes.length : data.length;
}

function bytesGuess({ attributes, data }: RecordContent): number {
  const inlineBytes = data.kind === 'inline' ? data.bytes.length : DIGEST_BYTES;
  return FIELDS_BYTES_GUESS + attributes.length * ATTRIBUTE_BYTES_GUESS + inlineBytes;
}
