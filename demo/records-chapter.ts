// The chapter about records: Alice publishes games of chess, searches them, watches what changes, and
// is killed while she publishes. The group is not connected yet, so that the records stay with her.

import type { CastMember } from './cast-member.ts';
import { count, milliseconds } from './figures.ts';
import { MOVE, MOVES_PER_GAME, type Move } from './moves.ts';
import type { Seen } from './record-wishes.ts';
import { check, step } from './terminal.ts';

const GAMES = 250;
/** 1,000 moves under one signature. */
const GAMES_AT_ONCE = 25;
const MOVES = GAMES * MOVES_PER_GAME;
const SEARCHES = 200;
const PAGE = 5;
const SHORT_LIFE_MS = 1_000;
/** While she publishes ten games at once, the kill comes after so many. */
const GAMES_BEFORE_KILL = 80;

export interface RecordFigures {
  publishedPerSecond: number;
  searchMs: number;
  records: number;
  openGroupMs: number;
}

/** Whose records, in which group, and who has none of them. */
export interface Publishing {
  readonly author: CastMember;
  readonly other: CastMember;
  readonly group: string;
  /** Of the author's node. */
  readonly directory: string;
}

export class RecordsChapter {
  readonly figures: RecordFigures = {
    publishedPerSecond: 0,
    searchMs: 0,
    records: 0,
    openGroupMs: 0,
  };
  readonly #publishing: Publishing;

  constructor(publishing: Publishing) {
    this.#publishing = publishing;
  }

  /** Resolves with the address at which the author is reached after it. */
  async tell(): Promise<string> {
    const { friendlyName } = this.#publishing.author;
    let address = '';
    await step(`${friendlyName} publishes the ${count(MOVES)} moves of ${GAMES} games`, () =>
      this.#publish(),
    );
    await step(`${friendlyName} searches them by their attributes`, () => this.#search());
    await step(`${friendlyName} watches a search while records change`, () => this.#watch());
    await step(`${friendlyName}'s process is killed while it publishes`, async () => {
      address = await this.#kill();
      return await this.#inspect();
    });
    return address;
  }

  async #publish(): Promise<readonly string[]> {
    const { author, other, group } = this.#publishing;
    const wish = { group, first: 1, games: GAMES, gamesAtOnce: GAMES_AT_ONCE };
    const { records, tookMs } = await author.ask('publishGames', wish);
    const atOther = await other.ask('countFound', { group, query: {} });
    check(atOther.records === 0, `${other.friendlyName} has ${atOther.records} records`);
    this.figures.publishedPerSecond = (1000 * records) / tookMs;
    return [
      `${count(GAMES_AT_ONCE * MOVES_PER_GAME)} under one signature, on the disk before the promise resolves.`,
      `${other.friendlyName} has none of them yet: nobody has connected the group.`,
    ];
  }

  async #search(): Promise<readonly string[]> {
    const { author, group } = this.#publishing;
    const knight = { attribute: 'move', like: 'N*' };
    const query = { type: MOVE, where: { and: [{ attribute: 'player', equal: 'Carol' }, knight] } };
    const first = await author.ask('search', { group, query: { ...query, limit: PAGE } });
    const second = await author.ask('search', {
      group,
      query: { ...query, limit: PAGE, after: first.next ?? '' },
    });
    const { records } = await author.ask('countFound', { group, query });
    await this.#measureSearch();
    return [
      `Carol's moves with a knight: ${count(records)}, the newest first, ${PAGE} on a page (game:move).`,
      `Page 1   ${first.moves.map(moveText).join('   ')}`,
      `Page 2   ${second.moves.map(moveText).join('   ')}   (after ${first.next})`,
    ];
  }

  async #measureSearch(): Promise<void> {
    const { author, group } = this.#publishing;
    const where = {
      and: [
        { attribute: 'game', equal: GAMES / 2 },
        { attribute: 'player', equal: 'Alice' },
      ],
    };
    const orderBy = { attribute: 'number', type: 'int' } as const;
    const query = { where, orderBy };
    const { medianMs } = await author.ask('measureSearch', { group, query, times: SEARCHES });
    this.figures.searchMs = medianMs;
  }

  async #watch(): Promise<readonly string[]> {
    const { author, group } = this.#publishing;
    const wish = { group, game: GAMES + 1, lifeMs: SHORT_LIFE_MS };
    const { seen } = await author.ask('watchChanges', wish);
    const told = seen.map(({ kind, version }) => `${kind} ${version}`).join(', ');
    check(told === 'added 1, updated 2, removed 2, added 1, removed 1', `told: ${told}`);
    const [added, updated, deleted, brief, over] = seen;
    return [
      `add       ${changeText(added)}`,
      `update    ${changeText(updated)}`,
      `delete    ${changeText(deleted)}`,
      `add       ${changeText(brief)}, to live for ${SHORT_LIFE_MS / 1000} s`,
      `(nobody)  ${changeText(over)}, ${milliseconds(over?.waitedMs ?? 0)} later`,
    ];
  }

  async #kill(): Promise<string> {
    const { author, group, directory } = this.#publishing;
    const first = firstGameOfKill();
    await author.ask('publishWithoutEnd', { group, first, gamesAtOnce: 10 });
    await author.publicationOf(first + GAMES_BEFORE_KILL - 1);
    await author.kill();
    author.beginAgain();
    const { address, openGroupMs } = await author.ask('comeBack', { directory, group });
    this.figures.openGroupMs = openGroupMs;
    return address;
  }

  async #inspect(): Promise<readonly string[]> {
    const { author, group } = this.#publishing;
    const first = firstGameOfKill();
    const acknowledged = author.lastGamePublished - first + 1;
    const { games, brokenGames } = await author.ask('inspectGames', { group, first });
    const numbers = new Set(games);
    const lost = Array.from({ length: acknowledged }, (_, at) => first + at).filter(
      (game) => !numbers.has(game),
    );
    check(lost.length === 0, `acknowledged and not there: games ${lost.join(', ')}`);
    check(brokenGames === 0, `${brokenGames} games lack moves`);
    this.figures.records = MOVES + games.length * MOVES_PER_GAME;
    return [
      `Acknowledged before the kill: ${count(acknowledged * MOVES_PER_GAME)} more moves. A new process opens the database.`,
      `It has ${count(games.length * MOVES_PER_GAME)}: all of those, and no publication in part.`,
    ];
  }
}

/** A game that nobody has published. */
function firstGameOfKill(): number {
  return GAMES + 2;
}

function moveText({ game, number, text }: Move): string {
  return `${game}:${number} ${text}`;
}

function changeText(seen: Seen | undefined): string {
  if (seen === undefined) return 'nothing';
  return `${seen.kind.padEnd(8)} ${seen.move}, version ${seen.version}`;
}
