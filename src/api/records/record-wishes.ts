// What `add`, `addAll` and `update` are given, checked and copied, as what the record book is asked for.

import type { RecordWish } from '../../core/book/record-drafts.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import { invalidArgument } from '../peer-group-error.ts';
import { ownValues } from './own-values.ts';
import {
  type RecordInput,
  requireAttributes,
  requireDate,
  requireRecordData,
  requireRecordId,
  requireRecordType,
} from './record-arguments.ts';
import type { Attributes, SharedRecord } from './shared-record.ts';

export interface NewRecord {
  /** A GUID that says what kind of record this is; make one with `crypto.randomUUID()` and keep it in your program. */
  readonly type: string;
  /** Bytes, or text as UTF-8; at most 16 MiB. */
  readonly data?: RecordInput;
  /** What searches look at: at most 256, names of 1 to 40 ASCII letters and digits. */
  readonly attributes?: Attributes;
  /** 28 days from now by default, and never after the end of the membership. */
  readonly expiresAt?: Date;
  /** Puts off the end again and again while this group is open here. The lifetime is at least four minutes then. */
  readonly autoRefresh?: boolean;
}

/** What is left out stays as it is. */
export interface RecordUpdate {
  readonly data?: RecordInput;
  /** All of them: those that are not named here go. */
  readonly attributes?: Attributes;
  /** Not before the end that the record has. */
  readonly expiresAt?: Date;
}

const NEW_RECORD_KEYS: readonly (keyof NewRecord)[] = [
  'type',
  'data',
  'attributes',
  'expiresAt',
  'autoRefresh',
];
const UPDATE_KEYS: readonly (keyof RecordUpdate)[] = ['data', 'attributes', 'expiresAt'];

export function newWishes(records: readonly NewRecord[]): readonly RecordWish[] {
  if (!Array.isArray(records)) throw invalidArgument('records', 'an array');
  const { length } = records;
  if (length > LIMITS.recordsAddedMax) {
    throw invalidArgument('records', `at most ${LIMITS.recordsAddedMax}, not ${length}`);
  }
  const types = new Map<unknown, Uint8Array>();
  // Unlike `map` this does not pass over holes.
  return Array.from({ length }, (_, at) => newWish(`records[${at}]`, records[at], types));
}

/** Records that are added together mostly have one type, whose text need not be read for each. */
export function newWish(
  path: string,
  record: unknown,
  types: Map<unknown, Uint8Array>,
): RecordWish {
  const values = ownValues(path, record, NEW_RECORD_KEYS);
  const valueOr = (key: keyof NewRecord, otherwise: unknown): unknown =>
    values.has(key) ? values.get(key) : otherwise;
  const isRefreshed = valueOr('autoRefresh', false);
  if (typeof isRefreshed !== 'boolean') throw invalidArgument('autoRefresh', 'true or false');
  const type = values.get('type');
  const typeBytes = types.get(type) ?? requireRecordType('type', type);
  types.set(type, typeBytes);
  const expiresAt = values.get('expiresAt');
  return {
    kind: 'add',
    type: typeBytes,
    data: requireRecordData(valueOr('data', '')),
    attributes: requireAttributes(valueOr('attributes', {})),
    expiresAt: expiresAt === undefined ? null : requireDate('expiresAt', expiresAt),
    isRefreshed,
  };
}

export function updateWish(record: string | SharedRecord, update: RecordUpdate): RecordWish {
  const id = requireRecordId(record);
  const values = ownValues('update', update, UPDATE_KEYS);
  const data = values.get('data');
  const attributes = values.get('attributes');
  const expiresAt = values.get('expiresAt');
  return {
    kind: 'update',
    id,
    data: data === undefined ? undefined : requireRecordData(data),
    attributes: attributes === undefined ? undefined : requireAttributes(attributes),
    expiresAt: expiresAt === undefined ? undefined : requireDate('expiresAt', expiresAt),
  };
}
