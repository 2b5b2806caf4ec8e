// The Crypto port on node:crypto, against the vectors of the specifications.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nodeCrypto } from '../../../src/adapters/crypto/node-crypto.ts';
import { SigningKey } from '../../../src/adapters/crypto/signing-key.ts';
import { hexBytes, hexText } from '../../../src/core/base/hex.ts';
import { utf8Bytes } from '../../../src/core/base/utf8.ts';

test('SHA-256 of "abc" is that of FIPS 180-4', () => {
  const digest = nodeCrypto.sha256(utf8Bytes('abc'));
  assert.equal(hexText(digest), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  assert.equal(Object.getPrototypeOf(digest), Uint8Array.prototype);
});

test('HMAC-SHA-256 is that of RFC 4231, case 2', () => {
  const mac = nodeCrypto.hmacSha256(utf8Bytes('Jefe'), utf8Bytes('what do ya want for nothing?'));
  assert.equal(hexText(mac), '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
});

test('Ed25519 signatures of RFC 8032, section 7.1, verify', () => {
  const vectors = [
    {
      key: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
      message: '',
      signature:
        'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    },
    {
      key: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
      message: '72',
      signature:
        '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    },
  ];
  for (const { key, message, signature } of vectors) {
    assert.ok(nodeCrypto.verify(hexBytes(key), hexBytes(message), hexBytes(signature)));
    assert.ok(!nodeCrypto.verify(hexBytes(key), hexBytes(`${message}00`), hexBytes(signature)));
  }
});

test('whatever the bytes are, verify says false and never throws', () => {
  const bytes = fc.uint8Array({ maxLength: 80 });
  const key = fc.oneof(bytes, fc.uint8Array({ minLength: 32, maxLength: 32 }));
  const signature = fc.oneof(bytes, fc.uint8Array({ minLength: 64, maxLength: 64 }));
  fc.assert(
    fc.property(key, bytes, signature, (publicKey, message, proof) => {
      assert.equal(nodeCrypto.verify(publicKey, message, proof), false);
    }),
    { numRuns: 500 },
  );
});

test('a key is right however many others were used in between', () => {
  const alice = SigningKey.generate();
  const signature = alice.sign(utf8Bytes('hello'));
  for (let other = 0; other < 1_100; other++) {
    const stranger = nodeCrypto.sha256(Uint8Array.of(other % 256, other >> 8));
    assert.equal(nodeCrypto.verify(stranger, utf8Bytes('hello'), signature), false);
  }
  assert.ok(nodeCrypto.verify(alice.publicKey, utf8Bytes('hello'), signature));
});

test('a public key that is changed in place is another key', () => {
  const alice = SigningKey.generate();
  const signature = alice.sign(utf8Bytes('hello'));
  const key = alice.publicKey;
  assert.ok(nodeCrypto.verify(key, utf8Bytes('hello'), signature));
  key.set(SigningKey.generate().publicKey);
  assert.ok(!nodeCrypto.verify(key, utf8Bytes('hello'), signature));
});
