// The story step by step. Each step asks the processes of the cast to do something and checks what
// came of it; the first that goes wrong ends the story.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CastMember } from './cast-member.ts';
import { count, milliseconds, short } from './figures.ts';
import { GraphChapter, type GraphFigures } from './graph-chapter.ts';
import { MembershipChapter, type MembershipFigures } from './membership-chapter.ts';
import { type RecordFigures, RecordsChapter } from './records-chapter.ts';
import { check, note, refusal, step } from './terminal.ts';

const ROUND_TRIPS = 500;
const OPENINGS = 10;
const MESSAGES = 300_000;
const STREAM_MIB = 64;
const HEARTBEAT_MS = 3_000;

export interface Cast {
  readonly alice: CastMember;
  readonly bob: CastMember;
  readonly carol: CastMember;
  readonly dave: CastMember;
  readonly eve: CastMember;
  readonly mallory: CastMember;
}

/** What was measured on the way. */
export interface Figures extends RecordFigures, GraphFigures, MembershipFigures {
  openingMs: number;
  openingAgainMs: number;
  roundTripMs: number;
  messagesPerSecond: number;
  messagesAtFirst: number;
  streamMibPerSecond: number;
  streamAtFirst: number;
  deathNoticedMs: number;
}

/** Where somebody is: a name bound to a key, and the address of the node. */
interface Whereabouts {
  readonly name: string;
  readonly address: string;
}

export class Story {
  readonly figures: Figures = {
    openingMs: 0,
    openingAgainMs: 0,
    roundTripMs: 0,
    messagesPerSecond: 0,
    messagesAtFirst: 0,
    streamMibPerSecond: 0,
    streamAtFirst: 0,
    deathNoticedMs: 0,
    publishedPerSecond: 0,
    searchMs: 0,
    records: 0,
    openGroupMs: 0,
    arrivalMs: 0,
    arrivals: 0,
    caughtUp: 0,
    caughtUpPerSecond: 0,
    redeemedMs: 0,
    cutMs: 0,
  };
  readonly #cast: Cast;
  readonly #folder: string;
  readonly #whereabouts = new Map<CastMember, Whereabouts>();
  #group = '';

  constructor(cast: Cast, folder: string) {
    this.#cast = cast;
    this.#folder = folder;
  }

  async tell(): Promise<void> {
    const { alice, bob, carol } = this.#cast;
    await step('Six people start, each in a process of their own', () => this.#arrive());
    await step('Alice creates the group "Chess club"', () => this.#found());
    await step('Alice invites Bob, and he joins', () => this.#invite(bob));
    await step('Alice opens a direct connection to Bob', () => this.#connect());
    await step('Alice and Bob talk', () => this.#talk());
    await step(`Alice sends Bob a stream of ${STREAM_MIB} MiB`, () => this.#stream());
    await step('Carol joins too, and finds Bob by herself', () => this.#third());
    await step('Eve, whom nobody invited, stays outside', () => this.#stranger());
    await step('Mallory, a member of another group, stays outside', () => this.#foreigner());
    await step("Bob's process is killed, and Alice notices", () => this.#death());
    await step('Carol still talks to Alice', async () => [
      await this.#chat(carol, alice, 'Where is Bob?'),
    ]);
    await this.#publish();
    await step('Carol calls Alice again', () => this.#callAgain());
    await this.#share();
    await this.#belong();
  }

  /** Carol and Alice go on until `until`. */
  async goOn(until: AbortSignal): Promise<void> {
    const { alice, carol } = this.#cast;
    for (let beat = 1; !until.aborted; beat++) {
      note(await this.#chat(carol, alice, `Still here, ${count(beat)}.`));
      await passed(HEARTBEAT_MS, until);
    }
  }

  async #arrive(): Promise<readonly string[]> {
    return await Promise.all(
      Object.values(this.#cast).map(async (member: CastMember) => {
        const { friendlyName } = member;
        const directory = this.#file(friendlyName);
        const whereabouts = await member.ask('arrive', { directory, friendlyName });
        this.#whereabouts.set(member, whereabouts);
        return `${friendlyName.padEnd(8)} ${short(whereabouts.name)}  ${whereabouts.address}`;
      }),
    );
  }

  async #found(): Promise<readonly string[]> {
    const { group } = await this.#cast.alice.ask('createGroup', { friendlyName: 'Chess club' });
    this.#group = group;
    return [`The group is ${short(group)}: a name bound to a key, as those of people are.`];
  }

  async #invite(guest: CastMember): Promise<readonly string[]> {
    const { alice } = this.#cast;
    const cardFile = this.#file(`${guest.friendlyName}.card`);
    const file = this.#file(`${guest.friendlyName}.invitation`);
    const group = this.#group;
    const card = await guest.ask('writeCard', { file: cardFile });
    const invitation = await alice.ask('invite', { group, cardFile, file });
    const { role, days } = await guest.ask('join', { file });
    return [
      `${guest.friendlyName}'s identity card: one line of ${count(card.characters)} characters, nothing secret.`,
      `Alice's invitation: one line of ${count(invitation.characters)}, of use to ${guest.friendlyName} alone.`,
      `${guest.friendlyName} is now a ${role}, for ${days} days.`,
    ];
  }

  async #connect(): Promise<readonly string[]> {
    const { alice, bob } = this.#cast;
    const wish = { group: this.#group, member: this.#name(bob), address: this.#address(bob) };
    const first = await alice.ask('open', wish);
    const { medianMs } = await alice.ask('reopen', { ...wish, times: OPENINGS });
    this.figures.openingMs = first.tookMs;
    this.figures.openingAgainMs = medianMs;
    return [`By his name and his address, ${first.address}. Both have proved who they are.`];
  }

  async #talk(): Promise<readonly string[]> {
    const { alice, bob } = this.#cast;
    const line = await this.#chat(alice, bob, 'e4');
    const member = this.#name(bob);
    const { medianMs } = await alice.ask('measureRoundTrip', { member, times: ROUND_TRIPS });
    const notes = await alice.ask('measureMessages', { member, count: MESSAGES });
    check(notes.arrived === MESSAGES, `of ${MESSAGES} messages ${notes.arrived} arrived`);
    this.figures.roundTripMs = medianMs;
    this.figures.messagesPerSecond = (1000 * MESSAGES) / notes.bestMs;
    this.figures.messagesAtFirst = (1000 * MESSAGES) / notes.firstMs;
    return [line, `Then five times ${count(MESSAGES)} messages of 64 B; Bob counted them all.`];
  }

  async #stream(): Promise<readonly string[]> {
    const { alice, bob } = this.#cast;
    const { firstMs, bestMs, sent, received } = await alice.ask('sendStream', {
      member: this.#name(bob),
      mib: STREAM_MIB,
    });
    check(sent === received, `sent SHA-256 ${sent}, received ${received}`);
    this.figures.streamMibPerSecond = (1000 * STREAM_MIB) / bestMs;
    this.figures.streamAtFirst = (1000 * STREAM_MIB) / firstMs;
    return [`Five times; SHA-256 ${short(sent)} at both ends.`];
  }

  async #third(): Promise<readonly string[]> {
    const { alice, bob, carol } = this.#cast;
    await this.#invite(carol);
    const group = this.#group;
    const toBob = await carol.ask('open', { group, member: this.#name(bob) });
    await carol.ask('open', { group, member: this.#name(alice) });
    check(toBob.address === this.#address(bob), `Bob was found at ${toBob.address}`);
    return [
      'Her invitation says where Bob is, so that she needs to know his name only.',
      await this.#chat(carol, bob, 'Who won?'),
    ];
  }

  async #stranger(): Promise<readonly string[]> {
    const { alice, bob, eve } = this.#cast;
    const stolen = this.#file(`${bob.friendlyName}.invitation`);
    const changed = this.#file('changed.invitation');
    await writeFile(changed, withOtherLetter(await readFile(stolen, 'utf8')));
    const { group } = await eve.ask('createGroup', { friendlyName: 'Chess club' });
    const atAlice = { group, member: this.#name(alice), address: this.#address(alice) };
    return [
      refusal(
        "She takes up Bob's invitation",
        await eve.ask('tryToJoin', { file: stolen }),
        'INVITATION_FOR_ANOTHER',
      ),
      refusal(
        'She changes a letter of it',
        await eve.ask('tryToJoin', { file: changed }),
        'INVITATION_INVALID',
      ),
      refusal(
        'She makes her own "Chess club" and calls Alice',
        await eve.ask('tryToOpen', atAlice),
        'WRONG_IDENTITY',
      ),
      'Alice has shown her no certificate: Eve has not learned who is there.',
    ];
  }

  async #foreigner(): Promise<readonly string[]> {
    const { alice, carol, mallory } = this.#cast;
    const cardFile = this.#file('Carol.card');
    const file = this.#file('Carol.book-club.invitation');
    const { group } = await mallory.ask('createGroup', { friendlyName: 'Book club' });
    await mallory.ask('invite', { group, cardFile, file });
    await carol.ask('join', { file });
    const toCarol = { group, member: this.#name(carol), address: this.#address(carol) };
    const toAlice = { group, member: this.#name(alice), address: this.#address(alice) };
    await mallory.ask('open', toCarol);
    return [
      'Carol is in his "Book club" too; her one port serves both groups, and lets him in.',
      refusal('He calls Alice', await mallory.ask('tryToOpen', toAlice), 'WRONG_IDENTITY'),
    ];
  }

  async #death(): Promise<readonly string[]> {
    const { alice, bob } = this.#cast;
    alice.forgetEnded();
    const startedAt = performance.now();
    const [{ by, how }] = await Promise.all([alice.endOfConnectionWith('Bob'), bob.kill()]);
    const noticedMs = performance.now() - startedAt;
    check(by === 'network' && how === 'cut', `Alice was told: by ${by}, ${how}`);
    this.figures.deathNoticedMs = noticedMs;
    return [`connectionClosed: by ${by}, ${how}, ${milliseconds(noticedMs)} after the kill.`];
  }

  async #publish(): Promise<void> {
    const { alice, carol } = this.#cast;
    carol.forgetEnded();
    const directory = this.#file(alice.friendlyName);
    const chapter = new RecordsChapter({
      author: alice,
      other: carol,
      group: this.#group,
      directory,
    });
    const address = await chapter.tell();
    Object.assign(this.figures, chapter.figures);
    this.#whereabouts.set(alice, { name: this.#name(alice), address });
  }

  async #callAgain(): Promise<readonly string[]> {
    const { alice, carol } = this.#cast;
    await carol.endOfConnectionWith('Alice');
    const wish = { group: this.#group, member: this.#name(alice), address: this.#address(alice) };
    await carol.ask('open', wish);
    return [
      'Another process and another port, but the same key: it is Alice.',
      await this.#chat(carol, alice, 'Did you lose anything?'),
    ];
  }

  async #share(): Promise<void> {
    const { alice, bob, carol } = this.#cast;
    const chapter = new GraphChapter({
      author: alice,
      newcomer: carol,
      returner: bob,
      group: this.#group,
      authorName: this.#name(alice),
      authorAddress: this.#address(alice),
      returnersDirectory: this.#file(bob.friendlyName),
    });
    await chapter.tell();
    Object.assign(this.figures, chapter.figures);
  }

  async #belong(): Promise<void> {
    const { alice, bob, carol, dave, eve, mallory } = this.#cast;
    const chapter = new MembershipChapter({
      founder: alice,
      members: [bob, carol],
      newcomer: dave,
      stranger: eve,
      traitor: mallory,
      group: this.#group,
      nameOf: (member) => this.#name(member),
      addressOf: (member) => this.#address(member),
      folder: this.#folder,
    });
    await chapter.tell();
    Object.assign(this.figures, chapter.figures);
  }

  async #chat(from: CastMember, to: CastMember, text: string): Promise<string> {
    const { answer } = await from.ask('chat', { member: this.#name(to), text });
    return `${from.friendlyName}: ${text}   ${to.friendlyName}: ${answer}`;
  }

  #file(name: string): string {
    return join(this.#folder, name);
  }

  #name(member: CastMember): string {
    return this.#whereabouts.get(member)?.name ?? '';
  }

  #address(member: CastMember): string {
    return this.#whereabouts.get(member)?.address ?? '';
  }
}

function withOtherLetter(text: string): string {
  const at = Math.floor(text.length / 2);
  return `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
}

function passed(durationMs: number, until: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, durationMs);
    until.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
