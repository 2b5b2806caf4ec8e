// The password exchange by OPAQUE beyond what every exchange has to hold (test/ports/sealing.test.ts). Stretching a
// password takes a quarter of a second each, so the tests share what they can.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';

import { openPasswordExchange } from '../../../src/adapters/opaque/password-exchange.ts';

const GROUP = `${'a'.repeat(40)}.chess`;
const PASSWORD = 'Grüße an Pawel 7';

const exchange = await openPasswordExchange();
const verifier = exchange.makeVerifier(PASSWORD, GROUP);

function login(checkedBy = verifier) {
  const joiner = exchange.startLogin(PASSWORD);
  const answer = exchange.answerLogin(checkedBy, GROUP, joiner.request);
  assert.ok(answer !== null);
  return { joiner, answer, proof: joiner.finish(answer.response, GROUP) };
}

test('a verifier of the same group and another password gives nothing', () => {
  const other = exchange.makeVerifier('Another password 8', GROUP);
  assert.equal(login(other).proof, null);
});

test('two verifiers of one password have nothing in common, and the password is not in them', () => {
  const other = exchange.makeVerifier(PASSWORD, GROUP);
  assert.notDeepEqual(other.setup, verifier.setup);
  assert.notDeepEqual(other.registration, verifier.registration);
  const text = Buffer.concat([verifier.setup, verifier.registration]).toString('latin1');
  assert.ok(!text.includes('Pawel'));
});

test('messages are as long as the protocol says they may be', () => {
  const { joiner, answer, proof } = login();
  const lengths = [joiner.request, answer.response, proof?.message].map((each) => each?.length);
  assert.deepEqual(lengths, [96, 320, 64]);
  assert.deepEqual([verifier.setup.length, verifier.registration.length], [128, 192]);
});

test('whatever bytes come instead of a message, the answer is null and nothing is thrown', () => {
  const { joiner, answer, proof } = login();
  assert.ok(proof !== null);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      assert.equal(exchange.answerLogin(verifier, GROUP, bytes), null);
      assert.equal(joiner.finish(bytes, GROUP), null);
      assert.equal(answer.finish(bytes), null);
      const broken = { setup: bytes, registration: bytes };
      assert.equal(exchange.answerLogin(broken, GROUP, joiner.request), null);
    }),
    { numRuns: 100 },
  );
  for (const [index, bit] of [
    [0, 1],
    [33, 4],
    [63, 0x80],
  ] as const) {
    const changed = proof.message.slice();
    changed[index] = (changed[index] ?? 0) ^ bit;
    assert.equal(answer.finish(changed), null);
  }
  assert.deepEqual(
    answer.finish(proof.message),
    proof.sessionKey,
    'and the right one still counts',
  );
});

test('a response that was changed on its way convinces nobody', () => {
  const { joiner, answer } = login();
  for (const at of [5, 70, 319]) {
    const changed = answer.response.slice();
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.equal(joiner.finish(changed, GROUP), null, `byte ${at}`);
  }
});

test('the library is loaded at the first use and not with the module', () => {
  const path = join(import.meta.dirname, '../../../src/adapters/opaque/password-exchange.ts');
  const program = `
    import { createRequire } from 'node:module';
    const { openPasswordExchange } = await import(${JSON.stringify(path)});
    const { cache } = createRequire(${JSON.stringify(path)});
    const loaded = () => Object.keys(cache).filter((each) => each.includes('serenity')).length;
    const before = loaded();
    await openPasswordExchange();
    console.log(before, loaded());`;
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', program]);
  assert.equal(printed.toString().trim(), '0 1');
});
