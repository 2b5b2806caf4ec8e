// What goes out of what was stored: bundles that others can open, and no long ones.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LIMITS } from '../../../src/core/domain/limits.ts';
import { ownBundles } from '../../../src/core/node/own-bundles.ts';
import { decodeBundle, openBundle } from '../../../src/core/records/bundle.ts';
import { CAST, keeper, newNote, newText, only } from '../../support/record-club.ts';
import { nodeCrypto } from '../../support/trust-cast.ts';

const { bob } = CAST;

test('the bundle of a publication is the batch that was stored', () => {
  const author = keeper(bob);
  const { changes } = author.publishAll([[newNote('a'), newNote('b')], [newNote('c')]]);
  const { bundles, large } = ownBundles(changes, nodeCrypto);
  assert.equal(bundles.length, 1);
  assert.deepEqual(large, []);
  const opened = openBundle(
    decodeBundle(bundles[0] ?? new Uint8Array(0), LIMITS.bundleBytesMax),
    author.book.tools,
  );
  assert.ok(opened.ok);
  assert.equal(opened.value.entries.length, 3);
  assert.ok(opened.value.leaves !== null, 'all of the batch is in it');
});

test('two versions of one record in a batch both travel', () => {
  const author = keeper(bob);
  const { id } = only(author.publish(newNote('a')));
  const { changes } = author.publishAll([[newText(id, 'b'), newText(id, 'c')]]);
  const { bundles } = ownBundles(changes, nodeCrypto);
  const opened = openBundle(
    decodeBundle(bundles[0] ?? new Uint8Array(0), LIMITS.bundleBytesMax),
    author.book.tools,
  );
  assert.ok(opened.ok);
  assert.equal(opened.value.entries.length, 2);
});

test('a publication that is longer than is flooded is offered by its records', () => {
  const author = keeper(bob);
  const data = new Uint8Array(LIMITS.floodedBundleBytesMax);
  const { changes } = author.publishAll([[newNote('a', { data }), newNote('b')]]);
  const { bundles, large } = ownBundles(changes, nodeCrypto);
  assert.deepEqual(bundles, []);
  assert.equal(large.length, 2);
});

test('of changes without a batch nothing goes out', () => {
  const change = { kind: 'removeRecord', id: new Uint8Array(16) } as const;
  assert.deepEqual(ownBundles([change], nodeCrypto), { bundles: [], large: [] });
});
