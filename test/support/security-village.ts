// A village whose members say things about who belongs: makes signed statements and pages, and peers that learn
// them as members do, with a store of their own, and compare what they list.

import assert from 'node:assert/strict';

import { bytesKey, compareBytes } from '../../src/core/base/bytes.ts';
import { hexText } from '../../src/core/base/hex.ts';
import { type WallTime, wallTimeOf } from '../../src/core/base/time.ts';
import type { CertificateChain, Membership } from '../../src/core/domain/membership.ts';
import type { GroupName } from '../../src/core/domain/names.ts';
import type {
  Admission,
  Epoch,
  GroupProperties,
  JoinOffer,
  OfferEnd,
  Revocation,
  SecurityStatement,
  StatementBody,
} from '../../src/core/domain/security.ts';
import type { Signer } from '../../src/core/ports/crypto.ts';
import type { StoreChange } from '../../src/core/ports/record-store.ts';
import { answerRenewal } from '../../src/core/security/renewals.ts';
import { type Learned, SecurityBook } from '../../src/core/security/security-book.ts';
import type { SecurityState } from '../../src/core/security/security-state.ts';
import { coSign, signStatement } from '../../src/core/security/sign-statement.ts';
import { issuerChainOf } from '../../src/core/trust/lines.ts';
import {
  decodeStatement,
  encodePage,
  pageDigest,
  ticketUseBytes,
} from '../../src/core/wire/security.ts';
import { FastCrypto } from '../../src/sim/fast-crypto.ts';
import { type MembershipTerms, Village, type Villager } from '../../src/sim/people/village.ts';
import { WALL_BEGINS_MS } from '../../src/sim/sim-time.ts';
import { newMemoryStore } from './memory-store.ts';

export const NOW = wallTimeOf(WALL_BEGINS_MS);
const LEASE_MS = 86_400_000;

/** A member, or the group's key, which has no membership. */
export interface Speaker {
  readonly signer: Signer;
  readonly membership: Membership | null;
}

/** What travels: a statement or a page. */
export interface SecurityItem {
  readonly form: 'statement' | 'page';
  readonly bytes: Uint8Array;
  readonly digest: Uint8Array;
}

export interface SaidItem extends SecurityItem {
  readonly form: 'statement';
  readonly statement: SecurityStatement;
  readonly pages: readonly SecurityItem[];
}

export interface RevocationTerms {
  readonly scope?: Revocation['scope'];
  readonly certificates?: readonly Uint8Array[];
  readonly cutoffs?: Revocation['cutoffs'];
  readonly keeps?: readonly Uint8Array[];
  readonly reason?: string;
}

export class SecurityVillage {
  readonly crypto = new FastCrypto();
  readonly village: Village;
  readonly group: GroupName;
  readonly root: Speaker;
  /** All chains that were made here, in the order in which they were. */
  readonly memberships: Membership[] = [];
  #issuedAt = 0;

  constructor(seed: string) {
    this.village = new Village(seed, this.crypto);
    const { membership } = this.village.founder;
    this.group = membership.group;
    this.root = { signer: this.crypto.signer(`${seed} group`), membership: null };
    assert.deepEqual(this.root.signer.publicKey, membership.chain[0].publicKey);
    this.memberships.push(membership);
  }

  get alice(): Villager {
    return this.village.founder;
  }

  member(name: string, role: MembershipTerms['role'], issuer = this.alice): Villager {
    const villager = this.village.member(name, { role }, issuer);
    this.memberships.push(villager.membership);
    return villager;
  }

  /** The same with a lease of a day, which may be renewed; it ends after so many days. */
  leased(name: string, role: MembershipTerms['role'], issuer = this.alice, days = 1): Villager {
    const terms = { role, leaseMs: LEASE_MS, endsAfterMs: days * LEASE_MS };
    const villager = this.village.member(name, terms, issuer);
    this.memberships.push(villager.membership);
    return villager;
  }

  /** Its lease, renewed by another member a minute after it has ended. */
  renewed(of: Villager, by: Villager): Villager {
    const renewed = this.renewedIfLet(of, by);
    assert.ok(renewed !== null, `${by.name} may renew ${of.name}`);
    return renewed;
  }

  /** Null when the other one may not, or ends before it would be worth it. */
  renewedIfLet(of: Villager, by: Villager): Villager | null {
    const { membership } = of;
    const issuers = [{ chain: by.membership.chain, key: by.signer }];
    const parts = { issuers, removalOf: () => null, crypto: this.crypto };
    const answer = answerRenewal(membership, [], parts, wallTimeOf(membership.notAfter + 60_000));
    if (answer.kind !== 'issue') return null;
    const { issuerChain, request } = answer.renewal;
    const issued = this.village.issuer.issueMembership(request);
    const ders = [...issuerChain, issued].map(({ der }) => der);
    const judged = this.village.judge.judgeSoundness(ders);
    assert.ok(judged.ok, JSON.stringify(judged));
    this.memberships.push(judged.value);
    return { ...of, membership: judged.value };
  }

  /** SHA-256 of the last certificate. */
  certificateOf({ membership }: Pick<Villager, 'membership'>): Uint8Array {
    return this.crypto.sha256(membership.certificate.der);
  }

  page(digests: readonly Uint8Array[]): SecurityItem {
    const sorted = digests.toSorted(compareBytes);
    const unique = sorted.filter(
      (each, at) => at === 0 || compareBytes(each, sorted[at - 1] ?? each) !== 0,
    );
    return this.pageOf(encodePage(unique));
  }

  pageOf(bytes: Uint8Array): SecurityItem {
    return { form: 'page', bytes, digest: pageDigest(bytes, this.group, this.crypto) };
  }

  say(body: StatementBody, ...speakers: readonly Speaker[]): SaidItem {
    const [first, ...others] = speakers;
    assert.ok(first !== undefined);
    this.#issuedAt += 1;
    const issuedAt: WallTime = wallTimeOf(WALL_BEGINS_MS + this.#issuedAt);
    let bytes = signStatement(body, issuedAt, this.group, keyOf(first));
    for (const other of others) bytes = coSign(this.read(bytes), keyOf(other));
    const statement = this.read(bytes);
    return { form: 'statement', bytes, digest: statement.digest, statement, pages: [] };
  }

  read(bytes: Uint8Array): SecurityStatement {
    return decodeStatement(bytes, this.group, this.crypto);
  }

  revoke(
    target: Pick<Villager, 'signer'>,
    speakers: readonly Speaker[],
    {
      scope = 'member',
      certificates = [],
      cutoffs = [],
      keeps = [],
      reason = '',
    }: RevocationTerms = {},
  ): SaidItem {
    const pages = keeps.length === 0 ? [] : [this.page(keeps)];
    const body: Revocation = {
      kind: 'revocation',
      target: target.signer.publicKey,
      scope,
      certificates: certificates.toSorted(compareBytes),
      cutoffs,
      keptPages: pages.map(({ digest }) => digest),
      reason,
    };
    return { ...this.say(body, ...speakers), pages };
  }

  offer(author: Speaker, terms: Partial<Omit<JoinOffer, 'kind'>> = {}): SaidItem {
    const label = terms.label ?? `${this.#issuedAt}`;
    const body: JoinOffer = {
      kind: 'offer',
      by: 'ticket',
      key: this.ticketOf(label).publicKey,
      role: 'member',
      usesMax: null,
      expiresAt: wallTimeOf(WALL_BEGINS_MS + 86_400_000),
      leaseMs: 86_400_000,
      needsApproval: false,
      doorSecret: new Uint8Array(32),
      verifier: null,
      ...terms,
      label,
    };
    return this.say(body, author);
  }

  /** The key of the ticket with this label. */
  ticketOf(label: string): Signer {
    return this.crypto.signer(`ticket ${label}`);
  }

  admit(offer: SaidItem, admitted: Villager, admitter: Speaker): SaidItem {
    const { body } = offer.statement;
    assert.ok(body.kind === 'offer');
    const member = admitted.signer.publicKey;
    const proven = ticketUseBytes(this.group, offer.digest, member);
    const admission: Admission = {
      kind: 'admission',
      offer: offer.digest,
      member,
      certificate: this.certificateOf(admitted),
      proof: body.by === 'ticket' ? this.ticketOf(body.label).sign(proven) : new Uint8Array(),
    };
    return this.say(admission, admitter);
  }

  end(offer: SaidItem, admitted: readonly Villager[], speaker: Speaker): SaidItem {
    const digests = admitted.map((each) => this.certificateOf(each)).toSorted(compareBytes);
    const body: OfferEnd = { kind: 'offerEnd', offer: offer.digest, admitted: digests };
    return this.say(body, speaker);
  }

  epoch(previous: SaidItem | null, speaker: Speaker): SaidItem {
    const body: Epoch = {
      kind: 'epoch',
      previous: previous?.digest ?? new Uint8Array(32),
      secretDigest: this.crypto.sha256(new Uint8Array([this.#issuedAt])),
      revocations: [],
    };
    return this.say(body, speaker);
  }

  properties(version: number, friendlyName: string): SaidItem {
    const body: GroupProperties = {
      kind: 'properties',
      version,
      friendlyName,
      comment: '',
      leaseMs: 86_400_000,
      application: '',
    };
    return this.say(body, this.root);
  }

  peer(): SecurityPeer {
    return new SecurityPeer(this);
  }
}

function keyOf({ signer, membership }: Speaker) {
  return { signer, membershipDigest: membership?.chainDigest ?? null };
}

/** A member with a store: knows the chains that it was given, and what was stored. */
export class SecurityPeer {
  readonly #village: SecurityVillage;
  readonly #store = newMemoryStore(new Uint8Array(8));
  readonly #chains = new Map<string, Membership>();
  #book: SecurityBook;

  constructor(village: SecurityVillage) {
    this.#village = village;
    this.#book = this.#open();
  }

  get state(): SecurityState {
    return this.#book.state;
  }

  get book(): SecurityBook {
    return this.#book;
  }

  /** From what is stored, as after the end of the process. */
  reopen(): void {
    this.#book = this.#open();
    this.#book.load();
  }

  /** True when the chain is stored now and was not before. */
  learnChain(membership: Membership): boolean {
    const isKnown = this.#chains.has(bytesKey(membership.chainDigest));
    if (isKnown || !this.#book.wantsChain(membership)) return false;
    const learned: Membership[] = [];
    for (let each: CertificateChain | null = membership.chain; each !== null; ) {
      const judged = this.#village.village.judge.judgeSoundness(each.map(({ der }) => der));
      assert.ok(judged.ok);
      learned.unshift(judged.value);
      each = issuerChainOf(each);
    }
    const changes = learned.map(
      (each): StoreChange => ({
        kind: 'putMembership',
        chainDigest: each.chainDigest,
        chain: each.chain.map(({ der }) => der),
        publicKey: each.publicKey,
        member: each.member,
        notAfter: each.notAfter,
      }),
    );
    this.#store.commit(changes, 'process');
    for (const each of learned) this.#chains.set(bytesKey(each.chainDigest), each);
    this.#settle(this.#book.membershipsChanged(learned));
    return true;
  }

  learn({ form, bytes }: SecurityItem): Learned {
    const learned =
      form === 'page' ? this.#book.learnPage(bytes) : this.#book.learnStatement(bytes);
    this.#settle([learned]);
    return learned;
  }

  /** Its pages first. */
  learnAll(...items: readonly SaidItem[]): readonly Learned['kind'][] {
    return items.map((item) => {
      for (const page of item.pages) this.learn(page);
      return this.learn(item).kind;
    });
  }

  listedChains(): readonly Membership[] {
    return [...this.#chains.values()].filter((each) => this.state.isChainListed(each));
  }

  knownChains(): readonly Membership[] {
    return [...this.#chains.values()];
  }

  /** All that is listed, statements, pages and chains, as text to compare. */
  listed(): readonly string[] {
    const chains = this.listedChains().map(({ chainDigest }) => `chain ${hexText(chainDigest)}`);
    return [...this.state.listedDigests().map(hexText), ...chains].toSorted();
  }

  /** Everything stored, listed or not. */
  held(): readonly SecurityItem[] {
    return this.#store.securityItems(null, 100_000);
  }

  /** What we list and the other does not, it is given. True when it stored something. */
  giveTo(other: SecurityPeer): boolean {
    let isNew = false;
    for (const chain of this.listedChains()) isNew = other.learnChain(chain) || isNew;
    for (const item of this.#listedItems()) {
      if (other.state.has(item.digest)) continue;
      other.learn(item);
      isNew = other.state.has(item.digest) || isNew;
    }
    return isNew;
  }

  #listedItems(): readonly SecurityItem[] {
    const listed = new Set(this.state.listedDigests().map(bytesKey));
    const items = this.held().filter(({ digest }) => listed.has(bytesKey(digest)));
    return items.toSorted((a, b) => a.form.localeCompare(b.form));
  }

  /** Commits, tells the book, and goes on with what was waiting. */
  #settle(learned: readonly Learned[]): void {
    for (const each of learned) {
      if (each.kind !== 'stored') continue;
      this.#store.commit(each.changes, 'process');
      this.#settle(this.#book.onStored(each.changes));
    }
  }

  #open(): SecurityBook {
    const { group, crypto, root } = this.#village;
    return new SecurityBook({
      group,
      rootKey: root.signer.publicKey,
      crypto,
      membershipOf: (digest) => this.#chains.get(bytesKey(digest)) ?? null,
      store: this.#store,
    });
  }
}

/** Compare until nobody learns anything more, twice: what waits for a statement asks for it. */
export function exchange(peers: readonly SecurityPeer[]): void {
  let silentRounds = 0;
  for (let round = 0; round < 50 && silentRounds < 2; round++) {
    let isNew = false;
    for (const one of peers) {
      for (const other of peers) if (one !== other) isNew = one.giveTo(other) || isNew;
    }
    silentRounds = isNew ? 0 : silentRounds + 1;
  }
  assert.equal(silentRounds, 2, 'they come to an end');
}
