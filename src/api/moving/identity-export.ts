// An identity as it is carried to another machine: its certificate, which has name and friendly name in it, and
// its private key. Groups are carried for themselves (group-export.ts).

import { SigningKey } from '../../adapters/crypto/signing-key.ts';
import type { StoredIdentity } from '../../adapters/vault/identity-shelf.ts';
import { ByteReader } from '../../core/base/byte-reader.ts';
import { ByteWriter } from '../../core/base/byte-writer.ts';
import { equalBytes } from '../../core/base/bytes.ts';
import { MalformedBytes } from '../../core/base/malformed-bytes.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import type { NodeServices } from '../node-services.ts';
import type { NewIdentity } from '../vault-entries.ts';
import {
  openText,
  requirePassword,
  type SealOptions,
  sealText,
  type TextForm,
} from './sealed-text.ts';

const FORM: TextForm = {
  prefix: 'peergroup-identity-key:',
  textMax: LIMITS.identityExportTextMax,
};
/** An Ed25519 key as PKCS #8 takes 48. */
const KEY_BYTES_MAX = 128;

export async function exportIdentity(
  { certificate, key }: StoredIdentity,
  options: SealOptions,
): Promise<string> {
  const password = requirePassword(options);
  const content = new ByteWriter().bytes(certificate).bytes(key).finish();
  return await sealText(FORM, content, password);
}

/** Stores nothing. Rejects with `EXPORT_NOT_OPENED`. */
export async function openIdentityExport(
  text: string,
  options: SealOptions,
  services: NodeServices,
): Promise<NewIdentity> {
  const password = requirePassword(options);
  return await openText(FORM, text, password, (content) => decodeIdentity(content, services));
}

/** Throws `MalformedBytes` unless the key is that of the certificate, and the certificate one of ours. */
function decodeIdentity(content: Uint8Array, { judge, clock }: NodeServices): NewIdentity {
  const input = new ByteReader(content);
  const certificate = input.bytes(LIMITS.certificateBytesMax).slice();
  const key = input.bytes(KEY_BYTES_MAX).slice();
  input.end();
  const verified = judge.verifyIdentity(certificate);
  if (!verified.ok) throw new MalformedBytes(verified.refusal.detail);
  if (!equalBytes(SigningKey.fromPkcs8(key).publicKey, verified.value.publicKey)) {
    throw new MalformedBytes('key: not that of the certificate');
  }
  const createdAt = clock.now().wallTime;
  const stored = { name: verified.value.subject, certificate, key, createdAt };
  return { stored, certificate: verified.value };
}
