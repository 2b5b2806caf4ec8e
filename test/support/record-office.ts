// A record desk on a clock and a store of the test, with everything that it tells.

import assert from 'node:assert/strict';
import { setImmediate as laterTurn } from 'node:timers/promises';

import { nodeCrypto } from '../../src/adapters/crypto/node-crypto.ts';
import type { RecordWish } from '../../src/core/book/record-drafts.ts';
import type { RecordChange } from '../../src/core/domain/records.ts';
import type { Clock } from '../../src/core/ports/clock.ts';
import type { SignatureChecker } from '../../src/core/ports/crypto.ts';
import type { StoreChange } from '../../src/core/ports/record-store.ts';
import { WorldError } from '../../src/core/ports/world-error.ts';
import type { BatchContents } from '../../src/core/records/batch-contents.ts';
import { type PublishResult, RecordDesk, type TakeResult } from '../../src/engine/record-desk.ts';
import { SignatureChecks } from '../../src/engine/signature-checks.ts';
import { MemoryRecordStore } from '../../src/sim/disk/memory-record-store.ts';
import { CAST, NOW, newBook, newStore, type Recorder } from './record-club.ts';
import { SimulatedClock } from './simulated-clock.ts';

const { ann, bob, carol, eve } = CAST;

export const DISK_FULL = new WorldError('STORAGE_FULL', 'no space is left');
export const DISK_RETRY_MS = 5_000;

/** Counts its commits, says with which changes they came, and fails as it is told. */
export class WatchedStore extends MemoryRecordStore {
  readonly commits: (readonly StoreChange[])[] = [];
  /** How often it was asked what is to be refreshed. */
  looks = 0;
  /** Throws for what the disk or we would stumble over. */
  onCommit: (changes: readonly StoreChange[]) => void = () => {};
  onRead: () => void = () => {};

  override nextRemoval(): ReturnType<MemoryRecordStore['nextRemoval']> {
    this.onRead();
    return super.nextRemoval();
  }

  override refreshable(...asked: Parameters<MemoryRecordStore['refreshable']>) {
    this.looks += 1;
    return super.refreshable(...asked);
  }

  override commit(...given: Parameters<MemoryRecordStore['commit']>): void {
    this.onCommit(given[0]);
    super.commit(...given);
    this.commits.push(given[0]);
  }
}

/** Checks at once and tells at the end of the turn. */
export const instantChecker: SignatureChecker = {
  check(publicKey, bytes, signature, done) {
    const isValid = nodeCrypto.verify(publicKey, bytes, signature);
    queueMicrotask(() => done(isValid));
  },
};

/** Of a member that knows these. */
export function recordOffice(
  recorder: Recorder = bob,
  knows: readonly Recorder[] = [ann, carol, eve],
) {
  const clock = new SimulatedClock(NOW);
  return { clock, ...officeAt(clock, recorder, knows, () => clock.advance(0)) };
}

/** The same on another clock; `pass` lets one turn of it pass. */
export function officeAt(
  clock: Clock,
  recorder: Recorder = bob,
  knows: readonly Recorder[] = [],
  pass: () => void = () => undefined,
) {
  const store = new WatchedStore(newStore(recorder).journal);
  const book = newBook(recorder, store);
  const told: RecordChange[] = [];
  const failures: unknown[] = [];
  const checks = new SignatureChecks(instantChecker, store);
  const desk = new RecordDesk(
    { book, store, clock, checks, durability: 'power' },
    { onChanges: (changes) => told.push(...changes), onFailed: (error) => failures.push(error) },
  );
  for (const { membership } of [recorder, ...knows]) {
    assert.ok(desk.learnMembership(membership.chain.map(({ der }) => der)).ok);
  }
  store.commits.splice(0);
  const publish = (...wishes: RecordWish[]) => {
    const results: PublishResult[] = [];
    desk.publish(wishes, (result) => results.push(result));
    return results;
  };
  const take = async (batch: BatchContents, from: string | null = 'a neighbor') => {
    const results: TakeResult[] = [];
    desk.take(batch, from, (result) => results.push(result));
    assert.equal(results.length, 0, 'later, never at once');
    await laterTurn();
    pass();
    await laterTurn();
    return results;
  };
  return { store, book, desk, told, failures, publish, take };
}

export function kindsOf(results: readonly { readonly kind: string }[]): readonly string[] {
  return results.map(({ kind }) => kind);
}

/** Of the first record. */
export function idIn([result]: readonly PublishResult[]): Uint8Array {
  assert.ok(result?.kind === 'published', JSON.stringify(result));
  return result.records[0]?.id ?? new Uint8Array(16);
}
