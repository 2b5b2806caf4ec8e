// The keeper of leases on a clock that the test moves: members with leases of seconds, each of whom knows
// what the others stored a moment later.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { compareBytes, equalBytes } from '../../../src/core/base/bytes.ts';
import { type WallTime, wallTimeOf } from '../../../src/core/base/time.ts';
import type { Membership } from '../../../src/core/domain/membership.ts';
import type { Removal } from '../../../src/core/domain/security.ts';
import type { Signer } from '../../../src/core/ports/crypto.ts';
import { WorldError } from '../../../src/core/ports/world-error.ts';
import { OwnMembership } from '../../../src/core/security/own-membership.ts';
import { LeaseKeeper } from '../../../src/engine/lease-keeper.ts';
import { BEGIN, LeaseVillage } from '../../support/lease-village.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

const LEASE_MS = 10_000;
const SPREADING_MS = 20;

/** What one of them has on its disk, and its keeper. */
class Member {
  readonly keeper: LeaseKeeper;
  readonly own: OwnMembership;
  readonly failures: unknown[] = [];
  readonly #stored: Membership[] = [];
  isPresent = true;
  /** Thrown instead of storing. */
  trouble: Error | null = null;

  constructor(scene: Scene, first: readonly Membership[], groupKey: Signer | null) {
    const [own] = first;
    assert.ok(own !== undefined);
    const removalOf = (membership: Membership) => scene.removalOf(membership);
    this.own = new OwnMembership(own, removalOf);
    for (const membership of first) this.#put(membership);
    this.keeper = new LeaseKeeper({
      own: this.own,
      signer: scene.village.signer(own.friendlyName),
      groupKey,
      issuer: scene.village.certificates,
      clock: scene.clock,
      crypto: scene.village.crypto,
      store: { memberships: (after, max) => this.#page(after, max) },
      membershipOf: (digest) =>
        this.#stored.find(({ chainDigest }) => equalBytes(chainDigest, digest)) ?? null,
      removalOf,
      present: () => scene.present(this),
      learn: (chain) => {
        if (this.trouble !== null) throw this.trouble;
        const judged = scene.village.judge.judgeSoundness(chain);
        assert.ok(judged.ok, JSON.stringify(judged));
        scene.renewals.push(judged.value);
        this.hear(judged.value);
        scene.spread(this, judged.value);
        return { ok: true, value: undefined };
      },
      onFailed: (error) => this.failures.push(error),
    });
  }

  hear(membership: Membership): void {
    if (this.#stored.includes(membership)) return;
    this.#put(membership);
    const { chainDigest, publicKey, member, notAfter, chain } = membership;
    const stored = { chainDigest, publicKey, member, notAfter, chain: chain.map(({ der }) => der) };
    this.keeper.onStored([{ kind: 'putMembership', ...stored }]);
  }

  #put(membership: Membership): void {
    this.#stored.push(membership);
    this.#stored.sort((one, other) => compareBytes(one.chainDigest, other.chainDigest));
  }

  #page(after: Uint8Array | null, max: number) {
    const rest = this.#stored.filter(
      ({ chainDigest }) => after === null || compareBytes(chainDigest, after) > 0,
    );
    return rest
      .slice(0, max)
      .map(({ chainDigest, chain }) => ({ chainDigest, chain: chain.map(({ der }) => der) }));
  }
}

class Scene {
  readonly village = new LeaseVillage();
  readonly clock = new SimulatedClock(BEGIN);
  readonly members: Member[] = [];
  readonly renewals: Membership[] = [];
  removed: Membership | null = null;

  removalOf(membership: Membership): Removal | null {
    if (this.removed?.member !== membership.member) return null;
    return { why: 'removed', statement: new Uint8Array(32), by: null, at: BEGIN, reason: '' };
  }

  add(known: readonly Membership[], groupKey: Signer | null = null): Member {
    const member = new Member(this, known, groupKey);
    this.members.push(member);
    return member;
  }

  present(
    here: Member,
  ): readonly { readonly member: Membership['member']; readonly since: WallTime }[] {
    if (!here.isPresent) return [];
    return this.members
      .filter(({ isPresent }) => isPresent)
      .map(({ own }) => ({ member: own.current.member, since: BEGIN }));
  }

  spread(from: Member, membership: Membership): void {
    for (const member of this.members) {
      if (member === from) continue;
      this.clock.wakeAfter(SPREADING_MS, () => member.hear(membership));
    }
  }

  get nowMs(): number {
    return this.clock.now().wallTime;
  }
}

/** Alice without end, two administrators, and two members with leases of ten seconds. */
function villageOfFive() {
  const scene = new Scene();
  const { village } = scene;
  const alice = village.creator('Alice');
  const leased = (name: string, role: 'administrator' | 'member') =>
    village.member(alice, 'Alice', name, { role, leaseMs: LEASE_MS });
  const all = [
    alice,
    leased('Bob', 'administrator'),
    leased('Carol', 'administrator'),
    leased('Dave', 'member'),
    leased('Erin', 'member'),
  ];
  const members = all.map((own) => scene.add([own, ...all.filter((other) => other !== own)]));
  return { scene, members };
}

test('in ten minutes nobody with a lease of ten seconds ends, and each half life takes one renewal', () => {
  const { scene, members } = villageOfFive();
  const seconds = 600;
  for (let second = 0; second < seconds; second++) {
    scene.clock.advance(1_000);
    for (const { own } of members) assert.ok(own.current.notAfter >= scene.nowMs, `${second} s`);
  }
  const each = scene.renewals.length / 4 / (seconds / (LEASE_MS / 2_000));
  assert.ok(each > 0.8 && each <= 1.2, `${each}`);
  for (const { keeper, failures } of members) {
    keeper.close();
    assert.deepEqual(failures, []);
  }
});

test('whoever is away is not renewed, and is when it asks, at most a lease after its end', () => {
  const { scene, members } = villageOfFive();
  const [alice, , , dave] = members;
  assert.ok(alice !== undefined && dave !== undefined);
  const asked = dave.own.current;
  dave.isPresent = false;
  scene.clock.advance(LEASE_MS + 5_000);
  assert.ok(scene.renewals.every(({ member }) => member !== asked.member));
  const answer = alice.keeper.answer(asked);
  assert.ok(answer.kind === 'stored');
  assert.equal(answer.membership.notAfter, scene.nowMs + LEASE_MS);
  assert.deepEqual(alice.keeper.answer(asked), answer);
  scene.clock.advance(SPREADING_MS);
  assert.equal(dave.own.current, answer.membership);
  scene.clock.advance(3 * LEASE_MS);
  const late = alice.keeper.answer(asked);
  assert.ok(late.kind === 'refused' && late.refusal.code === 'MEMBERSHIP_EXPIRED');
});

test('whoever was removed is not renewed, and issues nothing', () => {
  const { scene, members } = villageOfFive();
  const bob = members[1];
  assert.ok(bob !== undefined);
  scene.removed = bob.own.current;
  for (const { keeper } of members) keeper.onChanged();
  scene.clock.advance(2 * LEASE_MS);
  const { chain, member } = bob.own.current;
  assert.ok(scene.renewals.length > 0);
  assert.ok(scene.renewals.every((renewed) => renewed.member !== member));
  const key = chain.at(-1)?.publicKey ?? new Uint8Array();
  assert.ok(
    scene.renewals.every((renewed) =>
      renewed.chain.every(({ publicKey }) => !equalBytes(publicKey, key)),
    ),
  );
});

test('the creator that keeps the group key renews itself, alone', () => {
  const scene = new Scene();
  const { village } = scene;
  const notAfter = wallTimeOf(BEGIN + LEASE_MS);
  const leased = village.creator('Alice', { leaseMs: LEASE_MS, notAfter });
  const alice = scene.add([leased], village.groupKey);
  alice.isPresent = false;
  scene.clock.advance(10 * LEASE_MS);
  assert.ok(alice.own.current.notAfter > scene.nowMs);
  assert.deepEqual([alice.own.current.depth, alice.own.current.role], [1, 'creator']);
});

test('what is stored is read first, of however many, and what was renewed there counts', () => {
  const scene = new Scene();
  const { village } = scene;
  const alice = village.creator('Alice');
  const others = Array.from({ length: 200 }, (_, at) =>
    village.member(alice, 'Alice', `Other ${at}`, { role: 'member' }),
  );
  const old = village.member(alice, 'Alice', 'Bob', { role: 'administrator', leaseMs: LEASE_MS });
  const at = wallTimeOf(BEGIN + 1_000);
  const renewed = village.member(alice, 'Alice', 'Bob', { role: 'administrator', at });
  const bob = scene.add([old, ...others, alice, renewed]);
  assert.equal(bob.own.current, old);
  scene.clock.advance(1_000);
  assert.equal(bob.own.current, renewed);
  assert.deepEqual([...bob.keeper.known.of(old.member)].length, 2);
});

test('a disk that fails for a while costs nobody its lease', () => {
  const { scene, members } = villageOfFive();
  for (const member of members) member.trouble = new WorldError('STORAGE_FAILED', 'no room');
  scene.clock.advance(LEASE_MS * 0.6);
  assert.deepEqual(scene.renewals, []);
  for (const member of members) member.trouble = null;
  scene.clock.advance(LEASE_MS);
  for (const { own, failures } of members) {
    assert.ok(own.current.notAfter > scene.nowMs);
    assert.deepEqual(failures, []);
  }
});

test('a bug of ours is told once, and ends the keeping', () => {
  const { scene, members } = villageOfFive();
  const [alice] = members;
  assert.ok(alice !== undefined);
  const bug = new TypeError('not what was thought');
  alice.trouble = bug;
  scene.clock.advance(10 * LEASE_MS);
  assert.deepEqual(alice.failures, [bug]);
});

test('under leases of weeks it looks once a minute at most, however much is told, and stops at its close', () => {
  const scene = new Scene();
  const { village, clock } = scene;
  const alice = village.creator('Alice');
  const bob = village.member(alice, 'Alice', 'Bob', { role: 'member' });
  let looks = 0;
  const member = scene.add([alice, bob]);
  const counted = scene.present.bind(scene);
  scene.present = (here) => {
    looks += 1;
    return counted(here);
  };
  scene.add([bob, alice]).keeper.close();
  clock.advance(10_000);
  looks = 0;
  for (let second = 0; second < 600; second++) {
    member.keeper.onChanged();
    clock.advance(1_000);
  }
  assert.ok(looks >= 9 && looks <= 11, `${looks}`);
  member.keeper.close();
  member.keeper.onChanged();
  assert.equal(clock.timerCount, 0);
});
