// Attack 11: somebody takes the id of a record in another's name. Ids are derived from group, creator,
// type and creation, so Eve's records never have Alice's ids; and none begins in another's name.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { wallTimeOf } from '../../src/core/base/time.ts';
import type { RecordContent } from '../../src/core/domain/records.ts';
import {
  batchIn,
  brokenLaw,
  CAST,
  craftOne,
  idOf,
  keeper,
  kinds,
  newNote,
  only,
  sent,
} from '../support/record-club.ts';
import { guid } from '../support/record-samples.ts';

const { alice, ann, bob, carol, eve } = CAST;
const note = only(keeper(alice).publish(newNote('mine')));

test('whatever Eve says of a record of her own, it has not the id of one of Alice', () => {
  const { createdAt, ordinal, type } = note.content;
  const creator = eve.person.publicKey;
  const said: Partial<RecordContent>[] = [
    {},
    { type: guid(0x40) },
    { ordinal: ordinal ^ 1 },
    { createdAt: wallTimeOf(createdAt - 1) },
    { version: 2 },
  ];
  for (const changes of said) {
    const content = { ...note.content, type, createdAt, ordinal, creator, ...changes };
    assert.notDeepEqual(idOf(content), note.id);
  }
  const foreignType = { ...note.content, type: guid(0x40) };
  assert.notDeepEqual(idOf(foreignType), note.id, 'another type is another record');
});

test('what would fit the id of one record fits no other record of that creator and type', () => {
  const { createdAt, ordinal } = note.content;
  const ofOthers: Partial<RecordContent>[] = [
    { ordinal: ordinal ^ 1 },
    { createdAt: wallTimeOf(createdAt + 1) },
  ];
  const bound = (content: RecordContent): Uint8Array => idOf(content).subarray(8);
  for (const changes of ofOthers) {
    assert.notDeepEqual(bound({ ...note.content, ...changes }), bound(note.content));
  }
});

test('Eve does not begin, change or delete a record in the name of Alice', () => {
  for (const knowsIt of [false, true]) {
    const home = keeper(carol);
    if (knowsIt) home.take(sent(batchIn(keeper(alice).publish(newNote('mine')))));
    const claims: readonly (readonly [Partial<RecordContent>, string])[] = [
      [{ version: 1 }, 'first version'],
      [{ version: 2 }, 'rights'],
      [{ version: 2, isDeleted: true }, 'rights'],
      [{ version: 65_536 }, 'rights'],
    ];
    for (const [claim, law] of claims) {
      const { data: _data, ...content } = note.content;
      const bare = claim.isDeleted === true ? { attributes: [] } : {};
      const verdicts = home.take(sent(craftOne(eve, { ...content, ...bare, ...claim })));
      assert.equal(brokenLaw(verdicts), law);
    }
    assert.equal(home.store.findRecord(note.id) !== null, knowsIt);
    assert.equal(home.store.use(eve.person.publicKey).records, 0);
  }
});

test('an administrator does not begin a record in the name of another either', () => {
  const home = keeper(carol);
  const creator = bob.person.publicKey;
  assert.equal(brokenLaw(home.take(sent(craftOne(ann, { creator })))), 'first version');
  const second = craftOne(ann, { creator, version: 2 });
  assert.deepEqual(kinds(home.take(sent(second))), ['accepted'], 'what Bob began may come later');
});
