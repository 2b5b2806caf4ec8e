// What applications were told to be published, so that it can be asked for at the end: a version that
// was acknowledged is at every member, or a later one of the same record.

import { bytesKey } from '../core/base/bytes.ts';
import type { GroupRecord } from '../core/domain/records.ts';

export interface Acknowledged {
  readonly id: Uint8Array;
  readonly version: number;
  readonly expiresAt: number;
  readonly isDeleted: boolean;
  /** The name of the node that was told. */
  readonly by: string;
}

export class Ledger {
  readonly #byId = new Map<string, Acknowledged>();

  note(by: string, { id, content }: GroupRecord): void {
    const { version, expiresAt, isDeleted } = content;
    const known = this.#byId.get(bytesKey(id));
    if (known !== undefined && known.version > version) return;
    this.#byId.set(bytesKey(id), { id, version, expiresAt, isDeleted, by });
  }

  all(): readonly Acknowledged[] {
    return [...this.#byId.values()];
  }

  /** Ids of records that have not been deleted, as far as was told. */
  living(): readonly Uint8Array[] {
    return this.all()
      .filter(({ isDeleted }) => !isDeleted)
      .map(({ id }) => id);
  }
}
