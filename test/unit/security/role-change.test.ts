// Another role: a certificate that counts more than what there was, and the larger one is taken away.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { type WallTime, wallTimeOf } from '../../../src/core/base/time.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import type { Membership } from '../../../src/core/domain/membership.ts';
import type { Removal } from '../../../src/core/domain/security.ts';
import { countingOrder } from '../../../src/core/security/counting-order.ts';
import { planRoleChange, type RoleWish } from '../../../src/core/security/role-change.ts';
import { BEGIN, DAY_MS, LEASE_MS, LeaseVillage } from '../../support/lease-village.ts';

const village = new LeaseVillage();
const alice = village.creator('Alice');
const bob = village.member(alice, 'Alice', 'Bob', { role: 'administrator' });
const carol = village.member(alice, 'Alice', 'Carol', { role: 'administrator' });
const dave = village.member(bob, 'Bob', 'Dave', { role: 'administrator' });
const erin = village.member(bob, 'Bob', 'Erin', { role: 'member' });
const NOW: WallTime = wallTimeOf(BEGIN + DAY_MS);
const LIVING = (): null => null;

function plan(
  issuer: Membership,
  target: Membership | readonly [Membership, ...Membership[]],
  role: RoleWish['role'],
  removalOf: (membership: Membership) => Removal | null = LIVING,
) {
  const [first, ...others] = 'role' in target ? [target] : target;
  assert.ok(first !== undefined);
  const wish: RoleWish = {
    memberships: [first, ...others],
    role,
    issuer,
    issuerKey: village.signer(issuer.friendlyName),
    leaseMs: LEASE_MS,
    endsAt: wallTimeOf(NOW + LEASE_MS),
    backdatingMs: DAY_MS,
  };
  return planRoleChange(wish, { removalOf, crypto: village.crypto }, NOW);
}

function codeOf(planned: ReturnType<typeof plan>): string {
  return planned.ok ? 'planned' : planned.refusal.code;
}

function certificateOf({ chain }: Membership): Uint8Array {
  return village.crypto.sha256(chain.at(-1)?.der ?? new Uint8Array());
}

test('a larger role takes nothing away, and counts at once, also for one that began a moment ago', () => {
  const young = village.member(alice, 'Alice', 'Faye', { role: 'member', at: NOW });
  for (const member of [erin, young]) {
    const planned = plan(alice, member, 'administrator');
    assert.ok(planned.ok);
    assert.deepEqual([planned.value.voided, planned.value.needsCoSignature], [[], false]);
    const promoted = village.issue(alice.chain, planned.value.request);
    assert.deepEqual([promoted.role, promoted.leaseMs], ['administrator', LEASE_MS]);
    const [first] = [member, promoted].toSorted(countingOrder(LIVING, NOW));
    assert.equal(first, promoted);
  }
});

test('a smaller role takes every certificate away that gave more, those that have ended too', () => {
  const ended = village.member(alice, 'Alice', 'Dave', {
    role: 'invitingMember',
    notAfter: wallTimeOf(NOW - DAY_MS / 2),
  });
  const small = village.member(alice, 'Alice', 'Dave', { role: 'member' });
  const planned = plan(alice, [dave, ended, small], 'member');
  assert.ok(planned.ok);
  const expected = [dave, ended].map(certificateOf).toSorted(Buffer.compare);
  assert.deepEqual(planned.value.voided, [expected]);
});

test('what was taken away already is not taken away again', () => {
  const removal: Removal = {
    why: 'removed',
    statement: new Uint8Array(32),
    by: null,
    at: NOW,
    reason: '',
  };
  const small = village.member(alice, 'Alice', 'Dave', { role: 'member' });
  const planned = plan(alice, [dave, small], 'member', (known) =>
    known === dave ? removal : null,
  );
  assert.ok(planned.ok);
  assert.deepEqual(planned.value.voided, []);
  assert.equal(codeOf(plan(alice, dave, 'member', () => removal)), 'MEMBERSHIP_REMOVED');
});

test('an administrator takes the role of another only from below itself, or with one more', () => {
  const below = plan(bob, dave, 'member');
  assert.ok(below.ok && !below.value.needsCoSignature);
  const beside = plan(carol, dave, 'member');
  assert.ok(beside.ok && beside.value.needsCoSignature);
});

test('nobody grants what it may not, or changes whoever stands above it, or itself', () => {
  const inviting = village.member(alice, 'Alice', 'Gus', { role: 'invitingMember' });
  assert.equal(codeOf(plan(inviting, erin, 'invitingMember')), 'NOT_AUTHORIZED');
  assert.equal(codeOf(plan(inviting, dave, 'member')), 'NOT_AUTHORIZED');
  assert.equal(codeOf(plan(erin, dave, 'member')), 'NOT_AUTHORIZED');
  assert.equal(codeOf(plan(dave, bob, 'member')), 'CIRCULAR_CHAIN');
  assert.equal(codeOf(plan(bob, bob, 'member')), 'CIRCULAR_CHAIN');
  assert.equal(codeOf(plan(bob, alice, 'member')), 'CIRCULAR_CHAIN');
});

test('a creator keeps its role, whoever asks', () => {
  const other = village.creator('Olga');
  assert.equal(codeOf(plan(alice, other, 'member')), 'NOT_AUTHORIZED');
});

test('more certificates than one revocation can name are in several lists', () => {
  const count = LIMITS.certificatesRevokedMax + 5;
  const [first, ...many] = Array.from({ length: count }, (_, at) =>
    village.member(alice, 'Alice', 'Dave', {
      role: 'administrator',
      at: wallTimeOf(BEGIN + at * 1_000),
    }),
  );
  assert.ok(first !== undefined);
  const planned = plan(alice, [first, ...many], 'member');
  assert.ok(planned.ok);
  assert.deepEqual(
    planned.value.voided.map((list) => list.length),
    [LIMITS.certificatesRevokedMax, 5],
  );
});
