// What the narrator asks of a member about records, and what that answers.

import type { GroupRecords } from '../src/api/index.ts';
import type { Move } from './moves.ts';

export interface RecordWishes {
  /** So many games, the moves of `gamesAtOnce` under one signature. */
  publishGames(wish: GamesWish & { readonly games: number }): {
    readonly records: number;
    readonly tookMs: number;
  };
  /** One page. */
  search(wish: SearchWish): { readonly moves: readonly Move[]; readonly next: string | null };
  /** All pages. */
  countFound(wish: SearchWish): { readonly records: number };
  measureSearch(wish: SearchWish & { readonly times: number }): { readonly medianMs: number };
  /** Adds, changes and deletes a move, and adds one that lives for `lifeMs`, while a search watches. */
  watchChanges(wish: { readonly group: string; readonly game: number; readonly lifeMs: number }): {
    readonly seen: readonly Seen[];
  };
  /** Answers at once and goes on until it is killed; the narrator is told of every acknowledgement. */
  publishWithoutEnd(wish: GamesWish): Record<string, never>;
  /** The games from `first` on that are there, and how many of them lack moves. */
  inspectGames(wish: { readonly group: string; readonly first: number }): {
    readonly games: readonly number[];
    readonly brokenGames: number;
  };
}

interface GamesWish {
  readonly group: string;
  readonly first: number;
  readonly gamesAtOnce: number;
}

type RecordQuery = NonNullable<Parameters<GroupRecords['search']>[0]>;

interface SearchWish {
  readonly group: string;
  readonly query: RecordQuery;
}

/** A change as a live search told it. */
export interface Seen {
  readonly kind: string;
  readonly move: string;
  readonly version: number;
  readonly waitedMs: number;
}
