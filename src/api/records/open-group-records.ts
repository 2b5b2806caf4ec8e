// Puts the records of an open group together: its database, its book, its desk.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { nodeCrypto } from '../../adapters/crypto/node-crypto.ts';
import { openRecordDatabase } from '../../adapters/sqlite/record-database.ts';
import type { StoredGroup } from '../../adapters/vault/stored-group.ts';
import { openSecurity } from '../../core/book/open-security.ts';
import { RecordBook } from '../../core/book/record-book.ts';
import { authorityOf } from '../../core/domain/names.ts';
import type { Signer } from '../../core/ports/crypto.ts';
import type { OwnMembership } from '../../core/security/own-membership.ts';
import { SignatureChecks } from '../../engine/signature-checks.ts';
import type { NodeServices } from '../node-services.ts';
import { errorOfRefusal, facingTheWorldNow } from '../peer-group-error.ts';
import { GroupRecords, type GroupRecordsParts } from './group-records.ts';
import type { CheckedRecordOptions } from './record-options.ts';
import { RecordTransfers } from './record-transfer.ts';

export interface RecordsOpening
  extends Pick<GroupRecordsParts, 'onStored' | 'onChange' | 'onSecurity' | 'onFailed'>,
    CheckedRecordOptions {
  /** Of the node. */
  readonly directory: string;
  readonly own: OwnMembership;
  readonly signer: Signer;
  readonly services: NodeServices;
}

/** Throws `DATABASE_IN_USE`, `DATABASE_CORRUPT`, `DATABASE_TOO_NEW`, `DATABASE_OF_ANOTHER` and `STORAGE_FAILED`. */
export function openGroupRecords(opening: RecordsOpening): GroupRecords {
  const { directory, own, signer, services, quotas, durability } = opening;
  const membership = own.current;
  const { clock, crypto, judge, chance } = services;
  const { group, member } = membership;
  const path = databasePath(directory, { name: group, identity: member });
  const store = facingTheWorldNow(() =>
    openRecordDatabase({ path, group, member, chance, durability }),
  );
  const expiry = { isDeferred: opening.deferExpiry, isRefreshHeld: false };
  const book = new RecordBook({
    store,
    crypto,
    chance,
    signer,
    ownMembership: () => own.current,
    quotas,
    isExpiryDeferred: () => expiry.isDeferred,
    isRefreshHeld: () => expiry.isRefreshHeld,
    ...openSecurity({ store, crypto, judge, membership }),
  });
  const checks = new SignatureChecks(nodeCrypto, store);
  const { onStored, onChange, onSecurity, onFailed } = opening;
  const { tools } = book;
  const transfers = new RecordTransfers({ databasePath: path, group, member, clock, tools });
  const records = new GroupRecords({
    book,
    store,
    clock,
    checks,
    durability,
    transfers,
    expiry,
    onStored,
    onChange,
    onSecurity,
    onFailed,
  });
  try {
    const learned = records.learnMembership(membership.chain.map(({ der }) => der));
    if (!learned.ok) throw errorOfRefusal(learned.refusal);
  } catch (error) {
    records.closeNow();
    throw error;
  }
  return records;
}

/** Keys decide, not names: a vault has one identity for a key, and one group for an identity and a key. */
export function databasePath(
  directory: string,
  { name, identity }: Pick<StoredGroup, 'name' | 'identity'>,
): string {
  const folder = join(directory, 'records');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return join(folder, `${authorityOf(identity)}-${authorityOf(name)}.db`);
}
