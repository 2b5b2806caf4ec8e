// Members that take others in, give them roles, renew and remove them, sign together, offer tickets and leave,
// as the seed has it. Many of the removed go on as rogues. Some of what they wish is refused, as in life.

import { mayIssue, type Role } from '../../core/domain/roles.ts';
import type { Village, Villager } from '../people/village.ts';
import type { SimNode } from '../sim-node.ts';
import type { MembershipActs } from './membership-acts.ts';
import { RogueLife } from './rogue-life.ts';

export interface MembershipHabits {
  /** On average, of the whole group. */
  readonly everySeconds: number;
  readonly seconds: number;
  /** Nobody is taken in beyond so many. */
  readonly nodesMax: number;
  /** Of those who are removed, the part that goes on. */
  readonly rogues: number;
}

type Granted = Exclude<Role, 'creator'>;

const GRANTED: readonly Granted[] = ['administrator', 'invitingMember', 'member'];

/** In shares of all that is done. */
const ACTS = [
  ['takeIn', 4],
  ['renew', 3],
  ['setRole', 3],
  ['remove', 6],
  ['coSign', 5],
  ['offer', 2],
  ['admit', 4],
  ['endOffer', 1],
  ['leave', 1],
] as const;

/** A removed member hears of it, and then does not want to know: a guess at how long that takes. */
const TURNS_ROGUE_MS = 8_000;
const LEASE_MS = 600_000;
/** Due to be renewed within the first minute, and later than the end of a world of a minute and a half. */
const LEASE_ENDS_MS = 345_000;

/** Who issued whom, so that one stands four below the group: each by somebody before. Half of them have leases. */
export function populate(village: Village, count: number): readonly Villager[] {
  const villagers = new Map<string, Villager>([[village.founder.name, village.founder]]);
  for (const [at, [name, role, by]] of PEOPLE.slice(0, count - 1).entries()) {
    const lease = at % 2 === 0 ? {} : { leaseMs: LEASE_MS, endsAfterMs: LEASE_ENDS_MS };
    const issuer = villagers.get(by) ?? village.founder;
    villagers.set(name, village.member(name, { role, ...lease }, issuer));
  }
  return [...villagers.values()];
}

const PEOPLE: readonly (readonly [name: string, role: Granted, by: string])[] = [
  ['bob', 'administrator', 'alice'],
  ['carol', 'administrator', 'alice'],
  ['dave', 'administrator', 'bob'],
  ['grace', 'invitingMember', 'dave'],
  ['heidi', 'member', 'grace'],
  ['erin', 'invitingMember', 'carol'],
  ['frank', 'member', 'alice'],
  ['ivan', 'member', 'erin'],
  ['judy', 'member', 'bob'],
];

export function startBelonging(acts: MembershipActs, habits: MembershipHabits): void {
  const life = new BelongingLife(acts, habits);
  life.next();
}

class BelongingLife {
  readonly #acts: MembershipActs;
  readonly #habits: MembershipHabits;
  readonly #endMs: number;
  readonly #offers: Uint8Array[] = [];

  constructor(acts: MembershipActs, habits: MembershipHabits) {
    this.#acts = acts;
    this.#habits = habits;
    this.#endMs = acts.world.nowMs + 1_000 * habits.seconds;
  }

  next(): void {
    const { world } = this.#acts;
    const delayMs = -Math.log(1 - world.chance.fraction()) * 1_000 * this.#habits.everySeconds;
    if (world.nowMs + delayMs >= this.#endMs) return;
    world.agenda.after(delayMs, () => {
      this.#act();
      this.next();
    });
  }

  #act(): void {
    const { chance, running } = this.#acts.world;
    const by = chance.pick(running.filter(({ isHonest }) => isHonest));
    const act = chance.pick(ACTS.flatMap(([name, share]) => Array(share).fill(name)));
    if (by !== undefined) this.#actAs(by, act);
  }

  #actAs(by: SimNode, act: (typeof ACTS)[number][0]): void {
    const acts = this.#acts;
    const { chance } = acts.world;
    const role = chance.pick(GRANTED.filter((each) => mayIssue(by.membership.role, each)));
    const target = chance.pick(acts.world.nodes.filter((node) => node !== by));
    const offer = chance.pick(this.#offers);
    switch (act) {
      case 'takeIn':
        if (role !== undefined && this.#hasRoom) acts.takeIn(by, this.#newName, { role });
        return;
      case 'renew':
        if (role !== undefined && target !== undefined) acts.issue(by, target.name, { role });
        return;
      case 'setRole':
        if (role !== undefined && target !== undefined) acts.setRole(by, target, role);
        return;
      case 'remove':
        if (target !== undefined) this.#remove(by, target);
        return;
      case 'coSign':
        acts.coSign(by);
        return;
      case 'offer': {
        if (role === undefined) return;
        const made = acts.offer(by, role, chance.isTrue(0.5) ? 1 + chance.whole(2) : null);
        if (made !== null) this.#offers.push(made);
        return;
      }
      case 'admit':
        if (offer !== undefined && this.#hasRoom) acts.admit(by, offer, this.#newName);
        return;
      case 'endOffer':
        if (offer !== undefined) acts.endOffer(by, offer);
        return;
      case 'leave':
        acts.leave(by);
    }
  }

  #remove(by: SimNode, target: SimNode): void {
    const { world } = this.#acts;
    const { chance } = world;
    const scope = chance.isTrue(0.3) ? 'subtree' : 'member';
    const before = target.disk.copy();
    if (this.#acts.remove(by, target, { scope }) === null) return;
    if (!chance.isTrue(this.#habits.rogues) || !target.isHonest) return;
    world.agenda.after(chance.between(0, TURNS_ROGUE_MS), () => {
      if (world.nowMs < this.#endMs) new RogueLife(this.#acts, target, before).begin(this.#endMs);
    });
  }

  get #hasRoom(): boolean {
    return this.#acts.world.nodes.length < this.#habits.nodesMax;
  }

  get #newName(): string {
    return `n${this.#acts.world.nodes.length}`;
  }
}
