// Signatures are checked beside the loop, each once: verdicts are remembered, those that are asked for
// twice at a time are shared, and what is stored was checked before.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as laterTurn } from 'node:timers/promises';

import { nodeCrypto } from '../../../src/adapters/crypto/node-crypto.ts';
import type { SignatureChecker } from '../../../src/core/ports/crypto.ts';
import type { BatchContents } from '../../../src/core/records/batch-contents.ts';
import type { VerifiedBatch } from '../../../src/core/records/verified-batch.ts';
import { SignatureChecks } from '../../../src/engine/signature-checks.ts';
import { CAST, craftOne, keeper } from '../../support/record-club.ts';

const { bob, carol, eve } = CAST;

/** Answers when the test says so. */
function slowChecker() {
  const answers: (() => void)[] = [];
  let asked = 0;
  const checker: SignatureChecker = {
    check(publicKey, bytes, signature, done) {
      asked += 1;
      answers.push(() => done(nodeCrypto.verify(publicKey, bytes, signature)));
    },
  };
  return { checker, answers, asked: () => asked };
}

function asking(checks: SignatureChecks, batch: BatchContents) {
  const told: (VerifiedBatch | null)[] = [];
  checks.check(batch, (verified) => told.push(verified));
  assert.deepEqual(told, [], 'later, never at once');
  return told;
}

test('a good signature is told with the batch, a forged one with null, and both are remembered', async () => {
  const { checker, answers, asked } = slowChecker();
  const checks = new SignatureChecks(checker, keeper(carol).store);
  const good = craftOne(bob, {});
  const forged = craftOne(bob, {}, { signer: eve.person });
  const first = [good, forged].map((batch) => asking(checks, batch));
  for (const answer of answers.splice(0)) answer();
  assert.deepEqual(first, [[good], [null]]);
  const again = [good, forged].map((batch) => asking(checks, batch));
  await laterTurn();
  assert.deepEqual(again, [[good], [null]]);
  assert.equal(asked(), 2);
});

test('a batch that is being checked is not checked again, and everybody is told of its own part', () => {
  const { checker, answers, asked } = slowChecker();
  const checks = new SignatureChecks(checker, keeper(carol).store);
  const batch = craftOne(bob, {});
  const copy = { ...batch };
  const told = [asking(checks, batch), asking(checks, copy)];
  assert.equal(asked(), 1);
  for (const answer of answers.splice(0)) answer();
  assert.equal(told[0]?.[0], batch);
  assert.equal(told[1]?.[0], copy);
});

test('another signature of the same batch is another question', () => {
  const { checker, answers, asked } = slowChecker();
  const checks = new SignatureChecks(checker, keeper(carol).store);
  const told = [craftOne(bob, {}), craftOne(bob, {}, { signer: eve.person })].map((batch) =>
    asking(checks, batch),
  );
  assert.equal(asked(), 2);
  for (const answer of answers.splice(0)) answer();
  assert.deepEqual(
    told.map(([verified]) => verified === null),
    [false, true],
  );
});

test('a batch that is stored was checked; with another signature it is checked', async () => {
  const home = keeper(carol);
  const batch = craftOne(bob, {});
  home.take(batch);
  const { checker, answers, asked } = slowChecker();
  const checks = new SignatureChecks(checker, home.store);
  const told = asking(checks, batch);
  await laterTurn();
  assert.deepEqual([told, asked()], [[batch], 0]);
  const forged = asking(checks, craftOne(bob, {}, { signer: eve.person }));
  for (const answer of answers.splice(0)) answer();
  assert.deepEqual([forged, asked()], [[null], 1]);
});

test('one who fails on what it is told does not keep others from asking again', () => {
  const { checker, answers } = slowChecker();
  const checks = new SignatureChecks(checker, keeper(carol).store);
  const batch = craftOne(bob, {});
  checks.check(batch, () => {
    throw new Error('a bug elsewhere');
  });
  const [answer] = answers.splice(0);
  assert.throws(() => answer?.(), /a bug elsewhere/);
  checks.check(batch, () => {});
  assert.equal(answers.length, 0, 'the verdict is known');
});

test('a checker that fails at once leaves the question open, for the next who asks', () => {
  const { checker, answers } = slowChecker();
  let isBroken = true;
  const failing: SignatureChecker = {
    check(...asked) {
      if (isBroken) throw new Error('no thread is left');
      checker.check(...asked);
    },
  };
  const checks = new SignatureChecks(failing, keeper(carol).store);
  const batch = craftOne(bob, {});
  assert.throws(() => checks.check(batch, () => {}), /no thread is left/);
  isBroken = false;
  const told = asking(checks, batch);
  for (const answer of answers.splice(0)) answer();
  assert.deepEqual(told, [batch]);
});

test('the real checker works on a thread, and refuses what is no key and no signature', async () => {
  const batch = craftOne(bob, {});
  const checks = new SignatureChecks(nodeCrypto, keeper(carol).store);
  const check = (contents: BatchContents) =>
    new Promise<VerifiedBatch | null>((resolve) => checks.check(contents, resolve));
  assert.equal(await check(batch), batch);
  const short = { ...batch, batch: { ...batch.batch, signature: new Uint8Array(63) } };
  assert.equal(await check(short), null);
  const statement = { ...batch.batch.statement, author: new Uint8Array(32).fill(0xff) };
  const noPoint = { ...batch.batch, statement, hash: new Uint8Array(32) };
  assert.equal(await check({ ...batch, batch: noPoint }), null);
});
