// Attack 46: a dictionary at home. A plain member keeps every statement of the group and its own key; none of it opens
// what a password is checked by, so no password can be tried without asking. Attack 50: an administrator by password.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { systemChance } from '../../src/adapters/crypto/chance.ts';
import { nodeCrypto } from '../../src/adapters/crypto/node-crypto.ts';
import { nodeSealing } from '../../src/adapters/crypto/sealing.ts';
import { SigningKey } from '../../src/adapters/crypto/signing-key.ts';
import { openPasswordExchange } from '../../src/adapters/opaque/password-exchange.ts';
import { wallTimeOf } from '../../src/core/base/time.ts';
import type { Role } from '../../src/core/domain/roles.ts';
import type { JoinOffer, SecretShare, StatementBody } from '../../src/core/domain/security.ts';
import {
  type LivingMember,
  offerByPassword,
  openVerifier,
  shareVerifier,
} from '../../src/core/join/offer-sealing.ts';
import { signStatement } from '../../src/core/security/sign-statement.ts';
import { decodeStatement } from '../../src/core/wire/security.ts';
import { club, NOW } from '../support/golden-chains.ts';

const PASSWORD = 'Springer c3';
const GROUP = club.group;
const keys = {
  alice: SigningKey.generate(),
  bob: SigningKey.generate(),
  carol: SigningKey.generate(),
  eve: SigningKey.generate(),
};
const exchange = await openPasswordExchange();
const tools = { group: GROUP, exchange, sealing: nodeSealing, chance: systemChance };
const TERMS = {
  role: 'member',
  usesMax: null,
  expiresAt: wallTimeOf(NOW + 1_000),
  leaseMs: 1_000,
  needsApproval: false,
  label: '',
} as const;

function as(key: SigningKey, role: Role): LivingMember {
  return { publicKey: key.publicKey, role };
}

/** As every member has it on its disk. */
function stored(body: StatementBody, author: SigningKey) {
  const key = { signer: author, membershipDigest: null };
  return decodeStatement(signStatement(body, NOW, GROUP, key), GROUP, nodeCrypto);
}

/** Alice makes the offer; Carol may invite since, and has her box by a share; Eve is a plain member. */
function disk(): { statements: readonly Uint8Array[]; offer: JoinOffer; shares: SecretShare[] } {
  const { alice, bob, carol, eve } = keys;
  const founders = [as(alice, 'creator'), as(bob, 'administrator'), as(eve, 'member')];
  const made = offerByPassword(TERMS, { by: 'password', password: PASSWORD }, founders, tools);
  assert.ok(made.ok);
  const offered = stored(made.value, alice);
  const { body: offer } = offered;
  assert.ok(offer.kind === 'offer');
  const everybody = [...founders, as(carol, 'invitingMember')];
  const shared = { digest: offered.digest, offer, shares: [] };
  const share = shareVerifier(shared, everybody, bob.opener, tools);
  assert.ok(share !== null);
  const given = stored(share, bob);
  const { body } = given;
  assert.ok(body.kind === 'share');
  return { statements: [offered.bytes, given.bytes], offer, shares: [body] };
}

const kept = disk();

test('who may issue the role opens the verifier and checks the right password by it', () => {
  for (const key of [keys.alice, keys.bob, keys.carol]) {
    const verifier = openVerifier(kept, GROUP, key.opener, nodeSealing);
    assert.ok(verifier !== null);
  }
  const verifier = openVerifier(kept, GROUP, keys.carol.opener, nodeSealing);
  assert.ok(verifier !== null);
  const login = exchange.startLogin(PASSWORD);
  const answer = exchange.answerLogin(verifier, GROUP, login.request);
  assert.ok(answer !== null && login.finish(answer.response, GROUP) !== null);
});

test('a plain member has no box, and its key opens none of those of others', () => {
  const { opener } = keys.eve;
  assert.equal(openVerifier(kept, GROUP, opener, nodeSealing), null);
  const boxes = [
    ...(kept.offer.verifier?.boxes ?? []),
    ...kept.shares.flatMap((each) => each.boxes),
  ];
  assert.equal(boxes.length, 3);
  for (const { sealed } of boxes) assert.equal(opener.open(sealed), null);
  // Nor when it says that they are its own.
  const claimed = boxes.map(({ sealed }) => ({ publicKey: keys.eve.publicKey, sealed }));
  const shares: SecretShare[] = [{ kind: 'share', offer: new Uint8Array(32), boxes: claimed }];
  const offer = { ...kept.offer, verifier: { ciphertext: new Uint8Array(0), boxes: [] } };
  assert.equal(openVerifier({ offer, shares }, GROUP, opener, nodeSealing), null);
});

test('no 32 bytes of what everybody keeps are the key that the verifier is under', () => {
  const { ciphertext } = kept.offer.verifier ?? { ciphertext: new Uint8Array(0) };
  for (const bytes of [...kept.statements, keys.eve.pkcs8, keys.eve.publicKey]) {
    for (let at = 0; at + 32 <= bytes.length; at++) {
      assert.equal(nodeSealing.openUnder(bytes.subarray(at, at + 32), ciphertext), null);
    }
  }
});

test('nothing of what the password is checked by stands in what everybody keeps', () => {
  const verifier = openVerifier(kept, GROUP, keys.alice.opener, nodeSealing);
  assert.ok(verifier !== null);
  const everything = Buffer.concat(kept.statements);
  for (const secret of [verifier.setup, verifier.registration]) {
    for (let at = 0; at + 16 <= secret.length; at += 16) {
      assert.equal(everything.indexOf(secret.subarray(at, at + 16)), -1);
    }
  }
  assert.equal(everything.indexOf(PASSWORD), -1);
});

test('a plain member that is asked for a box for itself gets none', () => {
  const everybody = [as(keys.alice, 'creator'), as(keys.eve, 'member')];
  const shared = { offer: kept.offer, shares: [], digest: new Uint8Array(32) };
  assert.equal(shareVerifier(shared, everybody, keys.alice.opener, tools), null);
});

test('nobody can be made an administrator by a password (attack 50)', () => {
  const secret = { by: 'password', password: PASSWORD } as const;
  const terms = { ...TERMS, role: 'administrator' } as const;
  const made = offerByPassword(terms, secret, [as(keys.alice, 'creator')], tools);
  assert.ok(!made.ok);
  assert.equal(made.refusal.code, 'NOT_AUTHORIZED');
});
