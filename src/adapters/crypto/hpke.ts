// Hybrid public key encryption in its base mode, one message for one key (RFC 9180, sections 4 to 6):
// DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305, all of them OpenSSL's. What is sealed is
// 48 bytes longer: the key made for it alone comes first, the tag last.

import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { x25519Bytes, x25519PublicKey } from './montgomery-key.ts';

const CIPHER = 'chacha20-poly1305';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** KEM 0x0020; the same with KDF 0x0001 and AEAD 0x0003. */
const KEM_SUITE = Buffer.from('4b454d0020', 'hex');
const SUITE = Buffer.from('48504b45002000010003', 'hex');
const VERSION = Buffer.from('HPKE-v1');
const NOTHING = new Uint8Array(0);

/** What both ends have to name alike: what the message is for, and what goes with it in the open. */
export interface HpkeContext {
  readonly info: Uint8Array;
  readonly aad: Uint8Array;
}

/** For a raw X25519 key, by a key pair made for this message alone. Null for a key of low order. */
export function hpkeSeal(
  publicKey: Uint8Array,
  bytes: Uint8Array,
  context: HpkeContext,
  ephemeral = generateKeyPairSync('x25519').privateKey,
): Uint8Array | null {
  const shared = sharedSecret(ephemeral, publicKey);
  if (shared === null) return null;
  const sender = x25519Bytes(ephemeral);
  const { key, nonce } = keySchedule(encapsulated(shared, sender, publicKey), context.info);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(context.aad, { plaintextLength: bytes.length });
  const parts = [sender, cipher.update(bytes), cipher.final(), cipher.getAuthTag()];
  return Uint8Array.from(Buffer.concat(parts));
}

/** Null for whatever was not sealed for this X25519 key and in this context. */
export function hpkeOpen(
  privateKey: KeyObject,
  sealed: Uint8Array,
  context: HpkeContext,
): Uint8Array | null {
  if (sealed.length < KEY_BYTES + TAG_BYTES) return null;
  const sender = sealed.subarray(0, KEY_BYTES);
  const shared = sharedSecret(privateKey, sender);
  if (shared === null) return null;
  const secret = encapsulated(shared, sender, x25519Bytes(privateKey));
  const { key, nonce } = keySchedule(secret, context.info);
  return openAead(key, nonce, sealed.subarray(KEY_BYTES), context.aad);
}

/** ChaCha20-Poly1305 with the tag behind; null when the tag is not right. */
export function openAead(
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
  aad: Uint8Array,
): Uint8Array | null {
  const end = sealed.length - TAG_BYTES;
  if (end < 0) return null;
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(aad, { plaintextLength: end });
  decipher.setAuthTag(sealed.subarray(end));
  const opened = decipher.update(sealed.subarray(0, end));
  try {
    decipher.final();
  } catch {
    return null;
  }
  return Uint8Array.from(opened);
}

/** OpenSSL refuses the all-zero result that points of low order give (RFC 9180, section 7.1.4). */
function sharedSecret(privateKey: KeyObject, publicKey: Uint8Array): Buffer | null {
  try {
    return diffieHellman({ privateKey, publicKey: x25519PublicKey(publicKey) });
  } catch {
    return null;
  }
}

/** ExtractAndExpand of section 4.1. */
function encapsulated(shared: Buffer, sender: Uint8Array, recipient: Uint8Array): Uint8Array {
  const prk = labeledExtract(KEM_SUITE, NOTHING, 'eae_prk', shared);
  const context = Buffer.concat([sender, recipient]);
  return labeledExpand(KEM_SUITE, prk, { label: 'shared_secret', context, length: KEY_BYTES });
}

/** Of section 5.1, without a key known before. */
function keySchedule(shared: Uint8Array, info: Uint8Array): { key: Uint8Array; nonce: Uint8Array } {
  const mode = Uint8Array.of(0);
  const pskIdHash = labeledExtract(SUITE, NOTHING, 'psk_id_hash', NOTHING);
  const infoHash = labeledExtract(SUITE, NOTHING, 'info_hash', info);
  const context = Buffer.concat([mode, pskIdHash, infoHash]);
  const secret = labeledExtract(SUITE, shared, 'secret', NOTHING);
  return {
    key: labeledExpand(SUITE, secret, { label: 'key', context, length: KEY_BYTES }),
    nonce: labeledExpand(SUITE, secret, { label: 'base_nonce', context, length: NONCE_BYTES }),
  };
}

function labeledExtract(
  suite: Uint8Array,
  salt: Uint8Array,
  label: string,
  material: Uint8Array,
): Uint8Array {
  const labeled = [VERSION, suite, Buffer.from(label), material];
  return createHmac('sha256', salt).update(Buffer.concat(labeled)).digest();
}

interface Expansion {
  readonly label: string;
  readonly context: Uint8Array;
  /** At most that of one SHA-256, so that one round of HKDF is enough. */
  readonly length: number;
}

function labeledExpand(suite: Uint8Array, prk: Uint8Array, expansion: Expansion): Uint8Array {
  const { label, context, length } = expansion;
  const labeled = [Uint8Array.of(0, length), VERSION, suite, Buffer.from(label), context];
  const round = Buffer.concat([...labeled, Uint8Array.of(1)]);
  return createHmac('sha256', prk).update(round).digest().subarray(0, length);
}
