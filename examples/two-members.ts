// Two members: create a group, invite, join, open a direct connection, talk. Both live in one process
// here. In earnest each runs on a machine of its own; card and invitation travel by mail or messenger.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openNode } from 'peergroup';

const folder = mkdtempSync(join(tmpdir(), 'two-members-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

// A node has a directory for its keys and, when it listens, a port.
await using alicesNode = await openNode({ directory: join(folder, 'alice'), listen: {} });
await using bobsNode = await openNode({ directory: join(folder, 'bob') });

// An identity is a key with a name that is bound to it.
const alice = await alicesNode.createIdentity({ friendlyName: 'Alice' });
const bob = await bobsNode.createIdentity({ friendlyName: 'Bob' });

// Bob hands out his card; Alice answers with an invitation that is of use to nobody else.
const chessAtAlice = await alicesNode.createGroup({ friendlyName: 'Chess club' });
const invitation = await chessAtAlice.invite(bob.card);
const chessAtBob = await bobsNode.joinGroup(invitation);

// Nobody gets through to an application that does not accept.
chessAtAlice.acceptDirectConnections({
  onConnection: async (connection) => {
    for await (const message of connection) {
      console.log(`${connection.member.friendlyName}: ${message.text}`);
      await connection.send('e5');
    }
  },
});

// The invitation told Bob where Alice is. { address: 'host:port' } would say it here.
const connection = await chessAtBob.openDirectConnection(alice.name);
console.log(`Connected to ${connection.member.friendlyName} at ${connection.path.address}`);
await connection.send('e4');
for await (const message of connection) {
  console.log(`${connection.member.friendlyName}: ${message.text}`);
  break;
}
console.log(`Round trip: ${(await connection.ping()).toFixed(2)} ms`);

const end = await connection.close({ reason: 'good game' });
console.log(`Closed by ${end.by}; everything was delivered: ${end.isDelivered}`);
