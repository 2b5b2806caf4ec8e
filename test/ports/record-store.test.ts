// Both record stores, the one on disk and its simulated twin, pass the same kit.

import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { systemChance } from '../../src/adapters/crypto/chance.ts';
import { openRecordDatabase } from '../../src/adapters/sqlite/record-database.ts';
import type { MemoryRecordStore } from '../../src/sim/disk/memory-record-store.ts';
import { newMemoryStore } from '../support/memory-store.ts';
import { TEST_GROUP, TEST_MEMBER } from '../support/record-builder.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { bundleKit } from './record-bundles-kit.ts';
import { elementKit } from './record-elements-kit.ts';
import { securityKit } from './record-security-kit.ts';
import { recordStoreKit, type StoreMaker, type StoreOnDisk } from './record-store-kit.ts';
import { recordStoreTimes } from './record-store-times.ts';

const STORES: Readonly<Record<string, StoreMaker>> = {
  SQLite: async (t) => onSqlite(t, join(await temporaryDirectory(t), 'records.db')),
  simulated: async () => onSimulation(newMemoryStore(new Uint8Array(8))),
};

for (const [storeName, make] of Object.entries(STORES)) {
  recordStoreKit(storeName, make);
  recordStoreTimes(storeName, make);
  bundleKit(storeName, make);
  elementKit(storeName, make);
  securityKit(storeName, make);
}

function onSqlite(t: TestContext, path: string): StoreOnDisk {
  const options = { path, group: TEST_GROUP, member: TEST_MEMBER, chance: systemChance };
  const store = openRecordDatabase(options);
  t.after(() => store.close());
  const reopen = (): StoreOnDisk => {
    store.close();
    return onSqlite(t, path);
  };
  return { store, reopen };
}

function onSimulation(store: MemoryRecordStore): StoreOnDisk {
  return { store, reopen: () => onSimulation(store.restarted()) };
}
