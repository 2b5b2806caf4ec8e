// Whatever is changed in the files of a vault, opening it ends in one of its own errors or in a
// well-formed value, and never in anything else.

import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { openVault } from '../../src/adapters/vault/open-vault.ts';
import { encodeVaultFile, type VaultFileKind } from '../../src/adapters/vault/vault-file.ts';
import { WorldError } from '../../src/core/ports/world-error.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { storedGroup, storedIdentity } from '../support/vault-cast.ts';

const REFUSALS = ['VAULT_CORRUPT', 'VAULT_TOO_NEW', 'WRONG_PASSPHRASE', 'PASSPHRASE_NEEDED'];

interface VaultFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

const alice = storedIdentity();
const village = storedGroup(alice);

async function filledVault(
  t: TestContext,
  passphrase?: string,
): Promise<{ directory: string; files: readonly VaultFile[] }> {
  const directory = await temporaryDirectory(t);
  await using vault = await openVault(
    passphrase === undefined ? { directory } : { directory, passphrase },
  );
  await vault.addIdentity(alice);
  await vault.putGroup(village);
  const names = await readdir(directory, { recursive: true });
  const paths = names
    .filter((name) => /\.(json|key|addresses)$/.test(name))
    .map((name) => join(directory, name));
  return {
    directory,
    files: await Promise.all(paths.map(async (path) => ({ path, bytes: await readFile(path) }))),
  };
}

/** Null when the vault opened and everything in it is what was stored, the address book aside. */
async function outcome(directory: string): Promise<string | null> {
  try {
    await using vault = await openVault({ directory });
    assert.deepEqual(vault.identities(), [alice]);
    const [group] = vault.groups(alice.name);
    assert.deepEqual({ ...group, addressBook: [] }, { ...village, addressBook: [] });
    return null;
  } catch (error) {
    if (error instanceof WorldError) return error.code;
    throw error;
  }
}

test('any byte of any file changed is noticed', async (t) => {
  const { directory, files } = await filledVault(t);
  assert.equal(files.length, 6);
  for (const { path, bytes } of files) {
    for (let at = 0; at < bytes.length; at++) {
      const changed = Uint8Array.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      await writeFile(path, changed);
      const found = await outcome(directory);
      if (path.endsWith('.addresses')) assert.ok(found === null || REFUSALS.includes(found));
      else assert.ok(found !== null && REFUSALS.includes(found), `${path} at ${at}: ${found}`);
    }
    await writeFile(path, bytes);
  }
  assert.equal(await outcome(directory), null);
});

test('under a passphrase the key file is checked before anything is derived from it', async (t) => {
  const { directory, files } = await filledVault(t, 'tea');
  const keyFile = files.find(({ path }) => path.endsWith('vault.key'));
  assert.ok(keyFile !== undefined);
  for (let at = 0; at < keyFile.bytes.length; at++) {
    const changed = Uint8Array.from(keyFile.bytes);
    changed[at] = (changed[at] ?? 0) ^ (1 << (at % 7));
    await writeFile(keyFile.path, changed);
    const refused = await openVault({ directory, passphrase: 'tea' }).catch(
      (error: unknown) => error,
    );
    assert.ok(
      refused instanceof WorldError && ['VAULT_CORRUPT', 'VAULT_TOO_NEW'].includes(refused.code),
    );
  }
});

test('a file cut short, grown or emptied is damaged', async (t) => {
  const { directory, files } = await filledVault(t);
  for (const { path, bytes } of files.filter((file) => !file.path.endsWith('.addresses'))) {
    const others = [
      new Uint8Array(0),
      bytes.subarray(0, -1),
      Buffer.concat([bytes, bytes]),
      new Uint8Array(200_000),
    ];
    for (const other of others) {
      await writeFile(path, other);
      assert.equal(await outcome(directory), 'VAULT_CORRUPT');
    }
    await writeFile(path, bytes);
  }
});

test('content of any shape with a right digest is refused or well formed', async (t) => {
  const { directory, files } = await filledVault(t);
  const edit = fc.record({
    file: fc.constantFrom(...files),
    field: fc.nat(),
    value: fc.jsonValue({ maxDepth: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(edit, async ({ file, field, value }) => {
      const { kind, content } = JSON.parse(Buffer.from(file.bytes).toString()) as {
        readonly kind: VaultFileKind;
        readonly content: Record<string, string>;
      };
      const names = [...Object.keys(content), 'protection', 'another'];
      const forged = { ...content, [names[field % names.length] ?? '']: value as string };
      await writeFile(file.path, encodeVaultFile(kind, forged));
      try {
        await using vault = await openVault({ directory });
        assert.equal(vault.identities().length, 1);
      } catch (error) {
        if (!(error instanceof WorldError)) throw error;
        assert.ok(REFUSALS.includes(error.code), error.code);
      } finally {
        // All of them: a membership that says it has no group key lets opening sweep the key away.
        for (const { path, bytes } of files) await writeFile(path, bytes, { mode: 0o600 });
      }
    }),
    { numRuns: 400 },
  );
});

test('nesting that no parser survives is damaged, not a crash', async (t) => {
  const { directory, files } = await filledVault(t);
  const group = files.find(({ path }) => path.endsWith('.json') && path.includes('groups'));
  assert.ok(group !== undefined);
  const deep = `${'['.repeat(60_000)}${']'.repeat(60_000)}`;
  await writeFile(
    group.path,
    `{"version":1,"kind":"group","content":{"name":${deep}},"sha256":""}`,
  );
  assert.equal(await outcome(directory), 'VAULT_CORRUPT');
});

test('a lost address book is an empty one', async (t) => {
  const { directory, files } = await filledVault(t);
  const book = files.find(({ path }) => path.endsWith('.addresses'));
  assert.ok(book !== undefined);
  await writeFile(book.path, '');
  await using vault = await openVault({ directory });
  assert.deepEqual(vault.groups(alice.name), [{ ...village, addressBook: [] }]);
  await vault.putAddressBook(alice.name, village.name, village.addressBook);
  assert.deepEqual(vault.groups(alice.name), [village]);
});
