// Removing a member: the others cut its links and take it no more, what it publishes afterwards counts nowhere, and
// everybody can ask why. All live in one process here.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPeerGroupError, openNode, type PeerNode } from 'peergroup';

const NOTE = '9a0d3c52-61be-4c0f-8d43-2c1f7b5e0a11';

const folder = mkdtempSync(join(tmpdir(), 'removing-a-member-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

async function nodeOf(friendlyName: string): Promise<PeerNode> {
  const node = await openNode({ directory: join(folder, friendlyName), listen: {} });
  await node.createIdentity({ friendlyName });
  return node;
}

await using alice = await nodeOf('Alice');
await using bob = await nodeOf('Bob');
await using mallory = await nodeOf('Mallory');

// A group of three, connected, with a direct connection between Mallory and Bob.
const group = await alice.createGroup({ friendlyName: 'Chess club' });
const ticket = await group.invitations.createTicket({ uses: 2 });
const atBob = await bob.joinGroup(ticket.text);
const atMallory = await mallory.joinGroup(ticket.text);
for (const each of [group, atBob, atMallory]) await each.connect();
await atMallory.records.add({ type: NOTE, data: 'hello' });
await atMallory.synced();
atBob.acceptDirectConnections();
const connection = await atMallory.openDirectConnection(atBob.self, { address: bob.addresses });

// 1. Everybody is told: the removed one, those who stay, and whoever has a connection with it.
const told = new Promise<void>((resolve) => {
  atMallory.addEventListener('removed', ({ removal }) => {
    console.log(`Mallory is told: ${removal.why}, ${removal.reason}`);
    resolve();
  });
});
const heard = new Promise<void>((resolve) => {
  atBob.addEventListener('memberRemoved', ({ member }) => {
    console.log(`Bob is told: ${member.friendlyName} is ${member.state}`);
    resolve();
  });
});
const startedAt = performance.now();
await group.memberships.remove(atMallory.self, { reason: 'sells our games' });
const end = await connection.closed;
await Promise.all([told, heard]);
console.log(
  `the connection ended: ${end.how}, after ${Math.round(performance.now() - startedAt)} ms`,
);

// 2. It is refused from now on, with the reason, by whoever knows; it knows itself.
await attempt('Mallory publishes', () => atMallory.records.add({ type: NOTE, data: 'me again' }));
await attempt('Mallory calls Bob', () =>
  atMallory.openDirectConnection(atBob.self, { address: bob.addresses }),
);
await attempt('Mallory comes by a new ticket', async () => {
  const another = await group.invitations.createTicket();
  await atMallory.close();
  await mallory.joinGroup(another.text);
});

// 3. What it had published, and whoever removed it had, stays; nothing else of it does.
const { records } = await atBob.records.search({ type: NOTE });
for (const record of records) console.log(`Bob has "${await record.text()}" of ${atMallory.self}`);

// 4. Who belongs, and why.
for (const { friendlyName, role, state } of await atBob.memberships.list()) {
  console.log(`${friendlyName}: ${role}, ${state}`);
}
const { lines } = await atBob.memberships.explain(atMallory.self);
console.log(lines.join('\n'));

async function attempt(what: string, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
    console.log(`${what}: nobody refused it`);
  } catch (error) {
    if (!isPeerGroupError(error)) throw error;
    console.log(`${what}: ${error.message}`);
  }
}
