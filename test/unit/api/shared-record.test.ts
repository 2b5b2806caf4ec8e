// A record as the application sees it: its data as bytes, as text and as JSON.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedRecord } from '../../../src/api/records/shared-record.ts';
import { CAST, keeper, newNote, only } from '../../support/record-club.ts';

function recordOf(text: string): SharedRecord {
  return new SharedRecord(only(keeper(CAST.bob).publish(newNote(text))), () => null);
}

test('text is given back as it was, a byte order mark included', async () => {
  for (const text of ['', '\ufeff', '\ufeffabc', 'a\ufeffb', 'ä鍵🔑']) {
    assert.equal(await recordOf(text).text(), text);
  }
});

test('JSON is read behind a byte order mark, too', async () => {
  assert.deepEqual(await recordOf('{"a":1}').json(), { a: 1 });
  assert.deepEqual(await recordOf('\ufeff{"a":1}').json(), { a: 1 });
  await assert.rejects(recordOf('{').json(), SyntaxError);
});

test('bytes are a copy', async () => {
  const record = recordOf('abc');
  (await record.bytes())[0] = 0;
  assert.equal(await record.text(), 'abc');
});
