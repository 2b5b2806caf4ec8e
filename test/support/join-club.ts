// A club whose members admit others: real keys, chains, statements and stores, each member with a door on a
// simulated network, and people at the gate with a ticket or a password. What issues and stores is the house's own.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

import { nodeCrypto } from '../../src/adapters/crypto/node-crypto.ts';
import { nodeSealing } from '../../src/adapters/crypto/sealing.ts';
import { SigningKey } from '../../src/adapters/crypto/signing-key.ts';
import { openSecurity } from '../../src/core/book/open-security.ts';
import { RecordBook } from '../../src/core/book/record-book.ts';
import { type Address, formatAddress } from '../../src/core/domain/addresses.ts';
import type { Membership } from '../../src/core/domain/membership.ts';
import type { JoinSecret } from '../../src/core/join/joiner.ts';
import { openVerifier } from '../../src/core/join/offer-sealing.ts';
import type { PendingJoin } from '../../src/core/join/pending-joins.ts';
import { GuessThrottle } from '../../src/core/join/throttle.ts';
import type { Clock } from '../../src/core/ports/clock.ts';
import type { Wires } from '../../src/core/ports/wires.ts';
import type { Learned } from '../../src/core/security/security-book.ts';
import type { OfferView, SecurityState } from '../../src/core/security/security-state.ts';
import { Doors } from '../../src/engine/doors.ts';
import {
  attemptJoin,
  type JoinAttemptParts,
  type JoinResult,
  type JoinWish,
} from '../../src/engine/join/join-attempt.ts';
import { JoinDoors } from '../../src/engine/join/join-doors.ts';
import { JoinHost } from '../../src/engine/join/join-host.ts';
import type { JoinHostParts } from '../../src/engine/join/join-host-parts.ts';
import { RecordDesk } from '../../src/engine/record-desk.ts';
import { SignatureChecks } from '../../src/engine/signature-checks.ts';
import { club, NOW } from './golden-chains.ts';
import { exchange, STAFF, type TestOffer } from './join-offers.ts';
import { newMemoryStore } from './memory-store.ts';
import { AMPLE } from './record-club.ts';
import { instantChecker } from './record-office.ts';
import { SimulatedClock } from './simulated-clock.ts';
import type { Clubber } from './simulated-club.ts';
import { SimulatedNetwork } from './simulated-network.ts';
import { type Person, person, seededChance } from './trust-cast.ts';
import { identityOf, issuer, newJudge } from './trust-village.ts';

export const DISCOVERY_SECRET: Uint8Array = new Uint8Array(32).fill(42);

/** One who admits, with a door on the network. */
export class AdmitterHouse {
  readonly clubber: Clubber;
  /** Where its door is. */
  address: Address;
  readonly desk: RecordDesk;
  readonly host: JoinHost;
  readonly doors: Doors;
  readonly joinDoors: JoinDoors;
  readonly parts: JoinHostParts;
  readonly throttle = new GuessThrottle();
  readonly store = newMemoryStore(new Uint8Array(8));
  readonly guesses: Uint8Array[] = [];
  readonly asked: PendingJoin[] = [];
  readonly admitted: Membership[] = [];
  /** Others it names when it may not issue. */
  readonly colleagues: AdmitterHouse[] = [];
  own: Membership;
  readonly #book: RecordBook;
  readonly #clock: Clock;

  constructor(who: Clubber, address: Address, clock: Clock) {
    this.clubber = who;
    this.address = address;
    this.own = who.membership;
    this.#clock = clock;
    const judge = newJudge();
    const { store } = this;
    const crypto = nodeCrypto;
    const signer = who.person;
    const known = openSecurity({ store, crypto, judge, membership: who.membership });
    const chance = seededChance(`joins at ${formatAddress(address)}`);
    const ownMembership = (): Membership => this.own;
    this.#book = new RecordBook({
      store,
      crypto,
      chance,
      signer,
      ownMembership,
      quotas: AMPLE,
      ...known,
    });
    const checks = new SignatureChecks(instantChecker, store);
    this.desk = new RecordDesk(
      { book: this.#book, store, clock, checks, durability: 'power' },
      {
        onSecurity: () => this.refresh(),
        onChanges: () => undefined,
        onFailed: (error) => {
          throw error;
        },
      },
    );
    this.parts = {
      clock,
      crypto,
      judge,
      issuer,
      signer,
      certificateDigest: who.certificateDigest,
      own: ownMembership,
      state: () => this.state,
      membershipsOf: (publicKey) => this.membershipsOf(publicKey),
      desk: this.desk,
      throttle: this.throttle,
      withExchange: (use) => use(exchange),
      verifierOf: ({ offer }) =>
        openVerifier({ offer, shares: [] }, club.group, openerOf(who.person), nodeSealing),
      groupFriendlyName: () => 'Chess club',
      discovery: () => ({ secret: DISCOVERY_SECRET, epochDepth: 3 }),
      contacts: () => [{ member: who.membership.member, addresses: [this.address] }],
      issuersOf: () =>
        this.colleagues.map(({ clubber: { membership }, address }) => ({
          member: membership.member,
          addresses: [address],
        })),
      listener: {
        onPending: (pending) => this.asked.push(pending),
        onGuess: (offer) => this.guesses.push(offer),
        onAdmitted: (membership) => this.admitted.push(membership),
      },
    };
    this.host = new JoinHost(this.parts);
    this.doors = new Doors(crypto, clock);
    const { credentials } = who;
    const { member } = who.membership;
    this.doors.add({
      keys: [{ discoverySecret: DISCOVERY_SECRET, member }],
      credentials,
      desk: null,
      joins: this.host.door(null),
    });
    const { group } = who.membership;
    const { doors, host } = this;
    this.joinDoors = new JoinDoors({ doors, host, member, group, credentials });
    for (const each of Object.values(STAFF)) this.learn(each.membership);
  }

  get state(): SecurityState {
    return this.#book.security;
  }

  refresh(): void {
    this.joinDoors.refresh(this.state.offers(this.#clock.now().wallTime));
  }

  learn({ chain }: Membership): void {
    const learned = this.desk.learnMembership(chain.map(({ der }) => der));
    assert.ok(learned.ok, JSON.stringify(learned));
  }

  hear(statement: Uint8Array): Learned {
    return this.desk.learnStatement(statement, null);
  }

  membershipsOf(publicKey: Uint8Array): readonly Membership[] {
    return this.memberships().filter(({ publicKey: key }) => Buffer.from(key).equals(publicKey));
  }

  memberships(): readonly Membership[] {
    return this.store.memberships(null, 1_000).flatMap(({ chain }) => {
      const judged = this.parts.judge.judgeSoundness(chain);
      return judged.ok ? [judged.value] : [];
    });
  }

  /** Everything that the other knows, as comparing would bring it. */
  syncFrom(other: AdmitterHouse): void {
    for (const membership of other.memberships()) this.learn(membership);
    for (const { form, bytes } of other.store.securityItems(null, 1_000)) {
      if (form === 'page') this.desk.learnPage(bytes, null);
    }
    for (const { form, bytes } of other.store.securityItems(null, 1_000)) {
      if (form === 'statement') this.hear(bytes);
    }
  }

  view(offer: TestOffer): OfferView {
    const view = this.state.findOffer(offer.digest, this.#clock.now().wallTime);
    assert.ok(view !== null, 'the offer is here');
    return view;
  }
}

/** Opens what was sealed for a person of the cast. */
function openerOf({ friendlyName }: Person) {
  const seed = createHash('sha256').update(`peergroup test key ${friendlyName}`).digest();
  return SigningKey.fromSeed(new Uint8Array(seed)).opener;
}

/** One who wants to come in, and what became of it. */
export class Newcomer {
  readonly person: Person;
  readonly results: JoinResult[] = [];
  readonly pendingAt: string[] = [];
  readonly parts: JoinAttemptParts;

  constructor(who: Person, wires: Wires, clock: Clock) {
    this.person = who;
    const identity = identityOf(who);
    this.parts = {
      wires,
      clock,
      chance: seededChance(`${who.friendlyName} joins`),
      tools: { crypto: nodeCrypto, judge: newJudge(), exchange },
      member: who.peer,
      signer: who,
      credentials: { certificate: identity.der, privateKeyPem: who.privateKeyPem },
      certificateDigest: nodeCrypto.sha256(identity.der),
      listenAddresses: () => [],
    };
  }

  /** Goes to these members with what it has; the result takes the attempt back. */
  come(
    secret: JoinSecret,
    doorSecret: Uint8Array,
    houses: readonly AdmitterHouse[],
    wish: Partial<JoinWish> = {},
  ): () => void {
    const contacts = houses.map(({ clubber: { membership }, address }) => ({
      member: membership.member,
      addresses: [address],
    }));
    const { group } = STAFF.alice.membership;
    const terms = { timeoutMs: 30_000, pendingMs: 600_000 };
    return attemptJoin({ group, secret, doorSecret, contacts, ...terms, ...wish }, this.parts, {
      onPending: (member) => this.pendingAt.push(member),
      onDone: (result) => this.results.push(result),
    });
  }

  redeem(
    offer: TestOffer,
    houses: readonly AdmitterHouse[],
    wish: Partial<JoinWish> = {},
  ): () => void {
    const { role } = offer.body;
    const secret = { kind: 'ticket', offer: offer.digest, role, key: offer.key } as const;
    return this.come(secret, offer.body.doorSecret, houses, wish);
  }

  tryPassword(
    offer: TestOffer,
    password: string,
    houses: readonly AdmitterHouse[],
    wish: Partial<JoinWish> = {},
  ): () => void {
    const { role } = offer.body;
    const secret = { kind: 'password', offer: offer.digest, role, password } as const;
    return this.come(secret, offer.body.doorSecret, houses, wish);
  }

  get joined() {
    const [result] = this.results;
    assert.ok(result?.kind === 'joined', describe(this.results));
    return result.joined;
  }

  get failure() {
    const [result] = this.results;
    assert.ok(result?.kind === 'failed', describe(this.results));
    return result.failure;
  }
}

function describe(results: readonly JoinResult[]): string {
  return JSON.stringify(results.map((each) => (each.kind === 'failed' ? each : each.kind)));
}

/** The simulated world of a test. */
export class JoinClub {
  readonly clock = new SimulatedClock(NOW);
  readonly network = new SimulatedNetwork(this.clock);
  #hosts = 0;

  house(who: Clubber): AdmitterHouse {
    this.#hosts += 1;
    const address = { host: `192.0.2.${this.#hosts}`, port: 4001 };
    const house = new AdmitterHouse(who, address, this.clock);
    const { doors: gate } = house;
    this.network.put(address, { kind: 'gate', gate, certificate: who.identity.der });
    return house;
  }

  newcomer(name: string): Newcomer {
    this.#hosts += 1;
    const wires = this.network.wiresAt(`198.51.100.${this.#hosts}`);
    return new Newcomer(person(name), wires, this.clock);
  }

  pass(ms = 5_000): void {
    this.clock.advance(ms);
  }
}
