// Records: what the members of a group share. A record is published by its author as one place of a
// signed batch; the batches of an author's journal form a hash chain (protocol.md §12).

import type { WallTime } from '../base/time.ts';
import { guidText, parseGuid } from './guid.ts';
import type { PeerName } from './names.ts';

declare const recordId: unique symbol;
declare const recordType: unique symbol;

/** A GUID that binds the record's group, creator, type and creation (protocol.md §12.2). */
export type RecordId = string & { readonly [recordId]: true };
/** A GUID that the application chose. */
export type RecordType = string & { readonly [recordType]: true };

/** Takes either case. Throws `MalformedBytes`. */
export function parseRecordId(text: string): RecordId {
  return parseGuid(text, 'record id') as RecordId;
}

/** Takes either case. Throws `MalformedBytes`. */
export function parseRecordType(text: string): RecordType {
  return parseGuid(text, 'record type') as RecordType;
}

export function recordIdOf(bytes: Uint8Array): RecordId {
  return guidText(bytes) as RecordId;
}

export function recordTypeOf(bytes: Uint8Array): RecordType {
  return guidText(bytes) as RecordType;
}

/** A whole number of up to 18 digits as a bigint, a moment in milliseconds of UTC, or text without NUL. */
export type AttributeValue =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'date'; readonly value: WallTime };

export interface RecordAttribute {
  /** 1 to 40 ASCII letters and digits. */
  readonly name: string;
  readonly value: AttributeValue;
}

/** What an author says about a record in one version of it: the signed form (protocol.md §12.1). */
export interface RecordContent {
  /** 16 bytes, never changes. */
  readonly type: Uint8Array;
  /** Raw Ed25519 key of the member in whose name it was made, 32 bytes; never changes. */
  readonly creator: Uint8Array;
  /** Never changes; whole milliseconds below 2^43. */
  readonly createdAt: WallTime;
  /** Tells records apart that one member creates in one millisecond: 0 to 2^20-1. Never changes. */
  readonly ordinal: number;
  /** 1 for the first. */
  readonly version: number;
  /** Of this version, not before `createdAt`. */
  readonly modifiedAt: WallTime;
  /** From then on the record is gone, its tombstone too; after `modifiedAt`. */
  readonly expiresAt: WallTime;
  /** How long each refresh by its author makes it live, in milliseconds; null for one that is left to expire. */
  readonly refreshMs: number | null;
  /** A tombstone has no attributes and no data. */
  readonly isDeleted: boolean;
  /** In the bytewise order of their names, each name once. */
  readonly attributes: readonly RecordAttribute[];
  readonly data: RecordData;
}

/** Short data stand in the content itself, longer ones beside it: the content has their digest. */
export type RecordData =
  /** At most `LIMITS.inlineDataBytesMax`. */
  | { readonly kind: 'inline'; readonly bytes: Uint8Array }
  /** At most `LIMITS.recordDataBytesMax`; SHA-256. */
  | { readonly kind: 'detached'; readonly length: number; readonly digest: Uint8Array };

/** A version of a record with everything that tells where it comes from. */
export interface GroupRecord {
  /** 16 bytes. */
  readonly id: Uint8Array;
  readonly content: RecordContent;
  /** The canonical form of `content`; detached data stand in it by their digest only (protocol.md §12.1). */
  readonly contentBytes: Uint8Array;
  /** SHA-256, 32 bytes: the leaf of the batch's tree, and what tells two versions apart for good (protocol.md §12.3). */
  readonly hash: Uint8Array;
  /** Raw Ed25519 key of the member that signed this version, 32 bytes. */
  readonly author: Uint8Array;
  readonly authorName: PeerName;
  readonly creatorName: PeerName;
  /** The place of this version in the author's journal, from 1. */
  readonly sequence: number;
  /** Hash of the batch that holds it, 32 bytes. */
  readonly batch: Uint8Array;
  /** The place in that batch, from 0. */
  readonly place: number;
}

/** What the author signs: so many records with consecutive numbers, under one Merkle root (protocol.md §12.4). */
export interface BatchStatement {
  /** Raw Ed25519 key, 32 bytes. */
  readonly author: Uint8Array;
  /** Digest of the chain that gives the author its rights here, 32 bytes (protocol.md §4.1). */
  readonly membership: Uint8Array;
  /** 8 bytes: which of the author's journals. One database has one, so one identity on two machines has two. */
  readonly journal: Uint8Array;
  /** Of the first record, from 1. */
  readonly firstSequence: number;
  /** 1 to `LIMITS.recordsInBatchMax`. */
  readonly count: number;
  /** Hash of the journal's batch before this one; 32 zero bytes for the first. */
  readonly previous: Uint8Array;
  /** Of the Merkle tree over the records' hashes, 32 bytes. */
  readonly root: Uint8Array;
}

export interface SignedBatch {
  readonly statement: BatchStatement;
  /** SHA-256 over group and statement, 32 bytes: what is signed, and what the next batch names. */
  readonly hash: Uint8Array;
  /** Ed25519, 64 bytes. */
  readonly signature: Uint8Array;
}

/** Records of one batch that travel together, with one proof (protocol.md §12.5). */
export interface Bundle {
  readonly statement: BatchStatement;
  /** Ed25519, 64 bytes. */
  readonly signature: Uint8Array;
  /** In the order of their places, at least one. */
  readonly entries: readonly BundleEntry[];
  /** Hashes of the largest subtrees without a record of this bundle, from left to right. */
  readonly cover: readonly Uint8Array[];
}

export interface BundleEntry {
  /** In the batch, from 0. */
  readonly place: number;
  readonly content: RecordContent;
  /** The canonical form of `content`. */
  readonly contentBytes: Uint8Array;
  /** The detached data; null for a record without any. */
  readonly data: Uint8Array | null;
}

/** Two batches of one author that cannot both be honest: they give one sequence number twice, or break the chain. */
export interface Equivocation {
  readonly first: SignedBatch;
  readonly second: SignedBatch;
}

/** What is stored in one's name, for quotas. */
export interface StorageUse {
  readonly records: number;
  /** Of contents, data, batches and their leaves. */
  readonly bytes: number;
}

/** What became of a record that could be seen before or can be seen now. */
export interface RecordChange {
  readonly kind: 'added' | 'updated' | 'deleted' | 'expired' | 'revoked';
  /** Null for one that could not be seen. */
  readonly before: GroupRecord | null;
  /** Null when it cannot be seen any more. */
  readonly after: GroupRecord | null;
}
