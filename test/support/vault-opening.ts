// Opening a vault in a test: in a directory of its own, and with what it fails with.

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { inspect } from 'node:util';
import { openVault } from '../../src/adapters/vault/open-vault.ts';
import type { Vault } from '../../src/adapters/vault/vault.ts';
import { WorldError, type WorldErrorCode } from '../../src/core/ports/world-error.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export async function vaultDirectory(t: TestContext): Promise<string> {
  return join(await temporaryDirectory(t), 'vault');
}

export async function withVault<Value>(
  directory: string,
  use: (vault: Vault) => Value,
): Promise<Awaited<Value>> {
  await using vault = await openVault({ directory });
  return await use(vault);
}

export async function filesBelow(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

export async function failure(opening: Promise<unknown>): Promise<WorldError> {
  const error: unknown = await opening.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof WorldError, `expected a WorldError, got ${inspect(error)}`);
  return error;
}

export async function assertFails(opening: Promise<unknown>, code: WorldErrorCode): Promise<void> {
  assert.equal((await failure(opening)).code, code);
}
