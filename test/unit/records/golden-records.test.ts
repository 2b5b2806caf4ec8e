// The golden files of test/golden/records: a record made by any build is readable by every later one,
// with the same id, hash and proof, and what no build may take is refused.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

import { hexBytes, hexText } from '../../../src/core/base/hex.ts';
import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';
import { parseGroupName } from '../../../src/core/domain/names.ts';
import type { BatchStatement } from '../../../src/core/domain/records.ts';
import { batchHash, signedBytesOf } from '../../../src/core/records/batch-statement.ts';
import { decodeBundle, encodeBundle, openBundle } from '../../../src/core/records/bundle.ts';
import { merkleRoot, rootOfPath } from '../../../src/core/records/merkle.ts';
import { decodeContent, encodeContent } from '../../../src/core/records/record-content.ts';
import {
  entryValues,
  type GoldenBatch,
  type GoldenBundle,
  type GoldenContent,
  RECORDS_FOLDER,
} from '../../golden/record-files.ts';
import type { RecordRefusal } from '../../golden/record-refusals.ts';
import { newTools } from '../../support/record-samples.ts';
import {
  bundleValues,
  contentValues,
  type StatementValues,
  statementValues,
} from '../../support/record-values.ts';
import { nodeCrypto } from '../../support/trust-cast.ts';

const BYTES_MAX = 1_000_000;

/** Of all files of a kind: later builds add files, and change none. */
function golden<Item>(kind: string): readonly Item[] {
  const files = readdirSync(RECORDS_FOLDER).filter((file) => file.startsWith(kind));
  assert.ok(files.length > 0);
  return files
    .sort()
    .flatMap((file) => JSON.parse(readFileSync(new URL(file, RECORDS_FOLDER), 'utf8')));
}

for (const { name, group, author, id, values, content } of golden<GoldenContent>('contents')) {
  test(`the content of ${name} is read and written as it was`, () => {
    const me = hexBytes(author);
    const decoded = decodeContent(hexBytes(content), me);
    assert.deepEqual(contentValues(decoded), values);
    assert.equal(hexText(encodeContent(decoded, me)), content);
    assert.equal(hexText(newTools(parseGroupName(group)).ids.idOf(decoded)), id);
  });
}

function statementFrom(values: StatementValues): BatchStatement {
  const bytes = (field: keyof BatchStatement): Uint8Array => hexBytes(String(values[field]));
  return {
    author: bytes('author'),
    membership: bytes('membership'),
    journal: bytes('journal'),
    firstSequence: Number(values.firstSequence),
    count: Number(values.count),
    previous: bytes('previous'),
    root: bytes('root'),
  };
}

for (const { name, group, ...batch } of golden<GoldenBatch>('batches')) {
  test(`the batch of ${name} has the root, the hash and the signature that it had`, () => {
    const statement = statementFrom(batch.statement);
    assert.deepEqual(statementValues(statement), batch.statement);
    assert.deepEqual(merkleRoot(batch.hashes.map(hexBytes), nodeCrypto), statement.root);
    const hash = batchHash(statement, parseGroupName(group), nodeCrypto);
    assert.equal(hexText(hash), batch.hash);
    assert.equal(hexText(signedBytesOf(hash)), batch.signedBytes);
    const signature = hexBytes(batch.signature);
    assert.ok(nodeCrypto.verify(statement.author, hexBytes(batch.signedBytes), signature));
  });
}

for (const { name, group, batch, values, entries, bundle } of golden<GoldenBundle>('bundles')) {
  test(`the bundle of ${name} opens as it did`, () => {
    const decoded = decodeBundle(hexBytes(bundle), BYTES_MAX);
    assert.deepEqual(bundleValues(decoded), values);
    assert.equal(hexText(encodeBundle(decoded)), bundle);
    const verdict = openBundle(decoded, newTools(parseGroupName(group)));
    assert.ok(verdict.ok);
    assert.equal(hexText(verdict.value.batch.hash), batch);
    assert.deepEqual(verdict.value.entries.map(entryValues), entries);
    const { root, count } = decoded.statement;
    for (const { hash, place, path } of verdict.value.entries) {
      if (path !== null) assert.deepEqual(rootOfPath(hash, place, count, path, nodeCrypto), root);
    }
  });
}

for (const { why, author, content } of golden<RecordRefusal>('refused')) {
  test(`refused: ${why}`, () => {
    assert.throws(() => decodeContent(hexBytes(content), hexBytes(author)), MalformedBytes);
  });
}
