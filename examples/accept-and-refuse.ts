// Who gets in: a filter on the accepting side, the events of a group, and what errors say: a code to
// branch on, a hint for people, and one line for every address that was tried.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPeerGroupError, openNode, type PeerGroup } from 'peergroup';

const folder = mkdtempSync(join(tmpdir(), 'accept-and-refuse-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
await using alicesNode = await openNode({ directory: join(folder, 'alice'), listen: {} });
await using bobsNode = await openNode({ directory: join(folder, 'bob') });
const alice = await alicesNode.createIdentity({ friendlyName: 'Alice' });
const bob = await bobsNode.createIdentity({ friendlyName: 'Bob' });
const groupOfAlice = await alicesNode.createGroup({ friendlyName: 'Chess club' });
const groupOfBob = await bobsNode.joinGroup(await groupOfAlice.invite(bob.card));

groupOfAlice.addEventListener('connectionOpened', ({ connection }) => {
  console.log(`Alice's event: ${connection.member.friendlyName} is here`);
});
groupOfAlice.addEventListener('connectionClosed', ({ end }) => {
  console.log(`Alice's event: closed by ${end.by}, ${end.how}: ${JSON.stringify(end.reason)}`);
});

// 1. Nobody accepts yet.
await tryToOpen(groupOfBob);

// 2. Alice lets administrators in, and Bob is none. A filter may also be async.
const strict = groupOfAlice.acceptDirectConnections({
  filter: (member) => member.role === 'administrator',
});
await tryToOpen(groupOfBob);
strict.close();

// 3. Everybody of the group is welcome.
groupOfAlice.acceptDirectConnections();
await tryToOpen(groupOfBob);

// 4. Somebody else than Bob answers at the first address, and nobody at the second.
await tryToOpen(groupOfAlice, bob.name, [...alicesNode.addresses.slice(0, 1), '127.0.0.1:9']);

async function tryToOpen(group: PeerGroup, member = alice.name, address?: string[]) {
  try {
    const connection = await group.openDirectConnection(member, address ? { address } : {});
    await connection.close({ reason: 'just looking' });
    console.log('Opened and closed.');
  } catch (error) {
    if (!isPeerGroupError(error)) throw error;
    const { code, details, hint, isRetryable } = error;
    console.log(code, details, isRetryable ? 'Try again later.' : '', hint);
    for (const { address, code, detail } of error.candidates)
      console.log(`  ${address}  ${code}  ${detail}`);
  }
}
