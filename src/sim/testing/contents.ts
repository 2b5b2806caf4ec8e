// What a test gives a member to publish or to say, checked and copied before anything changes.

import { wallTimeOf } from '../../core/base/time.ts';
import { utf8Bytes } from '../../core/base/utf8.ts';
import type { AttributeValue, RecordAttribute } from '../../core/domain/records.ts';
import { checkAttributes } from '../../core/records/attribute-check.ts';

/** Text, whole numbers and moments; numbers beyond 2^53 are bigints. */
export type VillageAttributes = Readonly<Record<string, string | number | bigint | Date>>;

/** A copy. Throws `TypeError` and `RangeError`. */
export function bytesOfContent(content: string | Uint8Array, bytesMax: number): Uint8Array {
  const isBytes = content instanceof Uint8Array;
  if (!isBytes && typeof content !== 'string') throw new TypeError('a content is text or bytes');
  const bytes = isBytes ? content.slice() : utf8Bytes(content);
  if (bytes.length > bytesMax) {
    throw new RangeError(`a content of ${bytes.length} bytes, at most ${bytesMax}`);
  }
  return bytes;
}

/** In the order that records have them. Throws `TypeError`. */
export function attributesOf(attributes: VillageAttributes): readonly RecordAttribute[] {
  if (typeof attributes !== 'object' || attributes === null) {
    throw new TypeError('attributes are an object: { name: value }');
  }
  const list = Object.entries(attributes).map(([name, value]) => ({
    name,
    value: attributeValue(name, value),
  }));
  const checked = checkAttributes(list);
  if (!checked.ok) throw new TypeError(`${checked.refusal.code}: ${checked.refusal.detail}`);
  return checked.value;
}

export function plainAttributes(attributes: readonly RecordAttribute[]): VillageAttributes {
  return Object.fromEntries(attributes.map(({ name, value }) => [name, plainValue(value)]));
}

function attributeValue(name: string, value: unknown): AttributeValue {
  if (typeof value === 'string') return { kind: 'string', value };
  if (typeof value === 'bigint') return { kind: 'int', value };
  if (typeof value === 'number' && Number.isSafeInteger(value)) {
    return { kind: 'int', value: BigInt(value) };
  }
  if (value instanceof Date && !Number.isNaN(value.getTime())) {
    return { kind: 'date', value: wallTimeOf(value.getTime()) };
  }
  throw new TypeError(`attribute '${name}' is text, a whole number, a bigint or a Date`);
}

function plainValue({ kind, value }: AttributeValue): string | number | bigint | Date {
  if (kind === 'date') return new Date(value);
  if (kind === 'string') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
