// The form of every file of the vault: JSON with a version, a kind, the content and a digest over it.
// One content has one text, and a reader takes no other, so a flipped bit never passes for a value.

import { hash } from 'node:crypto';
import { equalBytes } from '../../core/base/bytes.ts';
import { MalformedBytes } from '../../core/base/malformed-bytes.ts';
import { WorldError } from '../../core/ports/world-error.ts';
import { type FieldRecord, Fields } from './fields.ts';
import { damaged } from './storage-failures.ts';

export type VaultFileKind =
  | 'vaultKey'
  | 'identity'
  | 'identityKey'
  | 'group'
  | 'groupKey'
  | 'addressBook';

/** What is written; what is older is read, too. */
const VERSION_BY_KIND: Readonly<Record<VaultFileKind, number>> = {
  vaultKey: 1,
  identity: 1,
  identityKey: 1,
  // 2 has the earlier discovery secrets, the epoch and the tickets.
  group: 2,
  groupKey: 1,
  addressBook: 1,
};

/** Of the present version, unless another one is asked for. */
export function encodeVaultFile(
  kind: VaultFileKind,
  content: FieldRecord,
  version: number = VERSION_BY_KIND[kind],
): Uint8Array {
  const sha256 = hash('sha256', `${kind}\n${JSON.stringify(content)}`, 'hex');
  return Buffer.from(`${JSON.stringify({ version, kind, content, sha256 }, null, 2)}\n`);
}

/**
 * Hands the content and the version to `decode`, whose `MalformedBytes` become `VAULT_CORRUPT` with `path`. No cause
 * is kept: the messages of JSON.parse quote the file.
 */
export function decodeVaultFile<Value>(
  file: { readonly path: string; readonly kind: VaultFileKind; readonly bytes: Uint8Array },
  decode: (fields: Fields, version: number) => Value,
): Value {
  try {
    const { fields, version } = contentOf(file.path, file.kind, file.bytes);
    const value = decode(fields, version);
    fields.end();
    return value;
  } catch (error) {
    if (error instanceof MalformedBytes) throw damaged(file.path, error.message);
    throw error;
  }
}

function contentOf(
  path: string,
  kind: VaultFileKind,
  bytes: Uint8Array,
): { readonly fields: Fields; readonly version: number } {
  const outer = new Fields(parsedJson(bytes));
  const version = outer.count('version');
  if (version > VERSION_BY_KIND[kind]) throw tooNew(path, version, VERSION_BY_KIND[kind]);
  if (version === 0) throw new MalformedBytes('version: never was');
  const content = outer.record('content');
  if (!equalBytes(canonicalBytes(kind, content, version), bytes))
    throw new MalformedBytes('content and digest differ');
  return { fields: new Fields(content), version };
}

function parsedJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    throw new MalformedBytes('no JSON');
  }
}

/** Nesting that JSON.parse still takes can be too deep for JSON.stringify. */
function canonicalBytes(kind: VaultFileKind, content: FieldRecord, version: number): Uint8Array {
  try {
    return encodeVaultFile(kind, content, version);
  } catch {
    throw new MalformedBytes('nested too deeply');
  }
}

function tooNew(path: string, version: number, known: number): WorldError {
  return new WorldError(
    'VAULT_TOO_NEW',
    `${path} has version ${version}; this release reads ${known}`,
    {
      hint: 'Install the release of peergroup that wrote this vault, or a later one.',
      details: { path, version },
    },
  );
}
