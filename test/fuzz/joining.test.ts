// Random and mutated tickets, codes and reports of wrong passwords: a value or a refusal, and a ticket that was changed
// in any way is none.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { wallTimeOf } from '../../src/core/base/time.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import {
  decodeGuessReport,
  encodeGuessReport,
  type GuessReport,
} from '../../src/core/join/guess-report.ts';
import { readJoinCode } from '../../src/core/join/join-code.ts';
import { kindOfInvitation } from '../../src/core/trust/invitation-text.ts';
import {
  readOfferText,
  writePasswordText,
  writeTicketText,
} from '../../src/core/trust/open-invitation.ts';
import { fuzzCodecs } from '../support/fuzz-codecs.ts';
import { fuzz } from '../support/fuzzing.ts';
import { alice, club, NOW } from '../support/golden-chains.ts';
import { nodeCrypto } from '../support/trust-cast.ts';
import { bytesOf, codec, plain } from '../support/wire-codecs.ts';

const ROUTE = {
  groupFriendlyName: 'Chess club',
  group: club.group,
  offer: new Uint8Array(32).fill(1),
  doorSecret: new Uint8Array(32).fill(2),
  expiresAt: wallTimeOf(NOW + 1_000),
  role: 'member',
  contacts: [{ member: alice.peer, addresses: [{ host: '192.0.2.1', port: 4001 }] }],
} as const;
const TEXTS = [
  writeTicketText({ ...ROUTE, by: 'ticket', seed: new Uint8Array(32).fill(3) }, nodeCrypto),
  writePasswordText({ ...ROUTE, by: 'code' }, nodeCrypto),
];

/** With the checksum that belongs to it: what is behind that door. */
function checked(content: Uint8Array): string {
  const checksum = nodeCrypto.sha256(content).subarray(0, 4);
  return `peergroup:${Buffer.concat([content, checksum]).toString('base64url')}`;
}

test('any text is a ticket as it was written, or refused', () => {
  fuzz('tickets', (source) => {
    const text = source.pick(TEXTS);
    const changed = source.mutateText(text);
    assert.equal(readOfferText(changed, NOW, nodeCrypto).ok, changed === text);
    kindOfInvitation(changed);
  });
});

test('any bytes with a right checksum are a ticket that is written as the same text, or refused', () => {
  fuzz('checked tickets', (source) => {
    const bytes = Buffer.from(source.pick(TEXTS).slice('peergroup:'.length), 'base64url');
    const text = checked(source.mutate(bytes.subarray(0, -4)));
    const read = readOfferText(text, null, nodeCrypto);
    if (!read.ok) return;
    const { value } = read;
    const again =
      value.by === 'ticket'
        ? writeTicketText(value, nodeCrypto)
        : writePasswordText(value, nodeCrypto);
    assert.equal(again, text);
  });
});

test('any text is a code or none', () => {
  fuzz('codes', (source) => {
    const code = readJoinCode(source.mutateText('K7M-2PQ-X4D'));
    if (code !== null) assert.match(code, /^[0-9A-HJKMNP-TV-Z]{9}$/);
  });
});

test('any bytes are a report of wrong passwords or malformed', () => {
  fuzzCodecs('guess reports', [
    codec<GuessReport>({
      name: 'guess report',
      kind: 0,
      values: plain({
        offer: bytesOf(32),
        count: fc.integer({ min: 1, max: LIMITS.guessesPerDay }),
      }),
      encode: encodeGuessReport,
      decode: decodeGuessReport,
    }),
  ]);
});
