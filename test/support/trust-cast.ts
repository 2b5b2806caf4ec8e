// Keys, names and ports for the tests of trust, the same in every run: each person's key comes from
// the person's name, and chance from a counter.

import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  sign as signBytes,
  verify as verifyBytes,
} from 'node:crypto';
import type { WallTime } from '../../src/core/base/time.ts';
import { wallTimeOf } from '../../src/core/base/time.ts';
import type { GroupName, PeerName } from '../../src/core/domain/names.ts';
import { joinName, parseGroupName, parsePeerName } from '../../src/core/domain/names.ts';
import type { Chance } from '../../src/core/ports/clock.ts';
import type { Crypto, Signer } from '../../src/core/ports/crypto.ts';

const PRIVATE_KEY_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const KEY_INFO_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

export interface Person extends Signer {
  readonly peer: PeerName;
  /** The name that a group with this key has. */
  readonly group: GroupName;
  readonly friendlyName: string;
  readonly privateKeyPem: string;
}

export function person(friendlyName: string, classifier = ''): Person {
  const seed = createHash('sha256').update(`peergroup test key ${friendlyName}`).digest();
  const encoded = Buffer.concat([PRIVATE_KEY_PREFIX, seed]);
  const privateKey = createPrivateKey({ key: encoded, format: 'der', type: 'pkcs8' });
  const keyInfo = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const authority = createHash('sha256').update(keyInfo).digest('hex').slice(0, 40);
  const name = joinName(authority, classifier);
  return {
    friendlyName,
    peer: parsePeerName(name),
    group: parseGroupName(name),
    publicKey: new Uint8Array(keyInfo.subarray(KEY_INFO_PREFIX.length)),
    privateKeyPem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    sign: (bytes) => new Uint8Array(signBytes(null, bytes, privateKey)),
  };
}

export const nodeCrypto: Crypto = {
  sha256: (bytes) => new Uint8Array(createHash('sha256').update(bytes).digest()),
  hmacSha256: (key, bytes) => new Uint8Array(createHmac('sha256', key).update(bytes).digest()),
  verify(publicKey, bytes, signature) {
    const encoded = Buffer.concat([KEY_INFO_PREFIX, publicKey]);
    const key = createPublicKey({ key: encoded, format: 'der', type: 'spki' });
    return verifyBytes(null, bytes, key, signature);
  },
};

/** Bytes that look random and are the same for one seed. */
export function seededChance(seed: string): Chance {
  let drawn = 0;
  return {
    bytes(length) {
      const blocks: Buffer[] = [];
      for (let have = 0; have < length; have += 32) {
        blocks.push(createHash('sha256').update(`${seed} ${drawn++}`).digest());
      }
      return new Uint8Array(Buffer.concat(blocks).subarray(0, length));
    },
  };
}

export function timeOf(text: string): WallTime {
  return wallTimeOf(Date.parse(text));
}
