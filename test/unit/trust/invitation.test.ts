// The invitation of protocol.md §5.2: what it says comes back, for whom it is and in its time, and
// no character of it can be changed.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BrokenInvariant } from '../../../src/core/base/assert.ts';
import { wallTimeOf } from '../../../src/core/base/time.ts';
import type { Invitation } from '../../../src/core/domain/invitation.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import type { Verdict } from '../../../src/core/domain/refusals.ts';
import {
  openInvitation,
  readInvitation,
  sealInvitation,
} from '../../../src/core/trust/invitation.ts';
import {
  alice,
  bob,
  carol,
  chainOf,
  club,
  dave,
  eve,
  longChain,
  NOW,
} from '../../support/golden-chains.ts';
import { nodeCrypto, person, timeOf } from '../../support/trust-cast.ts';
import { grantDown, newJudge } from '../../support/trust-village.ts';

const tools = { judge: newJudge(), crypto: nodeCrypto };
const notBefore = timeOf('2030-01-01T00:00:00Z');
const notAfter = timeOf('2031-01-01T00:00:00Z');

const INVITATION: Invitation = {
  groupFriendlyName: 'Schachklub',
  discoverySecret: new Uint8Array(32).fill(7),
  contacts: [
    { member: alice.peer, addresses: [{ host: '192.0.2.1', port: 4001 }] },
    {
      member: bob.peer,
      addresses: [
        { host: '2001:db8::1', port: 4001 },
        { host: '127.0.0.1', port: 65_535 },
      ],
    },
    { member: carol.peer, addresses: [] },
  ],
  membership: grantDown([
    [alice, { role: 'creator' }],
    [bob, { role: 'administrator' }],
    [dave, { role: 'member', notBefore, notAfter }],
  ]),
};
const TEXT = sealInvitation(INVITATION, bob);
const BYTES = Buffer.from(TEXT.slice('peergroup:'.length), 'base64url');

function codeOf<Value>(verdict: Verdict<Value>): string {
  return verdict.ok ? 'accepted' : verdict.refusal.code;
}

function textOf(bytes: Uint8Array): string {
  return `peergroup:${Buffer.from(bytes).toString('base64url')}`;
}

test('an opened invitation says what was sealed', () => {
  const verdict = openInvitation(TEXT, NOW, dave.peer, { ...tools, judge: newJudge() });
  assert.ok(verdict.ok);
  assert.deepEqual(verdict.value, INVITATION);
});

test('the invitation of a creator is signed by the group key', () => {
  const membership = grantDown([[alice, { role: 'creator' }]]);
  const invitation = { ...INVITATION, contacts: [], membership };
  assert.throws(() => sealInvitation(invitation, alice), BrokenInvariant);
  const verdict = openInvitation(sealInvitation(invitation, club), NOW, alice.peer, tools);
  assert.ok(verdict.ok);
  assert.deepEqual(verdict.value, invitation);
});

test('an invitation for another identity is refused, and read by nobody in particular', () => {
  assert.equal(codeOf(openInvitation(TEXT, NOW, eve.peer, tools)), 'INVITATION_FOR_ANOTHER');
  assert.equal(codeOf(openInvitation(TEXT, NOW, null, tools)), 'accepted');
});

test('an invitation counts as long as its membership, and is readable at any time', () => {
  const at = (time: number) => codeOf(openInvitation(TEXT, wallTimeOf(time), dave.peer, tools));
  assert.equal(at(notBefore - 1), 'INVITATION_NOT_YET_VALID');
  assert.equal(at(notBefore), 'accepted');
  assert.equal(at(notAfter + 999), 'accepted');
  assert.equal(at(notAfter + 1000), 'INVITATION_EXPIRED');
  assert.equal(codeOf(readInvitation(TEXT, tools)), 'accepted');
});

test('whom an invitation is for, and whether it is genuine, is judged before its dates', () => {
  const late = wallTimeOf(notAfter + 1000);
  assert.equal(codeOf(openInvitation(TEXT, late, eve.peer, tools)), 'INVITATION_FOR_ANOTHER');
  const forged = Buffer.from(BYTES);
  forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
  assert.equal(codeOf(openInvitation(textOf(forged), late, null, tools)), 'INVITATION_INVALID');
});

test('an invitation with any byte changed is refused', () => {
  const chance = nodeCrypto.sha256(BYTES);
  for (let at = 0; at < BYTES.length; at++) {
    for (const change of [1, 0x80, ((chance[at % 32] ?? 0) + at) % 255 || 3]) {
      const changed = Buffer.from(BYTES);
      changed[at] = (changed[at] ?? 0) ^ change;
      const code = codeOf(openInvitation(textOf(changed), NOW, null, tools));
      const expected = at < 2 ? ['UNSUPPORTED_VERSION'] : ['INVITATION_INVALID', 'CIRCULAR_CHAIN'];
      assert.ok(expected.includes(code), `byte ${at} xor ${change}: ${code}`);
    }
  }
});

test('an invitation with a character more, less or other is refused', () => {
  for (let at = 0; at < TEXT.length; at += at < 16 || at > TEXT.length - 8 ? 1 : 37) {
    for (const instead of [
      '',
      ' ',
      `${TEXT[at]}A`,
      `${TEXT[at]}\n`,
      TEXT[at] === 'A' ? 'B' : 'A',
    ]) {
      const changed = TEXT.slice(0, at) + instead + TEXT.slice(at + 1);
      assert.notEqual(codeOf(openInvitation(changed, NOW, null, tools)), 'accepted', `${at}`);
    }
  }
  for (const text of ['', 'peergroup:', `${TEXT}=`, TEXT.toUpperCase(), 'p'.repeat(100_000)]) {
    assert.equal(codeOf(openInvitation(text, NOW, null, tools)), 'INVITATION_INVALID');
  }
});

test('any beginning of an invitation, and any invitation with more behind it, is refused', () => {
  for (const more of [1, 2, 3, 64]) {
    const longer = textOf(Buffer.concat([BYTES, Buffer.alloc(more)]));
    assert.equal(codeOf(openInvitation(longer, NOW, null, tools)), 'INVITATION_INVALID');
  }
  for (let length = 0; length < BYTES.length; length++) {
    const code = codeOf(openInvitation(textOf(BYTES.subarray(0, length)), NOW, null, tools));
    assert.equal(code, 'INVITATION_INVALID', `${length} bytes`);
  }
});

test('a signature of the right key over something else is refused', () => {
  const content = BYTES.subarray(0, BYTES.length - 64);
  for (const signer of [alice, dave, club, eve]) {
    const context = Buffer.from('peergroup-invitation-v1');
    const signature = signer.sign(Buffer.concat([context, content]));
    const text = textOf(Buffer.concat([content, signature]));
    assert.equal(codeOf(openInvitation(text, NOW, null, tools)), 'INVITATION_INVALID');
  }
  const bare = textOf(Buffer.concat([content, bob.sign(content)]));
  assert.equal(codeOf(openInvitation(bare, NOW, null, tools)), 'INVITATION_INVALID');
});

test('later versions and kinds are told apart from nonsense', () => {
  for (const [at, value] of [
    [0, 2],
    [1, 0],
    [1, 4],
  ] as const) {
    const changed = Buffer.from(BYTES);
    changed[at] = value;
    assert.equal(codeOf(openInvitation(textOf(changed), NOW, null, tools)), 'UNSUPPORTED_VERSION');
  }
});

test('a ticket or a password invitation in place of one for an identity is called what it is', () => {
  for (const [kind, word] of [
    [2, 'it is a ticket'],
    [3, 'it is an invitation with a password or code'],
  ] as const) {
    const changed = Buffer.from(BYTES);
    changed[1] = kind;
    const verdict = openInvitation(textOf(changed), NOW, null, tools);
    assert.ok(!verdict.ok);
    assert.equal(verdict.refusal.code, 'INVITATION_INVALID');
    const needed = 'and an invitation for one identity is needed';
    assert.equal(verdict.refusal.detail, `${word}, ${needed}`);
  }
});

test('an invitation whose chain goes in a circle keeps that name', () => {
  const phone = { ...person('Bob', 'phone'), friendlyName: 'Bob again' };
  const chain = chainOf([
    { subject: alice, role: 'creator' },
    { subject: bob, role: 'administrator' },
    { subject: phone, role: 'member' },
  ]);
  const lengths = chain.map((der) => Buffer.from([0x80 | (der.length & 127), der.length >> 7]));
  const parts = chain.flatMap((der, at) => [lengths[at] ?? Buffer.alloc(0), der]);
  const head = Buffer.concat([Buffer.from([1, 1, 0]), Buffer.alloc(32), Buffer.from([0, 4])]);
  const content = Buffer.concat([head, ...parts]);
  const signature = bob.sign(Buffer.concat([Buffer.from('peergroup-invitation-v1'), content]));
  const text = textOf(Buffer.concat([content, signature]));
  assert.equal(codeOf(readInvitation(text, tools)), 'CIRCULAR_CHAIN');
});

test('the largest invitation fits its limit', () => {
  const judged = newJudge().judgeSoundness(chainOf(longChain(24)));
  assert.ok(judged.ok);
  const member = person('Contact', '鍵'.repeat(149)).peer;
  const addresses = Array.from({ length: 8 }, () => ({ host: '2001:db8::1', port: 1 }));
  const contacts = Array.from({ length: 8 }, () => ({ member, addresses }));
  const invitation = { ...INVITATION, contacts, membership: judged.value };
  const text = sealInvitation(invitation, person('Member 23'));
  // The longest chain is 32,768 bytes; this one is shorter by what is added here.
  const chainBytes = judged.value.chain.reduce((sum, { der }) => sum + der.length, 0);
  const longest = text.length + Math.ceil(((LIMITS.chainBytesMax - chainBytes) * 4) / 3);
  assert.ok(longest <= LIMITS.invitationTextMax, `${longest}`);
  assert.equal(codeOf(readInvitation(text, tools)), 'accepted');
});
