// Where a search goes on, as text that users keep and give back. It names the order it belongs to, so
// that it cannot be taken for a place in another one. Made of bytes that anybody may have changed: the
// worst that comes of it is another place.

import { unreachable } from '../base/assert.ts';
import { base64urlBytes, base64urlText } from '../base/base64url.ts';
import { ByteReader } from '../base/byte-reader.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import { wallTimeOf } from '../base/time.ts';
import { LIMITS } from '../domain/limits.ts';
import type { AttributeValue } from '../domain/records.ts';
import type { SearchOrder, SearchPosition } from '../domain/search.ts';

const NUMBER_BY_ORDER = { createdAt: 0, modifiedAt: 1, attribute: 2 } as const;
const NUMBER_BY_KIND = { string: 1, int: 2, date: 3 } as const;
const DESCENDING = 4;
/** Four digits hold three bytes; besides the longest value there are an order and a row. */
const TEXT_MAX = Math.ceil(((LIMITS.attributeBytesMax + 100) * 4) / 3);
const ROW_END = 2n ** 63n;

export function formatPosition(order: SearchOrder, { value, row }: SearchPosition): string {
  const out = new ByteWriter();
  writeOrder(out, order);
  out.u64(row);
  if (order.by !== 'createdAt' && value !== null) writeValue(out, value);
  return base64urlText(out.finish());
}

/** Throws `MalformedBytes`, also for a place in another order. */
export function parsePosition(order: SearchOrder, text: string): SearchPosition {
  if (text.length > TEXT_MAX) throw new MalformedBytes('place in a search: too long');
  const input = new ByteReader(base64urlBytes(text));
  const expected = new ByteWriter();
  writeOrder(expected, order);
  for (const byte of expected.finish()) {
    if (input.u8() !== byte) throw new MalformedBytes('place in a search of another order');
  }
  const row = input.u64();
  if (row >= ROW_END) throw new MalformedBytes('place in a search: no such row');
  const value = order.by === 'createdAt' ? null : readValue(input, kindOf(order));
  input.end();
  return { row, value };
}

function kindOf(order: SearchOrder): AttributeValue['kind'] {
  return order.by === 'attribute' ? order.kind : 'date';
}

function writeOrder(out: ByteWriter, order: SearchOrder): void {
  out.u8(NUMBER_BY_ORDER[order.by] + (order.isDescending ? DESCENDING : 0));
  if (order.by === 'attribute') out.text(order.name).u8(NUMBER_BY_KIND[order.kind]);
}

function writeValue(out: ByteWriter, value: AttributeValue): void {
  switch (value.kind) {
    case 'string':
      out.text(value.value);
      return;
    case 'int':
      out.i64(value.value);
      return;
    case 'date':
      out.i53(value.value);
      return;
    default:
      unreachable(value);
  }
}

function readValue(input: ByteReader, kind: AttributeValue['kind']): AttributeValue {
  switch (kind) {
    case 'string':
      return { kind, value: input.text(LIMITS.attributeBytesMax) };
    case 'int':
      return { kind, value: input.i64() };
    case 'date':
      return { kind, value: wallTimeOf(input.i53()) };
    default:
      return unreachable(kind);
  }
}
