// Removes what a node has of one group. The vault's entry goes last: as long as it is there the group is
// listed, and a removal that a crash has cut short can be asked for again.

import { removeRecordDatabase } from '../../adapters/sqlite/remove-database.ts';
import type { StoredGroup } from '../../adapters/vault/stored-group.ts';
import type { Vault } from '../../adapters/vault/vault.ts';
import { facingTheWorld } from '../peer-group-error.ts';
import { databasePath } from '../records/open-group-records.ts';

/** Of a group that nobody has open. Rejects with `DATABASE_IN_USE` and `STORAGE_FAILED`. */
export async function removeGroup(
  directory: string,
  { identity, name }: StoredGroup,
  vault: Vault,
): Promise<void> {
  await facingTheWorld(async () => {
    removeRecordDatabase(databasePath(directory, { identity, name }));
    await vault.removeGroup(identity, name);
  });
}
