// Whatever happens to a group, the store on disk and its simulated twin answer alike, to every question
// and to searches with any condition in between; also when commits fail midway, when the process dies, and
// after opening again.

import assert from 'node:assert/strict';
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkDatabase } from '../../src/adapters/sqlite/database-check.ts';
import {
  openDatabaseFile,
  openRecordDatabase,
  type RecordDatabaseOptions,
} from '../../src/adapters/sqlite/record-database.ts';
import { SqliteRecordStore } from '../../src/adapters/sqlite/sqlite-record-store.ts';
import { MIGRATIONS } from '../../src/adapters/sqlite/tables/schema.ts';
import { BrokenInvariant } from '../../src/core/base/assert.ts';
import type { SearchRequest } from '../../src/core/domain/search.ts';
import type { StoreChange } from '../../src/core/ports/record-store.ts';
import { newMemoryStore, SIMULATED_ROW_SECRET } from '../support/memory-store.ts';
import { putOf, TEST_GROUP, TEST_MEMBER, TestJournal } from '../support/record-builder.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { answersOf, HistoryWriter, pagesOf, type Step, search, step } from './record-history.ts';
import { ALICE, CAST } from './record-store-kit.ts';

const RUNS = 60;

interface Turn {
  readonly step: Step;
  /** Asked after it. */
  readonly request: SearchRequest | null;
  /** Then the process dies, and another goes on with its files. */
  readonly isLast: boolean;
}

const turn: fc.Arbitrary<Turn> = fc.record({
  step,
  request: fc.option(search, { freq: 2 }),
  isLast: fc.nat(4).map((one) => one === 0),
});

/** Now and then the index is completed by a commit, and mostly by searches. */
const entriesMax = fc.constantFrom(1, 3, 1_000);

test('random histories give both stores the same answers', async (t) => {
  const directory = await temporaryDirectory(t);
  let file = 0;
  const newOptions = (): RecordDatabaseOptions => ({
    path: join(directory, `${file++}.db`),
    group: TEST_GROUP,
    member: TEST_MEMBER,
    // Where records of one stamp stand, and so their order, depends on chance.
    chance: { bytes: (length) => SIMULATED_ROW_SECRET.slice(0, length) },
  });
  const turns = fc.array(turn, { minLength: 1, maxLength: 14 });
  const property = fc.property(
    turns,
    entriesMax,
    fc.array(search, { maxLength: 6 }),
    (history, max, searches) => {
      const opened = (one: RecordDatabaseOptions): SqliteRecordStore => {
        const limits = { entriesMax: max, charactersMax: 1_000 };
        return new SqliteRecordStore(openDatabaseFile(one, MIGRATIONS), limits);
      };
      let options = newOptions();
      let sqlite = opened(options);
      try {
        const twin = newMemoryStore(sqlite.journal);
        const writer = new HistoryWriter(CAST);
        const arrivals = CAST.map(({ arrival }) => arrival);
        for (const store of [sqlite, twin]) store.commit(arrivals, 'process');
        for (const { step: one, request, isLast } of history) {
          const changes = writer.changesFor(one, twin);
          if (changes === null) continue;
          const isBad = one.kind === 'publish' && one.fails;
          for (const store of [sqlite, twin]) {
            if (!isBad) store.commit(changes, 'process');
            else
              assert.throws(() => store.commit([...changes, lost()], 'process'), BrokenInvariant);
          }
          assert.deepEqual(
            answersOf(sqlite, writer.published, CAST),
            answersOf(twin, writer.published, CAST),
          );
          if (isLast) {
            const left = newOptions();
            copyFiles(options.path, left.path);
            sqlite.close();
            options = left;
            sqlite = opened(options);
          }
          assert.deepEqual(checkDatabase(options.path).problems, []);
          if (request !== null) assert.deepEqual(pagesOf(sqlite, request), pagesOf(twin, request));
        }
        for (const request of searches) {
          assert.deepEqual(pagesOf(sqlite, request), pagesOf(twin, request));
        }
        sqlite.close();
        assert.deepEqual(checkDatabase(options.path).problems, []);
        sqlite = openRecordDatabase(options);
        assert.deepEqual(
          answersOf(sqlite, writer.published, CAST),
          answersOf(twin.restarted(), writer.published, CAST),
        );
      } finally {
        sqlite.close();
      }
    },
  );
  fc.assert(property, { numRuns: RUNS });
});

/** What a process that dies leaves behind. */
function copyFiles(from: string, to: string): void {
  for (const suffix of ['', '-wal']) {
    if (existsSync(`${from}${suffix}`)) copyFileSync(`${from}${suffix}`, `${to}${suffix}`);
  }
}

/** A record whose batch nobody stored. */
function lost(): StoreChange {
  const contents = new TestJournal(ALICE, 9).publish([{}]);
  const [entry] = contents.entries;
  assert.ok(entry !== undefined);
  return putOf(contents, entry, CAST);
}
