// Writes the records of a database to an export file (protocol.md §12.10), while others go on writing
// to the database: what is read is the state at the beginning. Runs on a thread of its own.

import { DatabaseSync } from 'node:sqlite';
import type { WallTime } from '../../../core/base/time.ts';
import type { GroupName, PeerName } from '../../../core/domain/names.ts';
import type { SecurityForm } from '../../../core/domain/security.ts';
import type { BundlePosition } from '../../../core/ports/record-store.ts';
import { encodeBundle } from '../../../core/records/bundle.ts';
import {
  EXPORT_BUNDLE_BYTES,
  type ExportTotals,
  encodeAbout,
  encodeExportBegin,
  encodeMembership,
  encodePartHead,
  encodeSecurityPart,
  encodeTotals,
  type PartName,
} from '../../../core/records/export-file.ts';
import { BundleSource } from '../bundle-source.ts';
import { BatchTable } from '../tables/batch-table.ts';
import { databaseFailure } from '../tables/database-failures.ts';
import { MemberTable } from '../tables/member-table.ts';
import { Query } from '../tables/query.ts';
import { SecurityTable } from '../tables/security-table.ts';
import { ExportTarget } from './export-target.ts';

export interface ExportRequest {
  readonly databasePath: string;
  readonly path: string;
  readonly group: GroupName;
  readonly member: PeerName;
  readonly now: WallTime;
}

export interface TransferProgress {
  readonly records: number;
  readonly recordsTotal: number;
  /** Of the file. */
  readonly bytes: number;
}

export interface ExportObserver {
  readonly isAborted: boolean;
  onProgress(progress: TransferProgress): void;
}

/** Memberships that are in memory at once. */
const MEMBERSHIPS_AT_ONCE = 64;
/** Of up to 128 KiB each. */
const SECURITY_AT_ONCE = 64;
/** The database is locked for moments only, when its log is taken up. */
const BUSY_MS = 10_000;

/** Null when it was aborted, and there is no file. Throws `WorldError`. */
export function exportRecords(
  request: ExportRequest,
  observer: ExportObserver,
): TransferProgress | null {
  const target = ExportTarget.create(request.path);
  try {
    const totals = writeParts(request, target, observer);
    if (totals === null) {
      target.discard();
      return null;
    }
    writePart(target, 'end', encodeTotals(totals));
    target.complete();
    return { records: totals.records, recordsTotal: totals.records, bytes: target.bytes };
  } catch (error) {
    target.discard();
    throw databaseFailure(request.databasePath, error);
  }
}

function writeParts(
  { databasePath, group, member, now }: ExportRequest,
  target: ExportTarget,
  observer: ExportObserver,
): ExportTotals | null {
  const database = new DatabaseSync(databasePath, { readOnly: true, timeout: BUSY_MS });
  try {
    // One transaction: from its first look on it sees one state.
    database.exec('PRAGMA cell_size_check = ON; BEGIN');
    const security = countSecurity(database);
    target.write(encodeExportBegin({ security }));
    writePart(target, 'about', encodeAbout({ group, member, madeAt: now }));
    const members = new MemberTable(database);
    const memberships = writeMemberships(members, target);
    const items = new SecurityTable(database);
    // As they are learned: whoever reads it keeps few pages that no revocation names yet.
    for (const form of ['statement', 'page'] as const) writeSecurity(items, form, target);
    const bundles = writeBundles(database, members, { target, observer, now });
    return bundles === null ? null : { ...bundles, memberships, security };
  } finally {
    database.close();
  }
}

function writeMemberships(members: MemberTable, target: ExportTarget): number {
  let count = 0;
  let after: Uint8Array | null = null;
  for (;;) {
    const some = members.memberships(after, MEMBERSHIPS_AT_ONCE);
    for (const { chain } of some) writePart(target, 'membership', encodeMembership(chain));
    count += some.length;
    if (some.length < MEMBERSHIPS_AT_ONCE) return count;
    after = some.at(-1)?.chainDigest ?? null;
  }
}

function writeSecurity(items: SecurityTable, form: SecurityForm, target: ExportTarget): void {
  let after: Uint8Array | null = null;
  for (;;) {
    const some = items.page(after, SECURITY_AT_ONCE);
    for (const item of some) {
      if (item.form === form) writePart(target, 'security', encodeSecurityPart(item));
    }
    if (some.length < SECURITY_AT_ONCE) return;
    after = some.at(-1)?.digest ?? null;
  }
}

interface BundleRun {
  readonly target: ExportTarget;
  readonly observer: ExportObserver;
  readonly now: WallTime;
}

function writeBundles(
  database: DatabaseSync,
  members: MemberTable,
  { target, observer, now }: BundleRun,
): Pick<ExportTotals, 'bundles' | 'records'> | null {
  const source = new BundleSource(database, members, new BatchTable(database, members));
  const recordsTotal = countRecords(database, now);
  const request = { bytesMax: EXPORT_BUNDLE_BYTES, priorityTypes: [], now };
  let bundles = 0;
  let records = 0;
  let position: BundlePosition | null = null;
  do {
    if (observer.isAborted) return null;
    const page = source.page(position, request);
    for (const bundle of page.bundles) {
      writePart(target, 'bundle', encodeBundle(bundle));
      bundles += 1;
      records += bundle.entries.length;
    }
    observer.onProgress({ records, recordsTotal, bytes: target.bytes });
    position = page.next;
  } while (position !== null);
  return { bundles, records };
}

/** Tombstones that are over are among them for a while: this is what progress is measured by. */
function countRecords(database: DatabaseSync, now: WallTime): number {
  const query = new Query(database, 'SELECT count(*) FROM record WHERE remove_at > ?');
  return query.first(now)?.number(0) ?? 0;
}

function countSecurity(database: DatabaseSync): number {
  return new Query(database, 'SELECT count(*) FROM security').first()?.number(0) ?? 0;
}

function writePart(target: ExportTarget, name: PartName, body: Uint8Array): void {
  target.write(encodePartHead({ name, bodyBytes: body.length }));
  target.write(body);
}
