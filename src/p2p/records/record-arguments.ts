// What callers pass as records, taken and checked as far as nothing but the structure is needed for it.

import type { Attributes } from '../../api/index.ts';
import { byteLengthOf, bytesOf, dwordOf, filetimeOf, guarded, guidOf } from '../calls/arguments.ts';
import { demand } from '../calls/failure.ts';
import { Fields } from '../calls/fields.ts';
import { msOfFiletime } from '../calls/filetime.ts';
import type { DWORD, GUID } from '../surface/basic-types.ts';
import { PEER_RECORD_FLAGS } from '../surface/enumerations.ts';
import {
  E_INVALIDARG,
  PEER_E_INVALID_RECORD,
  PEER_E_MAX_RECORD_SIZE_EXCEEDED,
} from '../surface/results.ts';
import { readAttributesXml } from '../xml/attributes-xml.ts';

interface GivenRecord {
  readonly type: GUID;
  readonly dwFlags: DWORD;
  /** Milliseconds of peer time. */
  readonly expiresAtMs: number;
  readonly data: Uint8Array;
}

interface RecordToAdd extends GivenRecord {
  readonly attributes: Attributes;
}

export interface RecordToUpdate extends GivenRecord {
  readonly id: GUID;
  readonly attributesText: string;
}

/** Decided: no figure is documented for Grouping, and the 60 MB of the layer below are too much for a flood. */
const DATA_BYTES_MAX = 16_777_216;
const NO_TYPE: GUID = '00000000-0000-0000-0000-000000000000';

export function recordToAdd(structure: unknown): RecordToAdd {
  const fields = new Fields(structure);
  const type = guidOf(fields.value('type'));
  const ftExpiration = filetimeOf(fields.value('ftExpiration'));
  demand(type !== NO_TYPE && ftExpiration > 0n, E_INVALIDARG);
  const dwFlags = fields.read('dwFlags', dwordOf, 0);
  const attributesText = fields.optional('pwzAttributes', stringOf) ?? '';
  const data = fields.optional('data', recordBytesOf) ?? new Uint8Array();
  const isKnown = dwFlags === 0 || dwFlags === PEER_RECORD_FLAGS.PEER_RECORD_FLAG_AUTOREFRESH;
  demand(isKnown, PEER_E_INVALID_RECORD);
  const attributes = readAttributesXml(attributesText);
  return { type, dwFlags, expiresAtMs: msOfFiletime(ftExpiration), data, attributes };
}

/** An expiration that is left out is lower than any. */
export function recordToUpdate(structure: unknown): RecordToUpdate {
  const fields = new Fields(structure);
  return {
    id: guidOf(fields.value('id')),
    type: guidOf(fields.value('type')),
    dwFlags: fields.read('dwFlags', dwordOf, 0),
    expiresAtMs: msOfFiletime(fields.read('ftExpiration', filetimeOf, 0n)),
    attributesText: fields.optional('pwzAttributes', stringOf) ?? '',
    data: fields.optional('data', recordBytesOf) ?? new Uint8Array(),
  };
}

/** Types of this form belong to the infrastructure. */
export function isReservedType(type: GUID): boolean {
  return type.endsWith(NO_TYPE.slice(8));
}

/** What is in it, the schema judges. */
function stringOf(value: unknown): string {
  demand(typeof value === 'string', E_INVALIDARG);
  return value;
}

function recordBytesOf(value: unknown): Uint8Array {
  const isBytes = guarded(() => value instanceof Uint8Array);
  demand(isBytes && value instanceof Uint8Array, E_INVALIDARG);
  demand(byteLengthOf(value) <= DATA_BYTES_MAX, PEER_E_MAX_RECORD_SIZE_EXCEEDED);
  return bytesOf(value);
}
