// What a user may give as attributes, judged before anything is made of it: the codec would call the
// same a bug of ours.

import { utf8Length } from '../base/utf8.ts';
import { LIMITS } from '../domain/limits.ts';
import type { AttributeValue, RecordAttribute } from '../domain/records.ts';
import type { Verdict } from '../domain/refusals.ts';
import { accept, refuse } from '../domain/refusals.ts';
import {
  isAttributeName,
  isDateValue,
  isIntValue,
  isStringValue,
  RESERVED_ATTRIBUTE_NAMES,
} from './record-attributes.ts';

/** In the order that records have them. */
export function checkAttributes(
  attributes: readonly RecordAttribute[],
): Verdict<readonly RecordAttribute[]> {
  if (attributes.length > LIMITS.attributesMax) {
    const { attributesMax } = LIMITS;
    return refuse('TOO_MANY_ATTRIBUTES', `${attributes.length}, at most ${attributesMax}.`);
  }
  const sorted = [...attributes].sort((a, b) => (a.name < b.name ? -1 : 1));
  let bytes = 0;
  let before = '';
  for (const { name, value } of sorted) {
    if (!isAttributeName(name)) return wrong(name, 'a name is 1 to 40 ASCII letters and digits');
    if (RESERVED_ATTRIBUTE_NAMES.has(name)) return wrong(name, 'the name of a field of records');
    if (name === before) return wrong(name, 'it is there twice');
    // A character has a byte at least, so text that is too long is not even looked at.
    const isTooLong = bytes + name.length + charactersOf(value) > LIMITS.attributeBytesMax;
    const why = isTooLong ? TOO_LONG : wrongValue(value);
    if (why !== null) return wrong(name, why);
    bytes += name.length + (value.kind === 'string' ? utf8Length(value.value) : NUMBER_BYTES);
    if (bytes > LIMITS.attributeBytesMax) return wrong(name, TOO_LONG);
    before = name;
  }
  return accept(sorted);
}

const NUMBER_BYTES = 8;
const TOO_LONG = `names and values have more than ${LIMITS.attributeBytesMax} bytes`;

function charactersOf(value: AttributeValue): number {
  return value.kind === 'string' ? value.value.length : 0;
}

function wrongValue(value: AttributeValue): string | null {
  switch (value.kind) {
    case 'string':
      return isStringValue(value.value) ? null : 'text without NUL and unpaired surrogates';
    case 'int':
      return isIntValue(value.value) ? null : 'a whole number of at most 18 digits';
    case 'date':
      return isDateValue(value.value) ? null : 'a date of the years 0 to 9999';
  }
}

function wrong(name: string, why: string): Verdict<never> {
  return refuse('ATTRIBUTES_INVALID', `Attribute ${JSON.stringify(name.slice(0, 60))}: ${why}.`);
}
