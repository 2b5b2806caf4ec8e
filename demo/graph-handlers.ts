// What a member's process does about the group's graph: connects, leaves, says something to all, and
// notes down when what came from others.

import type { PeerGroup } from '../src/api/index.ts';
import type { GraphWishes } from './graph-wishes.ts';
import { MOVE, moveOf } from './moves.ts';
import type { AnswerOf, WishOf } from './wishes.ts';

type Handlers = {
  readonly [Name in keyof GraphWishes]: (wish: WishOf<Name>) => Promise<AnswerOf<Name>>;
};

/** What came from others, when. */
class Notebook {
  readonly moves: number[] = [];
  broadcast: AnswerOf<'broadcastHeard'> | null = null;
  onNote: () => void = () => undefined;

  constructor(group: PeerGroup, game: number) {
    group.addEventListener('recordChanged', ({ origin, record }) => {
      if (origin !== 'elsewhere' || record.type !== MOVE || moveOf(record).game !== game) return;
      this.moves.push(timeOfDay());
      this.onNote();
    });
    group.addEventListener('broadcastReceived', ({ sender, text }) => {
      this.broadcast = { sender: sender.friendlyName, text, at: timeOfDay() };
      this.onNote();
    });
  }

  /** Resolves when `find` has found something. */
  wait<Found>(find: () => Found | null): Promise<Found> {
    return new Promise((resolve) => {
      this.onNote = () => {
        const found = find();
        if (found !== null) resolve(found);
      };
      this.onNote();
    });
  }
}

export function graphHandlers(groupOf: (name: string) => PeerGroup): Handlers {
  let notebook: Notebook | null = null;
  const notes = (): Notebook => {
    if (notebook === null) throw new Error('nobody is listening');
    return notebook;
  };
  return {
    async connectGroup({ group: name }) {
      const group = groupOf(name);
      const before = group.records.use.records;
      const startedAt = performance.now();
      const sinceMs = (): number => performance.now() - startedAt;
      let cameMs = 0;
      const onProgress = (): void => {
        cameMs = sinceMs();
      };
      group.addEventListener('syncProgress', onProgress);
      await group.connect();
      const { records } = await group.synced();
      group.removeEventListener('syncProgress', onProgress);
      return { tookMs: sinceMs(), records, came: records - before, cameMs };
    },

    async disconnectGroup({ group }) {
      groupOf(group).disconnect();
      return {};
    },

    async present({ group: name, members }) {
      const group = groupOf(name);
      await new Promise<void>((resolve) => {
        const look = (): void => {
          if (group.members().length >= members) resolve();
        };
        group.addEventListener('presenceChanged', look);
        look();
      });
      return {
        names: group
          .members()
          .map(({ friendlyName }) => friendlyName)
          .toSorted(),
      };
    },

    async beginListening({ group, game }) {
      notebook = new Notebook(groupOf(group), game);
      return {};
    },

    async movesHeard({ moves }) {
      const { moves: at } = notes();
      return await notes().wait(() => (at.length >= moves ? { at } : null));
    },

    async broadcastHeard() {
      return await notes().wait(() => notes().broadcast);
    },

    async publishMoves({ group, game, moves }) {
      const { records } = groupOf(group);
      const at: number[] = [];
      for (let number = 1; number <= moves; number++) {
        at.push(timeOfDay());
        const attributes = { game, number, player: 'Alice', move: 'Kh1' };
        await records.add({ type: MOVE, data: `${number}. Kh1`, attributes });
      }
      return { at };
    },

    async broadcast({ group, text }) {
      const at = timeOfDay();
      return { at, neighbors: await groupOf(group).broadcast(text) };
    },
  };
}

function timeOfDay(): number {
  return performance.timeOrigin + performance.now();
}
