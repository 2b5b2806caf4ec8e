// The rows of a source in the order of a search, when that is one that can be told of any record: of
// creation or of modification. Each batch visits the source anew and keeps only its first rows: a part
// of it large enough that it is visited few times, whatever becomes of the rows.

import { type Key, type KeyColumns, rowOfKey, type Step } from './search-keys.ts';
import type { Prepare, Source } from './search-plan.ts';
import type { Probe } from './search-probe.ts';
import { type Fragment, joined, sqlOfTerms } from './search-terms.ts';

export interface SourceOptions {
  readonly source: Source;
  readonly columns: KeyColumns;
  /** What has to be true of each record besides; null for nothing, or what is not worth asking. */
  readonly probe: Probe | null;
  readonly batch: number;
  readonly prepare: Prepare;
}

export function* stepsOf(options: SourceOptions, after: Key | null): Generator<Step, void> {
  const { columns } = options;
  let last = after;
  let lastRow = after === null ? null : rowOfKey(after);
  for (let max = Math.max(options.batch, options.source.count >> 2); ; max *= 4) {
    const { sql, values } = select(options, last);
    const rows = options.prepare(sql).all(...values, max);
    for (const row of rows) {
      last = columns.read(row);
      // A row that two ranges have comes twice, one after the other.
      if (rowOfKey(last) !== lastRow) yield { key: last, isCandidate: true, visited: 0 };
      lastRow = rowOfKey(last);
    }
    if (rows.length < max) return;
  }
}

/** All rows of the source of which the probe is true, each once, in any order. */
export function allRowsOf(
  source: Source,
  probe: Probe | null,
  prepare: Prepare,
): ReadonlySet<bigint> {
  const { sql, values } = from(source, probe, false);
  const rows = prepare(`SELECT stream.row ${sql}`).all(...values);
  return new Set(rows.map((row) => row.bigint(0)));
}

function select({ source, columns, probe }: SourceOptions, after: Key | null): Fragment {
  const alias = columns.first === 'row' ? 'stream' : 'record';
  const { sql, values } = from(source, probe, alias === 'record');
  const start = after === null ? { sql: 'TRUE', values: [] } : columns.after(alias, after);
  return {
    sql: `SELECT ${columns.list(alias)} ${sql} AND ${start.sql}
      ORDER BY ${columns.ordering(alias)} LIMIT ?`,
    values: [...values, ...start.values],
  };
}

function from(source: Source, probe: Probe | null, isJoined: boolean): Fragment {
  const union = unionOf(source);
  const join = isJoined || probe?.isOfRecord === true;
  return {
    sql: `FROM (${union.sql}) AS stream
      ${join ? 'CROSS JOIN record ON record.row = stream.row' : ''}
      WHERE ${probe === null ? 'TRUE' : probe.sql}`,
    values: [...union.values, ...(probe === null ? [] : probe.values)],
  };
}

function unionOf({ ranges }: Source): Fragment {
  const parts = ranges.map(({ table, bounds, filters }) => {
    const { sql, values } = sqlOfTerms('stream', [...bounds, ...filters]);
    return { sql: `SELECT stream.row AS row FROM ${table} AS stream WHERE ${sql}`, values };
  });
  return joined(parts, 'UNION ALL');
}
