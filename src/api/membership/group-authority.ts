// What is said and issued in our name, or in the group's where its key is here: signed, stored, and only then
// anybody's business. The one place of the front door where certificates and statements are made.

import type { WallTime } from '../../core/base/time.ts';
import { wallTimeOf } from '../../core/base/time.ts';
import type { Membership } from '../../core/domain/membership.ts';
import type { PeerName } from '../../core/domain/names.ts';
import type { StatementBody } from '../../core/domain/security.ts';
import type { CertificateIssuer, MembershipRequest } from '../../core/ports/certificate-codec.ts';
import type { Chance, Clock } from '../../core/ports/clock.ts';
import type { Crypto, Signer } from '../../core/ports/crypto.ts';
import type { StatementSigner } from '../../core/security/held-statement.ts';
import type { MembershipsByMember } from '../../core/security/memberships-by-member.ts';
import type { OwnMembership } from '../../core/security/own-membership.ts';
import type { KnownSecurity } from '../../core/security/plan-revocation.ts';
import type { Learned } from '../../core/security/security-book.ts';
import type { SecurityState } from '../../core/security/security-state.ts';
import { signStatement } from '../../core/security/sign-statement.ts';
import { decodeStatement } from '../../core/wire/security.ts';
import type { RecordDesk } from '../../engine/record-desk.ts';
import { errorOfRefusal, facingTheWorldNow, PeerGroupError } from '../peer-group-error.ts';
import { standingError } from './own-standing.ts';

export interface AuthorityParts {
  readonly own: OwnMembership;
  readonly signer: Signer;
  /** Only creators have it. */
  readonly groupKey: Signer | null;
  readonly issuer: CertificateIssuer;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly crypto: Crypto;
  readonly store: KnownSecurity['store'];
  readonly desk: Pick<RecordDesk, 'learnMembership' | 'publishStatement'>;
  readonly state: () => SecurityState;
  /** Resolves when all that are stored were read. */
  readonly known: () => Promise<MembershipsByMember>;
  readonly requireOpen: () => void;
}

/** What is signed and not stored yet. */
export interface SignedSaying {
  readonly bytes: Uint8Array;
  /** Names it. */
  readonly digest: Uint8Array;
}

export class GroupAuthority {
  readonly #parts: AuthorityParts;

  constructor(parts: AuthorityParts) {
    this.#parts = parts;
  }

  get own(): Membership {
    return this.#parts.own.current;
  }

  get state(): SecurityState {
    return this.#parts.state();
  }

  get now(): WallTime {
    return this.#parts.clock.now().wallTime;
  }

  get crypto(): Crypto {
    return this.#parts.crypto;
  }

  get signer(): Signer {
    return this.#parts.signer;
  }

  get hasGroupKey(): boolean {
    return this.#parts.groupKey !== null;
  }

  /** Throws `MEMBERSHIP_REMOVED`, `MEMBERSHIP_EXPIRED` and the like: then nothing is said in our name any more. */
  requireLiving(): void {
    const wrong = standingError(this.own, this.state.removalOf(this.own), this.now);
    if (wrong !== null) throw wrong;
  }

  /** Rejects with `GROUP_CLOSED` when it is closed meanwhile. */
  async known(): Promise<MembershipsByMember> {
    const known = await this.#parts.known();
    this.#parts.requireOpen();
    return known;
  }

  randomBytes(length: number): Uint8Array {
    return this.#parts.chance.bytes(length);
  }

  /** All that planning a revocation has to know. */
  async knownSecurity(): Promise<KnownSecurity> {
    const { crypto, store } = this.#parts;
    const known = await this.known();
    const memberships = [...known.members()].flatMap((member) => [...known.of(member)]);
    return { group: this.own.group, crypto, state: this.state, store, memberships };
  }

  /** Every membership that is known of the member; throws `MEMBER_NOT_FOUND`. */
  async membershipsOf(member: PeerName): Promise<readonly [Membership, ...Membership[]]> {
    const [first, ...others] = (await this.known()).of(member);
    if (first === undefined) throw new PeerGroupError('MEMBER_NOT_FOUND', member);
    return [first, ...others];
  }

  /** In whose name `publish` speaks. */
  signers(by: 'member' | 'group' = 'member'): readonly [StatementSigner] {
    const { signer, groupKey } = this.#parts;
    if (by === 'group' && groupKey !== null) {
      return [{ publicKey: groupKey.publicKey, membership: null }];
    }
    return [{ publicKey: signer.publicKey, membership: this.own }];
  }

  /** Signs and stores it; the digest that names it. Throws when it would not count. */
  publish(
    body: StatementBody,
    pages: readonly Uint8Array[] = [],
    by: 'member' | 'group' = 'member',
  ): Uint8Array {
    return this.store(this.sign(body, by).bytes, pages);
  }

  /** For what has to be known here before it is known to others. */
  sign(body: StatementBody, by: 'member' | 'group' = 'member'): SignedSaying {
    const { signer, groupKey, crypto } = this.#parts;
    const { group } = this.own;
    if (by === 'member') this.requireLiving();
    if (by === 'group' && groupKey === null) {
      throw new PeerGroupError('NOT_AUTHORIZED', 'The key of the group is not here.');
    }
    const isGroup = by === 'group' && groupKey !== null;
    const key = isGroup
      ? { signer: groupKey, membershipDigest: null }
      : { signer, membershipDigest: this.own.chainDigest };
    const bytes = signStatement(body, this.now, group, key);
    return { bytes, digest: decodeStatement(bytes, group, crypto).digest };
  }

  /** What is signed already; the digest that names it. Throws when it would not count, and what the disk does. */
  store(bytes: Uint8Array, pages: readonly Uint8Array[] = []): Uint8Array {
    this.#parts.requireOpen();
    const { digest } = decodeStatement(bytes, this.own.group, this.#parts.crypto);
    const learned = facingTheWorldNow(() => this.#parts.desk.publishStatement(bytes, pages));
    const wrong = errorOfLearned(learned);
    if (wrong !== null) throw wrong;
    return digest;
  }

  /** Issues a membership below ours and stores it; its chain. */
  issue(request: MembershipRequest): readonly Uint8Array[] {
    const chain = this.certify(request);
    this.learn(chain);
    return chain;
  }

  /** Stores a membership that is issued already. */
  learn(chain: readonly Uint8Array[]): void {
    const learned = facingTheWorldNow(() => this.#parts.desk.learnMembership(chain, 'here'));
    if (!learned.ok) throw errorOfRefusal(learned.refusal);
  }

  /** Issues a membership below ours, of which nobody is told; its chain. */
  certify(request: MembershipRequest): readonly Uint8Array[] {
    const { issuer, requireOpen } = this.#parts;
    requireOpen();
    this.requireLiving();
    const certificate = issuer.issueMembership(request);
    return [...this.own.chain, certificate].map(({ der }) => der);
  }

  /** The end of what is to live for so long from now on, cut at our own end. */
  endOf(leaseMs: number): WallTime {
    return wallTimeOf(Math.min(this.now + leaseMs, this.own.notAfter));
  }
}

function errorOfLearned(learned: Learned): PeerGroupError | null {
  switch (learned.kind) {
    case 'void':
      return new PeerGroupError('NOT_AUTHORIZED', 'It does not count any more for us to say so.');
    case 'unsound':
      return new PeerGroupError('NOT_AUTHORIZED', `${learned.detail}.`);
    case 'full':
      return new PeerGroupError('QUOTA_EXCEEDED', 'There is no room for another statement.');
    case 'awaits':
      return new PeerGroupError('NOT_CONNECTED', 'What it speaks of has not come here yet.');
    case 'known':
    case 'stored':
      return null;
  }
}
