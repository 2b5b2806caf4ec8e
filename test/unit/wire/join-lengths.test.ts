// The bounds of the frames of a join are those of their forms: the longest fits, and nothing above is held.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Contact } from '../../../src/core/domain/invitation.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import {
  CLASSIFIER_LENGTH_MAX,
  FRIENDLY_NAME_LENGTH_MAX,
  parsePeerName,
} from '../../../src/core/domain/names.ts';
import { KIND, payloadBytesMax } from '../../../src/core/wire/frame.ts';
import {
  encodeJoinAdmitBody,
  encodeJoinChallengeBody,
  encodeJoinProof,
  encodeJoinRefuse,
  encodeSigned,
} from '../../../src/core/wire/join.ts';
import { NOW } from '../../support/golden-chains.ts';

/** Of 64 certificates the longest that is allowed, each behind a length of two bytes. */
function longestChain(): readonly Uint8Array[] {
  const certificates = LIMITS.certificatesInChainMax;
  const each = Math.floor(LIMITS.chainBytesMax / certificates);
  const first = LIMITS.chainBytesMax - each * (certificates - 1);
  return Array.from({ length: certificates }, (_, at) => new Uint8Array(at === 0 ? first : each));
}

function longestContacts(): readonly Contact[] {
  const member = parsePeerName(`${'a'.repeat(40)}.${'鍵'.repeat(CLASSIFIER_LENGTH_MAX)}`);
  const addresses = Array.from({ length: LIMITS.addressesPerMemberMax }, (_, at) => ({
    host: `2001:db8::${at + 1}`,
    port: 65_535,
  }));
  return Array.from({ length: LIMITS.contactsInInvitationMax }, () => ({ member, addresses }));
}

function signed(body: Uint8Array): number {
  return encodeSigned(body, new Uint8Array(64)).length;
}

test('the longest JOIN_ADMIT there is has just the length of its bound', () => {
  const chain = longestChain();
  const body = encodeJoinAdmitBody({
    admitterChain: chain,
    mac: new Uint8Array(32),
    chain,
    groupFriendlyName: '鍵'.repeat(FRIENDLY_NAME_LENGTH_MAX),
    epochDepth: Number.MAX_SAFE_INTEGER,
    discoverySecret: new Uint8Array(32),
    contacts: longestContacts(),
  });
  assert.equal(signed(body), payloadBytesMax(KIND.joinAdmit));
});

test('so have the other frames that follow a JOIN', () => {
  const message = new Uint8Array(LIMITS.passwordMessageBytesMax);
  const challenge = encodeJoinChallengeBody({ chain: longestChain(), response: message });
  assert.equal(signed(challenge), payloadBytesMax(KIND.joinChallenge));
  const proof = encodeJoinProof({ message, mac: new Uint8Array(32) });
  assert.equal(proof.length, payloadBytesMax(KIND.joinProof));
  const refuse = encodeJoinRefuse({
    reason: 'notIssuer',
    detail: 'x'.repeat(LIMITS.closeReasonBytesMax),
    clock: NOW,
    contacts: longestContacts(),
  });
  assert.equal(refuse.length, payloadBytesMax(KIND.joinRefuse));
});
