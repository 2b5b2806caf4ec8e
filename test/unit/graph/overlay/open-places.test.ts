// Addresses at which anybody of the group may be: each is dialed once when it is named, and kept until it is known who
// is there.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LIMITS } from '../../../../src/core/domain/limits.ts';
import { OpenPlaces } from '../../../../src/core/graph/overlay/open-places.ts';

const addressAt = (port: number) => ({ host: '192.0.2.1', port });

test('each address is fresh once, and again when it is named again', () => {
  const places = new OpenPlaces();
  places.add([addressAt(1), addressAt(2), addressAt(1)]);
  assert.deepEqual([places.takeFresh(), places.takeFresh()], [addressAt(1), addressAt(2)]);
  assert.equal(places.takeFresh(), null);
  assert.deepEqual(places.all(), [addressAt(1), addressAt(2)]);
  places.add([addressAt(2)]);
  assert.deepEqual([places.takeFresh(), places.takeFresh()], [addressAt(2), null]);
});

test('an address of which it is known who is there is none of them any more', () => {
  const places = new OpenPlaces();
  places.add([addressAt(1), addressAt(2)]);
  places.remove(addressAt(1));
  assert.deepEqual([places.takeFresh(), places.takeFresh()], [addressAt(2), null]);
  assert.deepEqual(places.all(), [addressAt(2)]);
});

test('of too many the later ones are left out', () => {
  const places = new OpenPlaces();
  const max = LIMITS.contactsKeptMax;
  places.add(Array.from({ length: max + 1 }, (_, at) => addressAt(at + 1)));
  assert.equal(places.all().length, max);
  places.remove(addressAt(1));
  places.add([addressAt(max + 1)]);
  assert.deepEqual(places.all().at(-1), addressAt(max + 1));
});
