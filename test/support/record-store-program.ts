// A process that has a database of records open, for tests with kill -9 and with a full disk. Lines on
// stdout are JSON. `write <path>` commits batch after batch and says how many records it has stored
// after each; `fill <path>` does so until it fails, and says how; `hold <path>` opens it and waits;
// `migrate <path>` opens it with a migration that takes long.

import { writeSync } from 'node:fs';
import { systemChance } from '../../src/adapters/crypto/chance.ts';
import { openDatabaseFile, openRecordDatabase } from '../../src/adapters/sqlite/record-database.ts';
import { MIGRATIONS } from '../../src/adapters/sqlite/tables/schema.ts';
import type { RecordStore } from '../../src/core/ports/record-store.ts';
import { WorldError } from '../../src/core/ports/world-error.ts';
import { arrivalOf, TEST_GROUP, TEST_MEMBER, TestJournal, testAuthor } from './record-builder.ts';

/** Whose records `write` stores, in journals that begin with 1. */
export const WRITER = testAuthor('writer');

/** A table that nothing needs, filled for as long as it takes to be killed. */
const LONG_MIGRATION = `
  CREATE TABLE extra (number INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
  WITH RECURSIVE counted (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM counted WHERE number < 3000000)
  INSERT INTO extra SELECT number, 'some text' FROM counted;
`;

function say(line: unknown): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

function optionsFor(path: string) {
  return { path, group: TEST_GROUP, member: TEST_MEMBER, chance: systemChance };
}

/** A journal that nobody has used, for each process begins anew. */
function write(store: RecordStore): never {
  const journal = new TestJournal(WRITER, 1 + (process.pid % 250));
  store.commit([WRITER.arrival], 'process');
  for (let batch = 1, stored = store.totalUse().records; ; batch++) {
    const wishes = Array.from({ length: 1 + (batch % 40) }, (_, at) => ({
      ordinal: stored + at,
      data: new Uint8Array(100 + 400 * (at % 7)).fill(at),
      attributes: [{ name: 'at', value: { kind: 'int', value: BigInt(at * 7919) } } as const],
    }));
    store.commit(arrivalOf(journal.publish(wishes), [WRITER]), 'process');
    stored += wishes.length;
    say(stored);
  }
}

function run(verb: string | undefined, path: string): void {
  switch (verb) {
    case 'write':
      write(openRecordDatabase(optionsFor(path)));
      break;
    case 'hold': {
      // Held by a listener: a store that nothing refers to is closed with the garbage.
      const store = openRecordDatabase(optionsFor(path));
      process.stdin.on('end', () => store.close()).resume();
      say('open');
      break;
    }
    case 'fill':
      try {
        write(openRecordDatabase(optionsFor(path)));
      } catch (error) {
        if (!(error instanceof WorldError)) throw error;
        say({ code: error.code });
      }
      break;
    case 'migrate':
      say('ready');
      openDatabaseFile(optionsFor(path), [...MIGRATIONS, LONG_MIGRATION]);
      say('done');
      break;
    default:
      throw new Error(`no such verb: ${verb}`);
  }
}

const [verb, path] = process.argv.slice(2);
if (import.meta.main && path !== undefined) run(verb, path);
