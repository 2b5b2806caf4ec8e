// Which entries of which indexes hold every match of a condition, and how many they are. Counting is
// bounded by a tally of visited entries, so that planning never costs more than what it saves.

import type { DatabaseSync } from 'node:sqlite';
import { unreachable } from '../../../core/base/assert.ts';
import { Query } from '../tables/query.ts';
import type { IndexRange, Located } from './search-ranges.ts';
import { type Fragment, sqlOfTerms } from './search-terms.ts';

/** The union of the ranges has every row that matches. */
export interface Source {
  readonly ranges: readonly IndexRange[];
  /** Entries that match, a row that is in two ranges counted twice. */
  readonly count: number;
}

/** How many entries of indexes may still be visited for counting. */
export interface Tally {
  left: number;
}

/** Statements by their text: a few shapes come again and again. */
export type Prepare = (sql: string) => Query;

/** Compilations are kept up to here; a program that never repeats a shape must not fill the memory. */
const STATEMENTS_MAX = 64;

export function preparing(database: DatabaseSync): Prepare {
  const queryBySql = new Map<string, Query>();
  return (sql) => {
    const known = queryBySql.get(sql);
    if (known !== undefined) return known;
    const query = new Query(database, sql, 'bigints');
    if (queryBySql.size >= STATEMENTS_MAX) queryBySql.clear();
    queryBySql.set(sql, query);
    return query;
  };
}

/** The smallest source for which at most `countMax` entries are visited; null when none is known to be so small. */
export function smallestSource(
  located: Located,
  countMax: number,
  tally: Tally,
  prepare: Prepare,
): Source | null {
  switch (located.kind) {
    case 'clause': {
      if (located.range === null) return null;
      const count = countOf(located.range, countMax, tally, prepare);
      return count === null ? null : { ranges: [located.range], count };
    }
    case 'and': {
      let smallest: Source | null = null;
      for (const part of located.parts) {
        const source = smallestSource(part, countMax, tally, prepare);
        if (source !== null && (smallest === null || source.count < smallest.count)) {
          smallest = source;
        }
      }
      return smallest;
    }
    case 'or': {
      const ranges: IndexRange[] = [];
      let count = 0;
      for (const part of located.parts) {
        const source = smallestSource(part, countMax - count, tally, prepare);
        if (source === null) return null;
        ranges.push(...source.ranges);
        count += source.count;
      }
      return { ranges, count };
    }
    default:
      return unreachable(located);
  }
}

/** Null when more than `countMax` entries, or than the tally has left, would have to be visited. */
function countOf(
  { table, bounds, filters }: IndexRange,
  countMax: number,
  tally: Tally,
  prepare: Prepare,
): number | null {
  const visitedMax = Math.min(countMax, tally.left);
  if (visitedMax <= 0) return null;
  const entered = sqlOfTerms('stream', bounds);
  const asked = filters.length === 0 ? ALL : sqlOfTerms('stream', filters);
  const row = prepare(
    `SELECT count(*), count(asked) FROM (
      SELECT CASE WHEN ${asked.sql} THEN 1 END AS asked FROM ${table} AS stream
      WHERE ${entered.sql} LIMIT ?)`,
  ).first(...asked.values, ...entered.values, visitedMax + 1);
  const visited = row?.number(0) ?? 0;
  tally.left -= visited;
  return visited > visitedMax ? null : (row?.number(1) ?? 0);
}

const ALL: Fragment = { sql: 'TRUE', values: [] };
