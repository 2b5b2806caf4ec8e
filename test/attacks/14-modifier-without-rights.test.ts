// Attack 14: a member changes or deletes what another made. Only creators and administrators of the
// group may, by the chain that their batch names; neither a borrowed chain nor a signature helps.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { nodeCrypto } from '../../src/adapters/crypto/node-crypto.ts';
import type { BatchContents } from '../../src/core/records/batch-contents.ts';
import type { VerifiedBatch } from '../../src/core/records/verified-batch.ts';
import { SignatureChecks } from '../../src/engine/signature-checks.ts';
import {
  batchIn,
  brokenLaw,
  CAST,
  craft,
  keeper,
  kinds,
  newNote,
  nextBy,
  nextVersion,
  only,
  sent,
} from '../support/record-club.ts';
import { person } from '../support/trust-cast.ts';
import { grant } from '../support/trust-village.ts';

const { alice, ann, bob, carol, eve } = CAST;

function scene() {
  const published = keeper(bob).publish(newNote('of Bob'));
  const home = keeper(carol);
  home.take(sent(batchIn(published)));
  const note = only(published);
  const isUnharmed = (): boolean =>
    String(home.store.findRecord(note.id)?.hash) === String(note.hash);
  return { home, note, isUnharmed };
}

test('a member changes and deletes its own records only', () => {
  const { home, note, isUnharmed } = scene();
  for (const changes of [{}, { isDeleted: true }, { version: 9 }]) {
    assert.equal(brokenLaw(home.take(sent(nextBy(eve, note, changes)))), 'rights');
  }
  assert.ok(isUnharmed());
  assert.deepEqual(kinds(home.take(sent(nextBy(ann, note)))), ['accepted']);
});

test('an inviting member is no administrator', () => {
  const { home, note, isUnharmed } = scene();
  const inviter = person('Inviter');
  const membership = grant(alice.membership.chain, alice.person, inviter, {
    role: 'invitingMember',
  });
  home.learn({ person: inviter, membership });
  const batch = nextBy({ person: inviter, membership }, note, { isDeleted: true });
  assert.equal(brokenLaw(home.take(sent(batch))), 'rights');
  assert.ok(isUnharmed());
});

test("Eve does not act under an administrator's chain", () => {
  const { home, note, isUnharmed } = scene();
  const drafts = [nextVersion(note.content)];
  const borrowed = craft(eve, drafts, { membership: ann.membership.chainDigest });
  assert.equal(brokenLaw(home.take(sent(borrowed))), 'author');
  assert.ok(isUnharmed());
});

test("Eve does not sign in the administrator's name, and no byte of a good batch can be changed", async () => {
  const { home, note } = scene();
  const checks = new SignatureChecks(nodeCrypto, home.store);
  const check = (batch: BatchContents) =>
    new Promise<VerifiedBatch | null>((resolve) => checks.check(batch, resolve));
  const good = nextBy(ann, note);
  assert.notEqual(await check(good), null);
  const forged = craft(ann, [nextVersion(note.content)], { signer: eve.person });
  assert.equal(await check(forged), null);
  const { batch } = good;
  const signature = batch.signature.slice();
  signature[7] = (signature[7] ?? 0) ^ 1;
  assert.equal(await check({ ...good, batch: { ...batch, signature } }), null);
  const hash = batch.hash.slice();
  hash[7] = (hash[7] ?? 0) ^ 1;
  assert.equal(await check({ ...good, batch: { ...batch, hash } }), null);
});
