// Attack 44: neighbors lie about the time. Fewer than half of the members draw nobody's time away,
// whatever they say and however many processes they are; a clock that is far off counts for nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { instantOf, type Now, wallTimeOf } from '../../src/core/base/time.ts';
import { linkIdOf } from '../../src/core/domain/links.ts';
import { GroupTime } from '../../src/core/graph/presence/group-time.ts';
import { alice, invited, OverlayNetwork } from '../support/overlay-network.ts';

const EPOCH = 1_800_000_000_000;
const HOUR_MS = 3_600_000;

function at(ms: number): Now {
  return { instant: instantOf(ms), wallTime: wallTimeOf(EPOCH + ms) };
}

/** How far it is off after an hour in which neighbors were so far off. */
function dragged(errors: readonly ((ms: number) => number)[]): number {
  const time = new GroupTime(at(0));
  for (let ms = 0; ms <= HOUR_MS; ms += 2_000) {
    for (const [link, errorAt] of errors.entries()) {
      time.heard(linkIdOf(link), wallTimeOf(EPOCH + ms + errorAt(ms)), 0, at(ms));
    }
  }
  return time.at(at(HOUR_MS)) - EPOCH - HOUR_MS;
}

test('two of five that draw slowly, just inside of what counts, draw nobody away', () => {
  const slowly = (ms: number) => Math.min(1_190_000, ms / 4);
  const honest = () => 0;
  assert.ok(Math.abs(dragged([slowly, slowly, honest, honest])) <= 1);
});

test('clocks that are off by more than twenty minutes, or by a year, count for nothing', () => {
  for (const off of [1_200_001, -1_200_001, 3.2e10, -3.2e10]) {
    assert.equal(dragged([() => off, () => off, () => off]), 0, `${off} ms`);
  }
});

test('four processes of one member are one clock', () => {
  const network = new OverlayNetwork('clocks');
  const a = network.join(alice);
  const eve = invited('Eve');
  for (const resident of [invited('Bob'), eve, eve, eve, eve]) {
    network.join(resident, [a]);
    network.runFor(500);
  }
  network.runFor(30_000);
  const { member } = eve.membership;
  const links = a.neighbors.neighbors().filter(({ holder }) => holder.member === member);
  assert.equal(links.length, 4);
  assert.equal(links.filter(({ link }) => a.clocks.has(link)).length, 1);
});
