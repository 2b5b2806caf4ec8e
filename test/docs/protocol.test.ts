// docs/protocol.md says what the code does: its tables are the code's numbers, its examples decode to
// the values beneath them and encode to the same bytes, and its signatures can be recomputed.

import assert from 'node:assert/strict';
import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  sign,
  verify,
} from 'node:crypto';
import { test } from 'node:test';

import { hexBytes, hexText } from '../../src/core/base/hex.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import { DIRECT_PROTOCOL, EXPORTER_LABEL } from '../../src/core/domain/protocol-names.ts';
import { CLOSE_CODES } from '../../src/core/wire/control.ts';
import { RESET_CODES } from '../../src/core/wire/direct.ts';
import { payloadBytesMax } from '../../src/core/wire/frame.ts';
import { REFUSE_CODES } from '../../src/core/wire/hello.ts';
import { maySendBeforeWelcome } from '../../src/core/wire/link-kinds.ts';
import { protocolBlocks } from '../golden/protocol-blocks.ts';
import { block, blockNames, readPage, tableAfter } from '../support/protocol-page.ts';
import { MESSAGE_NAMES, namesOf, readFrame } from '../support/wire-reading.ts';

const page = readPage();
/** Messages are in capitals; the forms of §12 are not frames, and protocol-records.test.ts reads them. */
const messageExamples = blockNames(page, 'json').filter((name) => /^[A-Z]/.test(name));
const KEY_PREFIX = '302e020100300506032b657004220420';
const SIGNATURE_BYTES = 64;
const HEADER_BYTES = 5;

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function hex(name: string): Buffer {
  return Buffer.from(hexBytes(block(page, 'hex', name)));
}

/** Behind a length of one byte. */
function shortText(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  assert.ok(bytes.length < 128);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

function plain(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}

test('§0.2 has every message with its number, and its longest payload', () => {
  const rows = tableAfter(page, '### 0.2').map(([number, name, , , largest]) => [
    number,
    name,
    largest,
  ]);
  const expected = namesOf().map(([name, kind]) => [
    `0x${kind.toString(16).padStart(2, '0')}`,
    MESSAGE_NAMES[name],
    plain(payloadBytesMax(kind)),
  ]);
  assert.deepEqual(rows, expected);
});

test('§0.2 says of each message before WELCOME who sends it', () => {
  const rows = tableAfter(page, '### 0.2').flatMap(([, name, sender]) =>
    sender === 'driver' ? [] : [[name, sender]],
  );
  const senders = new Map(namesOf().map(([name, kind]) => [MESSAGE_NAMES[name], senderOf(kind)]));
  for (const [name = '', sender] of rows) assert.equal(sender, senders.get(name), name);
});

function senderOf(kind: number): string {
  const dials = maySendBeforeWelcome('dialer', kind);
  const listens = maySendBeforeWelcome('listener', kind);
  if (dials === listens) return 'both';
  return dials ? 'dialer' : 'listener';
}

test('§0.3 has the limits of the code', () => {
  assert.deepEqual(
    tableAfter(page, '### 0.3').map(([, value]) => value),
    [
      LIMITS.membershipsInChainMax,
      LIMITS.chainBytesMax,
      LIMITS.certificateBytesMax,
      LIMITS.addressesPerMemberMax,
      LIMITS.contactsInInvitationMax,
      LIMITS.invitationTextMax,
      LIMITS.cardTextMax,
      LIMITS.messageBytesMax,
      LIMITS.messageTypesMax,
      LIMITS.closeReasonBytesMax,
      LIMITS.streamsMax,
      LIMITS.streamNameBytesMax,
      LIMITS.streamFrameBytesMax,
      LIMITS.streamWindowBytes,
      LIMITS.streamWindowBytesMax,
      LIMITS.keepAliveMs,
      LIMITS.silenceMaxMs,
      LIMITS.addressesInCardMax,
      LIMITS.referralsMax,
      LIMITS.shuffleCardsMax,
      LIMITS.walkStepsMax,
      LIMITS.presenceCardsMax,
      LIMITS.rosterEntriesMax,
      LIMITS.floodHopsMax,
      LIMITS.smallParcelBytesMax,
      LIMITS.mediumParcelBytesMax,
      LIMITS.announcementsInFrameMax,
      LIMITS.broadcastBytesMax,
      LIMITS.bundleBytesMax,
      LIMITS.syncItemsMax,
      LIMITS.securityListedMax,
      LIMITS.syncSymbolsMax,
      LIMITS.syncRangesMax,
      LIMITS.syncRangeElementsMax,
      LIMITS.statementBytesMax,
      LIMITS.statementSignaturesMax,
      LIMITS.keptDigestsInPageMax,
      LIMITS.keptPagesMax,
      LIMITS.cutoffsMax,
      LIMITS.certificatesRevokedMax,
      LIMITS.epochRevocationsMax,
      LIMITS.statementTextBytesMax,
      LIMITS.applicationTextBytesMax,
      LIMITS.offerUsesMax,
      LIMITS.verifierBytesMax,
      LIMITS.verifierBoxesMax,
      LIMITS.passwordMessageBytesMax,
    ].map(plain),
  );
});

test('§5.4 has the names that TLS carries', () => {
  const values = tableAfter(page, '### 5.4').map(([, value = '']) => value);
  assert.ok(values.some((value) => value.includes(`\`${DIRECT_PROTOCOL}\``)));
  assert.ok(values.some((value) => value.includes(`\`${EXPORTER_LABEL}\``)));
});

test('§7.6, §8.3 and §9.4 have the codes of REFUSE, CLOSE and STREAM_RESET', () => {
  const refusals = tableAfter(page, '| code | name |').map(([code, name]) => [Number(code), name]);
  assert.deepEqual(
    refusals,
    Object.entries(REFUSE_CODES).map(([name, code]) => [code, name]),
  );
  const codesIn = (before: string) =>
    tableAfter(page, before)
      .filter(([field]) => field === 'code')
      .flatMap(([, , meaning = '']) => [...meaning.matchAll(/\b(\d) (\w+)/g)])
      .map(([, code, name]) => [name, Number(code)]);
  assert.deepEqual(codesIn('### 8.3'), Object.entries(CLOSE_CODES));
  assert.deepEqual(codesIn('**STREAM_RESET**'), Object.entries(RESET_CODES));
});

test('every message has an example', () => {
  const shown = messageExamples.map((name) => name.split(' ')[0]);
  assert.deepEqual([...new Set(shown)].sort(), Object.values(MESSAGE_NAMES).sort());
});

for (const name of messageExamples) {
  test(`the example '${name}' says what stands beneath it, and has no other form`, () => {
    const frame = hexBytes(block(page, 'hex', name));
    const { message, values, again } = readFrame(frame);
    assert.equal(message, name.split(' ')[0]);
    assert.deepEqual(values, JSON.parse(block(page, 'json', name)));
    assert.equal(hexText(again), hexText(frame));
  });
}

test('the blocks are those that the code makes today', () => {
  for (const { language, name, content } of protocolBlocks()) {
    const expected = content.replaceAll('\n', '');
    assert.equal(
      block(page, language, name),
      expected,
      `${name}: run node test/golden/make-wire-examples.ts`,
    );
  }
});

test('§5.3: the door name follows from the inputs by the rule of the text', () => {
  const input = hex('door-input');
  const hour = Math.floor(Date.parse('2030-06-01T12:00:00Z') / 3_600_000);
  assert.equal(plain(hour), '529,596');
  const varint = [(hour & 127) | 128, ((hour >> 7) & 127) | 128, hour >> 14];
  const name = block(page, 'text', 'peer-name');
  assert.equal(
    hexText(input),
    hexText(Buffer.concat([shortText('peergroup-door-v1'), Buffer.from(varint), shortText(name)])),
  );
  const digest = createHmac('sha256', hex('door-secret')).update(input).digest();
  const bits = [...digest].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const digits = (bits.slice(0, 130).match(/.{5}/g) ?? [])
    .map((five) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(five, 2)])
    .join('');
  assert.equal(`${digits}.invalid`, block(page, 'text', 'door-name'));
});

/** The fields of §7.2, put together without the code under test. */
function signedBytes(role: 1 | 2, exporter: Buffer, hello: Buffer): Buffer {
  const name = Buffer.from(block(page, 'hex', 'chain'), 'hex').toString('latin1');
  const group = /[0-9a-f]{40}\.chess/.exec(name)?.[0] ?? '';
  return Buffer.concat([
    shortText('peergroup-hello-v1'),
    Buffer.from([role]),
    exporter,
    sha256(hex('alice-identity-certificate')),
    sha256(hex('identity-certificate')),
    shortText(group),
    sha256(hello.subarray(HEADER_BYTES, hello.length - SIGNATURE_BYTES)),
  ]);
}

function keyOf(seed: string) {
  const key = Buffer.concat([Buffer.from(KEY_PREFIX, 'hex'), hex(seed)]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

test('§7.2: the signed bytes and the signature of the first HELLO can be recomputed', () => {
  const hello = hex('HELLO of a dialer');
  const signed = signedBytes(1, hex('hello-exporter'), hello);
  assert.equal(hexText(signed), block(page, 'hex', 'hello-signed-bytes'));
  const signature = sign(null, signed, keyOf('alice-seed'));
  assert.equal(hexText(signature), block(page, 'hex', 'hello-signature'));
  assert.equal(hexText(signature), hexText(hello.subarray(-SIGNATURE_BYTES)));
});

test('§7.2: the second HELLO is signed by Bob as a listener', () => {
  const hello = hex('HELLO of a listener');
  const signed = signedBytes(2, hex('hello-answer-exporter'), hello);
  const key = createPublicKey(keyOf('bob-seed'));
  assert.ok(verify(null, signed, key, hello.subarray(-SIGNATURE_BYTES)));
  const reflected = signedBytes(1, hex('hello-answer-exporter'), hello);
  assert.ok(!verify(null, reflected, key, hello.subarray(-SIGNATURE_BYTES)));
});
