// Nobody else can use the vault: modes and links on disk, a passphrase, and nothing secret that shows.

import assert from 'node:assert/strict';
import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { openVault } from '../../src/adapters/vault/open-vault.ts';
import type { Vault } from '../../src/adapters/vault/vault.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { storedGroup, storedIdentity } from '../support/vault-cast.ts';
import {
  assertFails,
  failure,
  filesBelow,
  vaultDirectory,
  withVault,
} from '../support/vault-opening.ts';

test('directories have mode 0700 and files 0600, whatever the umask', async (t) => {
  if (process.platform === 'win32') return; // Modes mean nothing there.
  const parent = await temporaryDirectory(t);
  const directory = join(parent, 'a', 'b', 'vault');
  const alice = storedIdentity();
  const umask = process.umask(0);
  t.after(() => process.umask(umask));
  await withVault(directory, async (vault) => {
    await vault.addIdentity(alice);
    await vault.putGroup(storedGroup(alice));
    for (const name of await readdir(parent, { recursive: true })) {
      const found = await lstat(join(parent, name));
      assert.equal(found.mode & 0o777, found.isDirectory() ? 0o700 : 0o600, name);
    }
  });
});

test('a directory or file that others can use is refused with the command that helps', async (t) => {
  if (process.platform === 'win32') return; // Modes mean nothing there.
  const parent = await temporaryDirectory(t);
  const directory = join(parent, "Eve's vault");
  const alice = storedIdentity();
  await withVault(directory, async (vault) => {
    await vault.addIdentity(alice);
    await vault.putGroup(storedGroup(alice));
  });
  const quoted = (path: string): string => `'${path.replaceAll("'", "'\\''")}'`;
  const files = (await filesBelow(directory)).filter((path) => !path.includes('lock.'));
  const paths = [directory, join(directory, 'identities'), join(directory, 'groups'), ...files];
  assert.equal(paths.length, 3 + 6);
  for (const path of paths) {
    const { mode } = await lstat(path);
    for (const extra of [0o040, 0o020, 0o010, 0o004, 0o002, 0o001]) {
      await chmod(path, mode | extra);
      const error = await failure(openVault({ directory }));
      assert.equal(error.code, 'NO_KEY_ACCESS');
      assert.equal(error.hint, `Run: chmod ${(mode & 0o777).toString(8)} ${quoted(path)}`);
    }
    await chmod(path, mode);
  }
  await withVault(directory, (vault) => assert.deepEqual(vault.identities(), [alice]));
});

test('a file that is a symbolic link or a directory is not followed', async (t) => {
  const directory = await vaultDirectory(t);
  const alice = storedIdentity();
  await withVault(directory, (vault) => vault.addIdentity(alice));
  for (const path of await filesBelow(directory)) {
    const elsewhere = `${path}.elsewhere`;
    await rename(path, elsewhere);
    await symlink(elsewhere, path);
    await assertFails(openVault({ directory }), 'NO_KEY_ACCESS');
    await rm(path);
    await mkdir(path);
    await assertFails(openVault({ directory }), 'NO_KEY_ACCESS');
    await rm(path, { recursive: true });
    await rename(elsewhere, path);
  }
});

test('file names are authority digits, whatever the names are', async (t) => {
  const directory = await vaultDirectory(t);
  const alice = storedIdentity('../CON: "Ärger"\n/\\*?');
  const village = storedGroup(alice, '../../etc/passwd');
  await withVault(directory, async (vault) => {
    await vault.addIdentity(alice);
    await vault.putGroup(village);
    const names = await readdir(directory, { recursive: true });
    for (const name of names.map((path) => path.replaceAll('\\', '/'))) {
      assert.match(
        name,
        /^(lock\.(db|pid)|vault\.key|(identities|groups)(\/[0-9a-f-]{40,81}\.[a-z]+)?)$/,
      );
    }
  });
  await withVault(directory, (vault) => assert.deepEqual(vault.groups(alice.name), [village]));
});

test('a passphrase is needed, has to be right, and can be changed', async (t) => {
  const directory = await vaultDirectory(t);
  const alice = storedIdentity();
  const village = storedGroup(alice);
  const open = (passphrase: string): Promise<Vault> => openVault({ directory, passphrase });
  const first = await open('caf\u00e9 au lait');
  await first.addIdentity(alice);
  await first.putGroup(village);
  await first.close();
  await assertFails(openVault({ directory }), 'PASSPHRASE_NEEDED');
  await assertFails(open('cafe au lait'), 'WRONG_PASSPHRASE');
  const second = await open('cafe\u0301 au lait');
  assert.deepEqual(second.groups(alice.name), [village]);
  await second.changePassphrase('tea');
  await second.close();
  await assertFails(open('caf\u00e9 au lait'), 'WRONG_PASSPHRASE');
  const third = await open('tea');
  await third.changePassphrase(null);
  await third.close();
  await assertFails(open('tea'), 'WRONG_PASSPHRASE');
  await assertFails(open(''), 'WRONG_PASSPHRASE');
  await withVault(directory, (vault) => assert.deepEqual(vault.identities(), [alice]));
});

test('no secret stands on disk in the clear under a passphrase', async (t) => {
  const directory = await vaultDirectory(t);
  const alice = storedIdentity();
  const village = storedGroup(alice);
  await using vault = await openVault({ directory, passphrase: 'tea' });
  await vault.addIdentity(alice);
  await vault.putGroup(village);
  const texts = await Promise.all((await filesBelow(directory)).map((path) => readFile(path)));
  const everything = Buffer.concat(texts).toString('latin1');
  for (const shown of secretTexts([alice.key, village.groupKey, village.discoverySecret])) {
    assert.ok(!everything.includes(shown));
  }
});

test('no secret shows in what is printed, logged or thrown', async (t) => {
  const directory = await vaultDirectory(t);
  const alice = storedIdentity();
  const village = storedGroup(alice);
  const printed: string[] = [];
  const print = (value: unknown): void => {
    printed.push(
      inspect(value, { depth: 9, showHidden: true, getters: true, maxArrayLength: null }),
    );
    printed.push(JSON.stringify(value), String(value));
  };
  await withVault(directory, async (vault) => {
    await vault.addIdentity(alice);
    await vault.putGroup(village);
    print(vault);
    for (const value of [...vault.identities(), ...vault.groups(alice.name)]) print({ ...value });
    print(vault.identity(alice.name).key);
    print(await failure(vault.addIdentity(vault.identity(alice.name))));
    print(await failure(openVault({ directory })));
  });
  for (const path of await filesBelow(directory)) {
    if (path.includes('lock.')) continue;
    const whole = await readFile(path);
    const values = JSON.parse(whole.toString()) as { content: { key?: unknown } };
    await writeFile(path, whole.subarray(0, -1));
    if (!path.endsWith('.addresses')) print(await failure(openVault({ directory })));
    await writeFile(path, whole);
    if (typeof values.content.key === 'string') {
      await writeFile(path, `${values.content.key}${whole.toString()}`);
      print(await failure(openVault({ directory })));
      await writeFile(path, whole);
      assert.ok(!printed.join('\n').includes(values.content.key.slice(0, 8)));
    }
  }
  const everything = printed.join('\n');
  for (const shown of secretTexts([alice.key, village.groupKey, village.discoverySecret])) {
    assert.ok(!everything.includes(shown));
  }
});

/** Every form in which a part of a secret could show: 8 bytes in the middle, and base64 from the start. */
function secretTexts(secrets: readonly (Uint8Array | null)[]): readonly string[] {
  return secrets.flatMap((secret) => {
    assert.ok(secret !== null);
    const tail = Buffer.from(secret.subarray(-24));
    return [
      tail.toString('latin1'),
      tail.toString('hex'),
      tail.toString('base64url'),
      tail.toString('base64'),
      tail.join(','),
      tail.join(', '),
      tail.toString('hex').replace(/..(?=.)/g, '$& '),
    ];
  });
}
