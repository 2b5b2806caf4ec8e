// Members by key, with the number that stands for a key in all other tables, what is stored in each
// one's name, and the memberships. Charges of a commit are added up and written once, at its end.

import type { DatabaseSync } from 'node:sqlite';
import { assert } from '../../../core/base/assert.ts';
import { ByteReader } from '../../../core/base/byte-reader.ts';
import { ByteWriter } from '../../../core/base/byte-writer.ts';
import { bytesKey } from '../../../core/base/bytes.ts';
import { wallTimeOf } from '../../../core/base/time.ts';
import { LIMITS } from '../../../core/domain/limits.ts';
import { type PeerName, parsePeerName } from '../../../core/domain/names.ts';
import type { StorageUse } from '../../../core/domain/records.ts';
import type {
  StoreChange,
  StoredMember,
  StoredMembership,
} from '../../../core/ports/record-store.ts';
import { DamagedRow } from './database-failures.ts';
import { Query, type Row } from './query.ts';
import { requireChecksum, rowChecksum } from './row-checksum.ts';

/** A key that other tables name by its number. */
export interface NumberedMember {
  readonly number: number;
  readonly publicKey: Uint8Array;
  readonly name: PeerName;
}

/** A member takes 300 bytes of memory; one that was forgotten is read again. */
const MEMBERS_KEPT_MAX = 4_096;

const NO_USE: StorageUse = { records: 0, bytes: 0 };

export class MemberTable {
  readonly #byNumber: Query;
  readonly #byKey: Query;
  readonly #insert: Query;
  readonly #charge: Query;
  readonly #use: Query;
  readonly #totalUse: Query;
  readonly #latestEnd: Query;
  readonly #chains: Query;
  readonly #membership: Query;
  readonly #memberships: Query;
  readonly #insertMembership: Query;
  readonly #keptByNumber = new Map<number, NumberedMember>();
  readonly #keptByKey = new Map<string, NumberedMember>();
  readonly #charges = new Map<number, StorageUse>();
  #total: StorageUse;

  constructor(database: DatabaseSync) {
    const columns = 'member, public_key, peer_name, checksum';
    this.#byNumber = new Query(database, `SELECT ${columns} FROM member WHERE member = ?`);
    this.#byKey = new Query(database, `SELECT ${columns} FROM member WHERE public_key = ?`);
    this.#insert = new Query(
      database,
      'INSERT INTO member (public_key, peer_name, checksum) VALUES (?, ?, ?)',
    );
    this.#charge = new Query(
      database,
      'UPDATE member SET records = records + ?2, bytes = bytes + ?3 WHERE member = ?1',
    );
    this.#use = new Query(database, 'SELECT records, bytes FROM member WHERE public_key = ?');
    this.#totalUse = new Query(
      database,
      'SELECT coalesce(sum(records), 0), coalesce(sum(bytes), 0) FROM member',
    );
    this.#latestEnd = new Query(database, 'SELECT max(not_after) FROM membership WHERE member = ?');
    this.#chains = new Query(
      database,
      'SELECT chain_digest FROM membership WHERE member = ? ORDER BY not_after DESC, chain_digest',
    );
    this.#membership = new Query(
      database,
      'SELECT chain, checksum FROM membership WHERE chain_digest = ?',
    );
    this.#memberships = new Query(
      database,
      `SELECT chain, checksum, chain_digest FROM membership WHERE chain_digest > ?
       ORDER BY chain_digest LIMIT ?`,
    );
    this.#insertMembership = new Query(
      database,
      'INSERT OR REPLACE INTO membership (chain_digest, member, not_after, chain, checksum) VALUES (?, ?, ?, ?, ?)',
    );
    this.#total = this.#readTotal();
  }

  /** Of a number that another row names. */
  withNumber(number: number): NumberedMember {
    const kept = this.#keptByNumber.get(number);
    if (kept !== undefined) return kept;
    const row = this.#byNumber.first(number);
    if (row === null) throw new DamagedRow('a row names a member that is not there');
    return this.#read(row);
  }

  find(publicKey: Uint8Array): NumberedMember | null {
    const kept = this.#keptByKey.get(bytesKey(publicKey));
    if (kept !== undefined) return kept;
    const row = this.#byKey.first(publicKey);
    return row === null ? null : this.#read(row);
  }

  /** The name that a key was first seen with stays its name. */
  findOrAdd(publicKey: Uint8Array, name: PeerName): NumberedMember {
    const found = this.find(publicKey);
    if (found !== null) return found;
    const number = this.#insert.insert(publicKey, name, memberChecksum(publicKey, name));
    return this.#keep(number, publicKey.slice(), name);
  }

  /** Null without a membership: a key may be known from a record alone. */
  findMember(publicKey: Uint8Array): StoredMember | null {
    const member = this.find(publicKey);
    if (member === null) return null;
    const notAfter = this.#latestEnd.first(member.number)?.numberOrNull(0) ?? null;
    return notAfter === null ? null : { member: member.name, notAfter: wallTimeOf(notAfter) };
  }

  chainsOf(publicKey: Uint8Array): readonly Uint8Array[] {
    const number = this.find(publicKey)?.number;
    return number === undefined ? [] : this.#chains.all(number).map((row) => row.bytes(0));
  }

  findMembership(chainDigest: Uint8Array): readonly Uint8Array[] | null {
    const row = this.#membership.first(chainDigest);
    if (row === null) return null;
    return chainOf(row, chainDigest);
  }

  memberships(after: Uint8Array | null, max: number): readonly StoredMembership[] {
    return this.#memberships.all(after ?? new Uint8Array(0), max).map((row) => {
      const chainDigest = row.bytes(2);
      return { chainDigest, chain: chainOf(row, chainDigest) };
    });
  }

  putMembership(change: StoreChange & { readonly kind: 'putMembership' }): void {
    const { chainDigest, chain, publicKey, member, notAfter } = change;
    const { number } = this.findOrAdd(publicKey, member);
    assert(chain.length <= LIMITS.certificatesInChainMax, 'a chain is as long as one may be');
    const out = new ByteWriter().varint(chain.length);
    for (const der of chain) out.bytes(der);
    const bytes = out.finish();
    const checksum = rowChecksum([chainDigest, bytes]);
    this.#insertMembership.run(chainDigest, number, notAfter, bytes, checksum);
  }

  /** Adds to what is stored in a member's name, or takes away from it. */
  charge(number: number, records: number, bytes: number): void {
    const before = this.#charges.get(number) ?? NO_USE;
    this.#charges.set(number, sumOf(before, { records, bytes }));
  }

  /** At the end of a commit. */
  writeCharges(): void {
    for (const [number, { records, bytes }] of this.#charges) {
      if (records !== 0 || bytes !== 0) this.#charge.run(number, records, bytes);
    }
  }

  /** After a commit. */
  accept(): void {
    for (const charge of this.#charges.values()) this.#total = sumOf(this.#total, charge);
    this.#charges.clear();
  }

  /** After a rollback: nothing that was learned meanwhile is known to be so. */
  forget(): void {
    this.#charges.clear();
    this.#keptByNumber.clear();
    this.#keptByKey.clear();
  }

  use(publicKey: Uint8Array): StorageUse {
    const row = this.#use.first(publicKey);
    return row === null ? NO_USE : { records: row.number(0), bytes: row.number(1) };
  }

  totalUse(): StorageUse {
    return this.#total;
  }

  #readTotal(): StorageUse {
    const row = this.#totalUse.first();
    return row === null ? NO_USE : { records: row.number(0), bytes: row.number(1) };
  }

  #read(row: Row): NumberedMember {
    const [publicKey, name] = [row.bytes(1), row.text(2)];
    requireChecksum(row.number(3), memberChecksum(publicKey, name), 'a member');
    return this.#keep(row.number(0), publicKey, name);
  }

  #keep(number: number, publicKey: Uint8Array, text: string): NumberedMember {
    if (this.#keptByNumber.size >= MEMBERS_KEPT_MAX) {
      this.#keptByNumber.clear();
      this.#keptByKey.clear();
    }
    const member = { number, publicKey, name: parsePeerName(text) };
    this.#keptByNumber.set(number, member);
    this.#keptByKey.set(bytesKey(publicKey), member);
    return member;
  }
}

/** Of a row with chain and checksum. */
function chainOf(row: Row, chainDigest: Uint8Array): readonly Uint8Array[] {
  const bytes = row.bytes(0);
  requireChecksum(row.number(1), rowChecksum([chainDigest, bytes]), 'a membership');
  const input = new ByteReader(bytes);
  const count = input.count(LIMITS.certificatesInChainMax, 1);
  const chain = Array.from({ length: count }, () => input.bytes(LIMITS.chainBytesMax));
  input.end();
  return chain;
}

function memberChecksum(publicKey: Uint8Array, name: string): number {
  return rowChecksum([publicKey, Buffer.from(name, 'utf8')]);
}

function sumOf(a: StorageUse, b: StorageUse): StorageUse {
  return { records: a.records + b.records, bytes: a.bytes + b.bytes };
}
