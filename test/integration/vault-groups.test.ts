// What a vault keeps of a group beside its membership: secrets that were replaced, the epoch, the texts of
// tickets; and files that were written before there was any of it.

import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import type { Vault } from '../../src/adapters/vault/vault.ts';
import { wallTimeOf } from '../../src/core/base/time.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import { storedGroup, storedIdentity } from '../support/vault-cast.ts';
import { assertFails, filesBelow, vaultDirectory, withVault } from '../support/vault-opening.ts';

const alice = storedIdentity();
const village = storedGroup(alice);

function bytes(length: number, value: number): Uint8Array {
  return new Uint8Array(length).fill(value);
}

/** The group as it is when the vault of `directory` is opened again. */
async function reopened(directory: string) {
  return await withVault(directory, (vault) => vault.group(alice.name, village.name));
}

async function withVillage(directory: string, use: (vault: Vault) => Promise<void>): Promise<void> {
  await withVault(directory, async (vault) => {
    await vault.addIdentity(alice);
    await vault.putGroup(village);
    await use(vault);
  });
}

test('files as they were written before are read, and written anew at the next change', async (t) => {
  const directory = await vaultDirectory(t);
  const golden = new URL('../golden/vault/version-1.json', import.meta.url);
  const files: Record<string, string> = JSON.parse(await readFile(golden, 'utf8'));
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, name);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(path, text, { mode: 0o600 });
  }
  await withVault(directory, async (vault) => {
    const [identity] = vault.identities();
    assert.ok(identity !== undefined);
    const [first, second] = vault.groups(identity.name);
    assert.deepEqual([first?.friendlyName, second?.friendlyName].toSorted(), ['Choir', 'Village']);
    for (const group of vault.groups(identity.name)) {
      const { earlierSecrets, epoch, tickets } = group;
      assert.deepEqual(
        { earlierSecrets, epoch, tickets },
        {
          earlierSecrets: [],
          epoch: null,
          tickets: [],
        },
      );
      assert.equal(group.discoverySecret.length, 32);
      assert.equal(group.groupKey !== null, group.friendlyName === 'Village');
      assert.equal(group.addressBook.length, group.friendlyName === 'Village' ? 1 : 0);
      await vault.replaceSecret(identity.name, group.name, {
        secret: bytes(32, 7),
        epoch: bytes(32, 8),
        at: wallTimeOf(5),
      });
    }
  });
  await withVault(directory, (vault) => {
    for (const group of vault.groups(vault.identities()[0]?.name ?? alice.name)) {
      assert.deepEqual(group.discoverySecret, bytes(32, 7));
      assert.equal(group.earlierSecrets[0]?.replacedAt, 5);
    }
  });
});

test('a newer membership takes the place of the older one, and nothing else changes', async (t) => {
  const directory = await vaultDirectory(t);
  const chain = [bytes(40, 1), bytes(50, 2)];
  await withVillage(directory, (vault) => vault.replaceMembership(alice.name, village.name, chain));
  assert.deepEqual(await reopened(directory), { ...village, chain });
});

test('eight earlier secrets are kept with the time of their end, the latest first', async (t) => {
  const directory = await vaultDirectory(t);
  await withVillage(directory, async (vault) => {
    for (let at = 1; at <= 8; at++) {
      const next = { secret: bytes(32, at), epoch: bytes(32, 100 + at), at: wallTimeOf(at) };
      await vault.replaceSecret(alice.name, village.name, next);
    }
    // Told again.
    const again = { secret: bytes(32, 8), epoch: bytes(32, 108), at: wallTimeOf(11) };
    await vault.replaceSecret(alice.name, village.name, again);
  });
  const { discoverySecret, earlierSecrets, epoch } = await reopened(directory);
  assert.deepEqual(discoverySecret, bytes(32, 8));
  assert.deepEqual(epoch, bytes(32, 108));
  assert.deepEqual(
    earlierSecrets.map(({ secret, replacedAt }) => [secret[0], replacedAt]),
    [...[7, 6, 5, 4, 3, 2, 1].map((value) => [value, value + 1]), [village.discoverySecret[0], 1]],
  );
});

test('a secret that comes back is the present one, and not an earlier one as well', async (t) => {
  const directory = await vaultDirectory(t);
  await withVillage(directory, async (vault) => {
    for (const value of [1, 2, 1]) {
      const next = { secret: bytes(32, value), epoch: null, at: wallTimeOf(value) };
      await vault.replaceSecret(alice.name, village.name, next);
    }
  });
  const { discoverySecret, earlierSecrets } = await reopened(directory);
  assert.deepEqual(discoverySecret, bytes(32, 1));
  assert.deepEqual(
    earlierSecrets.map(({ secret }) => secret),
    [bytes(32, 2), village.discoverySecret],
  );
});

test('tickets are kept until they are forgotten, and of too many the oldest is', async (t) => {
  const directory = await vaultDirectory(t);
  const ticket = (at: number) => ({ offer: bytes(32, at), text: `peergroup:${at}` });
  await withVillage(directory, async (vault) => {
    for (let at = 0; at <= LIMITS.offersOpenMax; at++) {
      await vault.keepTicket(alice.name, village.name, ticket(at));
    }
    await vault.keepTicket(alice.name, village.name, { ...ticket(5), text: 'again' });
    await vault.forgetTicket(alice.name, village.name, ticket(7).offer);
    await vault.forgetTicket(alice.name, village.name, ticket(7).offer);
  });
  const { tickets } = await reopened(directory);
  assert.equal(tickets.length, LIMITS.offersOpenMax - 1);
  assert.deepEqual(tickets[0], { offer: bytes(32, 5), text: 'again' });
  const kept = new Set(tickets.map(({ offer }) => offer[0]));
  assert.deepEqual([kept.has(0), kept.has(1), kept.has(7)], [false, true, false]);
});

test('the longest tickets, as many as are kept, fit the file', async (t) => {
  const directory = await vaultDirectory(t);
  const chain = Array.from({ length: 5 }, () => bytes(LIMITS.certificateBytesMax, 1));
  const tickets = Array.from({ length: LIMITS.offersOpenMax }, (_, at) => ({
    offer: bytes(32, at),
    text: 'x'.repeat(LIMITS.ticketKeptBytesMax),
  }));
  const earlierSecrets = Array.from({ length: LIMITS.earlierSecretsMax }, (_, at) => ({
    secret: bytes(64, at),
    replacedAt: wallTimeOf(at),
  }));
  const full = { ...village, chain, tickets, earlierSecrets };
  await withVillage(directory, (vault) => vault.putGroup(full));
  assert.deepEqual(await reopened(directory), full);
});

test('earlier secrets and tickets stand nowhere in the clear, and do not show', async (t) => {
  const directory = await vaultDirectory(t);
  const text = 'peergroup:ticket-for-whoever-has-it';
  await withVillage(directory, async (vault) => {
    await vault.keepTicket(alice.name, village.name, { offer: bytes(32, 1), text });
    const next = { secret: bytes(32, 2), epoch: null, at: wallTimeOf(1) };
    await vault.replaceSecret(alice.name, village.name, next);
  });
  const secret = Buffer.from(village.discoverySecret).toString('base64url');
  for (const path of await filesBelow(directory)) {
    const content = await readFile(path, 'latin1');
    assert.ok(!content.includes(text) && !content.includes(secret), path);
  }
  const { earlierSecrets } = await reopened(directory);
  assert.match(inspect(earlierSecrets), /32 secret bytes/);
});

test('what is not there cannot be changed', async (t) => {
  await withVault(await vaultDirectory(t), async (vault) => {
    const { name } = village;
    await assertFails(
      vault.replaceMembership(alice.name, name, [bytes(1, 1)]),
      'IDENTITY_NOT_FOUND',
    );
    await vault.addIdentity(alice);
    const next = { secret: bytes(32, 1), epoch: null, at: wallTimeOf(1) };
    for (const change of [
      vault.replaceMembership(alice.name, name, [bytes(1, 1)]),
      vault.replaceSecret(alice.name, name, next),
      vault.keepTicket(alice.name, name, { offer: bytes(32, 1), text: 'x' }),
      vault.forgetTicket(alice.name, name, bytes(32, 1)),
    ]) {
      await assertFails(change, 'GROUP_NOT_FOUND');
    }
  });
});
