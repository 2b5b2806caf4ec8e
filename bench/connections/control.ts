// What the main process asks of the two processes of a connection, and what they answer.

import type { Spread } from '../harness/collect.ts';
import type { Memory } from '../harness/memory.ts';
import type { Material } from '../harness/troupe.ts';
import type { Address, Work } from './subject.ts';

/** The reply to each command stands beside it in `PairReplies`. */
export type AcceptorCommand =
  | { readonly name: 'listen'; readonly material: Material }
  | { readonly name: 'serve'; readonly work: Work }
  | { readonly name: 'awaitConnections'; readonly connections: number }
  | { readonly name: 'sample'; readonly warmUpMs: number; readonly durationMs: number }
  | { readonly name: 'receive'; readonly totalBytes: number; readonly capMs: number }
  | { readonly name: 'memory' };

export type DialerCommand =
  | { readonly name: 'dial'; readonly address: Address; readonly material: Material }
  | {
      readonly name: 'pump';
      readonly work: Work;
      readonly sizeBytes: number;
      readonly count: number;
    }
  | { readonly name: 'stop' }
  | {
      readonly name: 'roundTrips';
      readonly sizeBytes: number;
      readonly warmUpCount: number;
      readonly count: number;
      readonly capMs: number;
    }
  | {
      readonly name: 'opens';
      readonly warmUpCount: number;
      readonly count: number;
      readonly capMs: number;
    }
  | { readonly name: 'hold'; readonly count: number };

export interface PairReplies {
  readonly listen: Address;
  readonly serve: null;
  readonly awaitConnections: null;
  readonly sample: Throughput;
  readonly receive: Throughput;
  readonly memory: Memory;
  readonly dial: null;
  readonly pump: Pumped;
  readonly stop: null;
  readonly roundTrips: Spread;
  readonly opens: { readonly usable: Spread; readonly secured: Spread | null };
  readonly hold: null;
}

export interface Throughput {
  readonly bytes: number;
  readonly elapsedMs: number;
  /** What the accepting process worked in that time. */
  readonly cpuMs: number;
}

export interface Pumped {
  readonly bytes: number;
  /** What the dialing process worked for these bytes. */
  readonly cpuMs: number;
}
