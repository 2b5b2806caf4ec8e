// Random villages in which members remove each other: chains, statements and pages of all kinds, with enough
// administrators to sign together and to remove each other in circles.

import type { Membership } from '../../src/core/domain/membership.ts';
import type { Role } from '../../src/core/domain/roles.ts';
import type { Revocation } from '../../src/core/domain/security.ts';
import type { Villager } from '../../src/sim/people/village.ts';
import { FuzzSource } from './fuzzing.ts';
import {
  type SaidItem,
  type SecurityItem,
  SecurityVillage,
  type Speaker,
} from './security-village.ts';

export interface SignedBatchSketch {
  readonly membership: Membership;
  readonly hash: Uint8Array;
  readonly journal: Uint8Array;
  readonly sequence: number;
}

export interface SecurityScene {
  readonly village: SecurityVillage;
  readonly people: readonly Villager[];
  readonly statements: readonly SaidItem[];
  readonly pages: readonly SecurityItem[];
  readonly batches: readonly SignedBatchSketch[];
}

const ROLES: readonly Exclude<Role, 'creator'>[] = ['administrator', 'invitingMember', 'member'];
const SCOPES: readonly Revocation['scope'][] = ['member', 'member', 'subtree', 'certificates'];

export class SceneMaker {
  readonly #village: SecurityVillage;
  readonly #random: FuzzSource;
  readonly #people: Villager[];
  readonly #statements: SaidItem[] = [];
  readonly #pages: SecurityItem[] = [];
  readonly #batches: SignedBatchSketch[] = [];

  constructor(seed: number) {
    this.#village = new SecurityVillage(`scene ${seed}`);
    this.#random = new FuzzSource(seed);
    this.#people = [this.#village.alice];
  }

  /** `administrators` is how likely others become one, in percent. */
  make(people: number, statements: number, administrators = 50): SecurityScene {
    for (let at = 0; at < people; at++) this.#addPerson(administrators);
    for (let at = 0; at < statements; at++) this.#addBatch();
    for (let at = 0; at < statements; at++) this.#addStatement();
    return this.#scene();
  }

  /** Administrators that Alice made remove each other, two by two, and now and then list what was said before. */
  makeRebellion(administrators: number, revocations: number): SecurityScene {
    for (let at = 0; at < administrators; at++) {
      this.#people.push(this.#village.member(`person ${at}`, 'administrator'));
    }
    const [alice, ...rebels] = this.#people;
    for (let at = 0; at < revocations; at++) {
      const [first, second, target] = shuffled(rebels, this.#random);
      if (alice === undefined || first === undefined || second === undefined) break;
      const isByAlice = this.#random.below(12) === 0;
      const said = this.#village.revoke(target ?? first, isByAlice ? [alice] : [first, second], {
        keeps: this.#random.below(3) === 0 ? this.#someThings() : [],
      });
      this.#statements.push(said);
      this.#pages.push(...said.pages);
    }
    return this.#scene();
  }

  #scene(): SecurityScene {
    return {
      village: this.#village,
      people: this.#people,
      statements: this.#statements,
      pages: this.#pages,
      batches: this.#batches,
    };
  }

  /** Some keys have several memberships. */
  #addPerson(administrators: number): void {
    const issuers = this.#people.filter(
      ({ membership: { role, depth } }) => role !== 'member' && depth < 5,
    );
    const issuer = this.#random.below(3) === 0 ? this.#village.alice : this.#random.pick(issuers);
    const isAdministrator = this.#random.below(100) < administrators;
    const wanted = isAdministrator ? 'administrator' : this.#random.pick(ROLES);
    const role = issuer.membership.role === 'invitingMember' ? 'member' : wanted;
    const name = `person ${this.#random.below(5) === 0 ? this.#random.below(this.#people.length) : this.#people.length}`;
    const isAbove = issuer.membership.chain.some(({ friendlyName }) => friendlyName === name);
    if (isAbove) return;
    this.#people.push(this.#village.leased(name, role, issuer, 1 + this.#random.below(9)));
    if (this.#random.below(2) === 0) this.#renewSomebody();
  }

  /** By whoever may; of a renewal as well, and by those who were renewed themselves. */
  #renewSomebody(): void {
    const of = this.#random.pick(this.#people);
    const by = this.#random.pick(this.#people);
    const renewed = this.#village.renewedIfLet(of, by);
    if (renewed !== null) this.#people.push(renewed);
  }

  #addBatch(): void {
    const { membership } = this.#random.pick(this.#people);
    this.#batches.push({
      membership,
      hash: this.#random.bytes(32),
      journal: new Uint8Array(8).fill(1 + this.#random.below(2)),
      sequence: 1 + this.#random.below(9),
    });
  }

  #addStatement(): void {
    const offers = this.#ofKind('offer');
    const choice = this.#random.below(12);
    if (choice < 6) this.#addRevocation();
    else if (choice < 8 || offers.length === 0) this.#addOffer();
    else if (choice < 10) this.#addAdmission(this.#random.pick(offers));
    else if (choice < 11) this.#addEnd(this.#random.pick(offers));
    else this.#addEpoch();
  }

  #addRevocation(): void {
    const target = this.#random.pick(this.#people);
    const scope = this.#random.pick(SCOPES);
    const keeps = this.#random.below(3) === 0 ? [] : this.#someThings();
    const said = this.#village.revoke(target, this.#signers(), {
      scope,
      keeps,
      certificates: scope === 'certificates' ? [this.#village.certificateOf(target)] : [],
      cutoffs: [{ journal: new Uint8Array(8).fill(1), sequence: 5 }],
    });
    this.#statements.push(said);
    if (this.#random.below(6) > 0) this.#pages.push(...said.pages);
  }

  /** One, or administrators together. */
  #signers(): readonly Speaker[] {
    if (this.#random.below(20) === 0) return [this.#village.root];
    const administrators = this.#people.filter(
      ({ membership }) => membership.role === 'administrator',
    );
    if (this.#random.below(3) === 0 || administrators.length < 2) {
      return [this.#random.pick(this.#people)];
    }
    const first = this.#random.pick(administrators);
    const others = administrators.filter(
      ({ signer }) => signer.publicKey !== first.signer.publicKey,
    );
    const second = others.find(() => this.#random.below(2) === 0) ?? others[0];
    if (second === undefined || hasSameKey(first, second)) return [first];
    const third = others.find((each) => !hasSameKey(each, second) && !hasSameKey(each, first));
    return third !== undefined && this.#random.below(4) === 0
      ? [first, second, third]
      : [first, second];
  }

  /** A good part of all that is there; what comes later cannot be listed. */
  #someThings(): readonly Uint8Array[] {
    const things = [
      ...this.#people.map((each) => this.#village.certificateOf(each)),
      ...this.#statements.map(({ digest }) => digest),
      ...this.#batches.map(({ hash }) => hash),
    ];
    return [new Uint8Array(32), ...things.filter(() => this.#random.below(5) < 2)];
  }

  #addOffer(): void {
    const usesMax = this.#random.pick([null, 1, 1, 2]);
    const role = this.#random.pick(ROLES);
    this.#statements.push(this.#village.offer(this.#random.pick(this.#people), { usesMax, role }));
  }

  #addAdmission(offer: SaidItem): void {
    const { body } = offer.statement;
    if (body.kind !== 'offer') return;
    const admitted = this.#people.filter(
      ({ membership }) => membership.role === body.role && membership.depth > 1,
    );
    if (admitted.length === 0) return;
    const chosen = this.#random.pick(admitted);
    const issuerKey = chosen.membership.chain[chosen.membership.depth - 1]?.publicKey;
    const issuers = this.#people.filter(({ signer }) => signer.publicKey === issuerKey);
    const issuer = this.#people.find((each) => keyText(each) === `${issuerKey}`) ?? issuers[0];
    if (issuer !== undefined) this.#statements.push(this.#village.admit(offer, chosen, issuer));
  }

  #addEnd(offer: SaidItem): void {
    const admitted = this.#people.filter(() => this.#random.below(2) === 0);
    this.#statements.push(this.#village.end(offer, admitted, this.#random.pick(this.#people)));
  }

  #addEpoch(): void {
    const epochs = this.#ofKind('epoch');
    const previous =
      epochs.length > 0 && this.#random.below(4) > 0 ? this.#random.pick(epochs) : null;
    this.#statements.push(this.#village.epoch(previous, this.#random.pick(this.#people)));
  }

  #ofKind(kind: 'offer' | 'epoch'): readonly SaidItem[] {
    return this.#statements.filter(({ statement }) => statement.body.kind === kind);
  }
}

export function shuffled<Item>(items: readonly Item[], random: FuzzSource): readonly Item[] {
  return items
    .map((item) => ({ item, at: random.below(2 ** 30) }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

function keyText({ signer }: Villager): string {
  return `${signer.publicKey}`;
}

function hasSameKey(one: Villager, other: Villager): boolean {
  return keyText(one) === keyText(other);
}
