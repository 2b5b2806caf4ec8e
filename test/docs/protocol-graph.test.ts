// docs/protocol.md §13 says what the code does: its tables are the code's figures, and what its examples
// are computed from can be computed by the rules of the text, which are put together here without the
// code under test.

import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { test } from 'node:test';

import { hexBytes, hexText } from '../../src/core/base/hex.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import { PART_REASONS } from '../../src/core/domain/links.ts';
import { viewSizesOf } from '../../src/core/graph/overlay/view-sizes.ts';
import { ElementIndex } from '../../src/core/graph/sync/element-index.ts';
import { REFUSED_BECAUSE } from '../../src/core/wire/sync.ts';
import { block, readPage, tableAfter } from '../support/protocol-page.ts';

const page = readPage();
const HEADER_BYTES = 5;
const ELEMENT_BYTES = 12;
const SYMBOL_BYTES = 17;
const CHECK_KEY = 0x428a2f98;
const KEYS = '6a09e667 bb67ae85 3c6ef372 a54ff53a 510e527f 9b05688c 1f83d9ab 5be0cd19'
  .split(' ')
  .map((key) => Number.parseInt(key, 16));

function hex(name: string): Buffer {
  return Buffer.from(hexBytes(block(page, 'hex', name)));
}

function payload(name: string): Buffer {
  return hex(name).subarray(HEADER_BYTES);
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

/** Of Alice, by her certificate. */
function isAlicesSignature(signed: Uint8Array, signature: Uint8Array): boolean {
  const publicKey = hex('batch-statement').subarray(0, 32);
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), publicKey]);
  return verify(
    null,
    signed,
    createPublicKey({ key: der, format: 'der', type: 'spki' }),
    signature,
  );
}

function plain(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}

interface Element {
  readonly bytes: Buffer;
  readonly words: readonly [number, number, number];
  readonly modifiedAt: number;
}

/** The three records of the batch of §12.4, by their hashes (§12.3), in the order of §13.7. */
function elements(): readonly Element[] {
  const { records } = JSON.parse(block(page, 'json', 'record-bundle'));
  const contents = [
    hex('record-content of a game'),
    hex('record-content of a tombstone'),
    Buffer.from(records[1].content, 'hex'),
  ];
  const { modifiedAt: later } = JSON.parse(block(page, 'json', 'record-content of a tombstone'));
  const { modifiedAt: first } = JSON.parse(block(page, 'json', 'record-content of a game'));
  return contents
    .map((content, at) => {
      const sequence = Buffer.alloc(8);
      sequence.writeBigUInt64BE(BigInt(at + 1));
      const hash = sha256(Buffer.from([0]), hex('record-context'), sequence, content);
      return elementOf(hash.subarray(0, ELEMENT_BYTES), at === 1 ? later : first);
    })
    .sort((a, b) => a.modifiedAt - b.modifiedAt || a.bytes.compare(b.bytes));
}

function elementOf(bytes: Buffer, modifiedAt: number): Element {
  const words = [bytes.readInt32BE(0), bytes.readInt32BE(4), bytes.readInt32BE(8)] as const;
  return { bytes, words, modifiedAt };
}

function mix(a: number, b: number, c: number, key: number): number {
  let x = a ^ key;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = ((x ^ (x >>> 15) ^ b) + key) | 0;
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  x = ((x ^ (x >>> 16) ^ c) + key) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return x ^ (x >>> 15);
}

function digestOf(set: readonly Element[], length: number): Buffer {
  const sums = KEYS.map((key) =>
    set.reduce((sum, { words: [a, b, c] }) => (sum + mix(a, b, c, key)) | 0, 0),
  );
  let s = mix(set.length, 0, length, CHECK_KEY);
  for (let i = 0; i < 8; i++) s = mix(s, sums[i] ?? 0, i, 0);
  let t = mix(s, set.length, length, KEYS[0] ?? 0);
  for (let i = 7; i >= 0; i--) t = mix(t, sums[i] ?? 0, i, s);
  const digest = Buffer.alloc(length);
  for (let w = 0; w < length / 4; w++) {
    const key = KEYS[w] ?? 0;
    digest.writeInt32BE(mix(s, t, ((sums[w] ?? 0) + key) | 0, key), 4 * w);
  }
  return digest;
}

function rotl(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}

/** All symbols below `end` in which the element stands. */
function placesOf({ words: [a, b] }: Element, end: number): readonly number[] {
  let s = a ^ 0x3c6ef372;
  let t = s === 0 && b === 0 ? 1 : b;
  const places: number[] = [];
  let at = 0;
  while (at < end) {
    places.push(at);
    const u = t ^ s;
    const r = Math.imul(rotl(Math.imul(s, 0x9e3779bb), 5), 5) >>> 0;
    s = rotl(s, 26) ^ u ^ (u << 9);
    t = rotl(u, 13);
    at += Math.max(1, Math.ceil((at + 1.5) * (65_536 / Math.sqrt(r + 1) - 1)));
  }
  return places;
}

function symbolsOf(set: readonly Element[], count: number): Buffer {
  const symbols = Buffer.alloc(SYMBOL_BYTES * count);
  for (const element of set) {
    const check = Buffer.alloc(4);
    check.writeInt32BE(mix(...element.words, CHECK_KEY));
    const both = Buffer.concat([element.bytes, check]);
    for (const place of placesOf(element, count)) {
      const at = SYMBOL_BYTES * place;
      for (const [byte, value] of both.entries()) {
        symbols[at + byte] = (symbols[at + byte] ?? 0) ^ value;
      }
      symbols[at + 16] = (symbols[at + 16] ?? 0) + 1;
    }
  }
  return symbols;
}

test("§13.1: Alice's card is signed as the text says", () => {
  const signed = hex('card-signed-bytes');
  const greet = payload('GREET');
  const { card } = JSON.parse(block(page, 'json', 'GREET'));
  const signature = Buffer.from(card.signature, 'hex');
  const fields = greet.subarray(1 + 1 + 64, greet.length - signature.length);
  assert.equal(
    hexText(signed),
    hexText(Buffer.concat([shortText('peergroup-card-v1'), group(), fields])),
  );
  assert.ok(isAlicesSignature(signed, signature));
  assert.ok(!isAlicesSignature(fields, signature));
});

test('§13.2: the security head is the hash of the sorted digests of the chains', () => {
  const { digests } = JSON.parse(block(page, 'json', 'SECURITY_LIST'));
  assert.deepEqual(digests, [...digests].sort());
  const chains = digests.map((digest: string) => Buffer.from(digest, 'hex'));
  assert.ok(digests.includes(hexText(sha256(hex('chain')))));
  assert.equal(hexText(sha256(...chains)), block(page, 'hex', 'heads-security'));
});

test('§13.7: the digest of the set, and the fingerprints of its ranges, follow from the elements', () => {
  const set = elements();
  assert.equal(hexText(digestOf(set, 32)), block(page, 'hex', 'heads-digest'));
  const { ranges } = JSON.parse(block(page, 'json', 'RANGES of an answer'));
  const found = ranges.map(
    (each: { content: { fingerprint?: string } }) => each.content.fingerprint,
  );
  assert.equal(hexText(digestOf(set.slice(0, 1), 12)), found[0]);
  assert.equal(hexText(digestOf(set.slice(2), 12)), found[2]);
});

test('§13.8: the symbols of the set follow from the elements', () => {
  const { symbols, counts } = JSON.parse(block(page, 'json', 'SYMBOLS'));
  const ours = symbolsOf(elements(), symbols.length + counts.length / 2);
  const whole = symbols.length * SYMBOL_BYTES;
  assert.equal(hexText(ours.subarray(0, whole)), symbols.join(''));
  const countBytes = Array.from(
    { length: counts.length / 2 },
    (_, at) => ours[whole + SYMBOL_BYTES * at + 16] ?? 0,
  );
  assert.equal(hexText(Uint8Array.from(countBytes)), counts);
  assert.ok(countBytes.some((count) => count > 0));
});

test('§13.7 and §13.8: digest and symbols of any set are those of the code', () => {
  for (const count of [0, 1, 2, 300]) {
    const index = new ElementIndex();
    const set = Array.from({ length: count }, (_, at) => {
      const hash = sha256(Buffer.from(`record ${at} of ${count}`));
      index.put(hash.subarray(16), hash.subarray(0, ELEMENT_BYTES), at);
      return elementOf(hash.subarray(0, ELEMENT_BYTES), at);
    });
    assert.equal(hexText(digestOf(set, 32)), hexText(index.digest));
    const symbols = symbolsOf(set, LIMITS.syncSymbolsMax);
    assert.equal(hexText(symbols), hexText(index.symbols(0, LIMITS.syncSymbolsMax)));
    const [from, to] = [Math.floor(count / 3), count];
    assert.equal(hexText(digestOf(set.slice(from, to), 12)), hexText(index.fingerprint(from, to)));
  }
});

test('§13.9: a question about a small set has its elements, in the order of their bytes', () => {
  const { ranges } = JSON.parse(block(page, 'json', 'RANGES of a question'));
  const sorted = elements()
    .map(({ bytes }) => hexText(bytes))
    .sort();
  assert.equal(ranges[0].content.elements, sorted.join(''));
});

test('§13.4: id and signature of the broadcast follow from the FLOOD that carries it', () => {
  const flood = payload('FLOOD');
  const parcel = flood.subarray(1);
  assert.equal(hexText(sha256(parcel).subarray(0, 16)), block(page, 'hex', 'parcel-id'));
  const unsigned = parcel.subarray(1, parcel.length - 64);
  const signed = Buffer.concat([shortText('peergroup-broadcast-v1'), group(), unsigned]);
  assert.equal(hexText(signed), block(page, 'hex', 'broadcast-signed-bytes'));
  assert.ok(isAlicesSignature(signed, parcel.subarray(-64)));
});

test('§13.1 has the rates of the code', () => {
  const rates = tableAfter(page, '**Rates.**').map(([, burst, perSecond]) => [burst, perSecond]);
  const expected = [
    [LIMITS.walksPerLinkBurst, LIMITS.walksPerLinkPerSecond],
    [LIMITS.pingsPerLinkBurst, LIMITS.pingsPerLinkPerSecond],
    [LIMITS.rosterCardsBurst, LIMITS.rosterCardsPerSecond],
    [LIMITS.rosterQuestionsBurst, LIMITS.rosterQuestionsPerSecond],
    [LIMITS.treeChangesBurst, LIMITS.treeChangesPerSecond],
    [LIMITS.promisesBrokenBurst, LIMITS.promisesForgivenPerSecond],
    [LIMITS.syncQuestionsPerMinuteMax, Math.floor(LIMITS.syncQuestionsPerMinuteMax / 60)],
  ];
  assert.deepEqual(
    rates,
    expected.map(([burst = 0, perSecond = 0]) => [
      plain(burst),
      perSecond < 1 ? String(perSecond) : plain(perSecond),
    ]),
  );
});

test('§13.3 has the reasons of PART, and how many neighbors a node wants', () => {
  const reasons = tableAfter(page, '| reason | name |').map(([number, name]) => [
    name,
    Number(number),
  ]);
  assert.deepEqual(reasons, Object.entries(PART_REASONS));
  const views = tableAfter(page, '| nodes | neighbors wanted |');
  assert.ok(views.length > 5);
  for (const row of views) {
    const [nodes = 0, ...cells] = row.map((cell) => Number(cell.replaceAll(',', '')));
    const { target, max, passiveMax } = viewSizesOf(nodes);
    assert.deepEqual(cells, [target, max, passiveMax], `${nodes} nodes`);
  }
});

test('§13.6 has why records are refused', () => {
  const [because = []] = tableAfter(page, '**refused** are records');
  const named = [...(because[2] ?? '').matchAll(/(\d) (\w+)/g)].map(([, number, name]) => [
    Number(number),
    name,
  ]);
  assert.deepEqual(
    named,
    REFUSED_BECAUSE.map((name, number) => [number, name]),
  );
});
