// How far a group is connected. Every state that is not the last one says what is missing.

import type { Address } from '../domain/addresses.ts';
import type { PeerName } from '../domain/names.ts';

export type GraphStatus =
  | {
      readonly state: 'offline';
      /** `left`: as the application wished. `removed`: we are no member any more. */
      readonly reason: 'notConnected' | 'left' | 'removed' | 'failed';
    }
  | {
      readonly state: 'connecting';
      /**
       * `readingRecords`: what is stored is looked through first. `nobodyKnown`: no address of any member is known,
       * others have to come. `dialing`: nobody has answered yet. `nobodyReachable`: all that are known were tried.
       */
      readonly reason: 'readingRecords' | 'nobodyKnown' | 'dialing' | 'nobodyReachable';
      /** Of the last dial that failed. */
      readonly lastFailure: DialFailure | null;
    }
  | {
      readonly state: 'synchronizing';
      readonly reason: 'memberships' | 'records';
      readonly neighbors: number;
    }
  | { readonly state: 'online'; readonly neighbors: number };

export interface DialFailure {
  /** Null when it was said of no member that it is there. */
  readonly member: PeerName | null;
  /** Null when several were tried, one after the other. */
  readonly address: Address | null;
  /** A code of docs/errors.md. */
  readonly code: string;
  readonly detail: string;
}

export function isSameStatus(a: GraphStatus, b: GraphStatus): boolean {
  if (a.state !== b.state) return false;
  if (a.state === 'online' && b.state === 'online') return a.neighbors === b.neighbors;
  if (a.state === 'synchronizing' && b.state === 'synchronizing') {
    return a.reason === b.reason && a.neighbors === b.neighbors;
  }
  if (a.state === 'connecting' && b.state === 'connecting') {
    return a.reason === b.reason && a.lastFailure === b.lastFailure;
  }
  return a.state === 'offline' && b.state === 'offline' && a.reason === b.reason;
}
