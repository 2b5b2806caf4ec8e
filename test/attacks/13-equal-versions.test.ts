// Attack 13: two versions of one number with different content are told to different members. The
// order is total, so both end with the same one, and a shadow of it too.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { RecordContent } from '../../src/core/domain/records.ts';
import {
  CAST,
  craft,
  craftOne,
  keeper,
  kinds,
  NOW,
  nextBy,
  type Recorder,
  sent,
  versionBy,
  viewOf,
} from '../support/record-club.ts';
import { stringOf } from '../support/record-samples.ts';

const { ann, mallory, bob, carol, eve } = CAST;

function said(text: string): Partial<RecordContent> {
  return { attributes: [{ name: 'text', value: stringOf(text) }] };
}

/** What both members keep once each has heard what the other heard first. */
function bothAfter(author: Recorder, left: Partial<RecordContent>, right: Partial<RecordContent>) {
  const batches = [left, right].map((content) => sent(craftOne(author, content)));
  const homes = [keeper(bob), keeper(carol)];
  for (const [at, home] of homes.entries()) {
    for (const batch of at === 0 ? batches : [...batches].reverse()) home.take(batch);
  }
  const ids = batches.map(({ entries: [entry] }) => entry?.id ?? new Uint8Array(16));
  assert.deepEqual(ids[0], ids[1]);
  return homes.map((home) => viewOf(home.store, ids, NOW));
}

test('two contents of one version end as one, the same at everybody', () => {
  for (const text of ['a', 'b', 'c', 'd']) {
    const [one, other] = bothAfter(eve, said('told to Bob'), said(`told to Carol ${text}`));
    assert.deepEqual(one, other);
    assert.notEqual(one?.[0]?.seen, null);
  }
});

test('a deletion counts more than a change of the same version', () => {
  const second = { version: 2 };
  const [one, other] = bothAfter(eve, { ...second, isDeleted: true }, { ...second, ...said('x') });
  assert.deepEqual(one, other);
  assert.equal(one?.[0]?.seen, null);
});

test('in one batch the same record twice ends as one', () => {
  const drafts = ['x', 'y'].map((text) => versionBy(eve, said(text)));
  const views = [drafts, [...drafts].reverse()].map((order) => {
    const home = keeper(carol);
    const batch = sent(craft(eve, order));
    home.take(batch);
    const [entry] = batch.entries;
    return home.store.findRecord(entry?.id ?? new Uint8Array(16))?.content.attributes.length;
  });
  assert.deepEqual(views, [1, 1]);
});

test('equal versions of two administrators end as one, with the same shadow', () => {
  const mine = craftOne(bob, said('of Bob'));
  const [entry] = mine.entries;
  assert.ok(entry !== undefined);
  const twins = [ann, mallory].map((author) =>
    sent(nextBy(author, entry, said(author.person.peer))),
  );
  const views = [[mine, ...twins], [...twins, mine], [...twins].reverse().concat(mine)].map(
    (batches) => {
      const home = keeper(carol);
      for (const batch of batches) home.take(batch);
      return viewOf(home.store, [entry.id], NOW);
    },
  );
  assert.deepEqual(views[0], views[1]);
  assert.deepEqual(views[0], views[2]);
  assert.notEqual(views[0]?.[0]?.shadow, null);
  assert.deepEqual(kinds(keeper(carol).take(sent(mine))), ['accepted']);
});
