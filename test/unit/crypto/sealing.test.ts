// Sealed boxes: HPKE against the vector of its RFC, the way from Ed25519 keys to X25519 keys against OpenSSL's,
// and what is no box or no key of the curve.

import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';

import { hpkeOpen, hpkeSeal } from '../../../src/adapters/crypto/hpke.ts';
import {
  montgomeryKey,
  montgomeryPrivateKey,
  x25519Bytes,
  x25519PrivateKey,
} from '../../../src/adapters/crypto/montgomery-key.ts';
import { nodeSealing } from '../../../src/adapters/crypto/sealing.ts';
import { SigningKey } from '../../../src/adapters/crypto/signing-key.ts';
import { hexBytes, hexText } from '../../../src/core/base/hex.ts';
import { utf8Bytes } from '../../../src/core/base/utf8.ts';

const SECRET = new Uint8Array(32).fill(9);
const seed = fc.uint8Array({ minLength: 32, maxLength: 32 });

/** RFC 9180, appendix A.2.1, and the first of its encryptions. */
const VECTOR = {
  ephemeral: 'f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600',
  privateKey: '8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb',
  publicKey: '4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a',
  info: '4f6465206f6e2061204772656369616e2055726e',
  aad: '436f756e742d30',
  bytes: '4265617574792069732074727574682c20747275746820626561757479',
  sealed:
    '1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a' +
    '1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28',
};

/** Encodings of points of order 1, 2, 4 and 8 (libsodium's list), none of which may be sealed for. */
const LOW_ORDER = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
];
const NOT_CANONICAL = [
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
];

test('HPKE is that of RFC 9180, in both directions', () => {
  const context = { info: hexBytes(VECTOR.info), aad: hexBytes(VECTOR.aad) };
  const bytes = hexBytes(VECTOR.bytes);
  const ephemeral = x25519PrivateKey(hexBytes(VECTOR.ephemeral));
  const sealed = hpkeSeal(hexBytes(VECTOR.publicKey), bytes, context, ephemeral);
  assert.ok(sealed !== null);
  assert.equal(hexText(sealed), VECTOR.sealed);
  const privateKey = x25519PrivateKey(hexBytes(VECTOR.privateKey));
  assert.deepEqual(hpkeOpen(privateKey, hexBytes(VECTOR.sealed), context), bytes);
  assert.equal(hpkeOpen(privateKey, sealed, { ...context, aad: hexBytes('00') }), null);
  assert.equal(hpkeOpen(privateKey, sealed, { ...context, info: hexBytes('00') }), null);
});

test('the X25519 key of an Ed25519 key is the one that OpenSSL has for the private key', () => {
  fc.assert(
    fc.property(seed, (bytes) => {
      const { publicKey } = SigningKey.fromSeed(bytes);
      assert.deepEqual(montgomeryKey(publicKey), x25519Bytes(montgomeryPrivateKey(bytes)));
    }),
    { numRuns: 200 },
  );
});

test('a seed gives the key of RFC 8032, section 7.1', () => {
  const seedOfRfc = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
  const key = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';
  assert.equal(hexText(SigningKey.fromSeed(hexBytes(seedOfRfc)).publicKey), key);
  assert.throws(() => SigningKey.fromSeed(new Uint8Array(31)), /32 bytes/);
});

test('a box is opened by the key it was sealed for, is 48 bytes longer, and never twice the same', () => {
  const bob = SigningKey.generate();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const sealed = nodeSealing.seal(bob.publicKey, bytes);
      assert.ok(sealed !== null);
      assert.equal(sealed.length, bytes.length + 48);
      assert.deepEqual(bob.opener.open(sealed), bytes);
      assert.notDeepEqual(nodeSealing.seal(bob.publicKey, bytes), sealed);
    }),
    { numRuns: 30 },
  );
  assert.deepEqual(bob.opener.publicKey, bob.publicKey);
});

test('nobody else opens a box, and a box that was changed in any byte is none', () => {
  const bob = SigningKey.generate();
  const sealed = nodeSealing.seal(bob.publicKey, SECRET);
  assert.ok(sealed !== null);
  const { opener } = bob;
  assert.equal(SigningKey.generate().opener.open(sealed), null);
  for (let at = 0; at < sealed.length; at++) {
    const changed = sealed.slice();
    changed[at] = (changed[at] ?? 0) ^ 1;
    // RFC 7748 leaves out the topmost bit of a point; the key schedule takes it in.
    assert.equal(opener.open(changed), null, `byte ${at}`);
    assert.equal(opener.open(sealed.subarray(0, at)), null, `${at} bytes`);
  }
  const flipped = sealed.slice();
  flipped[31] = (flipped[31] ?? 0) ^ 0x80;
  assert.equal(opener.open(flipped), null);
});

test('a box from a point of low order is none', () => {
  const { opener } = SigningKey.generate();
  for (const point of [
    '00',
    '01',
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  ]) {
    const sender = hexBytes(point.padEnd(64, '0'));
    assert.equal(opener.open(Buffer.concat([sender, new Uint8Array(48)])), null);
  }
});

test('nothing is sealed for bytes that are no key: low order, not canonical, not on the curve', () => {
  for (const key of [...LOW_ORDER, ...NOT_CANONICAL]) {
    for (const sign of [0, 0x80]) {
      const bytes = hexBytes(key);
      bytes[31] = (bytes[31] ?? 0) | sign;
      assert.equal(nodeSealing.seal(bytes, SECRET), null, key);
    }
  }
  assert.equal(nodeSealing.seal(new Uint8Array(31), SECRET), null);
  assert.equal(nodeSealing.seal(new Uint8Array(33), SECRET), null);
});

test('of any 32 bytes about half are a point, and never is anything thrown', () => {
  let points = 0;
  fc.assert(
    fc.property(seed, (bytes) => {
      if (nodeSealing.seal(bytes, SECRET) !== null) points += 1;
    }),
    { numRuns: 200 },
  );
  assert.ok(points > 20 && points < 180, `${points} of 200`);
});

test('what is sealed under a key is opened by it alone and unchanged', () => {
  const key = new Uint8Array(32).fill(3);
  const sealed = nodeSealing.sealUnder(key, utf8Bytes('verifier'));
  assert.deepEqual(nodeSealing.openUnder(key, sealed), utf8Bytes('verifier'));
  assert.equal(nodeSealing.openUnder(new Uint8Array(32), sealed), null);
  assert.notDeepEqual(nodeSealing.sealUnder(key, utf8Bytes('verifier')), sealed);
  for (let at = 0; at < sealed.length; at++) {
    const changed = sealed.slice();
    changed[at] = (changed[at] ?? 0) ^ 0x40;
    assert.equal(nodeSealing.openUnder(key, changed), null);
    assert.equal(nodeSealing.openUnder(key, sealed.subarray(0, at)), null);
  }
});

test('printing an opener prints nothing of the private key', () => {
  const key = SigningKey.generate();
  const raw = createPrivateKey(key.privateKeyPem).export({ format: 'jwk' });
  const printed = inspect(key.opener, { showHidden: true, depth: 9 });
  assert.ok(raw.d !== undefined && !printed.includes(raw.d));
  assert.deepEqual(createPublicKey(key.privateKeyPem).asymmetricKeyType, 'ed25519');
});
