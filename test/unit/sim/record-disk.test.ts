// What the port kit cannot see of the simulated store: that a failed commit leaves no trace in any of its
// indexes, what a commit costs, and that stores which share what is the same still have disks of their own.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BrokenInvariant } from '../../../src/core/base/assert.ts';
import { bytesKey } from '../../../src/core/base/bytes.ts';
import type { StoreChange } from '../../../src/core/ports/record-store.ts';
import { sharedBelongings } from '../../../src/sim/disk/belongings.ts';
import { MemoryRecordStore } from '../../../src/sim/disk/memory-record-store.ts';
import { RecordDisk } from '../../../src/sim/disk/record-disk.ts';
import { arrivalOf, TestJournal, testAuthor } from '../../support/record-builder.ts';

const ALICE = testAuthor('alice');
const CAST = [ALICE];

function bodyOf(disk: RecordDisk): unknown {
  return {
    memberships: [...disk.memberships.keys()].sort(),
    names: [...disk.names.keys()].sort(),
    batches: [...disk.batches].sort(([a], [b]) => (a < b ? -1 : 1)),
    records: [...disk.records].sort(([a], [b]) => (a < b ? -1 : 1)),
    shadows: [...disk.shadows].sort(([a], [b]) => (a < b ? -1 : 1)),
    rows: [...disk.rows].sort(),
    fingerprint: disk.fingerprint,
    use: disk.totalUse(),
    useOfAlice: disk.use(ALICE.publicKey),
    nextEnd: disk.nextEnd(),
    end: disk.membershipEnd(bytesKey(ALICE.publicKey)),
  };
}

test('a commit that fails at any of its changes leaves no trace', () => {
  const disk = new RecordDisk();
  const store = new MemoryRecordStore(new Uint8Array(8), { disk });
  const journal = new TestJournal(ALICE);
  store.commit([ALICE.arrival], 'process');
  store.commit(arrivalOf(journal.publish([{}, {}]), CAST), 'process');
  const before = bodyOf(disk);
  const [first] = [...disk.records.values()];
  assert.ok(first !== undefined);
  const { id } = first.record;
  const changes: readonly StoreChange[] = [
    ...arrivalOf(journal.publish([{}, {}, {}]), CAST),
    { kind: 'keepShadow', id, until: first.endsAt },
    { kind: 'removeShadow', id },
  ];
  const impossible: StoreChange = {
    kind: 'keepShadow',
    id: new Uint8Array(16),
    until: first.endsAt,
  };
  for (let count = 0; count <= changes.length; count++) {
    const attempt = [...changes.slice(0, count), impossible];
    assert.throws(() => store.commit(attempt, 'process'), BrokenInvariant);
    assert.deepEqual(bodyOf(disk), before, `after ${count} changes`);
  }
  store.commit(changes, 'process');
  assert.notDeepEqual(bodyOf(disk), before);
});

test('two disks with the same records have one fingerprint, in whatever order they came', () => {
  const journal = new TestJournal(ALICE);
  const batches = [1, 2, 3].map((one) =>
    arrivalOf(journal.publish([{ ordinal: 2 * one }, { ordinal: 2 * one + 1 }]), CAST),
  );
  const [one, other] = [new RecordDisk(), new RecordDisk()];
  const belongings = sharedBelongings();
  const stores = [one, other].map(
    (disk) => new MemoryRecordStore(new Uint8Array(8), { disk, belongings }),
  );
  for (const store of stores) store.commit([ALICE.arrival], 'process');
  for (const batch of batches) stores[0]?.commit(batch, 'process');
  for (const batch of [...batches].reverse()) {
    assert.notEqual(one.fingerprint, other.fingerprint);
    stores[1]?.commit(batch, 'process');
  }
  assert.equal(one.fingerprint, other.fingerprint);
  assert.equal(one.copy().fingerprint, one.fingerprint);
});

test('the price of a commit does not grow with the disk', () => {
  const store = new MemoryRecordStore(new Uint8Array(8));
  const journal = new TestJournal(ALICE);
  store.commit([ALICE.arrival], 'process');
  const batches = Array.from({ length: 3_000 }, () => arrivalOf(journal.publish([{}]), CAST));
  const timeOf = (some: typeof batches): number => {
    const began = performance.now();
    for (const batch of some) store.commit(batch, 'process');
    return performance.now() - began;
  };
  timeOf(batches.slice(0, 500));
  const early = timeOf(batches.slice(500, 1_000));
  timeOf(batches.slice(1_000, 2_500));
  const late = timeOf(batches.slice(2_500));
  assert.ok(late < 8 * early + 20, `500 commits took ${early} ms early and ${late} ms late`);
});
