// What applications were told to be published, so that it can be asked for at the end: a version that
// was acknowledged is at every member, or a later one of the same record.

import { bytesKey, equalBytes } from '../core/base/bytes.ts';
import type { GroupRecord } from '../core/domain/records.ts';

export interface Acknowledged {
  readonly id: Uint8Array;
  readonly version: number;
  readonly expiresAt: number;
  readonly isDeleted: boolean;
  /** The name of the node that was told. */
  readonly by: string;
  readonly batch: Uint8Array;
  readonly sequence: number;
}

export class Ledger {
  readonly #byId = new Map<string, Acknowledged>();
  /** The same of versions by the creator of the record. */
  readonly #ownById = new Map<string, Acknowledged>();

  note(by: string, { id, content, author, batch, sequence }: GroupRecord): void {
    const { version, expiresAt, isDeleted, creator } = content;
    const acknowledged = { id, version, expiresAt, isDeleted, by, batch, sequence };
    noteLatest(this.#byId, acknowledged);
    if (equalBytes(creator, author)) noteLatest(this.#ownById, acknowledged);
  }

  all(): readonly Acknowledged[] {
    return [...this.#byId.values()];
  }

  /** Of each record the latest version of its creator. */
  ownVersions(): readonly Acknowledged[] {
    return [...this.#ownById.values()];
  }

  /** Ids of records that have not been deleted, as far as was told. */
  living(): readonly Uint8Array[] {
    return this.all()
      .filter(({ isDeleted }) => !isDeleted)
      .map(({ id }) => id);
  }
}

function noteLatest(byId: Map<string, Acknowledged>, acknowledged: Acknowledged): void {
  const key = bytesKey(acknowledged.id);
  const known = byId.get(key);
  if (known === undefined || known.version <= acknowledged.version) byId.set(key, acknowledged);
}
