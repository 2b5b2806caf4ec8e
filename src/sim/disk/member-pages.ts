// What a simulated store has of one member: its chains, its batches, and the records that it created.

import { bytesKey, compareBytes, equalBytes } from '../../core/base/bytes.ts';
import type { BatchesPage, CreatedPage, StoredMember } from '../../core/ports/record-store.ts';
import { OWN_COPIES } from './belongings.ts';
import type { RecordDisk } from './record-disk.ts';

/** Null without a membership. */
export function memberIn(disk: RecordDisk, publicKey: Uint8Array): StoredMember | null {
  const key = bytesKey(publicKey);
  const member = disk.names.get(key);
  const notAfter = disk.membershipEnd(key);
  return member === undefined || notAfter === null ? null : { member, notAfter };
}

/** Digests, that of the one which ends last first. */
export function chainsOf(disk: RecordDisk, publicKey: Uint8Array): readonly Uint8Array[] {
  return [...disk.memberships.values()]
    .filter((membership) => bytesKey(membership.publicKey) === bytesKey(publicKey))
    .sort((a, b) => b.notAfter - a.notAfter || compareBytes(a.chainDigest, b.chainDigest))
    .map(({ chainDigest }) => chainDigest.slice());
}

/** In the order of their coming. */
export function batchesPage(
  disk: RecordDisk,
  author: Uint8Array,
  after: number | null,
  max: number,
): BatchesPage {
  const page = disk
    .batchesOf(author)
    .filter(({ number }) => after === null || number > after)
    .slice(0, max);
  const batches = page.map(({ batch }) => OWN_COPIES.batch(batch));
  return { batches, next: page.length < max ? null : (page.at(-1)?.number ?? null) };
}

/** In the order of their rows. */
export function createdPage(
  disk: RecordDisk,
  creator: Uint8Array,
  after: bigint | null,
  max: number,
): CreatedPage {
  const page = [...disk.records.values()]
    .filter(({ record }) => equalBytes(record.content.creator, creator))
    .filter(({ row }) => after === null || row > after)
    .sort((a, b) => (a.row < b.row ? -1 : 1))
    .slice(0, max);
  const records = page.map(({ record: { id, content } }) => {
    return { id: id.slice(), expiresAt: content.expiresAt };
  });
  return { records, next: page.length < max ? null : (page.at(-1)?.row ?? null) };
}
