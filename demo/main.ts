// The demonstration: Alice, Bob and Carol found a group in three processes, talk, and keep Eve and
// Mallory out; Alice publishes records, and the others get them; Dave comes by a ticket, and one who should not
// have come is removed. `npm start` keeps the group up until Ctrl-C; `npm start -- --once` ends after the story.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CastMember } from './cast-member.ts';
import { count, milliseconds } from './figures.ts';
import { type Figures, Story } from './story.ts';
import { bold, dim, figure, red, say } from './terminal.ts';

const isOnce = process.argv.includes('--once');
const startedAt = performance.now();
const ctrlC = new AbortController();
let interrupts = 0;

const cast = {
  alice: new CastMember('Alice'),
  bob: new CastMember('Bob'),
  carol: new CastMember('Carol'),
  dave: new CastMember('Dave'),
  eve: new CastMember('Eve'),
  mallory: new CastMember('Mallory'),
};
const folder = await mkdtemp(join(tmpdir(), 'peergroup-demo-'));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onInterrupt);

try {
  say();
  say(`${bold('peergroup')}: private groups of peers, without a server`);
  say();
  const story = new Story(cast, folder);
  await Promise.race([story.tell(), interrupted()]);
  await Promise.all([cast.eve.leave(), cast.mallory.leave()]);
  sayFigures(story.figures);
  if (!isOnce) {
    say('  Alice and Carol stay. Ctrl-C ends the group.');
    await story.goOn(ctrlC.signal);
    say();
  }
  await leave();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  say(`  Everybody has left in order, and nothing is left over. ${dim(`${seconds} s`)}`);
} catch (error) {
  process.exitCode = 1;
  say(red(`     ${error instanceof Error ? error.message : String(error)}`));
  await leave();
}

async function leave(): Promise<void> {
  await Promise.all(Object.values(cast).map((member) => member.leave()));
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

function sayFigures(figures: Figures): void {
  say();
  say('  Measured on the way, on this machine:');
  figure(
    'opening, for the first time',
    milliseconds(figures.openingMs),
    'TCP, TLS 1.3, both proofs',
  );
  figure('opening, again', milliseconds(figures.openingAgainMs), 'median of 10');
  figure('a message there and back', milliseconds(figures.roundTripMs), 'median of 500');
  figure(
    'messages of 64 B',
    `${count(figures.messagesPerSecond)} /s`,
    bestOf(figures.messagesAtFirst),
  );
  figure(
    'stream of 64 MiB',
    `${count(figures.streamMibPerSecond)} MiB/s`,
    bestOf(figures.streamAtFirst),
  );
  figure('until a death was noticed', milliseconds(figures.deathNoticedMs), 'SIGKILL');
  figure(
    'records published',
    `${count(figures.publishedPerSecond)} /s`,
    'signed, indexed, and on the disk',
  );
  figure('a search by attributes', milliseconds(figures.searchMs), 'median of 200');
  figure(
    'a record, at another process',
    milliseconds(figures.arrivalMs),
    `median of ${count(figures.arrivals)}, from add() to the event there`,
  );
  figure(
    'records, for a member without any',
    `${count(figures.caughtUpPerSecond)} /s`,
    `${count(figures.caughtUp)}, each proved and on the disk`,
  );
  figure('a ticket redeemed', milliseconds(figures.redeemedMs), 'by somebody nobody knew');
  figure(
    'removed, until every link was cut',
    milliseconds(figures.cutMs),
    'of every kind, at every member',
  );
  figure(
    'opening the group again',
    milliseconds(figures.openGroupMs),
    `with ${count(figures.records)} records, after SIGKILL`,
  );
  say();
}

function bestOf(first: number): string {
  return `best of 5; ${count(first)} at first`;
}

/** Rejects on Ctrl-C, and never resolves. */
function interrupted(): Promise<never> {
  return new Promise((_, reject) => {
    ctrlC.signal.addEventListener('abort', () => reject(new Error('interrupted')));
  });
}

/** The first time everybody leaves in order; the second time they are killed. */
function onInterrupt(): void {
  interrupts += 1;
  ctrlC.abort();
  if (interrupts > 1) for (const member of Object.values(cast)) void member.kill();
}
