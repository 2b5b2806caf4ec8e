// Attack 6, for joins: two TLS sessions with somebody between them, who would like to become a member by
// Dora's ticket or password, or to be taken by Dora for one who admits.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';

import { signedFrame } from '../../src/core/join/join-proofs.ts';
import { KIND } from '../../src/core/wire/frame.ts';
import {
  decodeJoin,
  decodeJoinChallenge,
  encodeJoinBody,
  encodeJoinChallengeBody,
} from '../../src/core/wire/join.ts';
import type { AdmitterHouse } from '../support/join-club.ts';
import { exchange, STAFF, type TestOffer, ticketOf } from '../support/join-offers.ts';
import {
  AT,
  admitterOf,
  BY_PASSWORD,
  DORAS,
  frameOf,
  JOIN_ID,
  joinerOf,
  toAdmitter,
  toJoiner,
  verifierOfPair,
} from '../support/join-pair.ts';
import { type Guest, guestOf, knock, shownBy } from '../support/join-siege.ts';
import { contactAt, done, liveHouse, liveNewcomer } from '../support/live-joins.ts';
import { fakeDoor, type RawLink } from '../support/raw-link.ts';
import { clubber } from '../support/simulated-club.ts';
import { nodeCrypto, person } from '../support/trust-cast.ts';

const EVE = person('Eve');

/** Hands every frame on between whoever comes and the house. */
async function middle(t: TestContext, who: Guest, house: AdmitterHouse, offer: TestOffer) {
  const handed: number[] = [];
  const door = await fakeDoor(t, shownBy(who), (near) => {
    void knock(t, house, offer, who).then(
      (far) => {
        void hand(near, far);
        void hand(far, near);
      },
      () => undefined,
    );
  });
  const hand = async (from: RawLink, to: RawLink): Promise<void> => {
    for (let frame = await from.frame(5_000); frame !== null; frame = await from.frame(5_000)) {
      handed.push(frame.kind);
      to.send(frame.kind, frame.payload);
    }
    to.socket.end();
  };
  return { address: { host: '127.0.0.1', port: door.port }, handed };
}

test('a joiner says nothing to one who is not whom it asked for', async (t) => {
  const ann = await liveHouse(t, STAFF.ann);
  const ticket = ticketOf(STAFF.alice, 'for Ann alone');
  ann.hear(ticket.bytes);
  const between = await middle(t, guestOf(EVE), ann, ticket);
  const dora = liveNewcomer('Dora');
  dora.redeem(ticket, [], { contacts: [contactAt(STAFF.ann, between.address)] });
  await done(dora);
  assert.equal(dora.failure.code, 'NOBODY_CAN_ADMIT');
  assert.deepEqual(between.handed, [], 'no JOIN for Eve to hand on');
  assert.equal(ann.view(ticket).admissions.length, 0);
});

test('a member who is really asked cannot hand the JOIN on, for itself or for Dora', async (t) => {
  const ann = await liveHouse(t, STAFF.ann);
  const ticket = ticketOf(STAFF.alice, 'handed on');
  ann.hear(ticket.bytes);
  const between = await middle(t, STAFF.bob, ann, ticket);
  const dora = liveNewcomer('Dora');
  dora.redeem(ticket, [], { contacts: [contactAt(STAFF.bob, between.address)] });
  await done(dora);
  assert.equal(dora.failure.code, 'NOBODY_CAN_ADMIT');
  assert.ok(between.handed.every((kind) => kind === KIND.join));
  assert.equal(ann.view(ticket).admissions.length, 0, 'the ticket is as good as before');
  assert.equal(ann.admitted.length, 0);
});

/** Ada, an administrator without a box of this password, stands between, and signs everything anew. */
test('nobody becomes a member by a password that somebody else shows', () => {
  const { ada, ann } = STAFF;
  const eve = clubber(EVE, STAFF.bob.membership);
  const near = new Uint8Array(32).fill(1);
  const far = new Uint8Array(32).fill(2);
  const dora = joinerOf({ secret: BY_PASSWORD, exporter: near, farCertificate: ada.identity });
  const { payload } = frameOf(dora.start(AT));
  const { claim } = decodeJoin(payload);
  // Eve's JOIN at Ann carries Dora's first message of the exchange.
  const body = encodeJoinBody({ joinId: JOIN_ID, sentAt: AT.wallTime, addresses: [], claim });
  const { group } = ann.membership;
  const towardsAnn = {
    exporter: far,
    joinerCertificateDigest: eve.certificateDigest,
    admitterCertificateDigest: ann.certificateDigest,
    group,
  };
  const asEve = { role: 'joiner', binding: towardsAnn, signer: EVE, crypto: nodeCrypto } as const;
  const admitter = admitterOf({ exporter: far, farCertificate: eve.identity });
  const asked = toAdmitter(admitter, [signedFrame(KIND.join, body, asEve)]);
  assert.equal(asked.kind, 'asked', 'Ann knows nothing of Dora');
  const challenge = admitter.challenge(ann.membership, verifierOfPair(), exchange);
  assert.ok(challenge !== null);
  // Dora gets Ann's answer as if it were Ada's, and it is the right one for her password.
  const { response } = decodeJoinChallenge(frameOf(challenge).payload);
  const chain = ada.membership.chain.map(({ der }) => der);
  const towardsDora = {
    exporter: near,
    joinerCertificateDigest: DORAS.certificateDigest,
    admitterCertificateDigest: ada.certificateDigest,
    group,
  };
  const signer = ada.person;
  const asAda = { role: 'admitter', binding: towardsDora, signer, crypto: nodeCrypto } as const;
  const relayed = signedFrame(
    KIND.joinChallenge,
    encodeJoinChallengeBody({ chain, response }),
    asAda,
  );
  const shown = toJoiner(dora, [relayed]);
  assert.ok(shown.kind === 'wait', 'Dora shows the password to one who may admit');
  // What she shows is made for her connection with Ada, and worth nothing where Eve is.
  assert.equal(toAdmitter(admitter, shown.send).kind, 'wrongPassword');
});
