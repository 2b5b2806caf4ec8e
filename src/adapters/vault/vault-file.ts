// The form of every file of the vault: JSON with a version, a kind, the content and a digest over it.
// One content has one text, and a reader takes no other, so a flipped bit never passes for a value.

import { hash } from 'node:crypto';
import { equalBytes } from '../../core/base/bytes.ts';
import { MalformedBytes } from '../../core/base/malformed-bytes.ts';
import { WorldError } from '../../core/ports/world-error.ts';
import { type FieldRecord, Fields } from './fields.ts';
import { damaged } from './storage-failures.ts';

const VAULT_VERSION = 1;

export type VaultFileKind =
  | 'vaultKey'
  | 'identity'
  | 'identityKey'
  | 'group'
  | 'groupKey'
  | 'addressBook';

export function encodeVaultFile(kind: VaultFileKind, content: FieldRecord): Uint8Array {
  const sha256 = hash('sha256', `${kind}\n${JSON.stringify(content)}`, 'hex');
  return Buffer.from(
    `${JSON.stringify({ version: VAULT_VERSION, kind, content, sha256 }, null, 2)}\n`,
  );
}

/**
 * Hands the content to `decode`, whose `MalformedBytes` become `VAULT_CORRUPT` with `path`. No cause
 * is kept: the messages of JSON.parse quote the file.
 */
export function decodeVaultFile<Value>(
  file: { readonly path: string; readonly kind: VaultFileKind; readonly bytes: Uint8Array },
  decode: (fields: Fields) => Value,
): Value {
  try {
    const fields = contentFields(file.path, file.kind, file.bytes);
    const value = decode(fields);
    fields.end();
    return value;
  } catch (error) {
    if (error instanceof MalformedBytes) throw damaged(file.path, error.message);
    throw error;
  }
}

function contentFields(path: string, kind: VaultFileKind, bytes: Uint8Array): Fields {
  const outer = new Fields(parsedJson(bytes));
  const version = outer.count('version');
  if (version > VAULT_VERSION) throw tooNew(path, version);
  const content = outer.record('content');
  if (!equalBytes(canonicalBytes(kind, content), bytes))
    throw new MalformedBytes('content and digest differ');
  return new Fields(content);
}

function parsedJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    throw new MalformedBytes('no JSON');
  }
}

/** Nesting that JSON.parse still takes can be too deep for JSON.stringify. */
function canonicalBytes(kind: VaultFileKind, content: FieldRecord): Uint8Array {
  try {
    return encodeVaultFile(kind, content);
  } catch {
    throw new MalformedBytes('nested too deeply');
  }
}

function tooNew(path: string, version: number): WorldError {
  return new WorldError(
    'VAULT_TOO_NEW',
    `${path} has version ${version}; this release reads ${VAULT_VERSION}`,
    {
      hint: 'Install the release of peergroup that wrote this vault, or a later one.',
      details: { path, version },
    },
  );
}
