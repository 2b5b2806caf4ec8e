// A search as it is defined (core/search/search-match.ts), over every record there is.

import type { AttributeValue, GroupRecord } from '../../core/domain/records.ts';
import type { SearchPosition, SearchRequest } from '../../core/domain/search.ts';
import type { SearchPage } from '../../core/ports/record-store.ts';
import { matches, orderValueOf, searchableOf } from '../../core/search/search-match.ts';
import type { KeptRecord } from './record-disk.ts';

interface Found extends SearchPosition {
  readonly record: GroupRecord;
}

export function searchRecords(
  stored: Iterable<KeptRecord>,
  { where, order, limit, after, now }: SearchRequest,
): SearchPage {
  const found: Found[] = [];
  for (const { record, row } of stored) {
    if (record.content.isDeleted || record.content.expiresAt <= now) continue;
    const searchable = searchableOf(record);
    const value = orderValueOf(order, searchable);
    if (value !== null && matches(where, searchable)) found.push({ record, value, row });
  }
  const sign = order.isDescending ? -1 : 1;
  found.sort((a, b) => sign * comparePositions(a, b));
  const rest =
    after === null ? found : found.filter((one) => sign * comparePositions(one, after) > 0);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const next =
    last === undefined || rest.length <= limit ? null : { value: last.value, row: last.row };
  return { records: page.map(({ record }) => record), next };
}

/** By value, and by the store's own order among equal ones. */
function comparePositions(a: SearchPosition, b: SearchPosition): number {
  return compareValues(a.value, b.value) || (a.row < b.row ? -1 : Number(a.row > b.row));
}

function compareValues(a: AttributeValue | null, b: AttributeValue | null): number {
  if (a === null || b === null || a.value === b.value) return 0;
  return a.value < b.value ? -1 : 1;
}
