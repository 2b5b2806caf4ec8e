// docs/protocol.md §12 says what the code does: its examples decode to the values beneath them and have
// no other form, and ids, hashes, root and signature follow from them by the rules of the text, which
// are put together here without the code under test.

import assert from 'node:assert/strict';
import { createHash, createPrivateKey, sign } from 'node:crypto';
import { test } from 'node:test';

import { hexBytes, hexText } from '../../src/core/base/hex.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import { block, blockNames, readPage, tableAfter } from '../support/protocol-page.ts';
import { readRecordForm } from '../support/record-reading.ts';

const page = readPage();
const KEY_PREFIX = '302e020100300506032b657004220420';
const CREATOR_AT = 1;
const CREATOR_BYTES = 32;
const HASH_BYTES = 32;

function hex(name: string): Buffer {
  return Buffer.from(hexBytes(block(page, 'hex', name)));
}

function sha256(...parts: readonly Uint8Array[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}

/** Behind a length of one byte. */
function shortText(text: string): Buffer {
  assert.ok(Buffer.byteLength(text) < 128);
  return Buffer.concat([Buffer.from([Buffer.byteLength(text)]), Buffer.from(text, 'utf8')]);
}

/** The group of the chain of §4. */
function group(): Buffer {
  const [name = ''] = /[0-9a-f]{40}\.chess/.exec(hex('chain').toString('latin1')) ?? [];
  return shortText(name);
}

const author = hex('batch-statement').subarray(0, CREATOR_BYTES);
const journal = hex('batch-statement').subarray(64, 72);

function recordHash(sequence: number, content: Uint8Array): Buffer {
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(BigInt(sequence));
  return sha256(Buffer.from([0]), hex('record-context'), number, content);
}

for (const name of blockNames(page, 'json').filter((each) => !/^[A-Z]/.test(each))) {
  test(`the example '${name}' says what stands beneath it, and has no other form`, () => {
    const bytes = hexBytes(block(page, 'hex', name));
    const { values, again } = readRecordForm(name.split(' ')[0] ?? '', bytes, author);
    assert.deepEqual(values, JSON.parse(block(page, 'json', name)));
    assert.equal(hexText(again), hexText(bytes));
  });
}

test('§12.1 and §12.4 have the limits of the code', () => {
  const cell = (before: string, field: string): string =>
    tableAfter(page, before).find(([name]) => name === field)?.[2] ?? '';
  const plain = (number: number) => String(number).replace(/\B(?=(\d{3})+$)/g, ',');
  assert.ok(cell('### 12.1', 'attributes').includes(`at most ${plain(LIMITS.attributesMax)},`));
  assert.ok(cell('### 12.1', 'length').includes(`at most ${plain(LIMITS.recordDataBytesMax)}`));
  assert.ok(cell('### 12.1', 'data').includes(`up to ${plain(LIMITS.inlineDataBytesMax)} bytes`));
  assert.ok(cell('### 12.4', 'count').includes(`1 to ${plain(LIMITS.recordsInBatchMax)};`));
  assert.ok(page.includes(`are at most ${plain(LIMITS.attributeBytesMax)} bytes together`));
});

test('§12.2: the id follows from its inputs', () => {
  const content = hex('record-content of a game');
  const [type, stamp] = [content.subarray(1, 17), content.subarray(17, 25)];
  const input = Buffer.concat([shortText('peergroup-record-id-v1'), group(), author, type, stamp]);
  assert.equal(hexText(input), hexText(hex('record-id-input')));
  const id = Buffer.concat([stamp, sha256(input).subarray(0, 8)]);
  assert.equal(hexText(id), block(page, 'hex', 'record-id'));
});

test('§12.3: context and hash follow from their inputs', () => {
  const context = sha256(shortText('peergroup-record-v1'), group(), author, journal);
  assert.equal(hexText(context), block(page, 'hex', 'record-context'));
  const hash = recordHash(1, hex('record-content of a game'));
  assert.equal(hexText(hash), block(page, 'hex', 'record-hash'));
});

test('§12.4: root, batch hash, signed bytes and signature follow from the records', () => {
  const { records } = JSON.parse(block(page, 'json', 'record-bundle'));
  const node = (left: Buffer, right: Buffer) => sha256(Buffer.from([1]), left, right);
  const first = recordHash(1, hex('record-content of a game'));
  const second = recordHash(2, hex('record-content of a tombstone'));
  const third = recordHash(3, hexBytes(records[1].content));
  const statement = hex('batch-statement');
  const root = node(node(first, second), third);
  assert.equal(hexText(root), hexText(statement.subarray(-HASH_BYTES)));
  const hash = sha256(shortText('peergroup-batch-v1'), group(), statement);
  assert.equal(hexText(hash), block(page, 'hex', 'batch-hash'));
  const signed = Buffer.concat([shortText('peergroup-batch-signature-v1'), hash]);
  assert.equal(hexText(signed), block(page, 'hex', 'batch-signed-bytes'));
  const key = Buffer.concat([Buffer.from(KEY_PREFIX, 'hex'), hex('alice-seed')]);
  const signature = sign(null, signed, createPrivateKey({ key, format: 'der', type: 'pkcs8' }));
  assert.equal(hexText(signature), block(page, 'hex', 'batch-signature'));
});

test('§12.4: the membership is the digest of the chain of §4', () => {
  const membership = hex('batch-statement').subarray(32, 64);
  assert.equal(hexText(sha256(hex('chain'))), hexText(membership));
});

test('§12.5: the cover is the hash of the record that is left out', () => {
  const { cover, records } = JSON.parse(block(page, 'json', 'record-bundle'));
  assert.deepEqual(cover, [hexText(recordHash(2, hex('record-content of a tombstone')))]);
  assert.equal(records[0].content, block(page, 'hex', 'record-content of a game'));
});

test('§12.1: the tombstone names Bob as creator, by the key of §2.1', () => {
  const tombstone = hex('record-content of a tombstone');
  const creator = tombstone.subarray(CREATOR_AT, CREATOR_AT + CREATOR_BYTES);
  assert.equal(hexText(creator), hexText(hex('key-info').subarray(-CREATOR_BYTES)));
});
