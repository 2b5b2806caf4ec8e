// Attack 22: attributes that mean something to SQL, XML or patterns. Names are letters and digits,
// values are values: they come back as they were from the real database, and its search runs none.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';

import { openRecordDatabase } from '../../src/adapters/sqlite/record-database.ts';
import { requireQuery } from '../../src/api/records/search-query.ts';
import { ByteReader } from '../../src/core/base/byte-reader.ts';
import { ByteWriter } from '../../src/core/base/byte-writer.ts';
import { equalBytes } from '../../src/core/base/bytes.ts';
import { MalformedBytes } from '../../src/core/base/malformed-bytes.ts';
import type { GroupRecord } from '../../src/core/domain/records.ts';
import { checkAttributes } from '../../src/core/records/attribute-check.ts';
import { readAttributes } from '../../src/core/records/record-attributes.ts';
import { matches, searchableOf } from '../../src/core/search/search-match.ts';
import { club } from '../support/golden-chains.ts';
import { CAST, craft, Keeper, NOW, sent, versionBy } from '../support/record-club.ts';
import { stringOf } from '../support/record-samples.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { seededChance } from '../support/trust-cast.ts';

const { carol, eve } = CAST;

const VALUES: readonly string[] = [
  "'); DROP TABLE record; --",
  "' OR '1'='1",
  '" OR ""="',
  '?1',
  ':value',
  '%',
  '_',
  '*',
  '[a-z]',
  '\\',
  '<attributes><attribute name="x"/></attributes>',
  ']]><!ENTITY x SYSTEM "file:///etc/passwd">&x;',
  '\u0001\u001f\u007f',
  '\r\n',
  '\ufeff',
  '\u202e',
  '\u{10ffff}',
  '',
];

const BAD_NAMES = [
  "a'",
  'a"',
  'a b',
  'a;',
  'a.b',
  'a-b',
  '?',
  'ä',
  'a\0',
  '',
  '<a>',
  'a'.repeat(41),
];
const BAD_TEXTS = ['\0', 'a\0b', '\ud800', '\udfff', '\udc00\ud800'];

async function evesRecords(t: TestContext) {
  const path = join(await temporaryDirectory(t), 'records.db');
  const { member } = carol.membership;
  const chance = seededChance('attribute injection');
  const store = openRecordDatabase({ path, group: club.group, member, chance });
  t.after(() => store.close());
  const home = new Keeper(carol, store);
  const drafts = VALUES.map((value, ordinal) =>
    versionBy(eve, { ordinal, attributes: [{ name: 'SELECT', value: stringOf(value) }] }),
  );
  const batch = sent(craft(eve, drafts));
  assert.ok(home.take(batch).every(({ kind }) => kind === 'accepted'));
  return { store, batch };
}

function textIn({ content }: GroupRecord): unknown {
  return content.attributes[0]?.value.value;
}

test('every value is stored as it is, and found by itself alone', async (t) => {
  const { store, batch } = await evesRecords(t);
  for (const [at, value] of VALUES.entries()) {
    const id = batch.entries[at]?.id ?? new Uint8Array(16);
    const record = store.findRecord(id);
    assert.ok(record !== null);
    assert.equal(textIn(record), value);
    const { request } = requireQuery({ where: { attribute: 'SELECT', equal: value } }, NOW);
    const found = store.search(request).records;
    assert.deepEqual(found.map(textIn), [value]);
    assert.ok(matches(request.where, searchableOf(record)));
  }
  assert.equal(store.totalUse().records, VALUES.length);
});

test('every value is a value in comparisons and patterns too', async (t) => {
  const { store } = await evesRecords(t);
  for (const value of VALUES) {
    const escaped = value.replaceAll(/[\\*?]/g, (sign) => `\\${sign}`);
    const queries = [
      { attribute: 'SELECT', like: escaped },
      {
        and: [
          { attribute: 'SELECT', greaterOrEqual: value },
          { attribute: 'SELECT', lessOrEqual: value },
        ],
      },
    ] as const;
    for (const where of queries) {
      const found = store.search(requireQuery({ where }, NOW).request).records;
      assert.deepEqual(found.map(textIn), [value]);
    }
    const others = requireQuery({ where: { attribute: 'SELECT', notEqual: value } }, NOW).request;
    assert.equal(store.search(others).records.length, VALUES.length - 1);
  }
  const order = { attribute: 'SELECT', type: 'string' } as const;
  const { request } = requireQuery({ orderBy: order, limit: 100 }, NOW);
  assert.equal(store.search(request).records.length, VALUES.length);
});

test('names that are no names are refused in searches, when publishing and when decoding', () => {
  for (const name of BAD_NAMES) {
    assert.equal(checkAttributes([{ name, value: stringOf('') }]).ok, false);
    assert.throws(() => requireQuery({ where: { attribute: name, equal: '' } }, NOW));
    const orderBy = { attribute: name, type: 'string' } as const;
    assert.throws(() => requireQuery({ orderBy }, NOW));
    const bytes = new ByteWriter().varint(1).text(name).u8(1).text('').finish();
    assert.throws(() => readAttributes(new ByteReader(bytes)), MalformedBytes);
  }
});

test('NUL and unpaired surrogates are refused in searches, when publishing and when decoding', () => {
  for (const text of BAD_TEXTS) {
    assert.equal(checkAttributes([{ name: 'a', value: stringOf(text) }]).ok, false);
    assert.throws(() => requireQuery({ where: { attribute: 'a', equal: text } }, NOW));
  }
  const rawTexts = [Uint8Array.of(0), Uint8Array.of(0xed, 0xa0, 0x80), Uint8Array.of(0xc0, 0x80)];
  for (const raw of rawTexts) {
    const bytes = new ByteWriter().varint(1).text('a').u8(1).bytes(raw).finish();
    assert.throws(() => readAttributes(new ByteReader(bytes)), MalformedBytes);
  }
});

test('the values of Eve leave every other record and the database itself alone', async (t) => {
  const { store, batch } = await evesRecords(t);
  const [first] = batch.entries;
  assert.ok(first !== undefined);
  const everything = store.search(requireQuery({ limit: 1_000 }, NOW).request).records;
  assert.equal(everything.length, VALUES.length);
  assert.ok(everything.some(({ id }) => equalBytes(id, first.id)));
  assert.deepEqual(store.findBatch(batch.batch.hash)?.batch.signature, batch.batch.signature);
});
