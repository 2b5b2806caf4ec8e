// What a member's process does about records: publishes, searches and watches, and tells the narrator
// what came of it.

import type { GroupRecords, LiveSearch, PeerGroup } from '../src/api/index.ts';
import { isPeerGroupError } from '../src/api/index.ts';
import { median } from './figures.ts';
import { MOVE, MOVES_PER_GAME, moveOf, movesOfGames } from './moves.ts';
import type { RecordWishes, Seen } from './record-wishes.ts';
import type { AnswerOf, Report, WishOf } from './wishes.ts';

type Handlers = {
  readonly [Name in keyof RecordWishes]: (wish: WishOf<Name>) => Promise<AnswerOf<Name>>;
};

export function recordHandlers(
  groupOf: (name: string) => PeerGroup,
  report: (one: Report) => void,
): Handlers {
  return {
    async publishGames({ group, first, games, gamesAtOnce }) {
      const { records } = groupOf(group);
      const startedAt = performance.now();
      for (let game = first; game < first + games; game += gamesAtOnce) {
        await records.addAll(movesOfGames(game, gamesAtOnce));
      }
      return { records: games * MOVES_PER_GAME, tookMs: performance.now() - startedAt };
    },

    async search({ group, query }) {
      const { records, next } = await groupOf(group).records.search(query);
      return { moves: records.map(moveOf), next };
    },

    async countFound({ group, query }) {
      let records = 0;
      for await (const _ of groupOf(group).records.all(query)) records += 1;
      return { records };
    },

    async measureSearch({ group, query, times }) {
      const { records } = groupOf(group);
      const tookMs: number[] = [];
      for (let at = 0; at < times; at++) {
        const startedAt = performance.now();
        await records.search(query);
        tookMs.push(performance.now() - startedAt);
      }
      return { medianMs: median(tookMs) };
    },

    watchChanges: async ({ group, game, lifeMs }) => {
      const { records } = groupOf(group);
      const live = records.watch({ type: MOVE, where: { attribute: 'game', equal: game } });
      const seen = await changeWhileWatching(records, live, { game, lifeMs });
      await live.return();
      return { seen };
    },

    async publishWithoutEnd({ group, first, gamesAtOnce }) {
      void publishWithoutEnd(groupOf(group).records, { first, gamesAtOnce, report });
      return {};
    },

    async inspectGames({ group, first }) {
      const { records } = groupOf(group);
      const where = { attribute: 'game', greaterOrEqual: first };
      const movesByGame = new Map<number, number>();
      for await (const record of records.all({ type: MOVE, where })) {
        const { game } = moveOf(record);
        movesByGame.set(game, (movesByGame.get(game) ?? 0) + 1);
      }
      const broken = [...movesByGame.values()].filter((moves) => moves !== MOVES_PER_GAME);
      return { games: [...movesByGame.keys()], brokenGames: broken.length };
    },
  };
}

/** One move is added, changed and deleted; another one comes and ends by itself. */
async function changeWhileWatching(
  records: GroupRecords,
  live: LiveSearch,
  { game, lifeMs }: { readonly game: number; readonly lifeMs: number },
): Promise<readonly Seen[]> {
  const attributes = { game, number: 1, player: 'Alice', move: 'e4' };
  const move = await records.add({ type: MOVE, data: '1. e4', attributes });
  const added = await next(live);
  await records.update(move, { data: '1. d4', attributes: { ...attributes, move: 'd4' } });
  const updated = await next(live);
  await records.delete(move);
  const deleted = await next(live);
  await records.add({
    type: MOVE,
    data: '2. draw?',
    attributes: { ...attributes, number: 2, move: 'draw?' },
    expiresAt: new Date(Date.now() + lifeMs),
  });
  return [added, updated, deleted, await next(live), await next(live)];
}

async function next(live: LiveSearch): Promise<Seen> {
  const startedAt = performance.now();
  const { value } = await live.next();
  if (value === undefined) throw new Error('the search has ended');
  const { kind, record } = value;
  const { version } = record;
  return { kind, move: moveOf(record).text, version, waitedMs: performance.now() - startedAt };
}

async function publishWithoutEnd(
  records: GroupRecords,
  wish: {
    readonly first: number;
    readonly gamesAtOnce: number;
    readonly report: (one: Report) => void;
  },
): Promise<void> {
  const { first, gamesAtOnce, report } = wish;
  try {
    for (let game = first; ; game += gamesAtOnce) {
      await records.addAll(movesOfGames(game, gamesAtOnce));
      report({ kind: 'published', lastGame: game + gamesAtOnce - 1 });
    }
  } catch (error) {
    // The story was interrupted before the kill.
    if (!isPeerGroupError(error, 'GROUP_CLOSED')) throw error;
  }
}
