// Batches of others that come in one turn: one commit for those that go together, and separate ones for
// those that contradict each other.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as laterTurn } from 'node:timers/promises';
import type { BatchContents } from '../../../src/core/records/batch-contents.ts';
import type { TakeResult } from '../../../src/engine/record-desk.ts';
import { batchIn, CAST, craftOne, keeper, newNote, sent } from '../../support/record-club.ts';
import { DISK_FULL, kindsOf, recordOffice } from '../../support/record-office.ts';

const { ann, carol } = CAST;

async function takeTogether(
  office: ReturnType<typeof recordOffice>,
  batches: readonly BatchContents[],
): Promise<readonly TakeResult[]> {
  const results: TakeResult[] = [];
  for (const batch of batches) office.desk.take(batch, 'a neighbor', (one) => results.push(one));
  await laterTurn();
  office.clock.advance(0);
  return results;
}

test('what comes in one turn shares a commit, and each is answered', async () => {
  const office = recordOffice();
  const author = keeper(carol);
  const batches = ['a', 'b', 'c'].map((text) => sent(batchIn(author.publish(newNote(text)))));
  const results = await takeTogether(office, batches);
  assert.deepEqual(kindsOf(results), ['judged', 'judged', 'judged']);
  assert.equal(office.store.commits.length, 1);
  assert.equal(office.store.totalUse().records, 3);
  assert.equal(office.told.length, 3);
});

test('a disk that fails is told to each of them, and nothing is stored', async () => {
  const office = recordOffice();
  const author = keeper(carol);
  const batches = ['a', 'b'].map((text) => sent(batchIn(author.publish(newNote(text)))));
  office.store.onCommit = () => {
    throw DISK_FULL;
  };
  const results = await takeTogether(office, batches);
  assert.deepEqual(kindsOf(results), ['failed', 'failed']);
  assert.equal(office.store.totalUse().records, 0);
});

test('one that breaks us takes none of the others with it', async () => {
  const office = recordOffice();
  const [first, second] = [keeper(carol), keeper(ann)].map((author) =>
    sent(batchIn(author.publish(newNote('a')))),
  );
  assert.ok(first !== undefined && second !== undefined);
  office.store.onCommit = (changes) => {
    const isOfCarol = changes.some(
      (change) =>
        change.kind === 'putRecord' && change.record.authorName === carol.membership.member,
    );
    if (isOfCarol) throw new Error('a bug');
  };
  const results = await takeTogether(office, [first, second]);
  assert.deepEqual(kindsOf(results), ['failed', 'judged']);
  assert.equal(office.store.totalUse().records, 1);
});

test('two that contradict each other are both kept as proof, though they came together', async () => {
  const office = recordOffice();
  const batches = [0, 1].map((ordinal) => sent(craftOne(carol, { ordinal })));
  await takeTogether(office, batches);
  assert.equal(office.store.equivocations(carol.person.publicKey).length, 1);
});
