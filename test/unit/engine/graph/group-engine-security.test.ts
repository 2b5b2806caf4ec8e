// What a node does about who belongs: statements are passed on at once, what is not sound is held against
// whoever brought it, and the secret of an epoch goes to those who may have it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linkIdOf } from '../../../../src/core/domain/links.ts';
import type { GraphEvent } from '../../../../src/core/node/graph-event.ts';
import type { StoreChange } from '../../../../src/core/ports/record-store.ts';
import { decodeEpochSecret, encodeEpochSecret } from '../../../../src/core/wire/epoch-secret.ts';
import { KIND } from '../../../../src/core/wire/frame.ts';
import { decodeSecurityWant } from '../../../../src/core/wire/sync.ts';
import { GraphSide } from '../../../support/graph-pair.ts';
import { CAST, NOW, newNote, type Recorder } from '../../../support/record-club.ts';
import { certificateDigest, digestOf, removal, signed } from '../../../support/removals.ts';
import { SimulatedClock } from '../../../support/simulated-clock.ts';
import { nodeCrypto } from '../../../support/trust-cast.ts';

const { alice, ann, bob, carol, eve, mallory } = CAST;
const KNOWS = [alice, ann, bob, carol, eve, mallory];
const LINK = linkIdOf(1);
const SECRET = new Uint8Array(32).fill(9);

async function settle(clock: SimulatedClock, ms = 100): Promise<void> {
  for (let round = 0; round < 20; round++) {
    clock.advance(ms / 20);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function connected(left: Recorder = bob, right: Recorder = carol, knows = KNOWS) {
  const clock = new SimulatedClock(NOW);
  const one = new GraphSide(left, clock, knows);
  const other = new GraphSide(right, clock, knows);
  one.engine.connect([]);
  other.engine.connect([]);
  one.links.lay(other.links, 1);
  await settle(clock, 500);
  one.links.sent.splice(0);
  other.links.sent.splice(0);
  return { clock, one, other };
}

function epochOf(secret: Uint8Array): Uint8Array {
  const secretDigest = nodeCrypto.sha256(secret);
  return signed([alice], {
    kind: 'epoch',
    previous: new Uint8Array(32),
    secretDigest,
    revocations: [],
  });
}

function secretsOf(events: readonly GraphEvent[]): readonly Uint8Array[] {
  return events.flatMap((event) => (event.kind === 'epochSecret' ? [event.epoch.secret] : []));
}

test('a statement that is stored is with the neighbor at once, its pages before it, and does not come back', async () => {
  const { clock, one, other } = await connected();
  const said = removal([alice], eve, { keptCertificates: [bob.membership] });
  one.desk.publishStatement(said.statement, said.pages);
  await settle(clock, 200);
  const frames = one.links.sent.map(({ frame }) => frame);
  assert.deepEqual(
    frames.filter((frame) => frame === KIND.keptPage || frame === KIND.statement),
    [KIND.keptPage, KIND.statement],
  );
  assert.ok(other.store.findSecurityItem(digestOf(said.statement)) !== null);
  assert.ok(!other.links.sent.some(({ frame }) => frame === KIND.statement));
});

test('a statement with a wrong signature ends the link of whoever brings it', async () => {
  const { clock, one, other } = await connected();
  const forged = removal([alice], eve).statement.slice();
  const last = forged.length - 1;
  forged[last] = (forged[last] ?? 0) ^ 1;
  other.links.send(LINK, KIND.statement, forged);
  await settle(clock, 200);
  assert.deepEqual(one.links.hungUp, ['badConduct']);
  assert.equal(one.engine.neighbors().length, 0);
});

test('what does not count, or is known, is nobody\u2019s fault', async () => {
  const { clock, one, other } = await connected();
  const said = removal([alice], eve);
  one.desk.publishStatement(said.statement, []);
  await settle(clock, 200);
  other.links.send(LINK, KIND.statement, said.statement);
  // Eve may take nobody out any more.
  other.links.send(LINK, KIND.statement, removal([eve], eve).statement);
  await settle(clock, 200);
  assert.deepEqual(one.links.hungUp, []);
});

test('what a statement waits for is asked of whoever brought it', async () => {
  const { clock, one, other } = await connected(bob, carol, [alice, bob, carol]);
  const chain = mallory.membership.chain.map(({ der }) => der);
  other.desk.learnMembership(chain);
  const statement = signed([mallory], {
    kind: 'revocation',
    target: mallory.person.publicKey,
    scope: 'member',
    certificates: [],
    cutoffs: [],
    keptPages: [],
    reason: '',
  });
  other.links.send(LINK, KIND.statement, statement);
  await settle(clock, 200);
  const want = one.links.sent.find(({ frame }) => frame === KIND.securityWant);
  assert.ok(want !== undefined);
  assert.deepEqual(decodeSecurityWant(want.payload), mallory.membership.chainDigest);
  assert.ok(one.store.findSecurityItem(digestOf(statement)) !== null);
});

test('pages that a removal names and that did not come are asked for', async () => {
  const { clock, one, other } = await connected();
  const kept = [bob, carol].map(({ membership }) => membership);
  const said = removal([alice], eve, { keptCertificates: kept, perPage: 1 });
  assert.equal(said.pages.length, 2);
  other.links.send(LINK, KIND.statement, said.statement);
  await settle(clock, 200);
  const want = one.links.sent.find(({ frame }) => frame === KIND.securityWant);
  assert.equal(want === undefined ? 0 : decodeSecurityWant(want.payload).length, 64);
});

test('the secret of the current epoch goes to a neighbor that knows the epoch, once, and is told there', async () => {
  const { clock, one, other } = await connected();
  const statement = epochOf(SECRET);
  const epoch = { depth: 1, digest: digestOf(statement), secret: SECRET };
  one.desk.publishStatement(statement, []);
  one.engine.onEpochSecret(epoch);
  await settle(clock, 20_000);
  const sent = one.links.sent.filter(({ frame }) => frame === KIND.epochSecret);
  assert.equal(sent.length, 1);
  const [frame] = sent;
  assert.ok(frame !== undefined);
  assert.deepEqual(decodeEpochSecret(frame.payload), { epoch: epoch.digest, secret: SECRET });
  assert.deepEqual(secretsOf(other.events), [SECRET]);
  assert.deepEqual(secretsOf(one.events), [], 'whoever began it is not told');
});

test('a secret that is not the one of the epoch is not taken, nor one of an epoch that is not current', async () => {
  const { clock, one, other } = await connected();
  const statement = epochOf(SECRET);
  other.links.send(
    LINK,
    KIND.epochSecret,
    encodeEpochSecret({ epoch: digestOf(statement), secret: SECRET }),
  );
  await settle(clock, 200);
  assert.deepEqual(secretsOf(one.events), [], 'nothing says that there is such an epoch');
  const wrong = new Uint8Array(32).fill(1);
  one.desk.publishStatement(statement, []);
  assert.deepEqual(secretsOf(one.events), [SECRET], 'now something does');
  other.links.send(
    LINK,
    KIND.epochSecret,
    encodeEpochSecret({ epoch: digestOf(statement), secret: wrong }),
  );
  await settle(clock, 200);
  assert.deepEqual(secretsOf(one.events), [SECRET]);
  assert.deepEqual(one.links.hungUp, []);
});

test('one that does not know for whose sake the epoch began is not told its secret', async () => {
  const { clock, one, other } = await connected();
  const statement = epochOf(SECRET);
  // It takes nothing, so that it never agrees.
  other.desk.learnStatement = () => ({ kind: 'void' });
  one.desk.publishStatement(statement, []);
  one.engine.onEpochSecret({ depth: 1, digest: digestOf(statement), secret: SECRET });
  for (let seconds = 0; seconds < 30; seconds += 5) await settle(clock, 5_000);
  // Its heads were equal before, as far as anybody had heard: only one that was heard of since counts.
  assert.ok(!one.links.sent.some(({ frame }) => frame === KIND.epochSecret));
});

test('a membership that is made here is flooded, one that came by comparing is not', async () => {
  const { clock, one, other } = await connected(bob, carol, [alice, bob, carol]);
  const floods = () => one.links.sent.filter(({ frame }) => frame === KIND.flood).length;
  one.desk.learnMembership(ann.membership.chain.map(({ der }) => der));
  await settle(clock, 500);
  assert.equal(floods(), 0);
  const changes = [chainChange(mallory)];
  one.store.commit(changes, 'process');
  one.engine.onStored(changes, 'here');
  await settle(clock, 500);
  assert.equal(floods(), 1);
  assert.ok(other.store.findMembership(mallory.membership.chainDigest) !== null);
});

test('one whose role changes is parted with only when no other membership has come', async () => {
  const { clock, one } = await connected(bob, eve);
  const said = removal([alice], eve, {
    scope: 'certificates',
    certificates: [certificateDigest(eve.membership)],
  });
  one.desk.publishStatement(said.statement, []);
  await settle(clock, 2_000);
  assert.deepEqual(one.links.hungUp, []);
  await settle(clock, 5_000);
  assert.deepEqual(one.links.hungUp, ['removed']);
});

test('a member that was removed before it connects does not, and is told', async () => {
  const clock = new SimulatedClock(NOW);
  const side = new GraphSide(eve, clock, KNOWS);
  side.desk.learnStatement(removal([alice], eve).statement, null);
  side.engine.connect([
    { member: bob.membership.member, addresses: [{ host: '192.0.2.7', port: 1 }] },
  ]);
  await settle(clock, 500);
  assert.deepEqual(side.engine.status, { state: 'offline', reason: 'removed' });
  assert.ok(side.events.some(({ kind }) => kind === 'removed'));
  assert.deepEqual(side.links.dials, []);
});

test('nobody dials a member that was removed, whoever names it as a contact', async () => {
  const clock = new SimulatedClock(NOW);
  const side = new GraphSide(bob, clock, KNOWS);
  side.desk.learnStatement(removal([alice], eve).statement, null);
  side.desk.publish([newNote('a')], () => undefined);
  const addresses = [{ host: '192.0.2.7', port: 1 }];
  side.engine.connect([
    { member: eve.membership.member, addresses },
    { member: carol.membership.member, addresses },
  ]);
  for (let seconds = 0; seconds < 60; seconds += 5) await settle(clock, 5_000);
  const dialed = new Set(side.links.dials.map(({ member }) => member));
  assert.deepEqual([...dialed], [carol.membership.member]);
});

function chainChange({ membership }: Recorder): StoreChange {
  return {
    kind: 'putMembership',
    chainDigest: membership.chainDigest,
    chain: membership.chain.map(({ der }) => der),
    publicKey: membership.publicKey,
    member: membership.member,
    notAfter: membership.notAfter,
  };
}
