// The chapter about the graph: the members connect their group, and its records arrive at those who
// were never connected, who were killed, who were away, and who are there.

import type { CastMember } from './cast-member.ts';
import { count, median, milliseconds } from './figures.ts';
import { MOVES_PER_GAME } from './moves.ts';
import { check, step } from './terminal.ts';

/** Games that no other chapter publishes. */
const GAME_ONE_BY_ONE = 1_000_001;
const FIRST_GAME_WHILE_AWAY = 1_000_002;
const GAMES_WHILE_AWAY = 50;
const MOVES_WHILE_AWAY = GAMES_WHILE_AWAY * MOVES_PER_GAME;
const MOVES_ONE_BY_ONE = 100;

export interface GraphFigures {
  arrivalMs: number;
  arrivals: number;
  caughtUp: number;
  caughtUpPerSecond: number;
}

/** Who publishes, who was there before but has no records, and who was killed. */
export interface Sharing {
  readonly author: CastMember;
  readonly newcomer: CastMember;
  readonly returner: CastMember;
  readonly group: string;
  readonly authorName: string;
  readonly authorAddress: string;
  readonly returnersDirectory: string;
}

export class GraphChapter {
  readonly figures: GraphFigures = { arrivalMs: 0, arrivals: 0, caughtUp: 0, caughtUpPerSecond: 0 };
  readonly #sharing: Sharing;
  #records = 0;

  constructor(sharing: Sharing) {
    this.#sharing = sharing;
  }

  async tell(): Promise<void> {
    const { author, newcomer, returner } = this.#sharing;
    const [alice, carol, bob] = [author, newcomer, returner].map((each) => each.friendlyName);
    await step(`${alice} and ${carol} connect the group`, () => this.#connect());
    await step(`${bob} comes back in a new process`, () => this.#comeBack());
    await step(`${alice} publishes ${MOVES_ONE_BY_ONE} moves, one by one`, () => this.#arrive());
    await step(`${carol} is away while ${alice} publishes`, () => this.#catchUp());
    await step(`${alice} says something to whoever is there`, () => this.#broadcast());
  }

  async #connect(): Promise<readonly string[]> {
    const { author, newcomer, group } = this.#sharing;
    // Whoever connects first waits for the other one.
    const [atAuthor, atNewcomer] = await Promise.all([
      author.ask('connectGroup', { group }),
      newcomer.ask('connectGroup', { group }),
    ]);
    const { came, records, cameMs } = atNewcomer;
    check(came > 10_000, `only ${came} records came`);
    check(records === atAuthor.records, `${records} records, ${atAuthor.records} at the author`);
    this.#records = records;
    this.figures.caughtUp = came;
    this.figures.caughtUpPerSecond = (1000 * came) / cameMs;
    return [caughtUp(newcomer, records, cameMs)];
  }

  async #comeBack(): Promise<readonly string[]> {
    const { returner, group, authorName: member, authorAddress: address } = this.#sharing;
    const directory = this.#sharing.returnersDirectory;
    returner.beginAgain();
    await returner.ask('comeBack', { directory, group });
    await returner.ask('open', { group, member, address });
    const { records, cameMs } = await returner.ask('connectGroup', { group });
    check(records === this.#records, `${records} records, ${this.#records} are there`);
    return [
      'Both have other ports now, so he calls Alice at her new one; the group takes it from there.',
      caughtUp(returner, records, cameMs),
    ];
  }

  async #arrive(): Promise<readonly string[]> {
    const { author, newcomer, returner, group } = this.#sharing;
    const game = GAME_ONE_BY_ONE;
    const moves = MOVES_ONE_BY_ONE;
    const others = [returner, newcomer];
    for (const other of others) await other.ask('beginListening', { group, game });
    const { at } = await author.ask('publishMoves', { group, game, moves });
    const mediansMs: number[] = [];
    for (const other of others) {
      const heard = await other.ask('movesHeard', { moves });
      mediansMs.push(median(heard.at.map((arrived, index) => arrived - (at[index] ?? 0))));
    }
    this.figures.arrivals = moves * others.length;
    this.figures.arrivalMs = median(mediansMs);
    const texts = others.map((other, at) => `at ${textAt(other, mediansMs[at] ?? 0)}`);
    return [
      `From her add() to the event there, in the median: ${texts.join(', ')}.`,
      'Signed and on the disk here, proved and on the disk there.',
    ];
  }

  async #catchUp(): Promise<readonly string[]> {
    const { author, newcomer, group } = this.#sharing;
    await newcomer.ask('disconnectGroup', { group });
    await author.ask('publishGames', {
      group,
      first: FIRST_GAME_WHILE_AWAY,
      games: GAMES_WHILE_AWAY,
      gamesAtOnce: 1,
    });
    const { came, cameMs, tookMs } = await newcomer.ask('connectGroup', { group });
    check(came === MOVES_WHILE_AWAY, `${came} of ${MOVES_WHILE_AWAY} moves came`);
    return [
      `${count(came)} moves, ${duration(cameMs)} after connecting again; only what was missing was sent.`,
      `After ${duration(tookMs)} she knew that neither neighbor has more.`,
    ];
  }

  async #broadcast(): Promise<readonly string[]> {
    const { author, newcomer, returner, group } = this.#sharing;
    const others = [returner, newcomer];
    const { names } = await author.ask('present', { group, members: 1 + others.length });
    const text = 'A game, anybody?';
    const { at } = await author.ask('broadcast', { group, text });
    const lines = [`${author.friendlyName} sees ${list(names)}.`];
    for (const other of others) {
      const heard = await other.ask('broadcastHeard', {});
      check(heard.sender === author.friendlyName, `${heard.sender} said ${heard.text}`);
      const tookMs = milliseconds(heard.at - at);
      lines.push(
        `${other.friendlyName} heard "${heard.text}" after ${tookMs}; it is stored nowhere.`,
      );
    }
    return lines;
  }
}

function caughtUp({ friendlyName }: CastMember, records: number, cameMs: number): string {
  const seconds = (cameMs / 1000).toFixed(2);
  return `${friendlyName} has all ${count(records)} records, ${seconds} s after connecting.`;
}

function textAt({ friendlyName }: CastMember, tookMs: number): string {
  return `${friendlyName} ${milliseconds(tookMs)}`;
}

function duration(tookMs: number): string {
  return tookMs < 1_000 ? milliseconds(tookMs) : `${(tookMs / 1000).toFixed(2)} s`;
}

function list(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
