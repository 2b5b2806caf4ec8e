// What the main process asks of the one process of a record bench, and what it answers.

import type { Repetition, Spread } from '../harness/collect.ts';
import type { Memory } from '../harness/memory.ts';
import type { QuestionKind } from './questions.ts';
import type { Place } from './subject.ts';

/** The reply to each command stands beside it in `SoloReplies`. */
export type SoloCommand =
  /** `size`: of the whole collection, which the samples and the questions depend on. */
  | { readonly name: 'open'; readonly place: Place; readonly size: number }
  | { readonly name: 'fill'; readonly capMs: number }
  | {
      readonly name: 'publish';
      readonly way: PublishingWay;
      readonly warmUpMs: number;
      readonly durationMs: number;
    }
  | ({ readonly name: 'find'; readonly kind: QuestionKind } & Repetition)
  | ({ readonly name: 'read' } & Repetition)
  | { readonly name: 'weigh' }
  | { readonly name: 'openAndUse'; readonly place: Place }
  | { readonly name: 'close' };

/** A thousand by one call; one after the other; or a thousand calls of which none waits for another. */
export type PublishingWay = 'batches' | 'single' | 'unawaited';

export interface SoloReplies {
  readonly open: null;
  readonly fill: Filled;
  readonly publish: Published;
  readonly find: Found;
  readonly read: Spread;
  readonly weigh: Memory;
  readonly openAndUse: Usable;
  readonly close: null;
}

export interface Filled {
  /** Fewer than were asked for when time was up. */
  readonly records: number;
  readonly elapsedMs: number;
}

export interface Published {
  readonly records: number;
  readonly elapsedMs: number;
  /** What the process worked in that time, on all its threads. */
  readonly cpuMs: number;
}

export interface Found extends Spread {
  /** Records of a page, the fewest of all. */
  readonly leastFound: number;
}

/** Each counted from the beginning, when the process was up and the subject's code loaded. */
export interface Usable {
  readonly openedMs: number;
  readonly pageMs: number;
  readonly usableMs: number;
}
