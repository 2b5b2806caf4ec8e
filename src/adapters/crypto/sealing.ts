// The Sealing port: boxes for members by HPKE, of which only the Ed25519 key of each has to be known, and
// ChaCha20-Poly1305 under keys that are used once. `SigningKey.opener` is the other side of the boxes.

import { createCipheriv, type KeyObject, randomFillSync } from 'node:crypto';
import type { Sealing } from '../../core/ports/sealing.ts';
import { type HpkeContext, hpkeOpen, hpkeSeal, openAead } from './hpke.ts';
import { montgomeryKey } from './montgomery-key.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const NOTHING = new Uint8Array(0);
/** Says what the boxes are, so that nothing else that is sealed for the same key can pass for one. */
const CONTEXT: HpkeContext = { info: Buffer.from('peergroup-sealed-box-v1'), aad: NOTHING };

export const nodeSealing: Sealing = {
  seal(publicKey, bytes) {
    const key = montgomeryKey(publicKey);
    return key === null ? null : hpkeSeal(key, bytes, CONTEXT);
  },

  sealUnder(key, bytes) {
    const nonce = randomFillSync(new Uint8Array(NONCE_BYTES));
    const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: TAG_BYTES });
    const parts = [nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()];
    return Uint8Array.from(Buffer.concat(parts));
  },

  openUnder(key, sealed) {
    if (sealed.length < NONCE_BYTES + TAG_BYTES) return null;
    const nonce = sealed.subarray(0, NONCE_BYTES);
    return openAead(key, nonce, sealed.subarray(NONCE_BYTES), NOTHING);
  },
};

/** What a box holds that was sealed for the Ed25519 key to which this X25519 key belongs. */
export function openBox(privateKey: KeyObject, sealed: Uint8Array): Uint8Array | null {
  return hpkeOpen(privateKey, sealed, CONTEXT);
}
