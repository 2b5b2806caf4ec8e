// Letting people in whom nobody knew: a ticket for one, a password for everybody who is told it, a code for the
// telephone, and a yes or no to each who comes. All live in one process here.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPeerGroupError, openNode, type PeerNode } from 'peergroup';

const folder = mkdtempSync(join(tmpdir(), 'tickets-and-passwords-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

async function nodeOf(friendlyName: string): Promise<PeerNode> {
  const node = await openNode({ directory: join(folder, friendlyName), listen: {} });
  await node.createIdentity({ friendlyName });
  return node;
}

/** The code of the error that somebody gets. */
async function refusalOf(joining: Promise<unknown>): Promise<string> {
  try {
    await joining;
    return 'nobody refused it';
  } catch (error) {
    if (!isPeerGroupError(error)) throw error;
    return error.code;
  }
}

await using alice = await nodeOf('Alice');
await using bob = await nodeOf('Bob');
await using carol = await nodeOf('Carol');
await using dave = await nodeOf('Dave');
const group = await alice.createGroup({ friendlyName: 'Chess club' });
const { invitations } = group;

// 1. A ticket is one line of text and all that is needed. Give it to the one who is meant, by a way that you trust.
const ticket = await invitations.createTicket({
  role: 'invitingMember',
  expiresAt: new Date(Date.now() + 3_600_000),
  label: 'for Bob',
});
console.log(
  `${ticket.text.slice(0, 40)}… as a QR code has ${ticket.qr()?.split('\n').length} lines`,
);
const atBob = await bob.joinGroup(ticket.text);
console.log(
  `Bob: ${atBob.membership.role}, let in by Alice: ${atBob.membership.issuer === group.self}`,
);
console.log(`Carol, by the same ticket: ${await refusalOf(carol.joinGroup(ticket.text))}`);

// 2. A password lets everybody in who knows it and has the line. The line may hang on the wall of the club; the
// password is proved and never said, not even to Alice.
const password = 'Sicilian Defence 1851';
const line = await invitations.createPassword(password);
const guess = carol.joinGroup(line.text, { password: 'Sicilian Defence 1850' });
console.log(`Carol, by a guess: ${await refusalOf(guess)}`);
const atCarol = await carol.joinGroup(line.text, { password });
console.log(`Carol: ${atCarol.membership.role}`);

// 3. Whoever may give the role may let in. A code is short, works once, and here Bob has to say yes to whoever brings
// it; it may be typed as people type.
const code = await atBob.invitations.createCode({ needsApproval: true });
atBob.addEventListener('joinRequested', ({ request }) => {
  console.log(`Bob is asked by ${request.friendlyName}, and says yes`);
  atBob.invitations.approve(request);
});
const typed = code.code?.toLowerCase().replaceAll('-', ' ') ?? '';
const atDave = await dave.joinGroup(code.text, {
  password: typed,
  onPending: () => console.log('Dave waits for a yes'),
});
console.log(
  `Dave: ${atDave.membership.role}, let in by Bob: ${atDave.membership.issuer === atBob.self}`,
);

// 4. What is open can be looked at and ended. Whoever has come in stays.
await invitations.revoke(line);
for (const { kind, label, state, uses, admitted } of await invitations.list()) {
  console.log(`${kind} ${label}: ${state}, ${admitted.length} of ${uses ?? 'any number'} came in`);
}
console.log(`Eve, later: ${await refusalOf(comeLate(line.text, password))}`);

async function comeLate(text: string, secret: string): Promise<void> {
  await using eve = await nodeOf('Eve');
  await eve.joinGroup(text, { password: secret });
}
