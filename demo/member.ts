// The process of one member: a node with one identity, doing what the narrator asks. Everything that
// it knows of peergroup stands in the front door.

import { createHash, randomFillSync } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { DirectConnection, Identity, PeerGroup, PeerNode } from '../src/api/index.ts';
import { isPeerGroupError, openNode } from '../src/api/index.ts';
import { median } from './figures.ts';
import { graphHandlers } from './graph-handlers.ts';
import { membershipHandlers } from './membership-handlers.ts';
import { recordHandlers } from './record-handlers.ts';
import { refused } from './refused.ts';
import type {
  AnswerOf,
  OpenWish,
  Question,
  Report,
  Run,
  Wishes,
  WishName,
  WishOf,
} from './wishes.ts';

const MOVE = '1d3ee44c-0f0b-4f0c-9a43-5f1b6d1c7a01';
const ECHO = '1d3ee44c-0f0b-4f0c-9a43-5f1b6d1c7a02';
const NOTE = '1d3ee44c-0f0b-4f0c-9a43-5f1b6d1c7a03';
const NOTE_BYTES = 64;
const MIB = 1_048_576;
const RUNS = 5;
const HOW_MANY = 'How many notes?';

let directory = '';
let node: PeerNode | null = null;
let identity: Identity | null = null;
const groups = new Map<string, PeerGroup>();

const handlers: {
  readonly [Name in WishName]: (wish: WishOf<Name>) => Promise<AnswerOf<Name>>;
} = {
  ...recordHandlers(groupOf, report),
  ...graphHandlers(groupOf),
  ...membershipHandlers({ node: () => here(node), groupOf, keep }),

  async arrive(wish) {
    directory = wish.directory;
    node = await openNode({ directory, listen: { host: '127.0.0.1' } });
    identity = await node.createIdentity({ friendlyName: wish.friendlyName });
    return { name: identity.name, address: node.addresses[0] ?? '' };
  },

  async comeBack(wish) {
    directory = wish.directory;
    node = await openNode({ directory, listen: { host: '127.0.0.1' } });
    identity = here(node.identities[0]);
    const startedAt = performance.now();
    const group = await node.openGroup(wish.group);
    const openGroupMs = performance.now() - startedAt;
    keep(group);
    return { name: identity.name, address: node.addresses[0] ?? '', openGroupMs };
  },

  async createGroup({ friendlyName }) {
    const group = await here(node).createGroup({ friendlyName });
    return { group: keep(group) };
  },

  async writeCard({ file }) {
    const { card } = here(identity);
    await writeFile(file, card, { mode: 0o600 });
    return { characters: card.length };
  },

  async invite({ group, cardFile, file }) {
    const invitation = await groupOf(group).invite(await readFile(cardFile, 'utf8'));
    await writeFile(file, invitation, { mode: 0o600 });
    return { characters: invitation.length };
  },

  async join({ file }) {
    const group = await here(node).joinGroup(await readFile(file, 'utf8'));
    const { role, notAfter } = group.membership;
    const days = Math.round((notAfter.getTime() - Date.now()) / 86_400_000);
    return { group: keep(group), role, days };
  },

  async open(wish) {
    const startedAt = performance.now();
    const connection = await open(wish);
    return { tookMs: performance.now() - startedAt, address: connection.path.address };
  },

  async reopen({ times, ...wish }) {
    const tookMs: number[] = [];
    for (let at = 0; at < times; at++) {
      await connectionTo(wish.member).close();
      const startedAt = performance.now();
      await open(wish);
      tookMs.push(performance.now() - startedAt);
    }
    return { medianMs: median(tookMs) };
  },

  async chat({ member, text }) {
    const connection = connectionTo(member);
    await connection.send(text, { type: MOVE });
    const answer = await connection.messages().next();
    return { answer: answer.value?.text ?? '' };
  },

  async measureRoundTrip({ member, times }) {
    const connection = connectionTo(member);
    const messages = connection.messages();
    const tookMs: number[] = [];
    for (let at = 0; at < times; at++) {
      const startedAt = performance.now();
      await connection.send('ping', { type: ECHO });
      await messages.next();
      tookMs.push(performance.now() - startedAt);
    }
    return { medianMs: median(tookMs) };
  },

  async measureMessages({ member, count }) {
    const connection = connectionTo(member);
    const note = randomFillSync(new Uint8Array(NOTE_BYTES));
    const options = { type: NOTE };
    let arrived = 0;
    const run = await timed(async () => {
      for (let at = 0; at < count; at++) await connection.send(note, options);
      // Answered behind all others, with how many the application at the other end has counted.
      await connection.send(HOW_MANY, { type: MOVE });
      const answer = await connection.messages().next();
      arrived += Number(answer.value?.text);
    });
    return { ...run, arrived: arrived / RUNS };
  },

  async sendStream({ member, mib }) {
    const content = randomFillSync(new Uint8Array(mib * MIB));
    const parts = Array.from({ length: mib }, (_, at) =>
      content.subarray(at * MIB, (at + 1) * MIB),
    );
    const sent = createHash('sha256').update(content).digest('hex');
    let received = sent;
    const run = await timed(async () => {
      const stream = connectionTo(member).openStream({ name: 'games.pgn' });
      await pipeline(Readable.from(parts), stream);
      const digest = (await stream.setEncoding('utf8').toArray()).join('');
      if (digest !== sent) received = digest;
    });
    return { ...run, sent, received };
  },

  tryToJoin: ({ file }) =>
    refused(async () => {
      await here(node).joinGroup(await readFile(file, 'utf8'));
    }),

  tryToOpen: (wish) =>
    refused(async () => {
      await open(wish);
    }),

  async leave() {
    const closed = [...groups.values()].flatMap((group) => group.connections).length;
    await node?.close();
    return { closed };
  },
};

/** Takes direct connections for the group, and tells the narrator of those that end. */
function keep(group: PeerGroup): string {
  groups.set(group.name, group);
  group.acceptDirectConnections({ onConnection: (connection) => void serve(connection) });
  group.addEventListener('connectionClosed', ({ connection, end }) => {
    const { by, how } = end;
    report({ kind: 'ended', ended: { member: connection.member.friendlyName, by, how } });
  });
  return group.name;
}

async function serve(connection: DirectConnection): Promise<void> {
  try {
    await Promise.all([serveMessages(connection), serveStreams(connection)]);
  } catch (error) {
    if (!isPeerGroupError(error)) throw error;
    // The one who opened it went away; the group tells the narrator.
  }
}

async function serveMessages(connection: DirectConnection): Promise<void> {
  let notes = 0;
  for await (const message of connection) {
    if (message.type === NOTE) notes += 1;
    else if (message.type === ECHO) await connection.send(message.data, { type: ECHO });
    else if (message.text === HOW_MANY) {
      await connection.send(String(notes), { type: MOVE });
      notes = 0;
    } else await connection.send(answerTo(message.text), { type: MOVE });
  }
}

async function serveStreams(connection: DirectConnection): Promise<void> {
  for await (const stream of connection.streams()) {
    const digest = createHash('sha256');
    await pipeline(stream, digest);
    stream.end(digest.digest('hex'));
  }
}

function answerTo(text: string): string {
  if (text === 'e4') return 'c5, the Sicilian.';
  return text.endsWith('?') ? 'No idea.' : 'Good.';
}

async function timed(act: () => Promise<void>): Promise<Run> {
  const tookMs: number[] = [];
  for (let at = 0; at < RUNS; at++) {
    const startedAt = performance.now();
    await act();
    tookMs.push(performance.now() - startedAt);
  }
  return { firstMs: tookMs[0] ?? Number.NaN, bestMs: Math.min(...tookMs) };
}

function open({ group, member, address }: OpenWish): Promise<DirectConnection> {
  return groupOf(group).openDirectConnection(member, address === undefined ? {} : { address });
}

function groupOf(name: string): PeerGroup {
  return here(groups.get(name));
}

function connectionTo(member: string): DirectConnection {
  const connections = [...groups.values()].flatMap((group) => group.connections);
  return here(connections.find((connection) => connection.member.name === member));
}

/** The narrator asks for nothing that is not there yet. */
function here<Thing>(thing: Thing | null | undefined): Thing {
  if (thing === null || thing === undefined) throw new Error('asked for too early');
  return thing;
}

function report(one: Report): void {
  if (process.connected) process.send?.(one);
}

async function answer({ id, wish, about }: Question): Promise<void> {
  const handle = handlers[wish] as (about: unknown) => Promise<ReturnType<Wishes[WishName]>>;
  try {
    report({ kind: 'answer', id, value: await handle(about) });
  } catch (error) {
    report({ kind: 'failure', id, error: error instanceof Error ? error.message : String(error) });
  }
  if (wish === 'leave') process.disconnect();
}

async function goHome(): Promise<void> {
  await node?.close();
  if (directory !== '') await rm(directory, { recursive: true, force: true });
  process.exit();
}

process.on('message', (question) => void answer(question as Question));
// A terminal sends Ctrl-C to every process; this one waits for the narrator to say goodbye.
process.on('SIGINT', () => undefined);
// Without a narrator there is no story.
process.on('disconnect', () => {
  void goHome();
});
