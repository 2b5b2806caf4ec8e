// Attack 17: what a member said in one group is told in another. The group's name is part of ids,
// hashes, roots and signatures, so nothing of it fits there.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { nodeCrypto } from '../../src/adapters/crypto/node-crypto.ts';
import { batchHash } from '../../src/core/records/batch-statement.ts';
import { openBundle } from '../../src/core/records/bundle.ts';
import { SignatureChecks } from '../../src/engine/signature-checks.ts';
import { club } from '../support/golden-chains.ts';
import { batchIn, CAST, keeper, newNote, newStore } from '../support/record-club.ts';
import { batchOf, bundleOf, draftsOf, newTools } from '../support/record-samples.ts';
import { person } from '../support/trust-cast.ts';
import { grant, rootOf } from '../support/trust-village.ts';

const { alice, bob } = CAST;
const otherClub = person('Go club', 'go');
const otherTools = newTools(otherClub.group);

test('a bundle of one group does not open in another', () => {
  const whole = batchIn(keeper(bob).publish(newNote('a'), newNote('b'), newNote('c')));
  for (const places of [[0, 1, 2], [1]]) {
    const opened = openBundle(bundleOf(whole, places), otherTools);
    assert.equal(opened.ok === false && opened.refusal.code, 'RECORD_INVALID');
  }
});

test('the same records in a tree of the other group are not signed', async () => {
  const batch = batchOf(draftsOf(3));
  const { statement, signature } = batch.batch;
  const entries = batch.entries.map(({ place, content, contentBytes, data }) => ({
    place,
    content,
    contentBytes,
    data,
  }));
  const hashes = entries.map(({ contentBytes }, place) =>
    otherTools.hashes.hashOf(statement.author, statement.journal, 1 + place, contentBytes),
  );
  assert.notDeepEqual(hashes[0], batch.entries[0]?.hash);
  const first = nodeCrypto.sha256(Uint8Array.of(1, ...join(hashes[0]), ...join(hashes[1])));
  const root = nodeCrypto.sha256(Uint8Array.of(1, ...first, ...join(hashes[2])));
  const bundle = { statement: { ...statement, root }, signature, entries, cover: [] };
  const opened = openBundle(bundle, otherTools);
  assert.ok(opened.ok, 'ids, hashes and root of the other group fit each other');
  const checks = new SignatureChecks(nodeCrypto, newStore(alice));
  const verified = await new Promise((resolve) => checks.check(opened.value, resolve));
  assert.equal(verified, null);
});

test('the same statement is another batch in another group', () => {
  const { statement, hash } = batchIn(keeper(bob).publish(newNote())).batch;
  assert.deepEqual(batchHash(statement, club.group, nodeCrypto), hash);
  assert.notDeepEqual(batchHash(statement, otherClub.group, nodeCrypto), hash);
});

test('a membership of another group is not learned, so that its batches wait for ever', () => {
  const home = keeper(alice);
  const foreign = grant([rootOf(otherClub)], otherClub, bob.person, { role: 'creator' });
  const learned = home.book.learnMembership(foreign.chain.map(({ der }) => der));
  assert.equal(learned.ok === false && learned.refusal.code, 'WRONG_GROUP');
  assert.equal(home.store.findMembership(foreign.chainDigest), null);
});

function join(hash: Uint8Array | undefined): readonly number[] {
  return [...(hash ?? [])];
}
