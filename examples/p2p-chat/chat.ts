// The group chat of the Windows SDK, on peergroup/p2p: `node chat.ts <folder>`, then one command in each line.
// `me <name>` makes an identity, `card <file>` writes what others need to invite it; `create <name>` makes a group,
// `invite <card file> <new file>` writes an invitation, `join <invitation file>` takes one. `say <text>` is for all,
// and for those who come later; `whisper <name> <text>` for one, directly. `who` lists those who are here; `quit`.

import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { openP2P, PEER_GROUP_VERSION } from 'peergroup/p2p';

import { ChatFailure, ChatGroup, must, need } from './chat-group.ts';

const [, , directory = 'chat'] = process.argv;
const p2p = await openP2P({ directory });
must(await p2p.PeerGroupStartup(PEER_GROUP_VERSION));
const room: { group: ChatGroup | null } = { group: null };

for await (const line of createInterface({ input: process.stdin })) {
  const [command = '', ...words] = line.trim().split(' ');
  if (command === 'quit') break;
  try {
    await run(command, words);
  } catch (error) {
    print(error instanceof ChatFailure ? `failed: ${error.message}` : String(error));
  }
}

await room.group?.close();
must(await p2p.PeerGroupShutdown());
await p2p.close();
// A pipe that somebody still holds would keep the process waiting for more.
process.stdin.destroy();

async function run(command: string, words: readonly string[]): Promise<void> {
  const [first = '', second = ''] = words;
  switch (command) {
    case 'me':
      need(await p2p.PeerIdentityCreate(null, words.join(' '), null), 'pwzIdentity');
      return print('ready');
    case 'card':
      writeFileSync(first, need(await p2p.PeerIdentityGetXML(null), 'pwzIdentityXML'));
      return print(`wrote ${first}`);
    case 'create':
      return await enter(
        need(await p2p.PeerGroupCreate({ pwzFriendlyName: words.join(' ') }), 'hGroup'),
      );
    case 'invite':
      writeFileSync(second, await chat().invite(readFileSync(first, 'utf8')));
      return print(`wrote ${second}`);
    case 'join':
      return await enter(
        need(await p2p.PeerGroupJoin(null, readFileSync(first, 'utf8'), null), 'hGroup'),
      );
    case 'say':
      return await chat().say(words.join(' '));
    case 'whisper':
      return await chat().whisper(first, words.slice(1).join(' '));
    case 'who':
      return print(`here: ${(await chat().who()).toSorted().join(', ')}`);
    default:
      print(`what is ${command}?`);
  }
}

async function enter(hGroup: ConstructorParameters<typeof ChatGroup>[1]): Promise<void> {
  room.group = new ChatGroup(p2p, hGroup, print);
  await room.group.connect();
}

function chat(): ChatGroup {
  if (room.group === null) throw new ChatFailure('create or join a group first');
  return room.group;
}

function print(line: string): void {
  console.log(line);
}
