// The records of one moment, for enumerations: all of them, of one type, or what a search finds. Read from this
// member's own database; a snapshot holds the data as well, for a version that is replaced is gone.

import {
  isPeerGroupError,
  type PeerGroup,
  type QueryCondition,
  type RecordQuery,
  type SharedRecord,
} from '../../api/index.ts';
import type { PEER_RECORD } from '../surface/structures.ts';
import { peerRecordOf } from './peer-record.ts';
import { isFound, type SearchClause, type SearchStep } from './search-steps.ts';
import { patternText } from './wildcards.ts';

type Fits = (record: SharedRecord) => boolean;

/** Of every type for null. */
export function recordsOfType(
  group: PeerGroup,
  type: string | null,
): Promise<readonly PEER_RECORD[]> {
  return snapshot(group, type === null ? {} : { type }, () => true);
}

/** What the steps of a search find. */
export async function recordsFound(
  group: PeerGroup,
  steps: readonly SearchStep[],
): Promise<readonly PEER_RECORD[]> {
  const fits: Fits = (record) => isFound(steps, record);
  if (clausesIn(steps) > CLAUSES_MAX) return snapshot(group, {}, fits);
  const where = conditionOf(steps);
  if (where === null) return [];
  try {
    return await snapshot(group, { where }, fits);
  } catch (error) {
    // Deeper than the API takes, or with longer texts or patterns: every record is looked at.
    if (!isPeerGroupError(error) || error.code !== 'INVALID_SEARCH') throw error;
    return snapshot(group, {}, fits);
  }
}

/** Of one query, as the API takes it. */
const CLAUSES_MAX = 256;

function clausesIn(steps: readonly SearchStep[]): number {
  return steps.filter(({ kind }) => kind === 'clause').length;
}

async function snapshot(
  group: PeerGroup,
  query: RecordQuery,
  fits: Fits,
): Promise<readonly PEER_RECORD[]> {
  const found: PEER_RECORD[] = [];
  for await (const record of group.records.all(query)) {
    const whole = fits(record) ? await wholeRecord(group, record, fits) : null;
    if (whole !== null) found.push(whole);
  }
  return found;
}

/** As it is by now, if it was replaced since it was found; null when it is gone, or does not fit any more. */
async function wholeRecord(
  group: PeerGroup,
  found: SharedRecord,
  fits: Fits,
): Promise<PEER_RECORD | null> {
  for (let record: SharedRecord | undefined = found; record !== undefined && fits(record); ) {
    try {
      return await peerRecordOf(record);
    } catch (error) {
      if (!isPeerGroupError(error) || error.code !== 'RECORD_NOT_FOUND') throw error;
      record = await group.records.get(found.id);
    }
  }
  return null;
}

/** Of nothing that can be found, null. */
type Compiled = QueryCondition | null;

/** As the API takes it. */
function conditionOf(steps: readonly SearchStep[]): Compiled {
  const results: Compiled[] = [];
  for (const step of steps) {
    if (step.kind === 'clause') results.push(clauseConditionOf(step));
    else results.push(joined(step.kind, results.splice(results.length - step.count)));
  }
  return results[0] ?? null;
}

/** An `and` in an `and`, or an `or` in an `or`, says the same without it. */
function joined(kind: 'and' | 'or', parts: readonly Compiled[]): Compiled {
  const possible = parts.filter((part) => part !== null);
  if (possible.length === 0 || (kind === 'and' && possible.length < parts.length)) return null;
  const [only] = possible;
  if (only !== undefined && possible.length === 1) return only;
  return kind === 'and'
    ? { and: possible.flatMap((part) => part.and ?? [part]) }
    : { or: possible.flatMap((part) => part.or ?? [part]) };
}

/** The API takes no clause about a field that compares it with what the field is not. */
function clauseConditionOf({ subject, compare, operand }: SearchClause): Compiled {
  const isDate = operand.kind === 'value' && operand.value instanceof Date;
  const isText = operand.kind === 'wildcards' || typeof operand.value === 'string';
  if ('field' in subject) {
    const isDateField = subject.field === 'createdAt' || subject.field === 'modifiedAt';
    if (isDateField ? !isDate : !isText) return null;
  }
  const comparison =
    operand.kind === 'value'
      ? { [compare]: operand.value }
      : { [compare === 'equal' ? 'like' : 'notLike']: patternText(operand.pieces) };
  return { ...subject, ...comparison } as QueryCondition;
}
