// search: first pages of 50, the newest first, out of a million records. The collection is filled once
// for each subject and serves all rounds.

import { benchOf } from '../harness/bench.ts';
import type { MeasuredWork } from '../harness/plan.ts';
import type { QuestionKind } from '../records/questions.ts';
import type { Solo } from '../records/solo.ts';
import { solos } from '../records/solos.ts';

const SLACK_MS = 30_000;

const QUESTIONS: Readonly<Record<QuestionKind, string>> = {
  customer: 'equal, 100 match',
  titles: 'prefix, 100 match',
  amounts: 'range, 200 match',
  customerAndState: 'equal and equal, 100 and 900,000 match',
  typeAndRegion: 'type and equal, 1,000 match',
  state: 'equal, 100,000 or 900,000 match',
};

const KINDS: readonly QuestionKind[] = [
  'customer',
  'titles',
  'amounts',
  'customerAndState',
  'typeAndRegion',
  'state',
];

export const search = benchOf({
  name: 'search',
  troupe: solos(['bare-sqlite', 'peergroup'], {
    collection: 'items',
    size: 1_000_000,
    quickSize: 20_000,
    capMs: 900_000,
    quickCapMs: 60_000,
    mayFallShort: [],
  }),
  isFreshEachTime: true,
  rounds: 5,
  quickRounds: 1,
  works: [...KINDS.map(asking), reading(), weighing()],
});

function asking(kind: QuestionKind): MeasuredWork<Solo> {
  return {
    name: QUESTIONS[kind],
    async measure(solo, isQuick) {
      await solo.open('power');
      const repetition = repetitionOf(isQuick);
      const { medianMs, p99Ms, leastFound } = await solo.ask(
        { name: 'find', kind, ...repetition },
        repetition.capMs + SLACK_MS,
      );
      await solo.close();
      return { medianMs, p99Ms, leastFound };
    },
  };
}

function reading(): MeasuredWork<Solo> {
  return {
    name: 'one record by its key',
    async measure(solo, isQuick) {
      await solo.open('power');
      const repetition = repetitionOf(isQuick);
      const { medianMs, p99Ms } = await solo.ask(
        { name: 'read', ...repetition },
        repetition.capMs + SLACK_MS,
      );
      await solo.close();
      return { medianUs: medianMs * 1_000, p99Us: p99Ms * 1_000 };
    },
  };
}

function weighing(): MeasuredWork<Solo> {
  return {
    name: 'memory',
    async measure(solo, isQuick) {
      await solo.open('power');
      const opened = await solo.ask({ name: 'weigh' }, SLACK_MS);
      const repetition = repetitionOf(isQuick);
      for (const kind of KINDS) {
        await solo.ask({ name: 'find', kind, ...repetition }, repetition.capMs + SLACK_MS);
      }
      const searched = await solo.ask({ name: 'weigh' }, SLACK_MS);
      await solo.close();
      return { openedRssBytes: opened.rssBytes, searchedRssBytes: searched.rssBytes };
    },
  };
}

function repetitionOf(isQuick: boolean) {
  return isQuick
    ? { warmUpCount: 20, count: 100, capMs: 500 }
    : { warmUpCount: 100, count: 1_000, capMs: 4_000 };
}
