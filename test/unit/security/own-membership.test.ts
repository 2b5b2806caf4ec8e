// Under which of its memberships a member acts, and how it comes to another.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { type WallTime, wallTimeOf } from '../../../src/core/base/time.ts';
import type { Membership } from '../../../src/core/domain/membership.ts';
import type { Removal } from '../../../src/core/domain/security.ts';
import { countingOrder } from '../../../src/core/security/counting-order.ts';
import { MembershipsByMember } from '../../../src/core/security/memberships-by-member.ts';
import { OwnMembership } from '../../../src/core/security/own-membership.ts';
import {
  BEGIN,
  DAY_MS,
  LEASE_MS,
  type LeaseTerms,
  LeaseVillage,
} from '../../support/lease-village.ts';

const village = new LeaseVillage();
const alice = village.creator('Alice');
const NOW: WallTime = wallTimeOf(BEGIN + 2 * DAY_MS);
const REMOVAL: Removal = {
  why: 'removed',
  statement: new Uint8Array(32),
  by: null,
  at: NOW,
  reason: '',
};

function bobs(terms: Partial<LeaseTerms> = {}): Membership {
  return village.member(alice, 'Alice', 'Bob', { role: 'member', ...terms });
}

const first = bobs();
const later = bobs({ at: wallTimeOf(BEGIN + DAY_MS) });

test('the one that begins later counts, and of two that begin together the one that ends later', () => {
  const own = new OwnMembership(first);
  assert.ok(own.offer(later, NOW));
  assert.equal(own.current, later);
  assert.equal(own.offer(first, NOW), false);
  const longer = bobs({
    at: wallTimeOf(BEGIN + DAY_MS),
    notAfter: wallTimeOf(BEGIN + 2 * LEASE_MS),
  });
  assert.ok(own.offer(longer, NOW));
  assert.equal(own.offer(longer, NOW), false);
});

test('one that has not begun, or has ended, gives way to one that is valid now', () => {
  const short = bobs({ at: wallTimeOf(BEGIN + DAY_MS), notAfter: wallTimeOf(BEGIN + 2 * DAY_MS) });
  const own = new OwnMembership(short);
  assert.equal(own.offer(first, NOW), false);
  assert.ok(own.offer(first, wallTimeOf(NOW + 1_000)));
  const early = wallTimeOf(first.notBefore + 1);
  assert.equal(new OwnMembership(first).offer(later, early), false);
});

test('one that was taken away gives way to whatever is left, the smaller role too', () => {
  const large = bobs({ role: 'administrator', at: wallTimeOf(BEGIN + DAY_MS) });
  let removed: Membership | null = null;
  const own = new OwnMembership(large, (known) => (known === removed ? REMOVAL : null));
  assert.equal(own.choose([first], NOW), false);
  removed = large;
  assert.ok(own.choose([large, first], NOW));
  assert.equal(own.current, first);
  assert.equal(own.offer(large, NOW), false);
});

test('memberships of others, and of other groups, are passed over', () => {
  const other = village.member(alice, 'Alice', 'Carol', { role: 'member', at: NOW });
  const own = new OwnMembership(first);
  assert.equal(own.choose([other, alice], NOW), false);
});

test('whoever listens is told of each change once, with both', () => {
  const own = new OwnMembership(first);
  const told: (readonly [Membership, Membership])[] = [];
  const stop = own.subscribe((current, before) => {
    assert.equal(own.current, current);
    told.push([current, before]);
  });
  own.choose([first, later], NOW);
  own.offer(later, NOW);
  stop();
  own.offer(bobs({ at: NOW }), NOW);
  assert.deepEqual(told, [[later, first]]);
});

test('in whatever order they come, the same one counts at the end, and for everybody', () => {
  const all = [
    first,
    later,
    ...[1, 2, 3, 4].map((day) => bobs({ at: wallTimeOf(BEGIN + day * DAY_MS) })),
  ];
  all.push(bobs({ at: NOW }), bobs({ at: NOW }));
  const removed = all[4];
  const removalOf = (known: Membership) => (known === removed ? REMOVAL : null);
  const order = fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
  const [expected] = all.toSorted(countingOrder(removalOf, NOW));
  fc.assert(
    fc.property(order, (shuffled) => {
      const [start = first] = shuffled;
      const own = new OwnMembership(start, removalOf);
      const known = new MembershipsByMember();
      for (const membership of shuffled) {
        own.offer(membership, NOW);
        assert.ok(known.add(membership));
        assert.equal(known.add(membership), false);
      }
      assert.equal(own.current, expected);
      assert.equal(known.countingOf(first.member, removalOf, NOW), expected);
      assert.equal(known.size, all.length);
    }),
  );
  assert.equal(new MembershipsByMember().countingOf(first.member, removalOf, NOW), null);
});
