// The pages of a database file as its last commit left them, read without SQLite, which gives up where
// the way to a page is damaged: the file, and over it what its log has of whole commits.

import { closeSync, fstatSync, openSync } from 'node:fs';
import { openLog, PAGE_BYTES, readLog, readWhole } from '../log-frames.ts';

export class DatabasePages {
  /** The first one has the number 1. */
  readonly count: number;
  readonly #file: number;
  readonly #log: number | null;
  readonly #offsetInLog: ReadonlyMap<number, number>;

  constructor(path: string) {
    this.#file = openSync(path, 'r');
    this.#log = openLog(path);
    this.#offsetInLog = this.#log === null ? new Map() : readLog(this.#log).offsetByPage;
    const { size } = fstatSync(this.#file);
    this.count = [...this.#offsetInLog.keys()].reduce(
      (last, page) => Math.max(last, page),
      Math.ceil(size / PAGE_BYTES),
    );
  }

  /** Null for one that is not there whole. */
  read(page: number): Buffer | null {
    if (!(page >= 1 && page <= this.count)) return null;
    const bytes = Buffer.allocUnsafe(PAGE_BYTES);
    const offset = this.#offsetInLog.get(page);
    if (offset !== undefined && this.#log !== null) {
      return readWhole(this.#log, bytes, offset) ? bytes : null;
    }
    return readWhole(this.#file, bytes, (page - 1) * PAGE_BYTES) ? bytes : null;
  }

  close(): void {
    closeSync(this.#file);
    if (this.#log !== null) closeSync(this.#log);
  }
}
