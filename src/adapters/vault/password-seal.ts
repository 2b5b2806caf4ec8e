// Bytes under a password, to be carried elsewhere: version, cost, salt, nonce, and AES-256-GCM under the
// key that scrypt makes of the password (docs/decisions/0014-moving.md). Opening costs bounded memory and
// time whatever the bytes say, and a wrong password cannot be told from a changed bit.

import { randomBytes } from 'node:crypto';
import { ByteReader } from '../../core/base/byte-reader.ts';
import { ByteWriter } from '../../core/base/byte-writer.ts';
import { MalformedBytes } from '../../core/base/malformed-bytes.ts';
import { SALT_BYTES, SCRYPT_COST, type ScryptCost, scryptKey } from './scrypt-key.ts';
import { NONCE_BYTES, openBytes, sealBytes, TAG_BYTES } from './sealed-secret.ts';

const VERSION = 1;
/** The cost travels as its logarithm to base 2. */
const COST_EXPONENT = Math.log2(SCRYPT_COST.cost);
/** 16 MiB and 256 MiB. Below, guessing would be cheap; above, a foreign text could take what memory there is. */
const COST_EXPONENT_MIN = 14;
const COST_EXPONENT_MAX = 18;
const HEADER_BYTES = 2 + SALT_BYTES + NONCE_BYTES + TAG_BYTES;

/** How much longer bytes become by sealing. */
export const PASSWORD_SEAL_BYTES: number = HEADER_BYTES;

export interface PasswordUse {
  /** Any text. The empty one protects nothing: everybody can open what is sealed under it. */
  readonly password: string;
  /** What the bytes are: they open for nothing else. */
  readonly purpose: string;
}

export async function sealUnderPassword(
  content: Uint8Array,
  { password, purpose }: PasswordUse,
): Promise<Uint8Array> {
  const salt = randomBytes(SALT_BYTES);
  const key = await scryptKey(password, salt, SCRYPT_COST);
  const { nonce, sealed } = sealBytes(key, content, purposeOf(purpose, COST_EXPONENT));
  const out = new ByteWriter().u8(VERSION).u8(COST_EXPONENT);
  return out.raw(salt).raw(nonce).raw(sealed).finish();
}

/** Throws `MalformedBytes` when anything is not as it was sealed, the password included. */
export async function openUnderPassword(
  bytes: Uint8Array,
  { password, purpose }: PasswordUse,
): Promise<Uint8Array> {
  const input = new ByteReader(bytes);
  const version = input.u8();
  if (version !== VERSION) throw new MalformedBytes(`version ${version}`);
  const exponent = input.u8();
  if (exponent < COST_EXPONENT_MIN || exponent > COST_EXPONENT_MAX) {
    throw new MalformedBytes('cost: out of bounds');
  }
  const salt = input.raw(SALT_BYTES);
  const nonce = input.raw(NONCE_BYTES);
  if (input.rest < TAG_BYTES) throw new MalformedBytes('cut short');
  const sealed = input.raw(input.rest);
  const cost: ScryptCost = { ...SCRYPT_COST, cost: 2 ** exponent };
  const key = await scryptKey(password, salt, cost);
  return openBytes(key, { nonce, sealed }, purposeOf(purpose, exponent));
}

/** The header is authenticated too. */
function purposeOf(purpose: string, exponent: number): string {
  return `under password ${VERSION} ${exponent}\n${purpose}`;
}
