// A process that has a vault open, for tests with kill -9. `hold <directory>` waits for a line on
// stdin, opens the vault and keeps it until stdin ends. `write <directory>` changes it without end
// and prints each change once it is acknowledged. Lines on stdout are JSON.

import { writeSync } from 'node:fs';
import { openVault } from '../../src/adapters/vault/open-vault.ts';
import type { Vault } from '../../src/adapters/vault/vault.ts';
import { WorldError } from '../../src/core/ports/world-error.ts';
import { storedGroup, storedIdentity } from './vault-cast.ts';

/** What a vault holds: the revision of each group by its name, by the name of its identity. */
export type Holdings = Record<string, Record<string, number>>;

export function holdingsOf(vault: Vault): Holdings {
  return Object.fromEntries(
    vault.identities().map(({ name }) => {
      const groups = vault.groups(name);
      return [
        name,
        Object.fromEntries(groups.map((group) => [group.name, Number(group.friendlyName)])),
      ];
    }),
  );
}

function say(line: unknown): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

async function hold(directory: string): Promise<void> {
  say('ready');
  for await (const _ of process.stdin) {
    try {
      await openVault({ directory });
      say('open');
    } catch (error) {
      if (!(error instanceof WorldError)) throw error;
      const { pid } = error.details;
      say({ code: error.code, pid });
    }
  }
}

/** Says what it is about to do before, and what stands after, each change. */
async function write(directory: string): Promise<void> {
  const vault = await openVault({ directory });
  const change = async (act: () => Promise<void>): Promise<void> => {
    await act();
    say(holdingsOf(vault));
  };
  for (;;) {
    const alice = storedIdentity();
    const village = storedGroup(alice, '0');
    await change(() => vault.addIdentity(alice));
    await change(() => vault.putGroup(village));
    await change(() => vault.putGroup({ ...village, friendlyName: '1', groupKey: null }));
    await change(() => vault.putGroup({ ...village, friendlyName: '2' }));
    await change(() => vault.replaceIdentityCertificate(alice.name, village.discoverySecret));
    const oldest = vault.identities().at(0);
    if (oldest !== undefined && vault.identities().length > 3) {
      for (const group of vault.groups(oldest.name)) {
        await change(() => vault.removeGroup(oldest.name, group.name));
      }
      await change(() => vault.removeIdentity(oldest.name));
    }
  }
}

const [verb, directory] = process.argv.slice(2);
if (import.meta.main && directory !== undefined) {
  await (verb === 'hold' ? hold(directory) : write(directory));
}
