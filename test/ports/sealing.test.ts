// What sealed boxes and password exchanges have to hold, of the real ones and of those of the simulated world.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { nodeSealing } from '../../src/adapters/crypto/sealing.ts';
import { SigningKey } from '../../src/adapters/crypto/signing-key.ts';
import { openPasswordExchange } from '../../src/adapters/opaque/password-exchange.ts';
import type { PasswordExchange } from '../../src/core/ports/password-exchange.ts';
import type { Opener, Sealing } from '../../src/core/ports/sealing.ts';
import { FastCrypto } from '../../src/sim/fast-crypto.ts';
import { FastPasswords } from '../../src/sim/fast-passwords.ts';

interface Boxes {
  readonly name: string;
  readonly sealing: Sealing;
  readonly bob: Opener;
  readonly eve: Opener;
}

function realBoxes(): Boxes {
  const [bob, eve] = [SigningKey.generate().opener, SigningKey.generate().opener];
  return { name: 'node:crypto', sealing: nodeSealing, bob, eve };
}

function simulatedBoxes(): Boxes {
  const sealing = new FastCrypto();
  return { name: 'simulated', sealing, bob: sealing.opener('Bob'), eve: sealing.opener('Eve') };
}

const KEY = new Uint8Array(32).fill(5);

for (const { name, sealing, bob, eve } of [realBoxes(), simulatedBoxes()]) {
  test(`${name}: a box is 48 bytes longer and opened by its key alone`, () => {
    for (const length of [0, 1, 32, 500]) {
      const bytes = new Uint8Array(length).fill(8);
      const sealed = sealing.seal(bob.publicKey, bytes);
      assert.ok(sealed !== null);
      assert.equal(sealed.length, length + 48);
      assert.deepEqual(bob.open(sealed), bytes);
      assert.equal(eve.open(sealed), null);
      assert.notDeepEqual(sealing.seal(bob.publicKey, bytes), sealed);
    }
  });

  test(`${name}: a box that was changed or cut is none, whatever was changed`, () => {
    const sealed = sealing.seal(bob.publicKey, new Uint8Array(40));
    assert.ok(sealed !== null);
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.slice();
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      assert.equal(bob.open(changed), null);
      assert.equal(bob.open(sealed.subarray(0, at)), null);
    }
    assert.deepEqual(bob.open(sealed), new Uint8Array(40));
  });

  test(`${name}: what is sealed under a key is opened by it alone, and 28 bytes longer`, () => {
    for (const length of [0, 31, 32, 33, 4_096]) {
      const bytes = new Uint8Array(length).fill(8);
      const sealed = sealing.sealUnder(KEY, bytes);
      assert.equal(sealed.length, length + 28);
      assert.deepEqual(sealing.openUnder(KEY, sealed), bytes);
      assert.equal(sealing.openUnder(new Uint8Array(32), sealed), null);
      assert.equal(sealing.openUnder(KEY, sealed.subarray(1)), null);
      assert.notDeepEqual(sealing.sealUnder(KEY, bytes), sealed);
    }
    assert.equal(sealing.openUnder(KEY, new Uint8Array(5)), null);
  });

  test(`${name}: nothing is sealed for what is no key`, () => {
    assert.equal(sealing.seal(new Uint8Array(32).fill(255), KEY), null);
    assert.equal(sealing.seal(new Uint8Array(0), KEY), null);
  });
}

const GROUP = `${'a'.repeat(40)}.chess`;
const OTHER_GROUP = `${'b'.repeat(40)}.chess`;
const PASSWORD = 'Grüße an Pawel 7';

const exchanges: readonly (readonly [name: string, exchange: PasswordExchange])[] = [
  ['OPAQUE', await openPasswordExchange()],
  ['simulated', new FastPasswords()],
];

for (const [name, exchange] of exchanges) {
  const verifier = exchange.makeVerifier(PASSWORD, GROUP);

  const login = (password: string, joinerGroup = GROUP, admitterGroup = GROUP) => {
    const joiner = exchange.startLogin(password);
    const answer = exchange.answerLogin(verifier, admitterGroup, joiner.request);
    assert.ok(answer !== null);
    const proof = joiner.finish(answer.response, joinerGroup);
    return { joiner, answer, proof };
  };

  test(`${name}: who knows the password has the key of the other end, another one each time`, () => {
    const [first, second] = [login(PASSWORD), login(PASSWORD.normalize('NFD'))];
    assert.ok(first.proof !== null && second.proof !== null);
    assert.deepEqual(first.answer.finish(first.proof.message), first.proof.sessionKey);
    assert.ok(first.proof.sessionKey.length >= 32);
    assert.notDeepEqual(first.proof.sessionKey, second.proof.sessionKey);
    assert.equal(second.answer.finish(first.proof.message), null);
  });

  test(`${name}: a wrong password gives nothing, nor does another group at either end or both`, () => {
    assert.equal(login('Grüße an Pawel 8').proof, null);
    assert.equal(login(PASSWORD, OTHER_GROUP).proof, null);
    assert.equal(login(PASSWORD, GROUP, OTHER_GROUP).proof, null);
    assert.equal(login(PASSWORD, OTHER_GROUP, OTHER_GROUP).proof, null);
  });

  test(`${name}: messages have their lengths, and what is none gives null`, () => {
    const { joiner, answer, proof } = login(PASSWORD);
    const messages = [joiner.request, answer.response, proof?.message];
    assert.deepEqual(
      messages.map((each) => each?.length),
      [96, 320, 64],
    );
    for (const bytes of [new Uint8Array(0), new Uint8Array(63).fill(1), new Uint8Array(500)]) {
      assert.equal(exchange.answerLogin(verifier, GROUP, bytes), null);
      assert.equal(joiner.finish(bytes, GROUP), null);
      assert.equal(answer.finish(bytes), null);
    }
  });
}
