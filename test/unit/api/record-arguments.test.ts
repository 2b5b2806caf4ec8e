// What users give to `group.records`, checked before anything is changed: each kind of wrong argument
// by its code, and copies of what may change later.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { PeerGroupError } from '../../../src/api/peer-group-error.ts';
import {
  requireAttributes,
  requireDate,
  requireRecordData,
  requireRecordId,
  requireRecordType,
} from '../../../src/api/records/record-arguments.ts';
import { SharedRecord } from '../../../src/api/records/shared-record.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import { CAST, keeper, newNote, only } from '../../support/record-club.ts';

/** As a program without types calls it. */
function codeOf(check: (given: never) => unknown, given: unknown): string | null {
  try {
    Reflect.apply(check, null, [given]);
    return null;
  } catch (error) {
    assert.ok(error instanceof PeerGroupError, String(error));
    return error.code;
  }
}

const WRONG = [undefined, null, 7, true, Symbol('x'), {}, [], () => {}];

test('a record is named by its id in either case, or by itself', () => {
  const record = only(keeper(CAST.bob).publish(newNote()));
  const shared = new SharedRecord(record, () => null);
  assert.deepEqual(requireRecordId(shared), record.id);
  assert.deepEqual(requireRecordId(shared.id.toUpperCase()), record.id);
  for (const wrong of [...WRONG, '', 'x', `${shared.id} `, { id: 7 }, { id: '' }]) {
    assert.equal(codeOf(requireRecordId, wrong), 'INVALID_ARGUMENT');
  }
});

test('a type is a GUID', () => {
  const type = '3f404142-4344-4546-4748-494a4b4c4d4e';
  assert.equal(requireRecordType('type', type).length, 16);
  for (const wrong of [...WRONG, '', `{${type}}`, type.replaceAll('-', '')]) {
    assert.equal(
      codeOf((given) => requireRecordType('type', given), wrong),
      'INVALID_ARGUMENT',
    );
  }
});

test('data are bytes, or text as UTF-8, and a copy', () => {
  assert.deepEqual(requireRecordData('ä鍵'), new TextEncoder().encode('ä鍵'));
  assert.deepEqual(requireRecordData(''), new Uint8Array(0));
  for (const given of [Uint8Array.of(1, 2), Buffer.from([1, 2])]) {
    const data = requireRecordData(given);
    given[0] = 9;
    assert.deepEqual(data, Uint8Array.of(1, 2));
    assert.equal(Buffer.isBuffer(data), false);
  }
  const part = new Uint8Array(8).subarray(2, 4);
  assert.equal(requireRecordData(part).buffer.byteLength, 2);
  for (const wrong of [...WRONG, new ArrayBuffer(2), new Uint16Array(2), '\ud800']) {
    assert.equal(codeOf(requireRecordData, wrong), 'INVALID_ARGUMENT');
  }
});

test('data have at most 16 MiB', () => {
  const most = new Uint8Array(LIMITS.recordDataBytesMax);
  assert.equal(requireRecordData(most).length, most.length);
  assert.equal(codeOf(requireRecordData, new Uint8Array(most.length + 1)), 'RECORD_TOO_LARGE');
});

test('bytes are counted and copied as they are, whatever a class of their own says', () => {
  class Short extends Uint8Array {
    override get length(): number {
      return 5;
    }
    override get byteLength(): number {
      return 5;
    }
  }
  const large = new Short(LIMITS.recordDataBytesMax + 1);
  assert.equal(codeOf(requireRecordData, large), 'RECORD_TOO_LARGE');
  const copy = requireRecordData(Short.of(1, 2, 3, 4, 5, 6));
  assert.equal(Object.getPrototypeOf(copy), Uint8Array.prototype);
  assert.deepEqual(copy, Uint8Array.of(1, 2, 3, 4, 5, 6));
});

test('bytes that were given away, and what only looks like bytes, are wrong arguments', () => {
  const given = new Uint8Array(10);
  structuredClone(given.buffer, { transfer: [given.buffer] });
  const likeness: unknown = Object.create(Uint8Array.prototype);
  for (const wrong of [given, likeness, new Proxy(new Uint8Array(1), {})]) {
    assert.equal(codeOf(requireRecordData, wrong), 'INVALID_ARGUMENT');
  }
});

test('text that is too long is refused before anything else is looked at', () => {
  const long = `\ud800${'x'.repeat(LIMITS.recordDataBytesMax)}`;
  assert.throws(() => requireRecordData(long), {
    code: 'RECORD_TOO_LARGE',
    details: { characters: long.length, bytesMax: LIMITS.recordDataBytesMax },
  });
  const most = 'é'.repeat(LIMITS.recordDataBytesMax / 2);
  assert.equal(requireRecordData(most).length, LIMITS.recordDataBytesMax);
  assert.throws(() => requireRecordData(`${most}x`), {
    code: 'RECORD_TOO_LARGE',
    details: { bytes: LIMITS.recordDataBytesMax + 1, bytesMax: LIMITS.recordDataBytesMax },
  });
});

test('a date is a Date that names a moment', () => {
  assert.equal(requireDate('expiresAt', new Date(5)), 5);
  class Fraction extends Date {
    override getTime(): number {
      return super.getTime() + 0.5;
    }
  }
  assert.equal(requireDate('expiresAt', new Fraction(5)), 5);
  const likeness: unknown = Object.create(Date.prototype);
  const proxy = new Proxy(new Date(5), {});
  for (const wrong of [...WRONG, '2030-01-01', new Date(Number.NaN), likeness, proxy]) {
    assert.equal(
      codeOf((given) => requireDate('expiresAt', given), wrong),
      'INVALID_ARGUMENT',
    );
  }
});

test('attributes are text, whole numbers, bigints and dates, in the order of their names', () => {
  const checked = requireAttributes({ b: 7, a: 'x', C: new Date(5), d: 10n ** 17n, e: -0 });
  assert.deepEqual(checked, [
    { name: 'C', value: { kind: 'date', value: 5 } },
    { name: 'a', value: { kind: 'string', value: 'x' } },
    { name: 'b', value: { kind: 'int', value: 7n } },
    { name: 'd', value: { kind: 'int', value: 10n ** 17n } },
    { name: 'e', value: { kind: 'int', value: 0n } },
  ]);
});

test('attributes of another kind are wrong arguments, those against the rules invalid attributes', () => {
  for (const wrong of [undefined, null, 7, 'x', Symbol('x')]) {
    assert.equal(codeOf(requireAttributes, wrong), 'INVALID_ARGUMENT');
  }
  for (const value of [undefined, null, true, {}, [], 0.5, 2 ** 53, Number.NaN, new Date(NaN)]) {
    assert.equal(codeOf(requireAttributes, { a: value }), 'INVALID_ARGUMENT');
  }
  for (const value of ['\0', '\ud800', 10n ** 18n, new Date(8.64e15)]) {
    assert.equal(codeOf(requireAttributes, { a: value }), 'ATTRIBUTES_INVALID');
  }
  for (const name of ['', 'a b', 'ä', 'peerrecordid', "'); DROP TABLE record; --"]) {
    assert.equal(codeOf(requireAttributes, { [name]: 'x' }), 'ATTRIBUTES_INVALID');
  }
  const many = Object.fromEntries(Array.from({ length: 257 }, (_, at) => [`n${at}`, at]));
  assert.equal(codeOf(requireAttributes, many), 'TOO_MANY_ATTRIBUTES');
});

test('attributes with names of JavaScript are attributes like others', () => {
  const given: unknown = JSON.parse('{"toString": "x", "constructor": 1}');
  assert.equal(codeOf(requireAttributes, given), null);
  assert.equal(codeOf(requireAttributes, JSON.parse('{"__proto__": "x"}')), 'ATTRIBUTES_INVALID');
});

test('attributes are a plain object, for another has its values elsewhere', () => {
  class Tags {
    readonly a = 'x';
  }
  for (const wrong of [new Map([['a', 1]]), [], ['x'], new Tags(), Object.create({ a: 'x' })]) {
    assert.equal(codeOf(requireAttributes, wrong), 'INVALID_ARGUMENT');
  }
  const getter = Object.defineProperty({}, 'a', { get: () => 'x', enumerable: true });
  for (const wrong of [getter, { [Symbol('a')]: 'x' }]) {
    assert.equal(codeOf(requireAttributes, wrong), 'INVALID_ARGUMENT');
  }
  const plain: unknown = Object.assign(Object.create(null), { a: 'x' });
  for (const right of [plain, runInNewContext('({ a: "x" })')]) {
    assert.deepEqual(requireAttributes(right), [
      { name: 'a', value: { kind: 'string', value: 'x' } },
    ]);
  }
});
