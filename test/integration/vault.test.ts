// What is stored in a vault on a real directory comes back, whole or not at all.

import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openVault } from '../../src/adapters/vault/open-vault.ts';
import { wallTimeOf } from '../../src/core/base/time.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import { authorityOf, type PeerName } from '../../src/core/domain/names.ts';
import { storedGroup, storedIdentity } from '../support/vault-cast.ts';
import {
  assertFails,
  failure,
  filesBelow,
  vaultDirectory,
  withVault,
} from '../support/vault-opening.ts';

test('what was stored is there when the vault is opened again', async (t) => {
  const directory = await vaultDirectory(t);
  const [alice, bob] = [storedIdentity('alice', 2), storedIdentity('bob', 1)];
  const [village, choir] = [storedGroup(alice), { ...storedGroup(bob, ''), groupKey: null }];
  await withVault(directory, async (vault) => {
    for (const identity of [alice, bob]) await vault.addIdentity(identity);
    for (const group of [village, choir]) await vault.putGroup(group);
    assert.deepEqual(vault.identities(), [bob, alice]);
  });
  await withVault(directory, (vault) => {
    assert.deepEqual(vault.identities(), [bob, alice]);
    assert.deepEqual(vault.groups(alice.name), [village]);
    assert.deepEqual(vault.group(bob.name, choir.name), choir);
  });
});

test('a group is replaced whole, and its key comes and goes with it', async (t) => {
  const directory = await vaultDirectory(t);
  const alice = storedIdentity();
  const village = storedGroup(alice);
  const versions = [
    village,
    { ...village, groupKey: null, friendlyName: 'Hamlet', addressBook: [] },
    { ...village, chain: [village.discoverySecret] },
  ];
  await withVault(directory, (vault) => vault.addIdentity(alice));
  for (const version of versions) {
    await withVault(directory, (vault) => vault.putGroup(version));
    await withVault(directory, (vault) => assert.deepEqual(vault.groups(alice.name), [version]));
  }
});

test('writes are carried out in the order of the calls, and closing waits for them', async (t) => {
  const directory = await vaultDirectory(t);
  const alice = storedIdentity();
  const village = storedGroup(alice);
  const vault = await openVault({ directory });
  const writes = [
    vault.addIdentity(alice),
    ...['1', '2', '3'].map((friendlyName) => vault.putGroup({ ...village, friendlyName })),
    vault.putAddressBook(alice.name, village.name, []),
    vault.replaceIdentityCertificate(alice.name, village.discoverySecret),
  ];
  await Promise.all([vault.close(), vault.close()]);
  await Promise.all(writes);
  assert.throws(() => vault.removeIdentity(alice.name), /closed vault/);
  await withVault(directory, (again) => {
    assert.deepEqual(again.groups(alice.name), [
      { ...village, friendlyName: '3', addressBook: [] },
    ]);
    assert.deepEqual(again.identity(alice.name), {
      ...alice,
      certificate: village.discoverySecret,
    });
  });
});

test('what is not there is named by its own code, and what is there is not added twice', async (t) => {
  const alice = storedIdentity();
  const bob = storedIdentity('bob');
  const village = storedGroup(alice);
  await withVault(await vaultDirectory(t), async (vault) => {
    await vault.addIdentity(alice);
    const impostor = { ...alice, name: `${authorityOf(alice.name)}.mallory` as PeerName };
    await assertFails(vault.addIdentity(alice), 'IDENTITY_EXISTS');
    await assertFails(vault.addIdentity(impostor), 'IDENTITY_EXISTS');
    await assertFails(vault.removeIdentity(impostor.name), 'IDENTITY_NOT_FOUND');
    await assertFails(
      vault.replaceIdentityCertificate(bob.name, bob.certificate),
      'IDENTITY_NOT_FOUND',
    );
    await assertFails(vault.putGroup(storedGroup(bob)), 'IDENTITY_NOT_FOUND');
    await assertFails(vault.removeGroup(alice.name, village.name), 'GROUP_NOT_FOUND');
    await assertFails(vault.putAddressBook(alice.name, village.name, []), 'GROUP_NOT_FOUND');
    assert.deepEqual(vault.identities(), [alice]);
  });
});

test('what could not be read again is never written', async (t) => {
  const alice = storedIdentity();
  const village = storedGroup(alice);
  const directory = await vaultDirectory(t);
  const longest = (more: number) => new Uint8Array(LIMITS.certificateBytesMax + more);
  const count = Math.ceil((LIMITS.chainBytesMax + 1) / LIMITS.certificateBytesMax);
  const tooMany = Array.from({ length: count }, () => longest(0));
  const digest = new Uint8Array(32);
  const nineSecrets = Array.from({ length: 9 }, (_, at) => ({
    secret: digest,
    replacedAt: wallTimeOf(at),
  }));
  await withVault(directory, async (vault) => {
    await vault.addIdentity(alice);
    const malformed = [
      () => vault.addIdentity({ ...storedIdentity(), key: alice.key }),
      () => vault.addIdentity({ ...storedIdentity(), certificate: longest(1) }),
      () => vault.putGroup({ ...village, chain: [] }),
      () => vault.putGroup({ ...village, friendlyName: 'a\0' }),
      () => vault.putGroup({ ...village, discoverySecret: new Uint8Array(8) }),
      () => vault.putGroup({ ...village, groupKey: alice.key }),
      () => vault.putGroup({ ...village, epoch: new Uint8Array(31) }),
      () => vault.putGroup({ ...village, earlierSecrets: nineSecrets }),
      () => vault.putGroup({ ...village, tickets: [{ offer: digest, text: 'x'.repeat(8_193) }] }),
      () => vault.putGroup({ ...village, tickets: [{ offer: longest(0), text: '' }] }),
      () => vault.putGroup({ ...village, chain: tooMany }),
    ];
    for (const write of malformed) {
      await assert.rejects(write, /what is stored is well formed/, write.toString());
    }
  });
  await withVault(directory, (vault) => {
    assert.deepEqual(vault.identities(), [alice]);
    assert.deepEqual(vault.groups(alice.name), []);
  });
});

test('a removed identity leaves no file behind, and is not removed while it has groups', async (t) => {
  const directory = await vaultDirectory(t);
  const alice = storedIdentity();
  await withVault(directory, async (vault) => {
    const before = await filesBelow(directory);
    await vault.addIdentity(alice);
    const groups = [storedGroup(alice), storedGroup(alice)];
    for (const group of groups) await vault.putGroup(group);
    const refused = await failure(vault.removeIdentity(alice.name));
    assert.equal(refused.code, 'IDENTITY_IN_USE');
    const names = vault.groups(alice.name).map(({ name }) => name);
    assert.deepEqual(refused.details, { identity: alice.name, groups: names.join(', ') });
    for (const { name } of groups) await vault.removeGroup(alice.name, name);
    await vault.removeIdentity(alice.name);
    assert.deepEqual(vault.identities(), []);
    assert.deepEqual(await filesBelow(directory), before);
  });
});

test('a removal that was cut short is finished at the next opening', async (t) => {
  const directory = await vaultDirectory(t);
  const alice = storedIdentity();
  const entry = join(directory, 'identities', authorityOf(alice.name));
  await withVault(directory, (vault) => vault.addIdentity(alice));
  await rename(`${entry}.json`, `${entry}.removed`);
  await withVault(directory, async (vault) => {
    assert.deepEqual(vault.identities(), []);
    assert.deepEqual(await readdir(join(directory, 'identities')), []);
    await vault.addIdentity(alice);
  });
  await writeFile(`${entry}.removed`, '', { mode: 0o600 });
  await withVault(directory, (vault) => assert.deepEqual(vault.identities(), [alice]));
});

test('what a write left half done is swept or written over', async (t) => {
  const directory = await vaultDirectory(t);
  const alice = storedIdentity();
  const entry = join(directory, 'identities', authorityOf(alice.name));
  await withVault(directory, (vault) => vault.addIdentity(alice));
  await rm(`${entry}.json`);
  for (const folder of ['.', 'identities', 'groups']) {
    await writeFile(join(directory, folder, '.half.json.0123456789ab.tmp'), 'half', {
      mode: 0o600,
    });
  }
  await withVault(directory, async (vault) => {
    assert.deepEqual(vault.identities(), []);
    await vault.addIdentity(alice);
    assert.equal((await filesBelow(directory)).filter((path) => path.endsWith('.tmp')).length, 0);
  });
});

test('a vault of a later release is left alone', async (t) => {
  const directory = await vaultDirectory(t);
  await withVault(directory, async (vault) => {
    const alice = storedIdentity();
    await vault.addIdentity(alice);
    await vault.putGroup({ ...storedGroup(alice), addressBook: [] });
  });
  for (const path of (await filesBelow(directory)).filter((name) => !name.includes('lock.'))) {
    const text = await readFile(path, 'utf8');
    await writeFile(path, '{"version":3,"of":"a form that is not known yet"}');
    const error = await failure(openVault({ directory }));
    assert.equal(error.code, 'VAULT_TOO_NEW');
    assert.deepEqual(error.details, { path, version: 3 });
    await writeFile(path, text);
  }
});

test('a missing file is named, and no new key is made over old secrets', async (t) => {
  const directory = await vaultDirectory(t);
  const alice = storedIdentity();
  await withVault(directory, async (vault) => {
    await vault.addIdentity(alice);
    await vault.putGroup(storedGroup(alice));
  });
  const files = (await filesBelow(directory)).filter((name) => name.endsWith('.key'));
  const identityFile = join(directory, 'identities', `${authorityOf(alice.name)}.json`);
  for (const path of [...files, identityFile]) {
    await rename(path, `${path}.away`);
    const error = await failure(openVault({ directory }));
    assert.equal(error.code, 'VAULT_CORRUPT');
    if (path !== identityFile) assert.deepEqual(error.details, { path, reason: 'missing' });
    await rename(`${path}.away`, path);
  }
  await withVault(directory, (vault) => assert.deepEqual(vault.identities(), [alice]));
});

test('what the file system refuses is told with path and error name, and the old content stands', async (t) => {
  const directory = await vaultDirectory(t);
  const alice = storedIdentity();
  const village = storedGroup(alice);
  await withVault(directory, async (vault) => {
    await vault.addIdentity(alice);
    await rm(join(directory, 'groups'), { recursive: true });
    const error = await failure(vault.putGroup(village));
    assert.equal(error.code, 'STORAGE_FAILED');
    const { errno, path } = error.details;
    assert.equal(errno, 'ENOENT');
    assert.match(String(path), /groups/);
    assert.deepEqual(vault.groups(alice.name), []);
    await mkdir(join(directory, 'groups'), { mode: 0o700 });
    await vault.putGroup(village);
  });
  await withVault(directory, (vault) => assert.deepEqual(vault.groups(alice.name), [village]));
});
