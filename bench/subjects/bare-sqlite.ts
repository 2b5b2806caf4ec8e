// node:sqlite with nothing around it: what the disk and the database can do at all. Rows with an
// integer key, a blob and indexed columns; prepared statements; a write-ahead log that is flushed to
// the disk at each transaction, unless only the process has to survive.

import { join } from 'node:path';
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { DatabaseSync } from 'node:sqlite';
import type { Question } from '../records/questions.ts';
import type { CollectionName, Key, Place, Sample, Store, Subject } from '../records/subject.ts';
import { PAGE_RECORDS } from '../records/subject.ts';

export const subject: Subject = { open };

interface Table {
  readonly schema: string;
  readonly columns: readonly string[];
}

const TABLES: Readonly<Record<CollectionName, Table>> = {
  notes: {
    schema: `
      CREATE TABLE IF NOT EXISTS record (row INTEGER PRIMARY KEY, data BLOB NOT NULL, level INTEGER NOT NULL) STRICT;
      CREATE INDEX IF NOT EXISTS record_by_level ON record (level);`,
    columns: ['level'],
  },
  items: {
    schema: `
      CREATE TABLE IF NOT EXISTS record (
        row INTEGER PRIMARY KEY, data BLOB NOT NULL, type TEXT NOT NULL, customer TEXT NOT NULL,
        title TEXT NOT NULL, amount INTEGER NOT NULL, state TEXT NOT NULL, region TEXT NOT NULL
      ) STRICT;
      CREATE INDEX IF NOT EXISTS record_by_customer ON record (customer, state);
      CREATE INDEX IF NOT EXISTS record_by_title ON record (title);
      CREATE INDEX IF NOT EXISTS record_by_amount ON record (amount);
      CREATE INDEX IF NOT EXISTS record_by_state ON record (state);
      CREATE INDEX IF NOT EXISTS record_by_type ON record (type, region);`,
    columns: ['type', 'customer', 'title', 'amount', 'state', 'region'],
  },
};

const CONDITIONS: Readonly<Record<Question['kind'], string>> = {
  customer: 'customer = ?',
  titles: 'title >= ? AND title < ?',
  amounts: 'amount >= ? AND amount < ?',
  customerAndState: 'customer = ? AND state = ?',
  typeAndRegion: 'type = ? AND region = ?',
  state: 'state = ?',
};

const NEWEST_PAGE = `ORDER BY row DESC LIMIT ${PAGE_RECORDS}`;

async function open({ directory, collection, durability }: Place): Promise<Store> {
  const database = new DatabaseSync(join(directory, 'records.db'));
  const { schema, columns } = TABLES[collection];
  database.exec('PRAGMA journal_mode = WAL');
  database.exec(`PRAGMA synchronous = ${durability === 'power' ? 'FULL' : 'NORMAL'}`);
  database.exec(schema);
  return new SqliteStore(database, columns);
}

class SqliteStore implements Store {
  readonly #database: DatabaseSync;
  readonly #columns: readonly string[];
  readonly #insert;
  readonly #newest;
  readonly #read;
  readonly #statementByKind = new Map<Question['kind'], StatementSync>();

  constructor(database: DatabaseSync, columns: readonly string[]) {
    this.#database = database;
    this.#columns = columns;
    const names = ['data', ...columns];
    this.#insert = database.prepare(
      `INSERT INTO record (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
    );
    this.#newest = database.prepare(`SELECT * FROM record ${NEWEST_PAGE}`);
    this.#read = database.prepare('SELECT * FROM record WHERE row = ?');
  }

  async addAll(samples: readonly Sample[]): Promise<void> {
    this.#database.exec('BEGIN IMMEDIATE');
    for (const sample of samples) this.#insertOne(sample);
    this.#database.exec('COMMIT');
  }

  async add(sample: Sample): Promise<void> {
    this.#insertOne(sample);
  }

  async newest(): Promise<readonly Key[]> {
    return this.#newest.all().map(keyOf);
  }

  async find(question: Question): Promise<readonly Key[]> {
    return this.#statementFor(question.kind)
      .all(...operandsOf(question))
      .map(keyOf);
  }

  async read(key: Key): Promise<number> {
    const { data } = this.#read.get(key) ?? {};
    return data instanceof Uint8Array ? data.length : 0;
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  #statementFor(kind: Question['kind']): StatementSync {
    const statement =
      this.#statementByKind.get(kind) ??
      this.#database.prepare(`SELECT * FROM record WHERE ${CONDITIONS[kind]} ${NEWEST_PAGE}`);
    this.#statementByKind.set(kind, statement);
    return statement;
  }

  #insertOne({ type, data, attributes }: Sample): void {
    const values = this.#columns.map((name) => (name === 'type' ? type : (attributes[name] ?? '')));
    this.#insert.run(data, ...values);
  }
}

function operandsOf(question: Question): readonly SQLInputValue[] {
  switch (question.kind) {
    case 'customer':
      return [question.customer];
    case 'titles':
      return [question.prefix, `${question.prefix}\u{10ffff}`];
    case 'amounts':
      return [question.from, question.below];
    case 'customerAndState':
      return [question.customer, question.state];
    case 'typeAndRegion':
      return [question.type, question.region];
    case 'state':
      return [question.state];
  }
}

function keyOf({ row }: Readonly<Record<string, unknown>>): Key {
  return Number(row);
}
