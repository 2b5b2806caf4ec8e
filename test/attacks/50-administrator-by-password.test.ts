// Attack 50: an offer makes administrators of whoever knows a password, which many can guess at. Nobody of ours
// makes one, and one that somebody made with another program is not believed, even when a creator signed it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { nodeSealing } from '../../src/adapters/crypto/sealing.ts';
import { MalformedBytes } from '../../src/core/base/malformed-bytes.ts';
import type { JoinOffer } from '../../src/core/domain/security.ts';
import { offerByPassword } from '../../src/core/join/offer-sealing.ts';
import { JoinClub } from '../support/join-club.ts';
import { exchange, passwordOf, STAFF, say } from '../support/join-offers.ts';
import { PASSWORD } from '../support/join-pair.ts';
import { seededChance } from '../support/trust-cast.ts';

const { alice } = STAFF;
const HUMBLE = passwordOf(alice, PASSWORD);

test('nobody of ours makes such an offer', () => {
  const { publicKey, role, group } = alice.membership;
  const { usesMax, expiresAt, leaseMs, needsApproval, label } = HUMBLE.body;
  for (const secret of [
    { by: 'password', password: PASSWORD },
    { by: 'code', code: '23456789A' },
  ] as const) {
    const made = offerByPassword(
      { role: 'administrator', usesMax, expiresAt, leaseMs, needsApproval, label },
      secret,
      [{ publicKey, role }],
      { group, exchange, sealing: nodeSealing, chance: seededChance('offer') },
    );
    assert.ok(!made.ok);
    assert.equal(made.refusal.code, 'NOT_AUTHORIZED');
  }
});

test('one that a creator signed all the same is not believed', () => {
  const club = new JoinClub();
  const ann = club.house(STAFF.ann);
  for (const by of ['password', 'code'] as const) {
    const body: JoinOffer = { ...HUMBLE.body, by, role: 'administrator' };
    let bytes: Uint8Array;
    try {
      bytes = say(alice, body);
    } catch {
      continue;
    }
    try {
      assert.equal(ann.hear(bytes).kind, 'unsound');
    } catch (error) {
      assert.ok(error instanceof MalformedBytes, String(error));
    }
  }
  assert.deepEqual(ann.state.offers(club.clock.now().wallTime), []);
});

test('the password of a humble offer gives the humble role, which is less than a changed text says', () => {
  const club = new JoinClub();
  const ann = club.house(STAFF.ann);
  ann.hear(HUMBLE.bytes);
  const dora = club.newcomer('Dora');
  const { digest, body } = HUMBLE;
  const secret = {
    kind: 'password',
    offer: digest,
    role: 'administrator',
    password: PASSWORD,
  } as const;
  dora.come(secret, body.doorSecret, [ann]);
  club.pass();
  assert.equal(dora.failure.code, 'NOBODY_CAN_ADMIT');
  const { publicKey } = dora.person;
  assert.deepEqual(
    ann.membershipsOf(publicKey).map(({ role }) => role),
    ['member'],
  );
});
