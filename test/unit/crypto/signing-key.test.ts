// Private keys: they sign, they are kept and read again, and they do not show.

import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { nodeCrypto } from '../../../src/adapters/crypto/node-crypto.ts';
import { SigningKey } from '../../../src/adapters/crypto/signing-key.ts';
import { hexBytes, hexText } from '../../../src/core/base/hex.ts';
import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';

const PKCS8_PREFIX = '302e020100300506032b657004220420';

test('a key signs as RFC 8032, section 7.1, says', () => {
  const seed = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
  const key = SigningKey.fromPkcs8(hexBytes(PKCS8_PREFIX + seed));
  assert.equal(
    hexText(key.publicKey),
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
  );
  assert.equal(
    hexText(key.sign(new Uint8Array(0))),
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  );
});

test('a key is the same after it was kept', () => {
  const key = SigningKey.generate();
  const again = SigningKey.fromPkcs8(key.pkcs8);
  assert.deepEqual(again.publicKey, key.publicKey);
  const message = Uint8Array.of(1, 2, 3);
  assert.ok(nodeCrypto.verify(key.publicKey, message, again.sign(message)));
  const pem = createPrivateKey(key.privateKeyPem).export({ format: 'der', type: 'pkcs8' });
  assert.equal(hexText(pem), hexText(key.pkcs8));
});

test('two keys are never the same', () => {
  assert.notDeepEqual(SigningKey.generate().publicKey, SigningKey.generate().publicKey);
});

test('only Ed25519 keys in their one form are taken', () => {
  const { pkcs8 } = SigningKey.generate();
  const x25519 = generateKeyPairSync('x25519').privateKey.export({ format: 'der', type: 'pkcs8' });
  const refused = [new Uint8Array(0), pkcs8.subarray(1), Uint8Array.of(...pkcs8, 0), x25519];
  for (const der of refused) assert.throws(() => SigningKey.fromPkcs8(der), MalformedBytes);
});

test('what a key gives out can be changed without changing the key', () => {
  const key = SigningKey.generate();
  const { publicKey, pkcs8 } = key;
  publicKey.fill(0);
  pkcs8.fill(0);
  assert.notDeepEqual(key.publicKey, publicKey);
  assert.notDeepEqual(key.pkcs8, pkcs8);
});

test('a key does not show when it is printed', () => {
  const key = SigningKey.generate();
  assert.equal(inspect(key, { showHidden: true, getters: true }), 'SigningKey {}');
  assert.equal(JSON.stringify(key), '{}');
});
