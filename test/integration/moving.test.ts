// Carrying identities and groups to another machine: what a text under a password gives back, what it refuses,
// and that nothing has changed after a refusal.

import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import { type Identity, openNode, type PeerNode } from '../../src/api/index.ts';
import { found, joinAs, openHouse, refusalOf } from '../support/live-group.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const TEA = { password: 'tea' };

/** A machine on which there is nothing yet. */
async function emptyNode(t: TestContext): Promise<PeerNode> {
  const node = await openNode({ directory: await temporaryDirectory(t) });
  t.after(() => node.close());
  return node;
}

function publicOf({ name, friendlyName, card }: Identity) {
  return { name, friendlyName, card };
}

test('an identity comes to another machine as it is, and stays where it was', async (t) => {
  const { node, identity } = await openHouse(t, 'Alice', null);
  const text = await identity.export(TEA);
  assert.match(text, /^peergroup-identity-key:[\w-]+$/);
  const other = await emptyNode(t);
  const imported = await other.importIdentity(`  ${text}\n`, TEA);
  assert.deepEqual(publicOf(imported), publicOf(identity));
  assert.deepEqual(other.identities.map(publicOf), [publicOf(identity)]);
  assert.deepEqual(node.identities.map(publicOf), [publicOf(identity)]);
  // It can sign: a group is founded with it.
  const group = await other.createGroup({ friendlyName: 'Chess' });
  assert.equal(group.self, identity.name);
  assert.ok(!inspect(imported, { depth: 9, showHidden: true }).includes('PRIVATE'));
});

test('one that was carried on is exported again, and by its name', async (t) => {
  const { identity } = await openHouse(t, 'Alice', null);
  const other = await emptyNode(t);
  await other.importIdentity(await identity.export({ password: '' }), { password: '' });
  const third = await emptyNode(t);
  await third.importIdentity(await other.exportIdentity(identity.name, TEA), TEA);
  assert.deepEqual(third.identities.map(publicOf), [publicOf(identity)]);
  assert.equal((await refusalOf(other.exportIdentity('nobody', TEA))).code, 'IDENTITY_NOT_FOUND');
});

test('a wrong password and a changed text are one error, and nothing has changed', async (t) => {
  const { identity, node } = await openHouse(t, 'Alice', null);
  const text = await identity.export(TEA);
  const other = await emptyNode(t);
  const middle = Math.floor(text.length / 2);
  const changed = text[middle] === 'A' ? 'B' : 'A';
  const group = await node.createGroup();
  const attempts: readonly (readonly [string, string])[] = [
    [text, 'Tea'],
    [text, ''],
    [text.slice(0, middle) + changed + text.slice(middle + 1), 'tea'],
    [text.slice(0, -1), 'tea'],
    [text.slice(0, 60), 'tea'],
    [`${text}A`, 'tea'],
    [text.replace('-key:', '-key: '), 'tea'],
    [text.replace('peergroup-identity-key:', 'peergroup-group:'), 'tea'],
    [await group.exportConfig(TEA), 'tea'],
    [identity.card, 'tea'],
    ['peergroup-identity-key:', 'tea'],
    [text + 'A'.repeat(20_000), 'tea'],
  ];
  for (const [wrong, password] of attempts) {
    const error = await refusalOf(other.importIdentity(wrong, { password }));
    assert.equal(error.code, 'EXPORT_NOT_OPENED', wrong.slice(0, 80));
    assert.ok(error.hint.length > 0);
  }
  assert.deepEqual(other.identities, []);
});

test('an identity that is here already is named', async (t) => {
  const { node, identity } = await openHouse(t, 'Alice', null);
  const error = await refusalOf(node.importIdentity(await identity.export(TEA), TEA));
  assert.equal(error.code, 'IDENTITY_EXISTS');
  assert.deepEqual(error.details, { identity: identity.name });
});

test('without a password nothing is exported or imported', async (t) => {
  const { node, identity, group } = await found(t, { listen: null });
  const without = {} as { readonly password: string };
  for (const attempt of [
    identity.export(without),
    group.exportConfig(without),
    node.importIdentity('peergroup-identity-key:AA', without),
    node.importGroup('peergroup-group:AA', without),
    node.importGroup('', TEA),
  ]) {
    assert.equal((await refusalOf(attempt)).code, 'INVALID_ARGUMENT');
  }
});

test('a group comes to another machine with its key, and is refused without its identity', async (t) => {
  const alice = await found(t, { listen: null });
  const text = await alice.group.exportConfig(TEA);
  const other = await emptyNode(t);
  const missing = await refusalOf(other.importGroup(text, TEA));
  assert.equal(missing.code, 'IDENTITY_NOT_FOUND');
  assert.match(missing.hint, /Import the identity first/);
  await other.importIdentity(await alice.identity.export(TEA), TEA);
  const wrong = await refusalOf(other.importGroup(text, { password: 'Tea' }));
  assert.equal(wrong.code, 'EXPORT_NOT_OPENED');
  assert.deepEqual(other.groups, []);

  const summary = await other.importGroup(text, TEA);

  assert.deepEqual(other.groups, [summary]);
  assert.deepEqual(other.groups, alice.node.groups);
  const group = await other.openGroup(summary.name);
  assert.deepEqual(group.membership, alice.group.membership);
  // Also the group's key: what is exported there makes an owner of whoever imports it.
  const again = await group.exportConfig(TEA);
  assert.ok(Math.abs(again.length - text.length) < 200);
});

test('a group that is open is not imported, and one that is here only when it is wanted', async (t) => {
  const alice = await found(t, { listen: null });
  const text = await alice.group.exportConfig(TEA);
  const { node, group } = alice;
  assert.equal((await refusalOf(node.importGroup(text, TEA))).code, 'ALREADY_OPEN');
  const without = { ...TEA, overwrite: false };
  assert.equal((await refusalOf(node.importGroup(text, without))).code, 'ALREADY_EXISTS');
  await group.close();
  assert.equal((await refusalOf(node.importGroup(text, without))).code, 'ALREADY_EXISTS');
  await node.importGroup(text, TEA);
  await node.openGroup();
});

test('of two memberships the newer one is kept, whichever is imported first', async (t) => {
  const alice = await found(t, { listen: null });
  const { node, identity } = await openHouse(t, 'Bob', null);
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);
  const texts: string[] = [];
  for (const [role, days] of [['member', 1] as const, ['administrator', 9] as const]) {
    const options = { role, expiresAt: inDays(days) };
    const group = await node.joinGroup(await alice.group.invite(identity.card, options));
    texts.push(await group.exportConfig(TEA));
    await group.close();
  }
  for (const order of [texts, texts.toReversed()]) {
    const other = await emptyNode(t);
    await other.importIdentity(await identity.export(TEA), TEA);
    for (const text of order) await other.importGroup(text, TEA);
    assert.equal((await other.openGroup()).membership.role, 'administrator');
  }
});

test('identity and membership are PEM that others read', async (t) => {
  const alice = await found(t, { listen: null });
  const bob = await joinAs(t, alice, 'Bob');
  const identity = new X509Certificate(bob.identity.toPem());
  assert.ok(identity.verify(identity.publicKey));
  const blocks = bob.group.toPem().match(/-----BEGIN[\s\S]*?-----END CERTIFICATE-----\n/g) ?? [];
  const [own, issuer, root, ...rest] = blocks.map((block) => new X509Certificate(block));
  assert.ok(own !== undefined && issuer !== undefined && root !== undefined);
  assert.deepEqual(rest, []);
  assert.deepEqual(
    own.publicKey.export({ format: 'jwk' }),
    identity.publicKey.export({ format: 'jwk' }),
  );
  assert.ok(own.verify(issuer.publicKey) && issuer.verify(root.publicKey));
  assert.ok(root.verify(root.publicKey));
});
