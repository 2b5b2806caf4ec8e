// The tables of a record database. Names, keys and types that many rows repeat stand in a table of
// their own, so that an index holds a small number in their place. The row of a record is its creation
// in milliseconds times 2^20 and its ordinal (or another number, see record-row.ts), so that rows, and
// every index below its key, lie in the order of creation. Checksums are those of row-checksum.ts. What
// `unindexed` notes is said in waiting-attributes.ts.

/** `PRAGMA application_id`: "pgrp". A file with another one is not ours. */
export const APPLICATION_ID = 0x70677270;

/** One script for each version of the schema; `PRAGMA user_version` says how many were run. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE about (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL,
    checksum INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE member (
    member INTEGER PRIMARY KEY,
    public_key BLOB NOT NULL UNIQUE,
    peer_name TEXT NOT NULL,
    checksum INTEGER NOT NULL DEFAULT 0,
    records INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  CREATE TABLE membership (
    chain_digest BLOB PRIMARY KEY,
    member INTEGER NOT NULL REFERENCES member,
    not_after INTEGER NOT NULL,
    chain BLOB NOT NULL,
    checksum INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX membership_by_member ON membership (member, not_after);

  CREATE TABLE batch (
    batch INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    author INTEGER NOT NULL REFERENCES member,
    journal BLOB NOT NULL,
    first_sequence INTEGER NOT NULL,
    last_sequence INTEGER NOT NULL,
    live INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    statement BLOB NOT NULL,
    signature BLOB NOT NULL,
    leaves BLOB
  ) STRICT;
  CREATE INDEX batch_by_first_sequence ON batch (author, journal, first_sequence);
  CREATE INDEX batch_by_last_sequence ON batch (author, journal, last_sequence);

  CREATE TABLE record_type (
    record_type INTEGER PRIMARY KEY,
    guid BLOB NOT NULL UNIQUE
  ) STRICT;

  CREATE TABLE record (
    row INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    record_type INTEGER NOT NULL REFERENCES record_type,
    creator INTEGER NOT NULL REFERENCES member,
    author INTEGER NOT NULL REFERENCES member,
    version INTEGER NOT NULL,
    is_deleted INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    remove_at INTEGER NOT NULL,
    refresh_at INTEGER,
    batch INTEGER NOT NULL REFERENCES batch,
    place INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    path BLOB,
    content BLOB NOT NULL
  ) STRICT;
  CREATE INDEX record_by_type ON record (record_type);
  CREATE INDEX record_by_creator ON record (creator);
  CREATE INDEX record_by_author ON record (author);
  CREATE INDEX record_by_modification ON record (modified_at);
  CREATE INDEX record_by_removal ON record (remove_at);
  CREATE INDEX record_by_batch ON record (batch, place, record_type);
  CREATE INDEX record_by_refresh ON record (author, refresh_at) WHERE refresh_at IS NOT NULL;

  CREATE TABLE record_data (
    row INTEGER PRIMARY KEY REFERENCES record,
    data BLOB NOT NULL
  ) STRICT;

  CREATE TABLE attribute_name (
    attribute_name INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    kind INTEGER NOT NULL,
    UNIQUE (name, kind)
  ) STRICT;

  CREATE TABLE attribute (
    attribute_name INTEGER NOT NULL REFERENCES attribute_name,
    value ANY NOT NULL,
    row INTEGER NOT NULL REFERENCES record,
    PRIMARY KEY (attribute_name, value, row)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE unindexed (
    note INTEGER PRIMARY KEY,
    rows BLOB NOT NULL
  ) STRICT;

  CREATE TABLE shadow (
    id BLOB PRIMARY KEY,
    until INTEGER NOT NULL,
    batch INTEGER NOT NULL REFERENCES batch,
    place INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    path BLOB,
    content BLOB NOT NULL,
    data BLOB
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX shadow_by_end ON shadow (until);

  CREATE TABLE equivocation (
    equivocation INTEGER PRIMARY KEY,
    author INTEGER NOT NULL REFERENCES member,
    checksum INTEGER NOT NULL,
    first_hash BLOB NOT NULL,
    first_statement BLOB NOT NULL,
    first_signature BLOB NOT NULL,
    second_hash BLOB NOT NULL,
    second_statement BLOB NOT NULL,
    second_signature BLOB NOT NULL,
    UNIQUE (first_hash, second_hash)
  ) STRICT;
  CREATE INDEX equivocation_by_author ON equivocation (author);
  `,
  `
  CREATE TABLE security (
    digest BLOB PRIMARY KEY,
    form INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    bytes BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE INDEX batch_by_author ON batch (author);
  CREATE INDEX shadow_by_batch ON shadow (batch, place);
  `,
];
