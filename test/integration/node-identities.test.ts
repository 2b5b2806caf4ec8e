// Identities with a key of their own, renamed ones, and what cards and invitations say before anything is done with
// them, on real nodes.

import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { isPeerGroupError, openNode } from '../../src/api/index.ts';
import { atEnd } from '../support/at-end.ts';
import { found, joinAs, openHouse, refusalOf } from '../support/live-group.ts';

const DAY_MS = 86_400_000;
const { privateKey } = generateKeyPairSync('ed25519');
const rawKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (isPeerGroupError(error)) return error.code;
    throw error;
  }
  return 'none';
}

test('an identity is made of a key that the application has', async (t) => {
  const { node } = await openHouse(t, 'Alice', null);
  const identity = await node.createIdentity({
    friendlyName: 'Ada',
    classifier: 'x',
    key: privateKey,
  });
  assert.deepEqual(identity.publicKey, new Uint8Array(rawKey));
  assert.match(identity.name, /^[0-9a-f]{40}\.x$/);
  assert.ok(node.privateKeyOf(identity).equals(privateKey));
  assert.ok(node.privateKeyOf(identity.name).equals(privateKey));
  const signature = sign(null, Buffer.from('x'), node.privateKeyOf(identity));
  assert.ok(verify(null, Buffer.from('x'), createPublicKey(privateKey), signature));
  const { code } = await refusalOf(node.createIdentity({ key: privateKey, classifier: 'x' }));
  assert.equal(code, 'IDENTITY_EXISTS');
});

test('no other key makes an identity', async (t) => {
  const { node } = await openHouse(t, 'Alice', null);
  const keys: unknown[] = [
    createPublicKey(privateKey),
    generateKeyPairSync('x25519').privateKey,
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
    rawKey,
    'key',
    null,
  ];
  for (const key of keys) {
    const given = Object.fromEntries([['key', key]]);
    assert.equal((await refusalOf(node.createIdentity(given))).code, 'INVALID_ARGUMENT');
  }
  assert.equal(node.identities.length, 1);
  assert.equal(
    codeOf(() => node.privateKeyOf('nobody')),
    'IDENTITY_NOT_FOUND',
  );
});

test('what an identity gives out of its key is a copy', async (t) => {
  const { identity } = await openHouse(t, 'Alice', null);
  identity.publicKey.fill(0);
  assert.notDeepEqual(identity.publicKey, new Uint8Array(32));
});

test('an identity that was renamed is the same one, also after the node was opened again', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'peergroup-'));
  atEnd(t, () => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  const node = await openNode({ directory });
  const before = await node.createIdentity({ friendlyName: 'Ada' });
  const after = await node.renameIdentity(before, 'Ada L.');
  assert.deepEqual([after.name, after.friendlyName], [before.name, 'Ada L.']);
  assert.deepEqual(after.publicKey, before.publicKey);
  assert.equal(node.readCard(after.card).friendlyName, 'Ada L.');
  assert.equal(node.readCard(before.card).friendlyName, 'Ada');
  await node.close();
  const again = await openNode({ directory });
  assert.equal(again.identities[0]?.friendlyName, 'Ada L.');
  assert.equal((await again.renameIdentity(before.name, '')).friendlyName, before.name);
  const wrong = [undefined, 7, 'x'.repeat(256), 'a\0b'];
  for (const name of wrong) {
    const call = Reflect.apply(again.renameIdentity, again, [before, name]);
    assert.equal((await refusalOf(Promise.resolve(call))).code, 'INVALID_ARGUMENT');
  }
  const nobody = await refusalOf(again.renameIdentity('nobody', 'x'));
  assert.equal(nobody.code, 'IDENTITY_NOT_FOUND');
  await again.close();
  assert.equal((await refusalOf(again.renameIdentity(before, 'x'))).code, 'NODE_CLOSED');
});

test('a member that was renamed goes on in the groups that it has open', async (t) => {
  const alice = await found(t);
  const bob = await joinAs(t, alice, 'Bob');
  await alice.group.connect();
  await alice.node.renameIdentity(alice.identity, 'Alicia');
  await bob.group.connect();
  await bob.group.synced({ timeoutMs: 5_000 });
  assert.equal(alice.node.identities[0]?.friendlyName, 'Alicia');
});

test('a card and an invitation say who it is and for whom, and nothing is joined by reading', async (t) => {
  const alice = await found(t);
  const { node, identity } = await openHouse(t, 'Bob', null);
  const card = node.readCard(` ${identity.card}\n`);
  const { publicKey } = identity;
  assert.deepEqual(card, { name: identity.name, friendlyName: 'Bob', publicKey });
  const end = new Date(Math.floor(Date.now() / 1_000) * 1_000 + DAY_MS);
  const text = await alice.group.invite(identity.card, { role: 'administrator', expiresAt: end });
  const { notBefore, ...view } = node.readInvitation(` ${text} `);
  assert.deepEqual(view, {
    kind: 'member',
    group: alice.group.name,
    groupFriendlyName: 'Chess',
    issuer: alice.identity.name,
    issuerFriendlyName: 'Alice',
    subject: identity.name,
    subjectFriendlyName: 'Bob',
    subjectPublicKey: publicKey,
    role: 'administrator',
    notAfter: end,
    addresses: [alice.address],
  });
  assert.ok(notBefore !== null && notBefore.getTime() < Date.now());
  assert.deepEqual(node.groups, []);
});

test('tickets, passwords and codes are read without a use of them', async (t) => {
  const alice = await found(t);
  await alice.group.connect();
  const { node } = await openHouse(t, 'Bob', null);
  const { invitations } = alice.group;
  const expiresAt = new Date(Date.now() + DAY_MS);
  const lines = [
    await invitations.createTicket({ role: 'administrator', expiresAt }),
    await invitations.createPassword('Correct horse 7 battery', { expiresAt }),
    await invitations.createCode({ role: 'invitingMember', expiresAt }),
  ];
  const views = lines.map(({ text }) => node.readInvitation(text));
  assert.deepEqual(
    views.map(({ kind, role }) => `${kind} ${role}`),
    ['ticket administrator', 'password member', 'code invitingMember'],
  );
  for (const view of views) {
    assert.deepEqual([view.group, view.groupFriendlyName], [alice.group.name, 'Chess']);
    assert.deepEqual(
      [view.issuer, view.subject, view.subjectPublicKey, view.notBefore],
      [null, null, null, null],
    );
    assert.equal(view.notAfter.getTime(), expiresAt.getTime());
    assert.deepEqual(view.addresses, [alice.address]);
  }
  const [ticket] = await invitations.list();
  assert.equal(ticket?.admitted.length, 0);
});

test('an invitation that has not begun or has ended can be read, and a forged one cannot', async (t) => {
  const alice = await found(t);
  const { node, identity } = await openHouse(t, 'Bob', null);
  const second = Math.floor(Date.now() / 1_000) * 1_000;
  const late = await alice.group.invite(identity.card, {
    notBefore: new Date(second + DAY_MS + 999),
    expiresAt: new Date(second + 2 * DAY_MS),
  });
  assert.equal(node.readInvitation(late).notBefore?.getTime(), second + DAY_MS);
  assert.equal((await refusalOf(node.joinGroup(late))).code, 'INVITATION_NOT_YET_VALID');
  const text = await alice.group.invite(identity.card);
  const middle = text.length / 2;
  const other = text[middle] === 'A' ? 'B' : 'A';
  const forged = text.slice(0, middle) + other + text.slice(middle + 1);
  const { text: ticket } = await alice.group.invitations.createTicket();
  for (const wrong of [forged, text.slice(0, -4), ticket.slice(0, -2), identity.card, 'x']) {
    assert.equal(
      codeOf(() => node.readInvitation(wrong)),
      'INVITATION_INVALID',
    );
  }
  assert.equal(
    codeOf(() => node.readCard(text)),
    'IDENTITY_INVALID',
  );
  assert.equal(
    codeOf(() => node.readInvitation('')),
    'INVALID_ARGUMENT',
  );
  await node.close();
  assert.equal(
    codeOf(() => node.readInvitation(text)),
    'NODE_CLOSED',
  );
  assert.equal(
    codeOf(() => node.readCard(identity.card)),
    'NODE_CLOSED',
  );
});
