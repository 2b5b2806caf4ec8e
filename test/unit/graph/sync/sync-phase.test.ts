// The moves of a comparison: those that may be made, and no others.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BrokenInvariant } from '../../../../src/core/base/assert.ts';
import {
  requireMove,
  SYNC_MOVES,
  type SyncPhaseName,
} from '../../../../src/core/graph/sync/sync-phase.ts';

const NAMES: readonly SyncPhaseName[] = [
  'idle',
  'memberships',
  'streaming',
  'symbols',
  'ranges',
  'transferring',
  'finishing',
];

test('every phase goes on to those that its table names, and to no other', () => {
  for (const from of NAMES) {
    for (const to of NAMES) {
      const isAllowed = from === to || SYNC_MOVES[from].includes(to);
      if (isAllowed) requireMove(from, to);
      else assert.throws(() => requireMove(from, to), BrokenInvariant);
    }
  }
});

test('every comparison can be given up, and ends', () => {
  for (const name of NAMES) {
    if (name !== 'idle') assert.ok(SYNC_MOVES[name].includes('idle'), name);
  }
});
