// Attack 34: members that are at odds tell each of the others their words in the order that suits them. What counts is
// a function of the set, so that all who have heard the same agree. test/unit/security/evaluation-model.test.ts
// compares larger sets with a slow model.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FuzzSource } from '../support/fuzzing.ts';
import { SceneMaker } from '../support/security-scenes.ts';
import { peerOf } from '../support/security-town.ts';
import type { SaidItem, SecurityVillage } from '../support/security-village.ts';

function permutations<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  if (items.length < 2) return [items];
  return items.flatMap((first, at) =>
    permutations(items.filter((_, other) => other !== at)).map((rest) => [first, ...rest]),
  );
}

/** Offers what is void again, as others do by comparing. */
function listedAfter(village: SecurityVillage, order: readonly SaidItem[]): readonly string[] {
  const peer = peerOf(village);
  for (let round = 0; round < order.length; round++) peer.learnAll(...order);
  return peer.listed();
}

test('six statements give the same state in whichever order they come', () => {
  const random = new FuzzSource(34);
  for (let set = 0; set < 2; set++) {
    const maker = new SceneMaker(random.below(2 ** 30));
    const { village, statements } =
      set % 2 === 0 ? maker.makeRebellion(6, 6) : maker.make(8, 6, 60);
    const [first, ...others] = permutations(statements);
    assert.ok(first !== undefined && others.length > 100);
    const listed = listedAfter(village, first);
    for (const order of others) assert.deepEqual(listedAfter(village, order), listed);
  }
});
