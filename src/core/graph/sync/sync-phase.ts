// Where the asking side of a comparison stands (protocol.md §13.6): one value, and the moves between
// its names that may be made. Memberships come first; records only when those are settled.

import { assert } from '../../base/assert.ts';
import type { GetSymbols } from '../../wire/sync-symbols.ts';
import type { SymbolDecoder } from './symbol-decoder.ts';

export type SyncPhase =
  | { readonly name: 'idle' }
  /** Our list was sent; until the far end says that it has all it wants. */
  | { readonly name: 'memberships'; readonly isTheirsDone: boolean }
  /** A newcomer takes everything in order. */
  | { readonly name: 'streaming'; readonly isAllSent: boolean }
  | {
      readonly name: 'symbols';
      readonly decoder: SymbolDecoder;
      readonly asked: GetSymbols;
      /** Digests of both sets of which the decoder has symbols; null before the first. */
      readonly sets: { readonly ours: Uint8Array; readonly theirs: Uint8Array } | null;
      readonly restarts: number;
    }
  /** `open` questions have no last answer yet. */
  | { readonly name: 'ranges'; readonly open: number; readonly answers: number }
  /** It is known what differs: until both have got and judged it. */
  | { readonly name: 'transferring' }
  /** The far end was told so; until it says the same. */
  | { readonly name: 'finishing' };

export type SyncPhaseName = SyncPhase['name'];

export const SYNC_MOVES: Readonly<Record<SyncPhaseName, readonly SyncPhaseName[]>> = {
  idle: ['memberships', 'streaming', 'symbols'],
  memberships: ['streaming', 'symbols', 'finishing', 'idle'],
  streaming: ['streaming', 'symbols', 'finishing', 'idle'],
  symbols: ['symbols', 'ranges', 'transferring', 'idle'],
  ranges: ['ranges', 'transferring', 'idle'],
  transferring: ['finishing', 'idle'],
  finishing: ['symbols', 'idle'],
};

export function requireMove(from: SyncPhaseName, to: SyncPhaseName): void {
  const isAllowed = from === to || SYNC_MOVES[from].includes(to);
  assert(isAllowed, `a comparison does not go from ${from} to ${to}`);
}
