// docs/protocol.md §14 and §15 say what the code does: their tables are the code's figures, and what their
// examples are computed from can be computed by the rules of the text, which are put together here without the
// code under test.

import assert from 'node:assert/strict';
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { test } from 'node:test';

import { hexBytes, hexText } from '../../src/core/base/hex.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import { JOIN_REFUSE_CODES } from '../../src/core/wire/join.ts';
import { block, readPage, tableAfter } from '../support/protocol-page.ts';

const page = readPage();
const HEADER_BYTES = 5;
const SIGNATURE_BYTES = 64;
const KEY_INFO_PREFIX = '302a300506032b6570032100';
const PRIVATE_KEY_PREFIX = '302e020100300506032b657004220420';

function hex(name: string): Buffer {
  return Buffer.from(hexBytes(block(page, 'hex', name)));
}

function payload(name: string): Buffer {
  return hex(name).subarray(HEADER_BYTES);
}

function json(name: string) {
  return JSON.parse(block(page, 'json', name));
}

function sha256(...parts: readonly Uint8Array[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}

/** Behind a length of one byte. */
function shortText(text: string): Buffer {
  return Buffer.concat([Buffer.from([Buffer.byteLength(text)]), Buffer.from(text, 'utf8')]);
}

function group(): Buffer {
  const [name = ''] = /[0-9a-f]{40}\.chess/.exec(hex('chain').toString('latin1')) ?? [];
  return shortText(name);
}

function isSigned(signed: Uint8Array, publicKey: string, signature: string): boolean {
  const der = Buffer.from(KEY_INFO_PREFIX + publicKey, 'hex');
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  return verify(null, signed, key, Buffer.from(signature, 'hex'));
}

function plain(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** All statements of the page but those of several signers, of which there is none. */
const STATEMENTS = [...page.matchAll(/^```json (STATEMENT .+)$/gm)].map(([, name = '']) => name);
const ONE_SIGNATURE_BYTES = 1 + 32 + 32 + SIGNATURE_BYTES;

for (const name of STATEMENTS) {
  test(`§14.1: digest and signature of the ${name} follow from its bytes`, () => {
    const bytes = payload(name);
    const { digest, signatures } = json(name);
    assert.equal(hexText(sha256(shortText('peergroup-statement-v1'), group(), bytes)), digest);
    const unsigned = bytes.subarray(0, bytes.length - ONE_SIGNATURE_BYTES);
    const context = shortText('peergroup-statement-signature-v1');
    const [{ publicKey, membership, signature }] = signatures;
    const content = Buffer.concat([context, group(), unsigned]);
    const signed = Buffer.concat([content, Buffer.from(membership, 'hex')]);
    if (name === 'STATEMENT of a revocation') {
      assert.equal(hexText(signed), block(page, 'hex', 'statement-signed-bytes'));
    }
    assert.ok(isSigned(signed, publicKey, signature));
    assert.ok(!isSigned(content, publicKey, signature));
  });
}

test('§14.1 has the kinds of statements by their numbers', () => {
  const kinds = tableAfter(page, '| kind | name | says | section |').map(([number, name]) => [
    Number(number),
    name,
  ]);
  assert.deepEqual(
    kinds.map(([number]) => number),
    [1, 2, 3, 4, 5, 6, 7],
  );
  const found = new Map(STATEMENTS.map((name) => [json(name).body.kind, payload(name)[1]]));
  assert.deepEqual(
    kinds.map(([, name]) => [found.get(String(name)), name]),
    kinds,
  );
});

test('§14.2: the revocation names the page, and the page the batch of §12.4 and the chain of §14.2', () => {
  const digest = hexText(sha256(shortText('peergroup-page-v1'), group(), payload('KEPT_PAGE')));
  assert.equal(block(page, 'hex', 'page-digest'), digest);
  const { body, signatures } = json('STATEMENT of a revocation');
  assert.deepEqual(body.keptPages, [digest]);
  assert.equal(signatures[0].membership, '00'.repeat(32));
  const { digests } = json('KEPT_PAGE');
  assert.ok(digests.includes(block(page, 'hex', 'batch-hash')));
  assert.deepEqual(digests, [...digests].sort());
});

test('§14.6: the proof of the ticket is over offer and member, by the key of the ticket', () => {
  const { digest, body: offer } = json('STATEMENT of a ticket');
  const { body } = json('STATEMENT of an admission');
  const bytes = Buffer.concat([
    shortText('peergroup-ticket-use-v1'),
    group(),
    Buffer.from(digest + body.member, 'hex'),
  ]);
  assert.equal(hexText(bytes), block(page, 'hex', 'ticket-use-bytes'));
  assert.equal(body.offer, digest);
  assert.ok(isSigned(bytes, offer.key, body.proof));
  assert.equal(json('JOIN of a ticket').claim.proof, body.proof);
});

test('§14.7: the epoch has the digest of the secret, and names the revocation', () => {
  const { digest, body } = json('STATEMENT of an epoch');
  const { epoch, secret } = json('EPOCH_SECRET');
  assert.equal(epoch, digest);
  assert.equal(body.secretDigest, hexText(sha256(Buffer.from(secret, 'hex'))));
  assert.deepEqual(body.revocations, [json('STATEMENT of a revocation').digest]);
});

test('§14.9 has the bounds of the code', () => {
  const bounds = tableAfter(page, '| statements | at most |').map(([, most]) => most);
  const { statementsPerMemberMax, pagesPerMemberMax } = LIMITS;
  assert.deepEqual(bounds, [
    plain(LIMITS.statementsPerSignerMax),
    plain(LIMITS.offersPerSignerMax),
    `${statementsPerMemberMax}, and ${pagesPerMemberMax} pages`,
    plain(LIMITS.revocationsPerTargetMax),
    plain(LIMITS.statementsPerBranchMax),
    plain(LIMITS.statementsMax),
  ]);
});

test('§15.1: the text of the ticket has the fields of the table, and the key of the offer', () => {
  const text = block(page, 'text', 'ticket').replace('peergroup:', '');
  const bytes = Buffer.from(text, 'base64url');
  const { digest, body } = json('STATEMENT of a ticket');
  const content = bytes.subarray(0, -4);
  assert.equal(hexText(sha256(content).subarray(0, 4)), hexText(bytes.subarray(-4)));
  const expiresAt = Buffer.alloc(8);
  expiresAt.writeBigUInt64BE(BigInt(body.expiresAt));
  const start = Buffer.concat([
    Buffer.from([1, 2]),
    shortText('Chess club'),
    group(),
    Buffer.from(digest + body.doorSecret, 'hex'),
    expiresAt,
    Buffer.from([4, 1]),
  ]);
  assert.equal(hexText(content.subarray(0, start.length)), hexText(start));
  const seed = content.subarray(-32);
  const der = Buffer.concat([Buffer.from(PRIVATE_KEY_PREFIX, 'hex'), seed]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const proof = sign(null, hex('ticket-use-bytes'), key);
  assert.equal(hexText(proof), json('JOIN of a ticket').claim.proof);
});

test('§15.4: the signed bytes and the signature of the first JOIN follow from its fields', () => {
  const join = payload('JOIN of a ticket');
  const signed = hex('join-signed-bytes');
  const start = Buffer.concat([
    shortText('peergroup-join-v1'),
    Buffer.from([1]),
    hex('hello-exporter'),
  ]);
  assert.equal(hexText(signed.subarray(0, start.length)), hexText(start));
  const end = Buffer.concat([
    sha256(hex('alice-identity-certificate')),
    group(),
    sha256(join.subarray(0, -SIGNATURE_BYTES)),
  ]);
  assert.equal(hexText(signed.subarray(start.length + 32)), hexText(end));
  const { member } = json('STATEMENT of an admission').body;
  assert.ok(isSigned(signed, member, json('JOIN of a ticket').signature));
});

test('§15.4: what Alice signs is her part of the same connection', () => {
  const signed = hex('join-signed-bytes');
  const contentAt = signed.length - 32;
  const roleAt = shortText('peergroup-join-v1').length;
  const { signatures } = json('STATEMENT of a ticket');
  for (const name of ['JOIN_CHALLENGE', 'JOIN_ADMIT']) {
    const bytes = Buffer.from(signed);
    bytes[roleAt] = 2;
    sha256(payload(name).subarray(0, -SIGNATURE_BYTES)).copy(bytes, contentAt);
    assert.ok(isSigned(bytes, signatures[0].publicKey, json(name).signature), name);
  }
});

test('§15.7 has the figures of the code', () => {
  const most = tableAfter(page, '| failures | at most |').map(
    ([, cell = '']) => cell.split(',')[0],
  );
  assert.deepEqual(
    most,
    [
      LIMITS.guessesPerMinute,
      LIMITS.guessesPerDay,
      LIMITS.guessesInRow,
      LIMITS.guessesPerHostPerMinute,
    ].map(plain),
  );
});

test('§15.9 has the codes of JOIN_REFUSE', () => {
  const start = page.indexOf('### 15.9');
  const codes = tableAfter(page.slice(start), '| code | name |').map(([code, name]) => [
    name,
    Number(code),
  ]);
  assert.deepEqual(codes, Object.entries(JOIN_REFUSE_CODES));
});
