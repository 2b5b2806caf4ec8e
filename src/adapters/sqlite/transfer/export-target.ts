// A file that is there whole or not at all: written beside its place, flushed, and moved there at the
// end. Until then whatever lies at the place stays as it is.

import { createHash } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { syncDirectory } from '../database-lock.ts';
import { databaseFailure, storageFailed } from '../tables/database-failures.ts';

/** Small writes are gathered up to this. */
const GATHERED_BYTES = 1_048_576;
const FILE_MODE = 0o600;

export class ExportTarget {
  readonly #path: string;
  readonly #partialPath: string;
  readonly #file: number;
  readonly #inode: bigint;
  readonly #digest = createHash('sha256');
  readonly #gathered = Buffer.allocUnsafeSlow(GATHERED_BYTES);
  #gatheredBytes = 0;
  #bytes = 0;
  #isClosed = false;

  private constructor(path: string) {
    this.#path = path;
    this.#partialPath = `${path}.partial`;
    // What another process left there when it died; a link that somebody put there is not followed.
    rmSync(this.#partialPath, { force: true });
    this.#file = openSync(this.#partialPath, 'wx', FILE_MODE);
    this.#inode = fstatSync(this.#file, { bigint: true }).ino;
  }

  /** Throws `WorldError`, as do all others. */
  static create(path: string): ExportTarget {
    return facingDisk(path, () => new ExportTarget(path));
  }

  get bytes(): number {
    return this.#bytes;
  }

  write(bytes: Uint8Array): void {
    this.#digest.update(bytes);
    facingDisk(this.#path, () => this.#put(bytes));
  }

  /** Ends it with the digest of everything before, and puts it where it belongs. */
  complete(): void {
    facingDisk(this.#path, () => {
      this.#put(this.#digest.digest());
      this.#flush();
      fsyncSync(this.#file);
      this.#close();
      if (!this.#isStillOurs()) throw storageFailed(this.#path, 'EBUSY');
      renameSync(this.#partialPath, this.#path);
      syncDirectory(dirname(this.#path));
    });
  }

  /** Nothing of it stays. */
  discard(): void {
    facingDisk(this.#path, () => {
      this.#close();
      if (this.#isStillOurs()) rmSync(this.#partialPath, { force: true });
    });
  }

  #put(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    if (this.#gatheredBytes + bytes.length > GATHERED_BYTES) this.#flush();
    if (bytes.length > GATHERED_BYTES) {
      this.#writeAll(bytes);
      return;
    }
    this.#gathered.set(bytes, this.#gatheredBytes);
    this.#gatheredBytes += bytes.length;
  }

  #flush(): void {
    this.#writeAll(this.#gathered.subarray(0, this.#gatheredBytes));
    this.#gatheredBytes = 0;
  }

  #writeAll(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      at += writeSync(this.#file, bytes, at, bytes.length - at);
    }
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#file);
  }

  /** Another export to the same place has begun anew when it is not. */
  #isStillOurs(): boolean {
    const found = lstatSync(this.#partialPath, { bigint: true, throwIfNoEntry: false });
    return found?.ino === this.#inode;
  }
}

function facingDisk<Result>(path: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    throw databaseFailure(path, error);
  }
}
