// A chat of a group: what is said is a record, so that whoever was away reads it later. Shows who is
// there, and catches up on start. Three members in one process here; in earnest each has a process of its own.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openNode, type PeerGroup, type PeerNode, type SharedRecord } from 'peergroup';

const LINE = '7b1f0c5e-2f0d-4a8e-9d53-5a0c6f9b1a01';
const TYPING = '7b1f0c5e-2f0d-4a8e-9d53-5a0c6f9b1a02';
const WEEK_MS = 7 * 24 * 60 * 60 * 1000;

const folder = mkdtempSync(join(tmpdir(), 'group-chat-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** One member's end of the chat. */
class Chat {
  readonly #who: string;
  readonly #group: PeerGroup;
  readonly #shown = new Set<string>();

  constructor(who: string, group: PeerGroup) {
    this.#who = who;
    this.#group = group;
    group.addEventListener('recordChanged', ({ change, record }) => {
      if (change === 'added' && record.type === LINE) void this.#show(record);
    });
    group.addEventListener('presenceChanged', ({ change, member }) => {
      this.#print(`* ${member.friendlyName} ${change === 'present' ? 'is here' : 'has left'}`);
    });
    // What is of no use a moment later is a broadcast: nobody stores it.
    group.addEventListener('broadcastReceived', ({ messageType, sender }) => {
      if (messageType === TYPING) this.#print(`* ${sender.friendlyName} is typing`);
    });
    // Why nothing comes, when nothing comes.
    group.addEventListener('statusChanged', ({ status }) => {
      const { reason, lastFailure } = status;
      if (reason === 'nobodyReachable') this.#print(`* nobody to be reached: ${lastFailure?.code}`);
    });
  }

  /** Shows what was said before, here and while we were away, and from then on what is said. */
  async start(): Promise<void> {
    const thisWeek = { type: LINE, createdAfter: new Date(Date.now() - WEEK_MS) };
    for await (const record of this.#group.records.all({ ...thisWeek, direction: 'ascending' })) {
      await this.#show(record);
    }
    await this.#group.connect();
  }

  async say(text: string): Promise<void> {
    await this.#group.broadcast('', { type: TYPING });
    await this.#group.records.add({
      type: LINE,
      data: text,
      attributes: { by: this.#who },
      expiresAt: new Date(Date.now() + WEEK_MS),
    });
  }

  /** A record that arrives while the old ones are read is found by both. */
  async #show(record: SharedRecord): Promise<void> {
    if (this.#shown.has(record.id)) return;
    this.#shown.add(record.id);
    // What the author calls itself. Who it is, and cannot deny, is `record.creator`.
    const { by } = record.attributes;
    this.#print(`${by}: ${await record.text()}`);
  }

  #print(line: string): void {
    console.log(`${`[${this.#who}]`.padEnd(8)} ${line}`);
  }
}

const alicesNode = await openMember('Alice');
const bobsNode = await openMember('Bob');
const carolsNode = await openMember('Carol');
const groupOfAlice = await alicesNode.createGroup({ friendlyName: 'Chess club' });
const groupOfBob = await bobsNode.joinGroup(await groupOfAlice.invite(cardOf(bobsNode)));
const groupOfCarol = await carolsNode.joinGroup(await groupOfAlice.invite(cardOf(carolsNode)));

const alice = new Chat('Alice', groupOfAlice);
const bob = new Chat('Bob', groupOfBob);
await alice.start();
await bob.start();
await groupOfBob.synced();
await alice.say('Who wants to play?');
await heard(groupOfBob, 1);
await bob.say('I do.');
await heard(groupOfAlice, 2);

// Carol was not there. She gets both lines, in order, and then what is said.
const carol = new Chat('Carol', groupOfCarol);
await carol.start();
await groupOfCarol.synced();
await carol.say('Too late, it seems.');
await heard(groupOfAlice, 3);
await heard(groupOfBob, 3);
await present(groupOfAlice, 3);
const names = groupOfAlice.members().map(({ friendlyName }) => friendlyName);
console.log(`Alice sees ${names.toSorted().join(', ')}`);

// Bob's machine is switched off while the others go on. Started again, he reads what he knows, and the rest arrives.
await groupOfBob.close();
await alice.say('Bob is gone. Your move, Carol.');
const bobAgain = await bobsNode.openGroup(groupOfBob.name);
await new Chat('Bob', bobAgain).start();
const { records, neighbors } = await bobAgain.synced();
console.log(`Bob has all ${records} lines, and so have his ${neighbors} neighbors`);

for (const node of [bobsNode, carolsNode, alicesNode]) await node.close();

async function openMember(friendlyName: string): Promise<PeerNode> {
  const node = await openNode({ directory: join(folder, friendlyName), listen: {} });
  await node.createIdentity({ friendlyName });
  return node;
}

function cardOf({ identities: [identity] }: PeerNode): string {
  return identity?.card ?? '';
}

/** Until so many lines are there. A chat has no need of this: it shows what comes. */
async function heard(group: PeerGroup, lines: number): Promise<void> {
  await until(group, 'recordChanged', () => group.records.use.records >= lines);
}

async function present(group: PeerGroup, members: number): Promise<void> {
  await until(group, 'presenceChanged', () => group.members().length >= members);
}

function until(
  group: PeerGroup,
  event: 'recordChanged' | 'presenceChanged',
  isSo: () => boolean,
): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (isSo()) resolve();
    };
    group.addEventListener(event, look);
    look();
  });
}
