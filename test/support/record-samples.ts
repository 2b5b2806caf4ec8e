// Records, batches and bundles for the tests of their codec: Alice publishes in the chess club, and
// what is random is whatever a record may hold.

import fc from 'fast-check';

import { ByteWriter } from '../../src/core/base/byte-writer.ts';
import { wallTimeOf } from '../../src/core/base/time.ts';
import type {
  AttributeValue,
  Bundle,
  RecordContent,
  RecordData,
} from '../../src/core/domain/records.ts';
import type { Signer } from '../../src/core/ports/crypto.ts';
import {
  assembleBatch,
  type BatchStanding,
  type RecordDraft,
  signBatch,
} from '../../src/core/records/batch-assembly.ts';
import type { BatchContents, BatchTools } from '../../src/core/records/batch-contents.ts';
import { coverOf } from '../../src/core/records/merkle.ts';
import { RecordHashes } from '../../src/core/records/record-hashes.ts';
import { RecordIds } from '../../src/core/records/record-ids.ts';
import { alice, bob, club } from './golden-chains.ts';
import { nodeCrypto } from './trust-cast.ts';

export const CREATED_AT = wallTimeOf(Date.parse('2030-06-01T12:00:00Z'));
export const DAY_MS = 86_400_000;
export const NO_DATA: RecordData = { kind: 'inline', bytes: new Uint8Array(0) };
export const MOMENT_MAX = 2 ** 43 - 1;
export const DATE_MIN = Date.parse('0000-01-01T00:00:00Z');
export const DATE_MAX = Date.parse('9999-12-31T23:59:59.999Z');

/** Alice's record without anything in it, with changes. */
export function contentOf(changes: Partial<RecordContent> = {}): RecordContent {
  return {
    type: guid(0x3f),
    creator: alice.publicKey,
    createdAt: CREATED_AT,
    ordinal: 0,
    version: 1,
    modifiedAt: CREATED_AT,
    expiresAt: wallTimeOf(CREATED_AT + DAY_MS),
    refreshMs: null,
    isDeleted: false,
    attributes: [],
    data: NO_DATA,
    ...changes,
  };
}

/** 16 bytes from this one on. */
export function guid(first: number): Uint8Array {
  return Uint8Array.from({ length: 16 }, (_, at) => first + at);
}

export function stringOf(value: string): AttributeValue {
  return { kind: 'string', value };
}

/** So many bytes, no two neighbors alike. */
export function someBytes(length: number, first = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => first + 7 * at);
}

/** With data that are inline or detached by their length. */
export function draftOf(data: Uint8Array, changes: Partial<RecordContent> = {}): RecordDraft {
  const { length } = data;
  if (length <= 1_024) {
    return {
      content: contentOf({ ...changes, data: { kind: 'inline', bytes: data } }),
      data: null,
    };
  }
  const digest = nodeCrypto.sha256(data);
  return { content: contentOf({ ...changes, data: { kind: 'detached', length, digest } }), data };
}

export function newTools(group = club.group): BatchTools {
  const ids = new RecordIds(group, nodeCrypto);
  return { group, crypto: nodeCrypto, ids, hashes: new RecordHashes(group, nodeCrypto) };
}

export function standingOf(changes: Partial<BatchStanding> = {}): BatchStanding {
  return {
    author: alice.publicKey,
    membership: new Uint8Array(32).fill(0xa1),
    journal: guid(0x70).slice(0, 8),
    firstSequence: 1,
    previous: new Uint8Array(32),
    ...changes,
  };
}

export function batchOf(
  drafts: readonly RecordDraft[],
  standing = standingOf(),
  signer: Signer = alice,
): BatchContents {
  return signBatch(assembleBatch(standing, drafts, newTools()), signer);
}

/** So many small records; every third has detached data when `detachedBytes` is above 1,024. */
export function draftsOf(count: number, detachedBytes = 0): readonly RecordDraft[] {
  return Array.from({ length: count }, (_, ordinal) =>
    draftOf(someBytes(ordinal % 3 === 2 ? detachedBytes : ordinal % 5, ordinal), { ordinal }),
  );
}

/** The records at these places with their proof. */
export function bundleOf(batch: BatchContents, places: readonly number[]): Bundle {
  const { statement, signature } = batch.batch;
  const leaves = batch.entries.map(({ hash }) => hash);
  const isPresent = (place: number): boolean => places.includes(place);
  return {
    statement,
    signature,
    entries: batch.entries.filter(({ place }) => isPresent(place)),
    cover: coverOf(leaves, isPresent, nodeCrypto),
  };
}

/** Every field as it stands in the bytes, so that a test can put a wrong one. */
export interface RawContent {
  readonly flags: number;
  readonly creator: Uint8Array;
  readonly type: Uint8Array;
  readonly stamp: bigint;
  readonly version: number;
  readonly modified: number;
  readonly lifetime: number;
  readonly refresh: number | null;
  /** With their count. */
  readonly attributes: Uint8Array;
  readonly length: number;
  readonly data: Uint8Array;
}

export function rawContent(changes: Partial<RawContent> = {}): Uint8Array {
  const raw: RawContent = {
    flags: 0,
    creator: new Uint8Array(0),
    type: guid(0x3f),
    stamp: BigInt(CREATED_AT) << 20n,
    version: 1,
    modified: 0,
    lifetime: DAY_MS,
    refresh: null,
    attributes: Uint8Array.of(0),
    length: 0,
    data: new Uint8Array(0),
    ...changes,
  };
  const out = new ByteWriter().u8(raw.flags).raw(raw.creator).raw(raw.type).u64(raw.stamp);
  out.varint(raw.version).varint(raw.modified).varint(raw.lifetime);
  if (raw.refresh !== null) out.varint(raw.refresh);
  return out.raw(raw.attributes).varint(raw.length).raw(raw.data).finish();
}

const anyMoment = (min: number, max: number) =>
  fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max })).map(wallTimeOf);

const anyText = fc
  .oneof(fc.string({ maxLength: 20 }), fc.string({ unit: 'binary', maxLength: 40 }))
  .map((text) => text.replaceAll('\0', ''));

const INT_MAX = 10n ** 18n - 1n;
const SAFE_EDGE = 2n ** 53n;

export const anyAttributeValue: fc.Arbitrary<AttributeValue> = fc.oneof(
  anyText.map((value) => ({ kind: 'string', value }) as const),
  fc
    .oneof(
      fc.constantFrom(-INT_MAX, INT_MAX, 0n, -1n, SAFE_EDGE, -SAFE_EDGE, SAFE_EDGE - 1n),
      fc.bigInt({ min: -INT_MAX, max: INT_MAX }),
      fc.bigInt({ min: -300n, max: 300n }),
    )
    .map((value) => ({ kind: 'int', value }) as const),
  anyMoment(DATE_MIN, DATE_MAX).map((value) => ({ kind: 'date', value }) as const),
);

const anyAttributes = fc
  .dictionary(fc.stringMatching(/^[A-Za-z0-9]{1,40}$/), anyAttributeValue, { maxKeys: 6 })
  .map((values) =>
    Object.entries(values)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => ({ name, value })),
  );

const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

const anyData: fc.Arbitrary<RecordData> = fc.oneof(
  fc.uint8Array({ maxLength: 1_024 }).map((bytes) => ({ kind: 'inline', bytes }) as const),
  fc
    .tuple(fc.integer({ min: 1_025, max: 16_777_216 }), bytesOf(32))
    .map(([length, digest]) => ({ kind: 'detached', length, digest }) as const),
);

/** Whatever a record of Alice's may say, be it hers or Bob's. */
export const anyContent: fc.Arbitrary<RecordContent> = fc
  .record({
    isDeleted: fc.boolean(),
    creator: fc.oneof(fc.constantFrom(alice.publicKey, bob.publicKey), bytesOf(32)),
    type: bytesOf(16),
    ordinal: fc.oneof(fc.constantFrom(0, 2 ** 20 - 1), fc.nat(2 ** 20 - 1)),
    moments: fc.tuple(anyMoment(0, MOMENT_MAX), anyMoment(0, MOMENT_MAX)),
    version: fc.oneof(
      fc.constantFrom(1, Number.MAX_SAFE_INTEGER),
      fc.nat().map((n) => n + 1),
    ),
    lifetimeMs: fc.integer({ min: 1, max: DATE_MAX - MOMENT_MAX }),
    refreshMs: fc.option(fc.integer({ min: 1, max: MOMENT_MAX })),
    attributes: anyAttributes,
    data: anyData,
  })
  .map(({ moments, lifetimeMs, refreshMs, attributes, data, ...rest }) => {
    const createdAt = wallTimeOf(Math.min(...moments));
    const modifiedAt = wallTimeOf(Math.max(...moments));
    const expiresAt = wallTimeOf(modifiedAt + lifetimeMs);
    const kept = rest.isDeleted
      ? { refreshMs: null, attributes: [], data: NO_DATA }
      : { refreshMs, attributes, data };
    return { ...rest, createdAt, modifiedAt, expiresAt, ...kept };
  });
