// After a removal members find each other by another secret (protocol.md §14.7): everywhere, in the vault, and for
// those who were away; what was given out before still leads in.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openGroupExport } from '../../src/api/moving/group-export.ts';
import { NodeServices } from '../../src/api/node-services.ts';
import type { PeerGroup } from '../../src/api/peer-group.ts';
import { newIdentity } from '../../src/api/vault-entries.ts';
import { wallTimeOf } from '../../src/core/base/time.ts';
import { writeIdentityCard } from '../../src/core/trust/identity-card.ts';
import { openInvitation } from '../../src/core/trust/invitation.ts';
import { type Household, openHouse } from '../support/live-group.ts';
import {
  admitted,
  comes,
  comrade,
  founded,
  isAlone,
  isRemovedAt,
  NOTE,
  online,
} from '../support/live-members.ts';
import { until } from '../support/until.ts';

const HERE = { host: '127.0.0.1' };
const SEALED = { password: 'Export 7 words long' };
const services = new NodeServices();
/** Invitations for it are looked into, and used by nobody. */
const STRANGER = newIdentity({ friendlyName: 'Nobody' }, services);
const CARD = writeIdentityCard(STRANGER.certificate);

/** As those find each other that this one has come to know; of members that may invite. */
async function secretOf(group: PeerGroup): Promise<string> {
  const text = await group.invite(CARD);
  const { judge, crypto } = services;
  const opened = openInvitation(text, wallTimeOf(Date.now()), null, { judge, crypto });
  assert.ok(opened.ok);
  return Buffer.from(opened.value.discoverySecret).toString('hex');
}

async function agree(...groups: readonly PeerGroup[]): Promise<string> {
  const all = await comes(
    () => Promise.all(groups.map(secretOf)),
    (secrets) => new Set(secrets).size === 1,
  );
  return all[0] ?? '';
}

/** The same node at the same port, as after a restart. */
async function reopened({ node, group }: Household): Promise<PeerGroup> {
  await group.close();
  return await node.openGroup(group.name);
}

test('after a removal all have another secret, in the vault, too, and the removed one has the old', async (t) => {
  const alice = await founded(t);
  const bob = await comrade(t, alice, 'Bob', 'invitingMember');
  const eve = await comrade(t, alice, 'Eve', 'invitingMember');
  const before = await agree(alice.group, bob.group, eve.group);
  await alice.group.memberships.remove(eve.group.self);
  await isRemovedAt(eve.group.self, bob);
  await comes(
    () => secretOf(bob.group),
    (secret) => secret !== before,
  );
  const after = await agree(alice.group, bob.group);
  const { config } = await openGroupExport(await eve.group.exportConfig(SEALED), SEALED, services);
  assert.equal(Buffer.from(config.discoverySecret).toString('hex'), before);
  const again = await reopened(bob);
  assert.equal(await secretOf(again), after);
  await again.connect();
  await again.synced();
});

test('who was away during the removal comes back by the old secret and learns the new one', async (t) => {
  const alice = await founded(t);
  const bob = await comrade(t, alice, 'Bob', 'invitingMember');
  const eve = await comrade(t, alice, 'Eve');
  bob.group.disconnect();
  await alice.group.memberships.remove(eve.group.self);
  const again = await reopened(bob);
  assert.notEqual(await secretOf(again), await secretOf(alice.group));
  await again.connect();
  await again.synced();
  await agree(alice.group, again);
});

test('a listener that was away is reached by those who have the new secret', async (t) => {
  const alice = await founded(t);
  const bob = await comrade(t, alice, 'Bob', 'invitingMember');
  const eve = await comrade(t, alice, 'Eve');
  bob.group.disconnect();
  await isAlone(bob);
  await until(() => alice.group.neighbors.length === 1, 10_000);
  await alice.group.memberships.remove(eve.group.self);
  const again = await reopened(bob);
  // It dials nobody, and answers by the name that the old secret makes.
  again.acceptDirectConnections();
  const connection = await alice.group.openDirectConnection(again.self);
  assert.equal(connection.member.name, again.self);
  await connection.close();
});

test('invitations and tickets that were made before an epoch still lead in', async (t) => {
  const alice = await founded(t);
  const eve = await comrade(t, alice, 'Eve');
  const ticket = await alice.group.invitations.createTicket({ role: 'invitingMember' });
  const { node, identity } = await openHouse(t, 'Bob', HERE);
  const invitation = await alice.group.invite(identity.card, { role: 'invitingMember' });
  await alice.group.memberships.remove(eve.group.self);
  await alice.group.records.add({ type: NOTE, data: 'hello' });
  const group = await node.joinGroup(invitation);
  await group.connect();
  await group.synced();
  const carol = await admitted(t, 'Carol', ticket.text);
  await online(carol);
  await agree(alice.group, group, carol.group);
  assert.equal(carol.group.records.use.records, 1);
});

test('two epochs that two administrators began in a split settle on one', async (t) => {
  const alice = await founded(t);
  const ann = await comrade(t, alice, 'Ann', 'administrator');
  const eve = await comrade(t, alice, 'Eve');
  const mallory = await comrade(t, alice, 'Mallory');
  await comes(
    () => ann.group.memberships.list(),
    (all) => all.length === 4,
  );
  // Neither hears of what the other does.
  for (const { group } of [alice, ann, eve, mallory]) group.disconnect();
  await alice.group.memberships.remove(eve.group.self);
  await ann.group.memberships.remove(mallory.group.self);
  const [left, right] = [await secretOf(alice.group), await secretOf(ann.group)];
  assert.notEqual(left, right);
  await Promise.all([alice.group.connect(), ann.group.connect()]);
  await Promise.all([alice.group.synced(), ann.group.synced()]);
  const settled = await agree(alice.group, ann.group);
  assert.ok(settled === left || settled === right);
  await isRemovedAt(eve.group.self, alice, ann);
  await isRemovedAt(mallory.group.self, alice, ann);
});
