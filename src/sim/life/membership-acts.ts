// What members of a simulated world do about who belongs to it: by the same plans, signatures and laws as at
// the front door, at the node that does it. Everything that was said is remembered, whoever said it.

import { compareBytes, equalBytes } from '../../core/base/bytes.ts';
import type { Membership } from '../../core/domain/membership.ts';
import type { Role } from '../../core/domain/roles.ts';
import type { RevocationScope, StatementBody } from '../../core/domain/security.ts';
import { WorldError } from '../../core/ports/world-error.ts';
import {
  type KnownSecurity,
  planLeave,
  planRevocation,
  type RevocationWish,
} from '../../core/security/plan-revocation.ts';
import { refusalOfRevocation } from '../../core/security/revocation-rights.ts';
import { planRoleChange } from '../../core/security/role-change.ts';
import type { Learned } from '../../core/security/security-book.ts';
import { coSign, signStatement } from '../../core/security/sign-statement.ts';
import { issuerOf } from '../../core/trust/laws.ts';
import { decodeStatement, ticketUseBytes } from '../../core/wire/security.ts';
import type { Office } from '../node-run.ts';
import type { MembershipTerms, Villager } from '../people/village.ts';
import type { SimNode } from '../sim-node.ts';
import type { SimWorld } from '../sim-world.ts';

export interface Saying {
  readonly by: SimNode;
  readonly isHonest: boolean;
  readonly digest: Uint8Array;
  readonly bytes: Uint8Array;
  readonly pages: readonly Uint8Array[];
  /** What became of it where it was said; null when the disk or the process failed. */
  readonly learned: Learned['kind'] | null;
}

export interface RemovalTerms {
  readonly scope?: Exclude<RevocationScope, 'certificates'>;
  readonly reason?: string;
  /** False for those who leave it: the others go on finding each other by the secret that the target knows. */
  readonly beginsEpoch?: boolean;
}

export class MembershipActs {
  readonly world: SimWorld;
  readonly said: Saying[] = [];

  constructor(world: SimWorld) {
    this.world = world;
  }

  /** A newcomer with a machine, which is started; null when `by` may not take it in or could not store it. */
  takeIn(by: SimNode, name: string, terms: MembershipTerms): SimNode | null {
    const villager = this.issue(by, name, terms);
    return villager === null ? null : this.welcome(villager, by);
  }

  /** Another membership for somebody, new or not. */
  issue(by: SimNode, name: string, terms: MembershipTerms): Villager | null {
    const { village, diary } = this.world;
    const { signer } = by.place.villager;
    const issuer = { name: by.name, signer, membership: by.membership };
    const taken = village.takeIn(name, terms, issuer);
    if (!taken.ok) return null;
    const learned = this.#learn(by, taken.value.membership);
    diary.note(by.name, 'issues', `${terms.role} to ${name}${learned ? '' : ', in vain'}`);
    return learned ? taken.value : null;
  }

  welcome(villager: Villager, by: SimNode): SimNode {
    const node = this.world.settle(villager);
    node.start([by.contact, ...this.#someContacts()]);
    return node;
  }

  setRole(by: SimNode, target: SimNode, role: Exclude<Role, 'creator'>): void {
    const { village, crypto, diary } = this.world;
    const { publicKey } = target.membership;
    diary.note(by.name, 'gives', `${target.name} the role ${role}`);
    by.inOffice((office) => {
      const known = this.#knownBy(office);
      const [first, ...others] = membershipsOf(publicKey, known);
      if (first === undefined || by.process === null) return;
      const { signer } = by.place.villager;
      const issuer = office.own.current;
      const removalOf = (each: Membership) => office.book.security.removalOf(each);
      const plan = planRoleChange(
        {
          memberships: [first, ...others],
          role,
          issuer,
          issuerKey: signer,
          leaseMs: first.leaseMs,
          endsAt: first.notAfter,
          backdatingMs: 0,
        },
        { removalOf, crypto },
        by.process.now().wallTime,
      );
      if (!plan.ok) return;
      const certificate = village.issuer.issueMembership(plan.value.request);
      const chain = [...issuer.chain, certificate].map(({ der }) => der);
      if (!tried(() => office.desk.learnMembership(chain, 'here'))?.ok) return;
      for (const certificates of plan.value.voided) {
        const wish = {
          target: publicKey,
          scope: 'certificates',
          certificates,
          reason: '',
        } as const;
        this.#revoke(by, office, wish);
      }
    });
  }

  /** As the front door has it; the digest of what was said, null when nothing was. */
  remove(by: SimNode, target: SimNode, terms: RemovalTerms = {}): Uint8Array | null {
    const { scope = 'member', reason = '', beginsEpoch = true } = terms;
    const { publicKey, role } = target.membership;
    const wish = { target: publicKey, scope, certificates: [], reason };
    const digest = by.inOffice((office) => {
      const own = office.own.current;
      const signers = [{ publicKey: own.publicKey, membership: own }];
      const judged = refusalOfRevocation({ ...this.#knownBy(office), wish, signers });
      const isHalf = own.role === 'administrator' && role === 'administrator';
      return judged.ok || isHalf ? this.#revoke(by, office, wish) : null;
    });
    if (digest === null) return null;
    this.world.diary.note(by.name, 'removes', `${target.name} (${scope})`);
    if (beginsEpoch) this.beginEpoch(by, [digest]);
    return digest;
  }

  /** Signs what another administrator has begun; null when there is nothing, or it was not stored. */
  coSign(by: SimNode, digest: Uint8Array | null = null): Uint8Array | null {
    const { publicKey, role } = by.membership;
    const open = (by.security?.revocations() ?? []).filter(({ statement, revocation }) => {
      const isOurs = statement.signatures.some((each) => equalBytes(each.publicKey, publicKey));
      const isOfUs = equalBytes(revocation.target, publicKey);
      const isMeant = digest === null || equalBytes(digest, statement.digest);
      return isMeant && !isOurs && !isOfUs && statement.signatures.length === 1;
    });
    const found = role === 'administrator' ? this.world.chance.pick(open) : undefined;
    if (found === undefined) return null;
    return by.inOffice((office) => {
      const membershipDigest = office.own.current.chainDigest;
      const key = { signer: by.place.villager.signer, membershipDigest };
      return this.#store(by, office, coSign(found.statement, key), []);
    });
  }

  /** For good. */
  leave(node: SimNode): void {
    this.world.diary.note(node.name, 'leaves the group');
    node.inOffice((office) => {
      const plan = planLeave(node.membership.publicKey, 'leaves', this.#knownBy(office));
      if (plan.ok) this.#sayIn(node, office, plan.value.body, plan.value.pages);
    });
  }

  /** By ticket; its digest. */
  offer(by: SimNode, role: Exclude<Role, 'creator'>, usesMax: number | null): Uint8Array | null {
    const label = `ticket ${this.said.length}`;
    const { crypto } = this.world;
    const expiresAt = by.membership.notAfter;
    return this.say(by, {
      kind: 'offer',
      by: 'ticket',
      key: crypto.signer(label).publicKey,
      role,
      usesMax,
      expiresAt,
      leaseMs: 86_400_000,
      needsApproval: false,
      doorSecret: crypto.sha256(new TextEncoder().encode(label)),
      verifier: null,
      label,
    });
  }

  /** Takes somebody in by a ticket that whoever holds it has shown; null when the offer is not open there. */
  admit(by: SimNode, offer: Uint8Array, name: string): SimNode | null {
    const { crypto } = this.world;
    const now = by.process?.now().wallTime;
    const view = now === undefined ? null : (by.security?.findOffer(offer, now) ?? null);
    if (view?.state !== 'open') return null;
    const { role, label } = view.offer;
    const villager = this.issue(by, name, { role });
    if (villager === null) return null;
    const { publicKey: member, chain, group } = villager.membership;
    const admission = this.say(by, {
      kind: 'admission',
      offer,
      member,
      certificate: crypto.sha256(issuerOf(chain).der),
      proof: crypto.signer(label).sign(ticketUseBytes(group, offer, member)),
    });
    return admission === null ? null : this.welcome(villager, by);
  }

  endOffer(by: SimNode, offer: Uint8Array): Uint8Array | null {
    const admitted = by.security?.admittedBy(offer) ?? [];
    return this.say(by, { kind: 'offerEnd', offer, admitted: admitted.toSorted(compareBytes) });
  }

  beginEpoch(by: SimNode, revocations: readonly Uint8Array[]): void {
    const { security } = by;
    if (security === null) return;
    const before = security.epoch();
    const secret = this.world.chance.bytes(32);
    const previous = before?.statement.digest ?? new Uint8Array(32);
    const secretDigest = this.world.crypto.sha256(secret);
    const digest = this.say(by, { kind: 'epoch', previous, secretDigest, revocations });
    if (digest === null) return;
    by.tellEpochSecret({ depth: (before?.depth ?? 0) + 1, digest, secret });
  }

  /** Signed by this one, whatever it is; its digest when it is stored there. */
  say(by: SimNode, body: StatementBody, pages: readonly Uint8Array[] = []): Uint8Array | null {
    return by.inOffice((office) => this.#sayIn(by, office, body, pages));
  }

  #sayIn(
    by: SimNode,
    office: Office,
    body: StatementBody,
    pages: readonly Uint8Array[],
  ): Uint8Array | null {
    const now = by.process?.now().wallTime;
    if (now === undefined) return null;
    const { signer } = by.place.villager;
    const { chainDigest: membershipDigest, group } = office.own.current;
    const bytes = signStatement(body, now, group, { signer, membershipDigest });
    return this.#store(by, office, bytes, pages);
  }

  #store(
    by: SimNode,
    { desk, own }: Office,
    bytes: Uint8Array,
    pages: readonly Uint8Array[],
  ): Uint8Array | null {
    const { digest, body } = decodeStatement(bytes, own.current.group, this.world.crypto);
    const learned = tried(() => desk.publishStatement(bytes, pages))?.kind ?? null;
    this.said.push({ by, isHonest: by.isHonest, digest, bytes, pages, learned });
    this.world.diary.note(by.name, `says: ${body.kind}`, learned ?? 'and fails');
    return learned === 'stored' ? digest : null;
  }

  #revoke(by: SimNode, office: Office, wish: RevocationWish): Uint8Array | null {
    const plan = planRevocation(wish, this.#knownBy(office));
    return plan.ok ? this.#sayIn(by, office, plan.value.body, plan.value.pages) : null;
  }

  #learn(by: SimNode, { chain }: Membership): boolean {
    const ders = chain.map(({ der }) => der);
    const learned = by.inOffice(({ desk }) => tried(() => desk.learnMembership(ders, 'here')));
    return learned?.ok === true;
  }

  #knownBy({ book, store, own }: Office): KnownSecurity {
    const memberships = store
      .memberships(null, ALL)
      .map(({ chainDigest }) => book.membershipOf(chainDigest))
      .filter((membership) => membership !== null);
    const { group } = own.current;
    return { group, crypto: this.world.crypto, state: book.security, store, memberships };
  }

  #someContacts() {
    const { chance, running } = this.world;
    return [chance.pick(running), chance.pick(running)].flatMap((one) => one?.contact ?? []);
  }
}

const ALL = 100_000;

function membershipsOf(publicKey: Uint8Array, { memberships }: KnownSecurity): Membership[] {
  return [...memberships].filter((each) => equalBytes(each.publicKey, publicKey));
}

/** Null when the disk is full. */
function tried<Result>(act: () => Result): Result | null {
  try {
    return act();
  } catch (error) {
    if (error instanceof WorldError) return null;
    throw error;
  }
}
