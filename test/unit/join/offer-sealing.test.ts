// Offers by a password or code: who can open what the password is checked by, who cannot, and how those who come
// later get a box of it. With the crypto of the simulated world, but for what is only true of the real one.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { nodeSealing } from '../../../src/adapters/crypto/sealing.ts';
import { SigningKey } from '../../../src/adapters/crypto/signing-key.ts';
import { equalBytes } from '../../../src/core/base/bytes.ts';
import { wallTimeOf } from '../../../src/core/base/time.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import type { Role } from '../../../src/core/domain/roles.ts';
import type { JoinOffer, SealedVerifier, SecretShare } from '../../../src/core/domain/security.ts';
import {
  type LivingMember,
  lackingKeys,
  type OfferTerms,
  offerByPassword,
  openVerifier,
  shareVerifier,
} from '../../../src/core/join/offer-sealing.ts';
import { encodeUnsigned } from '../../../src/core/wire/security.ts';
import { FastCrypto } from '../../../src/sim/fast-crypto.ts';
import { FastPasswords } from '../../../src/sim/fast-passwords.ts';
import { club, NOW } from '../../support/golden-chains.ts';
import { person, seededChance } from '../../support/trust-cast.ts';

const crypto = new FastCrypto();
const tools = {
  group: club.group,
  exchange: new FastPasswords(),
  sealing: crypto,
  chance: seededChance('offers'),
};
const GROUP = club.group;
const OTHER_GROUP = person('Go').group;
const PASSWORD = 'Springer c3';
const DIGEST = new Uint8Array(32).fill(6);

const TERMS: OfferTerms = {
  role: 'member',
  usesMax: 20,
  expiresAt: wallTimeOf(NOW + 1_000),
  leaseMs: 1_000,
  needsApproval: false,
  label: 'at the door',
};

function memberOf(name: string, role: Role): LivingMember {
  return { publicKey: crypto.signer(name).publicKey, role };
}

const ALICE = memberOf('Alice', 'creator');
const BOB = memberOf('Bob', 'administrator');
const CAROL = memberOf('Carol', 'invitingMember');
const DAVE = memberOf('Dave', 'member');
const CLUB = [ALICE, BOB, CAROL, DAVE];

function offerFor(members: readonly LivingMember[], terms = TERMS, password = PASSWORD): JoinOffer {
  const made = offerByPassword(terms, { by: 'password', password }, members, tools);
  assert.ok(made.ok);
  return made.value;
}

function verifierOf({ verifier }: JoinOffer): SealedVerifier {
  assert.ok(verifier !== null);
  return verifier;
}

function isOpenedBy(name: string, offer: JoinOffer, group = GROUP): boolean {
  return openVerifier({ offer, shares: [] }, group, crypto.opener(name), crypto) !== null;
}

test('an offer says what was chosen, and has secrets of its own each time', () => {
  const [offer, other] = [offerFor(CLUB), offerFor(CLUB)];
  const { key, doorSecret, verifier, ...terms } = offer;
  assert.deepEqual(terms, { kind: 'offer', by: 'password', ...TERMS });
  assert.equal(key.length, 32);
  assert.equal(doorSecret.length, 32);
  assert.notDeepEqual(key, doorSecret);
  assert.notDeepEqual([other.key, other.doorSecret], [key, doorSecret]);
  assert.notDeepEqual(other.verifier, verifier);
});

test('those who may issue the role can open it and check the password by it, and nobody else', () => {
  const offer = offerFor(CLUB);
  for (const name of ['Alice', 'Bob', 'Carol']) {
    const opener = crypto.opener(name);
    const verifier = openVerifier({ offer, shares: [] }, GROUP, opener, crypto);
    assert.ok(verifier !== null);
    const login = tools.exchange.startLogin(PASSWORD);
    const answer = tools.exchange.answerLogin(verifier, GROUP, login.request);
    assert.ok(answer !== null && login.finish(answer.response, GROUP) !== null);
  }
  assert.ok(!isOpenedBy('Dave', offer));
  assert.ok(!isOpenedBy('Eve', offer));
  const inviting = offerFor(CLUB, { ...TERMS, role: 'invitingMember' });
  assert.ok(isOpenedBy('Bob', inviting));
  assert.ok(!isOpenedBy('Carol', inviting), 'who may not issue the role has no box');
});

test('nobody becomes an administrator by a password or a code', () => {
  const terms = { ...TERMS, role: 'administrator' } as const;
  for (const secret of [
    { by: 'password', password: PASSWORD },
    { by: 'code', code: 'K7M-2PQ-X4D' },
  ] as const) {
    const made = offerByPassword(terms, secret, CLUB, tools);
    assert.ok(!made.ok);
    assert.equal(made.refusal.code, 'NOT_AUTHORIZED');
  }
});

test('a code is for one use and the password is its nine digits; what is none is refused', () => {
  const made = offerByPassword(TERMS, { by: 'code', code: 'k7m 2pq x4d' }, CLUB, tools);
  assert.ok(made.ok);
  assert.equal(made.value.by, 'code');
  assert.equal(made.value.usesMax, 1);
  const opener = crypto.opener('Carol');
  const verifier = openVerifier({ offer: made.value, shares: [] }, GROUP, opener, crypto);
  assert.ok(verifier !== null);
  const login = tools.exchange.startLogin('K7M2PQX4D');
  const answer = tools.exchange.answerLogin(verifier, GROUP, login.request);
  assert.ok(answer !== null && login.finish(answer.response, GROUP) !== null);
  for (const secret of [
    { by: 'code', code: 'K7M-2PQ' },
    { by: 'password', password: 'simple' },
  ] as const) {
    const refused = offerByPassword(TERMS, secret, CLUB, tools);
    assert.ok(!refused.ok);
    assert.equal(refused.refusal.code, 'PASSWORD_INVALID');
  }
});

test('a verifier that was put into another offer, group or role opens nothing there', () => {
  const offer = offerFor(CLUB);
  assert.ok(isOpenedBy('Alice', offer));
  assert.ok(!isOpenedBy('Alice', offer, OTHER_GROUP));
  assert.ok(!isOpenedBy('Alice', { ...offer, role: 'invitingMember' }));
  assert.ok(!isOpenedBy('Alice', { ...offer, key: new Uint8Array(32) }));
  assert.ok(!isOpenedBy('Alice', { ...offer, verifier: null }));
  const { boxes } = verifierOf(offer);
  const { ciphertext } = verifierOf(offerFor(CLUB));
  assert.ok(!isOpenedBy('Alice', { ...offer, verifier: { ciphertext, boxes } }));
});

test('boxes stand by their keys, one for each member however many memberships it has', () => {
  const offer = offerFor([...CLUB, { ...CAROL, role: 'administrator' }, CAROL]);
  assert.equal(verifierOf(offer).boxes.length, 3);
  // The codec asserts the order, and that the statement has room.
  assert.ok(encodeUnsigned(NOW, offer).length < LIMITS.statementBytesMax);
});

test('the largest group fits, and whoever has no room is lacking a box', () => {
  const many = Array.from({ length: LIMITS.verifierBoxesMax + 3 }, (_, at) =>
    memberOf(`Issuer ${at}`, 'invitingMember'),
  );
  const offer = offerFor([ALICE, ...many]);
  assert.ok(isOpenedBy('Alice', offer), 'the author is among those who can');
  const bytes = encodeUnsigned(NOW, { ...offer, label: 'x'.repeat(LIMITS.statementTextBytesMax) });
  // Four signatures of 128 bytes each and their count.
  assert.ok(bytes.length + 513 <= LIMITS.statementBytesMax);
  assert.equal(lackingKeys({ offer, shares: [] }, [ALICE, ...many]).length, 4);
});

test('who may issue the role since lacks a box, and gets one by a share', () => {
  const offer = offerFor([ALICE, BOB]);
  const shares: readonly SecretShare[] = [];
  assert.deepEqual(lackingKeys({ offer, shares }, [ALICE, BOB, DAVE]), []);
  assert.deepEqual(lackingKeys({ offer, shares }, CLUB), [CAROL.publicKey]);
  const shared = { digest: DIGEST, offer, shares: [] };
  const share = shareVerifier(shared, CLUB, crypto.opener('Bob'), tools);
  assert.ok(share !== null);
  assert.deepEqual(share.offer, DIGEST);
  assert.deepEqual(
    share.boxes.map(({ publicKey }) => publicKey),
    [CAROL.publicKey],
  );
  const after = { offer, shares: [share] };
  assert.ok(openVerifier(after, GROUP, crypto.opener('Carol'), crypto) !== null);
  assert.equal(openVerifier(after, GROUP, crypto.opener('Dave'), crypto), null);
  assert.deepEqual(lackingKeys(after, CLUB), []);
  assert.equal(
    shareVerifier({ ...after, digest: DIGEST }, CLUB, crypto.opener('Bob'), tools),
    null,
  );
  // Who got it by a share can share it as well.
  const frank = memberOf('Frank', 'invitingMember');
  const next = shareVerifier(
    { ...after, digest: DIGEST },
    [...CLUB, frank],
    crypto.opener('Carol'),
    tools,
  );
  assert.ok(next !== null);
  const last = { offer, shares: [share, next] };
  assert.ok(openVerifier(last, GROUP, crypto.opener('Frank'), crypto) !== null);
});

test('who cannot open it shares nothing, and a ticket has nothing to share', () => {
  const offer = offerFor([ALICE]);
  const shared = { digest: DIGEST, offer, shares: [] };
  for (const name of ['Dave', 'Carol', 'Eve']) {
    assert.equal(shareVerifier(shared, CLUB, crypto.opener(name), tools), null);
  }
  const ticket: JoinOffer = { ...offer, by: 'ticket', verifier: null };
  assert.deepEqual(lackingKeys({ offer: ticket, shares: [] }, CLUB), []);
});

test('boxes with rubbish in them do not hide the one that is right', () => {
  const offer = offerFor([ALICE]);
  const share = shareVerifier(
    { digest: DIGEST, offer, shares: [] },
    CLUB,
    crypto.opener('Alice'),
    tools,
  );
  assert.ok(share !== null);
  const rubbish = [new Uint8Array(32), new Uint8Array(3), new Uint8Array(0)].map((content) => {
    const sealed = crypto.seal(CAROL.publicKey, content);
    assert.ok(sealed !== null);
    return {
      kind: 'share',
      offer: DIGEST,
      boxes: [{ publicKey: CAROL.publicKey, sealed }],
    } as const;
  });
  const torn = {
    kind: 'share',
    offer: DIGEST,
    boxes: [{ publicKey: CAROL.publicKey, sealed: new Uint8Array(80) }],
  } as const;
  const shares = [torn, ...rubbish, share];
  assert.ok(openVerifier({ offer, shares }, GROUP, crypto.opener('Carol'), crypto) !== null);
});

test('a member whose key is no point of the curve has no box, and the others have theirs', () => {
  const alice = SigningKey.generate();
  const members: LivingMember[] = [
    { publicKey: alice.publicKey, role: 'creator' },
    { publicKey: new Uint8Array(32).fill(255), role: 'administrator' },
  ];
  const real = { ...tools, sealing: nodeSealing };
  const secret = { by: 'password', password: PASSWORD } as const;
  const made = offerByPassword(TERMS, secret, members, real);
  assert.ok(made.ok);
  const { boxes } = verifierOf(made.value);
  assert.equal(boxes.length, 1);
  assert.ok(equalBytes(boxes[0]?.publicKey ?? new Uint8Array(0), alice.publicKey));
  const shared = { offer: made.value, shares: [] };
  assert.ok(openVerifier(shared, GROUP, alice.opener, nodeSealing) !== null);
});
