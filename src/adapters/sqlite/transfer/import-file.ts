// Reads an export file (protocol.md §12.10). All of it is looked at before any part is given out: its
// digest first, then its version, whose it is, and the form of every part. Runs on a thread of its own.

import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { equalBytes } from '../../../core/base/bytes.ts';
import { MalformedBytes } from '../../../core/base/malformed-bytes.ts';
import type { GroupName, PeerName } from '../../../core/domain/names.ts';
import {
  decodeExportBegin,
  decodePartHead,
  EXPORT_BEGIN_BYTES,
  EXPORT_DIGEST_BYTES,
  EXPORT_VERSION,
  type ExportAbout,
  type ExportPart,
  ExportReading,
  type ExportTotals,
  PART_HEAD_BYTES,
} from '../../../core/records/export-file.ts';
import { databaseFailure, storageFailed } from '../tables/database-failures.ts';
import { exportDamaged, exportOfAnother, exportTooNew } from './export-failures.ts';

export interface ExpectedExport {
  readonly group: GroupName;
  readonly member: PeerName;
}

/** A part as it stands in the file, with what it says. */
export interface ReadPart {
  readonly part: ExportPart;
  /** In memory of its own. */
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Read at a time, so that small parts cost no call each. */
const AHEAD_BYTES = 1_048_576;

export class ImportFile {
  readonly #path: string;
  readonly #file: number;
  readonly #bytes: number;
  readonly #ahead = Buffer.allocUnsafeSlow(AHEAD_BYTES);
  #aheadBegin = 0;
  #aheadEnd = 0;

  /** Throws `WorldError`, as do all others. */
  constructor(path: string) {
    this.#path = path;
    this.#file = this.#facingDisk(() => {
      // Opening a pipe would wait for its writer for good, also one that just took the place of a file.
      return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    });
    this.#bytes = this.#facingDisk(() => this.#fileBytes());
  }

  /** That the file is whole, and whose it is. Null when `isAborted` said so in between. */
  check(expected: ExpectedExport, isAborted: () => boolean): ExportTotals | null {
    return this.#facingDisk(() => {
      if (!this.#checkDigest(isAborted)) return null;
      const version = decodeExportBegin(this.#read(0, EXPORT_BEGIN_BYTES));
      const isKnown = version >= 1 && version <= EXPORT_VERSION;
      if (!isKnown) throw exportTooNew(this.#path, version, EXPORT_VERSION);
      return this.#checkParts(expected, isAborted);
    });
  }

  /** All of them, in their order. */
  *parts(): Generator<ReadPart, void> {
    const version = this.#facingDisk(() => decodeExportBegin(this.#read(0, EXPORT_BEGIN_BYTES)));
    const reading = new ExportReading(version);
    let at = EXPORT_BEGIN_BYTES;
    while (at < this.#bytes - EXPORT_DIGEST_BYTES) {
      const begin = at;
      const read = this.#facingDisk(() => {
        const { name, bodyBytes } = decodePartHead(this.#read(begin, PART_HEAD_BYTES));
        const body = this.#read(begin + PART_HEAD_BYTES, bodyBytes);
        return { part: reading.take(name, body), body };
      });
      at += PART_HEAD_BYTES + read.body.length;
      yield read;
    }
    const isEnded = reading.isAtEnd && at === this.#bytes - EXPORT_DIGEST_BYTES;
    if (!isEnded) throw exportDamaged(this.#path, 'it goes on behind its end, or has none');
  }

  close(): void {
    closeSync(this.#file);
  }

  #fileBytes(): number {
    const found = fstatSync(this.#file);
    if (found.isFile()) return found.size;
    closeSync(this.#file);
    throw storageFailed(this.#path, found.isDirectory() ? 'EISDIR' : 'EINVAL');
  }

  #checkDigest(isAborted: () => boolean): boolean {
    const end = this.#bytes - EXPORT_DIGEST_BYTES;
    if (end < EXPORT_BEGIN_BYTES) throw exportDamaged(this.#path, 'it is too short');
    // What is none at all is called so, before it is called damaged.
    decodeExportBegin(this.#read(0, EXPORT_BEGIN_BYTES));
    const digest = createHash('sha256');
    for (let at = 0; at < end; at += AHEAD_BYTES) {
      if (isAborted()) return false;
      digest.update(this.#read(at, Math.min(AHEAD_BYTES, end - at)));
    }
    if (equalBytes(digest.digest(), this.#read(end, EXPORT_DIGEST_BYTES))) return true;
    throw exportDamaged(this.#path, 'it was changed, or is not all of it');
  }

  #checkParts(expected: ExpectedExport, isAborted: () => boolean): ExportTotals | null {
    let totals: ExportTotals | null = null;
    for (const { part } of this.parts()) {
      if (isAborted()) return null;
      if (part.name === 'about') this.#checkOwner(part.about, expected);
      else if (part.name === 'end') totals = part.totals;
    }
    return totals;
  }

  #checkOwner(about: ExportAbout, { group, member }: ExpectedExport): void {
    if (about.group !== group) throw exportOfAnother(this.#path, 'group');
    if (about.member !== member) throw exportOfAnother(this.#path, 'member');
  }

  /** A copy. Throws `MalformedBytes` when the file ends before. */
  #read(at: number, length: number): Uint8Array<ArrayBuffer> {
    if (at + length > this.#bytes) throw new MalformedBytes('export ends early');
    const isAhead = at >= this.#aheadBegin && at + length <= this.#aheadEnd;
    if (!isAhead && length <= AHEAD_BYTES) this.#readAhead(at);
    if (length <= AHEAD_BYTES) {
      if (at + length > this.#aheadEnd) throw new MalformedBytes('export ends early');
      const begin = at - this.#aheadBegin;
      return new Uint8Array(this.#ahead.subarray(begin, begin + length));
    }
    const bytes = new Uint8Array(length);
    if (this.#fill(bytes, at) < length) throw new MalformedBytes('export ends early');
    return bytes;
  }

  #readAhead(at: number): void {
    this.#aheadBegin = at;
    this.#aheadEnd = at + this.#fill(this.#ahead, at);
  }

  /** How many bytes there were. */
  #fill(into: Uint8Array, from: number): number {
    let filled = 0;
    while (filled < into.length) {
      const read = readSync(this.#file, into, filled, into.length - filled, from + filled);
      if (read === 0) break;
      filled += read;
    }
    return filled;
  }

  #facingDisk<Result>(act: () => Result): Result {
    try {
      return act();
    } catch (error) {
      if (error instanceof MalformedBytes) throw exportDamaged(this.#path, error.message, error);
      throw databaseFailure(this.#path, error);
    }
  }
}
