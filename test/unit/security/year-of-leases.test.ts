// A year of a village of twenty in which everybody comes and goes: what the planner of each member does,
// with what each of them knows, and what comes of it all.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fractionOf } from '../../../src/core/base/chance-fraction.ts';
import { type WallTime, wallTimeOf } from '../../../src/core/base/time.ts';
import type { Membership } from '../../../src/core/domain/membership.ts';
import type { PeerName } from '../../../src/core/domain/names.ts';
import type { Removal } from '../../../src/core/domain/security.ts';
import { MembershipsByMember } from '../../../src/core/security/memberships-by-member.ts';
import { answerRenewal, planRenewals } from '../../../src/core/security/renewals.ts';
import { SimChance } from '../../../src/sim/sim-chance.ts';
import { BEGIN, DAY_MS, LEASE_MS, LeaseVillage } from '../../support/lease-village.ts';

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * DAY_MS;
/** What a renewal takes to reach everybody. */
const SPREADING_MS = 10_000;
/** Whoever may give a whole lease does so within its first round of turns, or its second for a longer chain. */
const PATIENCE_MS = 2 * HOUR_MS + SPREADING_MS;

interface Villager {
  readonly name: string;
  readonly member: PeerName;
  /** Null while it is away. */
  since: WallTime | null;
  /** When it comes, or goes. */
  changesAt: number;
  /** Since when it is due, present, and not alone with those who cannot help. */
  waitsSince: number | null;
  wasRenewed: number;
  hasExpired: boolean;
}

interface Presence {
  readonly hereDays: number;
  readonly awayDays: number;
}

const OFTEN: Presence = { hereDays: 3, awayDays: 4 };

/** All of them know the same after a while; what each does is its own. */
class Year {
  readonly village = new LeaseVillage();
  readonly known = new MembershipsByMember();
  readonly villagers: Villager[] = [];
  readonly #chance: SimChance;
  readonly #presence: Presence;
  readonly #founder: Villager;
  #underWay: { readonly membership: Membership; readonly at: number }[] = [];
  removed: { readonly member: PeerName; readonly at: number } | null = null;
  nowMs: number = BEGIN;
  longestWaitMs = 0;
  /** Renewals that were asked for after the end. */
  answered = 0;

  constructor(seed: string, presence: Presence) {
    this.#chance = new SimChance(seed);
    this.#presence = presence;
    const alice = this.village.creator('Alice');
    this.#founder = this.#add(alice);
    const admins = ['Bob', 'Carol', 'Dave'].map((name) =>
      this.village.member(alice, 'Alice', name, { role: 'administrator' }),
    );
    for (const admin of admins) this.#add(admin);
    for (let at = 4; at < 20; at++) {
      const above = [alice, ...admins][at % 4] ?? alice;
      const role = at % 5 === 0 ? 'invitingMember' : 'member';
      this.#add(this.village.member(above, above.friendlyName, `Member ${at}`, { role }));
    }
  }

  get renewals(): number {
    return this.villagers.reduce((sum, { wasRenewed }) => sum + wasRenewed, 0);
  }

  run(untilMs: number): void {
    while (this.nowMs < untilMs) {
      const plans = this.#plansNow();
      const times = this.villagers.map(({ changesAt }) => changesAt);
      for (const { at } of this.#underWay) times.push(at);
      this.nowMs = Math.max(this.nowMs + 1, Math.min(untilMs, ...times, ...plans));
      this.#arrive();
      this.#comeAndGo();
      this.#watch();
    }
  }

  readonly removalOf = ({ member }: Membership): Removal | null => {
    if (this.removed === null || this.removed.member !== member) return null;
    if (this.nowMs < this.removed.at) return null;
    const at = wallTimeOf(this.removed.at);
    return { why: 'removed', statement: new Uint8Array(32), by: null, at, reason: '' };
  };

  counting(member: PeerName): Membership {
    const found = this.known.countingOf(member, this.removalOf, wallTimeOf(this.nowMs));
    assert.ok(found !== null);
    return found;
  }

  /** Everybody who is present looks at what is known, and nobody at what another does just now. */
  #plansNow(): readonly number[] {
    const now = wallTimeOf(this.nowMs);
    const candidates = this.#present().map(({ member, since }) => ({
      membership: this.counting(member),
      since: wallTimeOf(since ?? now),
    }));
    const nexts: number[] = [];
    const made: Membership[] = [];
    for (const { name, member, since } of this.#present()) {
      const { chain } = this.counting(member);
      const issuers = [{ chain, key: this.village.signer(name) }];
      const seen = candidates.map((seen) => ({
        ...seen,
        since: wallTimeOf(Math.max(seen.since, since ?? now)),
      }));
      const parts = { issuers, removalOf: this.removalOf, crypto: this.village.crypto };
      const { renewals, nextAt } = planRenewals(seen, parts, now);
      if (nextAt !== null) nexts.push(nextAt);
      made.push(
        ...renewals.map(({ issuerChain, request }) => this.village.issue(issuerChain, request)),
      );
    }
    for (const membership of made) this.#send(membership);
    return nexts;
  }

  /** Until it has arrived, others may do the same. The one that did it knows. */
  #send(membership: Membership): void {
    const underWay = this.#underWay.some(
      ({ membership: { member, chain } }) =>
        member === membership.member && issuerKey(chain) === issuerKey(membership.chain),
    );
    if (underWay) return;
    this.#underWay.push({ membership, at: this.nowMs + SPREADING_MS });
    const subject = this.villagers.find(({ member }) => member === membership.member);
    if (subject !== undefined) subject.wasRenewed += 1;
  }

  #arrive(): void {
    for (const { membership, at } of this.#underWay) {
      if (at <= this.nowMs) this.known.add(membership);
    }
    this.#underWay = this.#underWay.filter(({ at }) => at > this.nowMs);
  }

  #comeAndGo(): void {
    for (const villager of this.villagers) {
      if (villager.changesAt > this.nowMs) continue;
      const isComing = villager.since === null && this.#mayCome(villager);
      villager.since = isComing ? wallTimeOf(this.nowMs) : null;
      villager.changesAt = this.nowMs + this.#stay(isComing, villager === this.#founder);
    }
  }

  /** Whoever has expired asks those who are here, one after the other, and comes when there is an answer. */
  #mayCome({ member }: Villager): boolean {
    if (this.isValid(member)) return true;
    for (const { name, member: issuer } of this.#present()) {
      const issuers = [{ chain: this.counting(issuer).chain, key: this.village.signer(name) }];
      const parts = { issuers, removalOf: this.removalOf, crypto: this.village.crypto };
      const now = wallTimeOf(this.nowMs);
      const answer = answerRenewal(this.counting(member), this.known.of(member), parts, now);
      if (answer.kind !== 'issue') continue;
      const { issuerChain, request } = answer.renewal;
      this.known.add(this.village.issue(issuerChain, request));
      this.answered += 1;
      return true;
    }
    return false;
  }

  /** Nobody who is due waits long beside the creator, who can always give a whole lease. */
  #watch(): void {
    const isFounderHere = this.#founder.since !== null;
    for (const villager of this.villagers) {
      const { leaseMs, notAfter } = this.counting(villager.member);
      const isDue = leaseMs !== null && this.nowMs >= notAfter - leaseMs / 2;
      const isRemoved = this.removalOf(this.counting(villager.member)) !== null;
      const waits = isDue && isFounderHere && villager.since !== null && !isRemoved;
      villager.waitsSince = waits ? (villager.waitsSince ?? this.nowMs) : null;
      const waitedMs = villager.waitsSince === null ? 0 : this.nowMs - villager.waitsSince;
      this.longestWaitMs = Math.max(this.longestWaitMs, waitedMs);
      if (this.isValid(villager.member)) continue;
      villager.hasExpired = true;
      villager.since = null;
    }
  }

  isValid(member: PeerName): boolean {
    return this.nowMs < this.counting(member).notAfter + 1_000;
  }

  #present(): readonly Villager[] {
    return this.villagers.filter(({ since }) => since !== null);
  }

  #stay(isHere: boolean, isFounder: boolean): number {
    const { hereDays, awayDays } = isFounder ? OFTEN : this.#presence;
    const days = isHere ? hereDays : awayDays;
    return Math.ceil((0.1 + 0.9 * fractionOf(this.#chance.bytes(8))) * days * DAY_MS);
  }

  #add(membership: Membership): Villager {
    this.known.add(membership);
    const villager: Villager = {
      name: membership.friendlyName,
      member: membership.member,
      since: BEGIN,
      changesAt: BEGIN + this.#stay(true, membership.role === 'creator'),
      waitsSince: null,
      wasRenewed: 0,
      hasExpired: false,
    };
    this.villagers.push(villager);
    return villager;
  }
}

function issuerKey(chain: Membership['chain']): string {
  return chain.at(-2)?.subject ?? '';
}

for (const seed of ['summer', 'winter']) {
  test(`in a year (${seed}) nobody that comes at times expires, and few are renewed twice`, () => {
    const year = new Year(seed, OFTEN);
    year.run(BEGIN + YEAR_MS);
    assert.deepEqual(
      year.villagers.filter(({ hasExpired }) => hasExpired).map(({ name }) => name),
      [],
    );
    assert.ok(year.longestWaitMs <= PATIENCE_MS, `${year.longestWaitMs / HOUR_MS} h`);
    const halves = (year.villagers.length - 1) * (YEAR_MS / (LEASE_MS / 2));
    const each = year.renewals / halves;
    assert.ok(each > 0.5 && each <= 1.2, `${each} renewals in half a life`);
  });
}

test('one that was removed in the year is not renewed any more, and ends', () => {
  const year = new Year('removed', OFTEN);
  year.run(BEGIN + 100 * DAY_MS);
  const mallory = year.villagers[7];
  assert.ok(mallory !== undefined);
  year.removed = { member: mallory.member, at: year.nowMs };
  // What was under way arrives.
  year.run(year.nowMs + SPREADING_MS);
  const { wasRenewed } = mallory;
  year.run(BEGIN + 160 * DAY_MS);
  assert.equal(mallory.wasRenewed, wasRenewed);
  assert.ok(mallory.hasExpired);
});

test('where all but the creator are seldom seen, whoever has expired asks, and is taken back', () => {
  const year = new Year('seldom', { hereDays: 1, awayDays: 14 });
  year.run(BEGIN + YEAR_MS);
  assert.ok(year.longestWaitMs <= PATIENCE_MS, `${year.longestWaitMs / HOUR_MS} h`);
  const living = year.villagers.filter(({ member }) => year.isValid(member));
  // Without an answer to those who ask, four of twenty are left.
  assert.ok(living.length >= 10 && year.answered >= 20, `${living.length}, ${year.answered}`);
});
