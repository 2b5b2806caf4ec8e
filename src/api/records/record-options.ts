// How the records of a group are kept here: what an acknowledgement promises, and how much may be
// stored. Every member chooses for itself.

import type { Quotas } from '../../core/book/pending-records.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import type { Durability } from '../../core/ports/record-store.ts';
import { requireFlag } from '../arguments.ts';
import { invalidArgument } from '../peer-group-error.ts';
import { ownValues } from './own-values.ts';

export interface RecordOptions {
  /** What a publication that was acknowledged survives: `'power'`, the loss of power, by default; or `'process'`, the end of the process. After a loss of power that one goes on with a journal of its own. */
  readonly durability?: Durability;
  readonly quotas?: RecordQuotas;
  /** What `records.deferExpiry` is from the beginning; false by default. */
  readonly deferExpiry?: boolean;
}

/** Records beyond them are refused, with `QUOTA_EXCEEDED`. */
export interface RecordQuotas {
  /** Of one author; 250,000 by default. */
  readonly recordsPerMember?: number;
  /** Of one author; 4 GiB by default. */
  readonly bytesPerMember?: number;
  /** Of the whole group; 2,500,000 by default. */
  readonly records?: number;
  /** Of the whole group; 16 GiB by default. */
  readonly bytes?: number;
}

export interface CheckedRecordOptions {
  readonly durability: Durability;
  readonly quotas: Quotas;
  readonly deferExpiry: boolean;
}

const KEYS: readonly (keyof RecordOptions)[] = ['durability', 'quotas', 'deferExpiry'];
const QUOTA_KEYS: readonly (keyof RecordQuotas)[] = [
  'recordsPerMember',
  'bytesPerMember',
  'records',
  'bytes',
];

/** `otherKeys` are what else the options may have, which is not looked at here. */
export function requireRecordOptions(
  options: RecordOptions,
  otherKeys: readonly string[],
): CheckedRecordOptions {
  const values = ownValues('options', options, [...KEYS, ...otherKeys]);
  const durability = values.has('durability') ? values.get('durability') : 'power';
  if (durability !== 'power' && durability !== 'process') {
    throw invalidArgument('durability', "'power' or 'process'");
  }
  const deferred = values.has('deferExpiry') ? values.get('deferExpiry') : false;
  return {
    durability,
    quotas: requireQuotas(values.has('quotas') ? values.get('quotas') : {}),
    deferExpiry: requireFlag('deferExpiry', deferred),
  };
}

function requireQuotas(given: unknown): Quotas {
  const quotas = ownValues('quotas', given, QUOTA_KEYS);
  const count = (name: keyof RecordQuotas, otherwise: number): number =>
    quotas.has(name) ? requireCount(name, quotas.get(name)) : otherwise;
  return {
    recordsPerAuthorMax: count('recordsPerMember', LIMITS.recordsPerAuthorMax),
    bytesPerAuthorMax: count('bytesPerMember', LIMITS.recordBytesPerAuthorMax),
    recordsMax: count('records', LIMITS.recordsPerGroupMax),
    bytesMax: count('bytes', LIMITS.recordBytesPerGroupMax),
  };
}

function requireCount(name: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw invalidArgument(`quotas.${name}`, 'a whole number that is not negative');
  }
  return value;
}
