// A directory of entries that consist of several files. The entry is there when its `.json` is, which
// is therefore written last; a removal first renames it, so that one that was cut short is finished
// at the next opening and never leaves a private key that nobody sees.

import { join } from 'node:path';
import { LIMITS } from '../../core/domain/limits.ts';
import type { FieldRecord, Fields } from './fields.ts';
import {
  type Durability,
  openPrivateDirectory,
  readPrivateFile,
  removeFile,
  renameFile,
  sweptNames,
  syncDirectory,
  writePrivateFile,
} from './private-files.ts';
import { damaged, storageFailed } from './storage-failures.ts';
import { decodeVaultFile, encodeVaultFile, type VaultFileKind } from './vault-file.ts';

/** Authority digits alone: nothing that Windows reserves, folds or truncates. */
const ENTRY_FILE = /^([0-9a-f]{40}(?:-[0-9a-f]{40})?)\.json$/;
const REMOVED_FILE = /^([0-9a-f]{40}(?:-[0-9a-f]{40})?)\.removed$/;

export type ShelfPart = 'json' | 'key' | 'addresses';

/** Longest file of each part. Without it a foreign file makes us read any amount. */
const PART_BYTES_MAX: Readonly<Record<ShelfPart, number>> = {
  // A chain, earlier secrets, and the texts of tickets, all as base64url.
  json: 4 * (LIMITS.chainBytesMax + LIMITS.offersOpenMax * LIMITS.ticketKeptBytesMax),
  key: 4_096,
  addresses: 64 * 1024 * 1024,
};

export class Shelf {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Finishes what the last opener could not. */
  static async open(directory: string): Promise<Shelf> {
    await openPrivateDirectory(directory);
    const shelf = new Shelf(directory);
    const names = await sweptNames(directory);
    for (const name of names) {
      const entry = REMOVED_FILE.exec(name)?.[1];
      if (entry === undefined) continue;
      // Put back after a removal that could not clean up: then only its trace goes.
      if (names.includes(`${entry}.json`)) await removeFile(join(directory, name));
      else await shelf.#removeParts(entry);
    }
    return shelf;
  }

  async entries(): Promise<readonly string[]> {
    const names = await sweptNames(this.#directory);
    return names.flatMap((name) => ENTRY_FILE.exec(name)?.[1] ?? []);
  }

  /** Null when the file is missing. Throws `VAULT_CORRUPT`, `VAULT_TOO_NEW` or `NO_KEY_ACCESS`. */
  async read<Value>(
    entry: string,
    part: ShelfPart,
    kind: VaultFileKind,
    decode: (fields: Fields, version: number) => Value,
  ): Promise<Value | null> {
    const path = this.path(entry, part);
    const bytes = await readPrivateFile(path, PART_BYTES_MAX[part]);
    if (bytes === null) return null;
    if (bytes === 'tooLong') throw damaged(path, `longer than ${PART_BYTES_MAX[part]} bytes`);
    return decodeVaultFile({ path, kind, bytes }, decode);
  }

  async write(
    entry: string,
    part: ShelfPart,
    content: { readonly kind: VaultFileKind; readonly fields: FieldRecord },
    durability: Durability = 'durable',
  ): Promise<void> {
    const bytes = encodeVaultFile(content.kind, content.fields);
    await writePrivateFile(this.path(entry, part), bytes, durability);
  }

  /** The entry is gone when its `.json` has another name; the rest is cleaning up. */
  async remove(entry: string): Promise<void> {
    await renameFile(this.path(entry, 'json'), this.#removedPath(entry));
    await this.#removeParts(entry);
  }

  async removePart(entry: string, part: ShelfPart): Promise<void> {
    await removeFile(this.path(entry, part));
    await this.#sync();
  }

  path(entry: string, part: ShelfPart): string {
    return join(this.#directory, `${entry}.${part}`);
  }

  async #removeParts(entry: string): Promise<void> {
    await removeFile(this.path(entry, 'key'));
    await removeFile(this.path(entry, 'addresses'));
    await this.#sync();
    await removeFile(this.#removedPath(entry));
  }

  #removedPath(entry: string): string {
    return join(this.#directory, `${entry}.removed`);
  }

  async #sync(): Promise<void> {
    try {
      await syncDirectory(this.#directory);
    } catch (error) {
      throw storageFailed(this.#directory, error);
    }
  }
}
