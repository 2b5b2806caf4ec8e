// Attack 45: a plain member holds everything that the group replicates, offers and sealed verifiers among it,
// and would like to let somebody in by it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { certificateCodec } from '../../src/adapters/x509/certificate-codec.ts';
import { ticketUseBytes } from '../../src/core/wire/security.ts';
import { JoinClub } from '../support/join-club.ts';
import { passwordOf, STAFF, say, ticketOf } from '../support/join-offers.ts';
import {
  AT,
  admitterOf,
  DORA,
  DORAS,
  joinerOf,
  PASSWORD,
  toAdmitter,
  toJoiner,
  welcome,
} from '../support/join-pair.ts';
import { nodeCrypto, person } from '../support/trust-cast.ts';
import { issuer, newJudge } from '../support/trust-village.ts';

const { bob, alice } = STAFF;
const EVE = person('Eve');

/** What Bob can make with his own key: a certificate for Eve below his own. */
function forgedChain(): readonly Uint8Array[] {
  const { membership, person: signer } = bob;
  const certificate = issuer.issueMembership({
    issuerKey: signer,
    issuer: membership.member,
    issuerFriendlyName: membership.friendlyName,
    group: membership.group,
    subject: DORA.peer,
    subjectKey: DORA.publicKey,
    friendlyName: 'Dora',
    role: 'member',
    membershipsBelowMax: null,
    notBefore: membership.notBefore,
    notAfter: membership.notAfter,
    leaseMs: null,
    renews: null,
  });
  return [...membership.chain, certificate].map(({ der }) => der);
}

test('a member without the right to invite opens no verifier that it holds', () => {
  const club = new JoinClub();
  const house = club.house(bob);
  const offer = passwordOf(alice, PASSWORD);
  assert.equal(house.hear(offer.bytes).kind, 'stored');
  assert.equal(house.parts.verifierOf(house.view(offer)), null);
  const dora = club.newcomer('Dora');
  dora.tryPassword(offer, PASSWORD, [house]);
  club.pass();
  assert.equal(dora.failure.code, 'NOBODY_CAN_ADMIT');
});

test('the ticket of an offer is not among what is replicated', () => {
  const club = new JoinClub();
  const ann = club.house(STAFF.ann);
  const ticket = ticketOf(alice, 'held by all', { usesMax: 10 });
  ann.hear(ticket.bytes);
  const eve = club.newcomer('Eve');
  eve.redeem({ ...ticket, key: bob.person }, [ann]);
  club.pass();
  assert.equal(eve.failure.code, 'NOBODY_CAN_ADMIT');
  const again = club.newcomer('Eve');
  again.redeem({ ...ticket, key: again.person }, [ann]);
  club.pass();
  assert.equal(again.failure.code, 'NOBODY_CAN_ADMIT');
  assert.equal(ann.view(ticket).admissions.length, 0);
  assert.deepEqual(ann.membershipsOf(again.person.publicKey), [], 'nothing was issued');
});

test("an admission that is another's does not become Eve's", () => {
  const club = new JoinClub();
  const ann = club.house(STAFF.ann);
  const ticket = ticketOf(alice, 'of another', { usesMax: 10 });
  ann.hear(ticket.bytes);
  const dora = club.newcomer('Dora');
  dora.redeem(ticket, [ann]);
  club.pass();
  const [theirs] = ann.view(ticket).admissions;
  assert.ok(theirs !== undefined);
  const body = { ...theirs.admission, member: EVE.publicKey };
  for (const who of [bob, STAFF.ann]) assert.equal(ann.hear(say(who, body)).kind, 'unsound');
});

test('what a plain member issues and says of it counts nowhere', () => {
  const club = new JoinClub();
  const ann = club.house(STAFF.ann);
  const ticket = ticketOf(alice, 'forged', { usesMax: 10 });
  ann.hear(ticket.bytes);
  const chain = forgedChain();
  assert.equal(newJudge().judgeSoundness(chain).ok, false);
  assert.equal(ann.desk.learnMembership(chain).ok, false);
  const spoken = ticketUseBytes(bob.membership.group, ticket.digest, DORA.publicKey);
  const admission = {
    kind: 'admission',
    offer: ticket.digest,
    member: DORA.publicKey,
    certificate: nodeCrypto.sha256(chain.at(-1) ?? new Uint8Array(0)),
    proof: ticket.key.sign(spoken),
  } as const;
  const learned = ann.hear(say(bob, admission));
  assert.ok(['unsound', 'awaits'].includes(learned.kind), learned.kind);
  assert.equal(ann.view(ticket).admissions.length, 0);
});

test('a joiner takes no membership from one who may not issue it', () => {
  const joiner = joinerOf({ farCertificate: bob.identity });
  const far = { signer: bob.person, ownCertificateDigest: bob.certificateDigest };
  const admitter = admitterOf(far);
  toAdmitter(admitter, joiner.start(AT));
  const chain = forgedChain().map((der) => certificateCodec.decode(der));
  const [root, ...below] = chain;
  assert.ok(root?.kind === 'groupRoot');
  const memberships = below.filter((each) => each.kind === 'membership');
  const forged = { ...DORAS.membership, chain: [root, ...memberships] } as const;
  const step = toJoiner(
    joiner,
    admitter.admit(welcome({ own: bob.membership, membership: forged })),
  );
  assert.equal(step.kind, 'refusedByUs');
});
