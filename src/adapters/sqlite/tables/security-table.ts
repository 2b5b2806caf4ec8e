// Statements and pages: what members say about who belongs to the group, as bytes under their digest.
// What they mean is found out by core/security; here they only come back as they were.

import type { DatabaseSync } from 'node:sqlite';
import type { SecurityForm } from '../../../core/domain/security.ts';
import type { StoreChange, StoredSecurityItem } from '../../../core/ports/record-store.ts';
import { DamagedRow } from './database-failures.ts';
import { Query, type Row } from './query.ts';
import { requireChecksum, rowChecksum } from './row-checksum.ts';

const NUMBER_BY_FORM: Readonly<Record<SecurityForm, number>> = { statement: 1, page: 2 };
const COLUMNS = 'digest, form, checksum, bytes';

export class SecurityTable {
  readonly #find: Query;
  readonly #page: Query;
  readonly #insert: Query;
  readonly #delete: Query;

  constructor(database: DatabaseSync) {
    this.#find = new Query(database, `SELECT ${COLUMNS} FROM security WHERE digest = ?`);
    this.#page = new Query(
      database,
      `SELECT ${COLUMNS} FROM security WHERE digest > ? ORDER BY digest LIMIT ?`,
    );
    this.#insert = new Query(
      database,
      `INSERT INTO security (${COLUMNS}) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    );
    this.#delete = new Query(database, 'DELETE FROM security WHERE digest = ?');
  }

  find(digest: Uint8Array): StoredSecurityItem | null {
    const row = this.#find.first(digest);
    return row === null ? null : itemOf(row);
  }

  /** Those behind this digest, in the order of their digests. */
  page(after: Uint8Array | null, max: number): readonly StoredSecurityItem[] {
    return this.#page.all(after ?? new Uint8Array(0), max).map(itemOf);
  }

  /** One that is there already stays as it is. */
  put({ digest, form, bytes }: StoreChange & { readonly kind: 'putSecurity' }): void {
    const number = NUMBER_BY_FORM[form];
    this.#insert.run(digest, number, rowChecksum([digest, bytes], number), bytes);
  }

  remove(digest: Uint8Array): void {
    this.#delete.run(digest);
  }
}

/** Null for a number that no form has. */
export function securityFormOf(number: number): SecurityForm | null {
  if (number === NUMBER_BY_FORM.statement) return 'statement';
  return number === NUMBER_BY_FORM.page ? 'page' : null;
}

function itemOf(row: Row): StoredSecurityItem {
  const [digest, number, bytes] = [row.bytes(0), row.number(1), row.bytes(3)];
  requireChecksum(row.number(2), rowChecksum([digest, bytes], number), 'a security item');
  const form = securityFormOf(number);
  if (form === null) throw new DamagedRow('a security item has no form that there is');
  return { digest, form, bytes };
}
