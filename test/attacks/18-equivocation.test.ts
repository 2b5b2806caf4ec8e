// Attack 18: an author tells one place of its journal twice, or breaks the chain. Both statements with
// their signatures are kept as proof that convicts it to anybody, and the proofs are bounded.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { nodeCrypto } from '../../src/adapters/crypto/node-crypto.ts';
import { contradicts } from '../../src/core/book/admission.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import type { Equivocation } from '../../src/core/domain/records.ts';
import { batchHash, signedBytesOf } from '../../src/core/records/batch-statement.ts';
import { club } from '../support/golden-chains.ts';
import {
  batchIn,
  CAST,
  craftOne,
  keeper,
  newNote,
  newText,
  only,
  sent,
} from '../support/record-club.ts';

const { bob, carol, eve } = CAST;
const EVE = eve.person.publicKey;
const journal = new Uint8Array(8).fill(9);

function told(firstSequence: number, previous: Uint8Array, ordinal: number) {
  return sent(craftOne(eve, { ordinal }, { standing: { journal, firstSequence, previous } }));
}

/** Whoever has nothing but the pair and the author's key is convinced. */
function assertProof({ first, second }: Equivocation): void {
  assert.ok(contradicts(first, second));
  for (const { statement, hash, signature } of [first, second]) {
    assert.deepEqual(statement.author, EVE);
    assert.deepEqual(batchHash(statement, club.group, nodeCrypto), hash);
    assert.ok(nodeCrypto.verify(EVE, signedBytesOf(hash), signature));
  }
}

const begin = told(1, new Uint8Array(32), 0);

test('one sequence told twice is proved, whichever was heard of first, and both records stay', () => {
  const twin = told(1, new Uint8Array(32), 1);
  for (const batches of [
    [begin, twin],
    [twin, begin],
  ]) {
    const home = keeper(carol);
    for (const batch of batches) home.take(batch);
    const [proof, ...others] = home.store.equivocations(EVE);
    assert.ok(proof !== undefined && others.length === 0);
    assertProof(proof);
    assert.equal(home.store.use(EVE).records, 2);
  }
});

test('a batch that does not name the one before it is proved', () => {
  const home = keeper(carol);
  home.take(told(2, new Uint8Array(32).fill(7), 1));
  home.take(begin);
  const [proof] = home.store.equivocations(EVE);
  assert.ok(proof !== undefined);
  assertProof(proof);
});

test('an honest author is not accused, in any order and with gaps', () => {
  const author = keeper(bob);
  const first = author.publish(newNote('a'));
  const batches = [
    batchIn(first),
    batchIn(author.publish(newText(only(first).id, 'b'))),
    batchIn(author.publish(newNote('c'), newNote('d'))),
    batchIn(author.publish(newNote('e'))),
  ].map((batch) => sent(batch));
  for (const order of [
    [0, 1, 2, 3],
    [3, 2, 1, 0],
    [2, 0, 3, 1],
    [0, 3, 3, 0],
  ]) {
    const home = keeper(carol);
    for (const at of order) home.take(batches[at] ?? begin);
    assert.deepEqual(home.store.equivocations(null), []);
  }
});

test('four proofs of an author are kept, however many it gives, and those of others besides', () => {
  const home = keeper(carol);
  for (let ordinal = 0; ordinal < 50; ordinal++) {
    home.take(told(1, new Uint8Array(32), ordinal));
  }
  const proofs = home.store.equivocations(EVE);
  assert.equal(proofs.length, LIMITS.equivocationsPerAuthorMax);
  for (const proof of proofs) assertProof(proof);
  for (const text of ['a', 'b']) home.take(sent(batchIn(keeper(bob).publish(newNote(text)))));
  assert.equal(home.store.equivocations(bob.person.publicKey).length, 1);
});

test('a statement without its signature accuses nobody', () => {
  const home = keeper(carol);
  const second = told(2, begin.batch.hash, 1);
  home.take(begin);
  home.take(second);
  const last = { firstSequence: 3, previous: second.batch.hash };
  const replaced = craftOne(eve, { ordinal: 1, version: 2 }, { standing: { journal, ...last } });
  home.take(sent(replaced));
  assert.equal(home.store.findBatch(second.batch.hash)?.batch.signature.length, 0);
  home.take(told(2, begin.batch.hash, 2));
  for (const proof of home.store.equivocations(EVE)) assertProof(proof);
});
