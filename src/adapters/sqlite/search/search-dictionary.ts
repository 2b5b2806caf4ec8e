// The small tables that give numbers to names, types and members, as one search needs them. Nothing
// is remembered from one search to the next, for rows of these tables come and go between.

import type { DatabaseSync } from 'node:sqlite';
import { MalformedBytes } from '../../../core/base/malformed-bytes.ts';
import { guidBytes, guidText, parseGuid } from '../../../core/domain/guid.ts';
import { type PeerName, parsePeerName } from '../../../core/domain/names.ts';
import type { AttributeValue } from '../../../core/domain/records.ts';
import type { SearchClause } from '../../../core/domain/search.ts';
import { matchesClause } from '../../../core/search/search-match.ts';
import { DamagedRow } from '../tables/database-failures.ts';
import { Query, type Row } from '../tables/query.ts';
import { RowDisplacement } from '../tables/row-displacement.ts';

export interface Member {
  readonly name: PeerName;
  /** Raw Ed25519 key, 32 bytes. */
  readonly publicKey: Uint8Array;
}

const NUMBER_BY_KIND = { string: 1, int: 2, date: 3 } as const;

/** Types and members that a clause other than `equal` is tried on. Of more it is tried on each record. */
const TRIED_MAX = 4_096;

/** The statements, prepared once. */
export class DictionaryQueries {
  readonly attributeName: Query;
  readonly typeNumber: Query;
  readonly typeGuid: Query;
  readonly types: Query;
  readonly member: Query;
  readonly membersNamed: Query;
  readonly members: Query;
  readonly displacement: RowDisplacement;

  constructor(database: DatabaseSync) {
    this.attributeName = new Query(
      database,
      'SELECT attribute_name FROM attribute_name WHERE name = ? AND kind = ?',
    );
    this.typeNumber = new Query(database, 'SELECT record_type FROM record_type WHERE guid = ?');
    this.typeGuid = new Query(database, 'SELECT guid FROM record_type WHERE record_type = ?');
    this.types = new Query(database, 'SELECT record_type, guid FROM record_type LIMIT ?');
    this.member = new Query(database, 'SELECT peer_name, public_key FROM member WHERE member = ?');
    this.membersNamed = new Query(database, 'SELECT member FROM member WHERE peer_name = ?');
    this.members = new Query(database, 'SELECT member, peer_name FROM member LIMIT ?');
    this.displacement = new RowDisplacement(database);
  }
}

export class SearchDictionary {
  readonly #queries: DictionaryQueries;
  readonly #typeByNumber = new Map<number, string>();
  readonly #memberByNumber = new Map<number, Member>();

  /** False while the index of attributes, and their names with it, has gaps. */
  readonly knowsAttributes: boolean;

  constructor(queries: DictionaryQueries, knowsAttributes = true) {
    this.#queries = queries;
    this.knowsAttributes = knowsAttributes;
  }

  /** Null for a name that no record has with a value of this kind. */
  attributeName(name: string, kind: AttributeValue['kind']): number | null {
    return this.#queries.attributeName.first(name, NUMBER_BY_KIND[kind])?.number(0) ?? null;
  }

  /** The numbers of the types that the clause is true of; null when there are too many to try. */
  types(clause: SearchClause): readonly number[] | null {
    const { operand, compare } = clause;
    if (compare === 'equal' && operand.kind === 'string') {
      const bytes = guidOf(operand.value);
      return bytes === null ? [] : this.#queries.typeNumber.all(bytes).map((row) => row.number(0));
    }
    const tried = this.#queries.types.all(TRIED_MAX + 1);
    return numbersOf(tried, clause, (row) => guidText(row.bytes(1)));
  }

  members(clause: SearchClause): readonly number[] | null {
    const { operand, compare } = clause;
    if (compare === 'equal' && operand.kind === 'string') {
      return this.#queries.membersNamed.all(operand.value).map((row) => row.number(0));
    }
    return numbersOf(this.#queries.members.all(TRIED_MAX + 1), clause, (row) => row.text(1));
  }

  /** How many milliseconds behind its creation a record may stand at most. */
  displacement(): number {
    return this.#queries.displacement.milliseconds();
  }

  typeOf(number: number): string {
    const known = this.#typeByNumber.get(number);
    if (known !== undefined) return known;
    const row = this.#queries.typeGuid.first(number);
    if (row === null) throw new DamagedRow('a record of a type that is not there');
    const text = guidText(row.bytes(0));
    this.#typeByNumber.set(number, text);
    return text;
  }

  memberOf(number: number): Member {
    const known = this.#memberByNumber.get(number);
    if (known !== undefined) return known;
    const row = this.#queries.member.first(number);
    if (row === null) throw new DamagedRow('a record of a member that is not there');
    const member = { name: parsePeerName(row.text(0)), publicKey: row.bytes(1) };
    this.#memberByNumber.set(number, member);
    return member;
  }
}

function numbersOf(
  tried: readonly Row[],
  clause: SearchClause,
  textOf: (row: Row) => string,
): readonly number[] | null {
  if (tried.length > TRIED_MAX) return null;
  return tried
    .filter((row) => matchesClause(clause, { kind: 'string', value: textOf(row) }))
    .map((row) => row.number(0));
}

/** Null for text that no id or type is, upper case included: texts compare as they are. */
export function guidOf(text: string): Uint8Array | null {
  try {
    return parseGuid(text, 'GUID') === text ? guidBytes(text) : null;
  } catch (error) {
    if (error instanceof MalformedBytes) return null;
    throw error;
  }
}
