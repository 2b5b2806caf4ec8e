// The X25519 key that belongs to an Ed25519 key: the map of RFC 7748, section 4.1, for public keys, and
// the hash of RFC 8032, section 5.1.5, for private ones. One key pair may serve both (Thormarker, "On using
// the same key pair for Ed25519 and an X25519 based KEM", 2021). Only public numbers are computed with here.

import { createPrivateKey, createPublicKey, hash, type KeyObject } from 'node:crypto';

const KEY_BYTES = 32;
/** Of the field that both curves are over. */
const PRIME = 2n ** 255n - 19n;
/** RFC 8032, section 5.1. */
const D =
  37_095_705_934_669_439_343_138_083_508_754_565_189_542_113_879_843_219_016_388_785_533_085_940_283_555n;

/** RFC 8410: what stands before the 32 bytes of a key of X25519 (1.3.101.110). */
const SPKI_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');
const PKCS8_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');

/** 32 bytes, or null for bytes that are no point of Ed25519 in its one form. */
export function montgomeryKey(publicKey: Uint8Array): Uint8Array | null {
  if (publicKey.length !== KEY_BYTES) return null;
  const y = numberOf(publicKey) & (2n ** 255n - 1n);
  if (y >= PRIME || !isOnCurve(y)) return null;
  return bytesOf(modulo((1n + y) * inverse(modulo(1n - y))));
}

/** OpenSSL clamps the number when it uses the key. */
export function montgomeryPrivateKey(seed: Uint8Array): KeyObject {
  return x25519PrivateKey(hash('sha512', seed, 'buffer').subarray(0, KEY_BYTES));
}

export function x25519PublicKey(raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' });
}

export function x25519PrivateKey(raw: Uint8Array): KeyObject {
  const key = Buffer.concat([PKCS8_PREFIX, raw]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

/** The raw key of a pair or of its public half. */
export function x25519Bytes(key: KeyObject): Uint8Array {
  const spki = (key.type === 'private' ? createPublicKey(key) : key).export({
    format: 'der',
    type: 'spki',
  });
  return Uint8Array.from(spki.subarray(-KEY_BYTES));
}

/** There is an x with x² = (y² - 1) / (d·y² + 1): by Euler, when that is 0 or its power is 1. */
function isOnCurve(y: bigint): boolean {
  const square = modulo(y * y);
  const ratio = modulo((square - 1n) * inverse(modulo(D * square + 1n)));
  return ratio === 0n || power(ratio, (PRIME - 1n) / 2n) === 1n;
}

/** By Fermat; of 0 it is 0. */
function inverse(value: bigint): bigint {
  return power(value, PRIME - 2n);
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = modulo(result * square);
    square = modulo(square * square);
  }
  return result;
}

function modulo(value: bigint): bigint {
  const rest = value % PRIME;
  return rest < 0n ? rest + PRIME : rest;
}

/** Little-endian, as both RFCs have it. */
function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}

function bytesOf(value: bigint): Uint8Array {
  const hex = value.toString(16).padStart(2 * KEY_BYTES, '0');
  return Uint8Array.from(Buffer.from(hex, 'hex').reverse());
}
