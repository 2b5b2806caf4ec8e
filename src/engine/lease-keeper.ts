// Keeps the leases of a group (protocol.md §15.8): renews those that are due and that this member may renew,
// and has it act under the one of its own memberships that counts. Wakes by itself; whoever learns of a
// membership, a removal or a member that comes or goes tells it.

import { type Instant, instantOf, type WallTime } from '../core/base/time.ts';
import type { Membership } from '../core/domain/membership.ts';
import type { PeerName } from '../core/domain/names.ts';
import type { Verdict } from '../core/domain/refusals.ts';
import type { CertificateIssuer } from '../core/ports/certificate-codec.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Crypto, Signer } from '../core/ports/crypto.ts';
import type { RecordStore, StoreChange } from '../core/ports/record-store.ts';
import { WorldError } from '../core/ports/world-error.ts';
import type { RemovalOf } from '../core/security/counting-order.ts';
import { MembershipsByMember } from '../core/security/memberships-by-member.ts';
import type { OwnMembership } from '../core/security/own-membership.ts';
import {
  answerRenewal,
  planRenewals,
  type Renewal,
  type RenewalAnswer,
  type RenewalCandidate,
  type RenewalIssuer,
  type RenewalParts,
} from '../core/security/renewals.ts';
import { judgeDates } from '../core/trust/chain.ts';

export interface LeaseKeeperParts {
  readonly own: OwnMembership;
  readonly signer: Signer;
  /** Null for all but the creators that keep it. */
  readonly groupKey: Signer | null;
  readonly issuer: CertificateIssuer;
  readonly clock: Clock;
  readonly crypto: Pick<Crypto, 'sha256'>;
  readonly store: Pick<RecordStore, 'memberships'>;
  readonly membershipOf: (chainDigest: Uint8Array) => Membership | null;
  readonly removalOf: RemovalOf;
  /** Who is here, and since when; ourselves or not. */
  readonly present: () => Iterable<{ readonly member: PeerName; readonly since: WallTime }>;
  /** Stores a chain and tells the group; throws `WorldError` with nothing learned. */
  readonly learn: (chain: readonly Uint8Array[]) => Verdict<void>;
  /** A bug of ours: no lease is kept any more. */
  readonly onFailed: (error: unknown) => void;
}

/** The wall clock may jump, so what is due is looked for again after this. */
const LOOK_AGAIN_MS = 60_000;
/** Of the shortest lease that is present: so often is looked again when much is told. */
const PAUSE_PART = 1 / 1_000;
/** Without a lease, and at the least, so that telling costs nothing. Guesses. */
const PAUSE_MIN_MS = 10;
const PAUSE_WITHOUT_MS = 1_000;
/** After a failure of the disk. */
const RETRY_MS = 5_000;
/** Chains that are read at once; each may take the checks of its signatures. */
const READ_AT_ONCE = 64;

export class LeaseKeeper {
  readonly #parts: LeaseKeeperParts;
  readonly #known = new MembershipsByMember();
  /** Nothing is planned before what is stored was read: it may have been renewed already. */
  #readUntil: Uint8Array | 'start' | 'end' = 'start';
  #pauseMs = PAUSE_WITHOUT_MS;
  #lastLook: Instant;
  #wake: { readonly at: Instant; readonly cancel: () => void } | null = null;
  #isOpen = true;
  readonly #waiting: (() => void)[] = [];

  constructor(parts: LeaseKeeperParts) {
    this.#parts = parts;
    this.#lastLook = parts.clock.now().instant;
    this.#wakeAt(this.#lastLook);
  }

  /** All of which was heard, which is not all that is stored before `isRead`. */
  get known(): MembershipsByMember {
    return this.#known;
  }

  /** What is stored was looked through. */
  get isRead(): boolean {
    return this.#readUntil === 'end';
  }

  /** Calls `act` when it was; at once when it was before, or never will be. */
  whenRead(act: () => void): void {
    if (this.isRead || !this.#isOpen) act();
    else this.#waiting.push(act);
  }

  /** The one that counts now of the member of this one; the same when no other is known. */
  countingOf(membership: Membership): Membership {
    const { removalOf, clock } = this.#parts;
    const now = clock.now().wallTime;
    return this.#known.countingOf(membership.member, removalOf, now) ?? membership;
  }

  /** These changes are stored; those that are no memberships are passed over. */
  onStored(changes: readonly StoreChange[]): void {
    let isNew = false;
    for (const change of changes) {
      if (change.kind !== 'putMembership') continue;
      const membership = this.#parts.membershipOf(change.chainDigest);
      if (membership !== null && this.#known.add(membership)) isNew = true;
    }
    if (isNew) this.onChanged();
  }

  /** Somebody came, went or was removed. What we act under changes at once, what we renew a little later. */
  onChanged(): void {
    if (!this.#isOpen) return;
    this.#chooseOwn();
    this.#wakeAt(instantOf(this.#lastLook + this.#pauseMs));
  }

  /** For one that proves to hold the key of `asked`, which has ended. Throws `WorldError`. */
  answer(asked: Membership): Exclude<RenewalAnswer, { readonly kind: 'issue' }> {
    const now = this.#parts.clock.now().wallTime;
    const answer = answerRenewal(asked, this.#known.of(asked.member), this.#renewalParts(now), now);
    if (answer.kind !== 'issue') return answer;
    const learned = this.#renew(answer.renewal);
    if (!learned.ok) return { kind: 'refused', refusal: learned.refusal };
    return { kind: 'stored', membership: this.countingOf(asked) };
  }

  close(): void {
    this.#isOpen = false;
    this.#wake?.cancel();
    this.#wake = null;
    this.#tellRead();
  }

  #tellRead(): void {
    for (const act of this.#waiting.splice(0)) act();
  }

  #look(): void {
    this.#wake = null;
    const now = this.#parts.clock.now();
    try {
      if (this.#readUntil !== 'end') this.#readSome();
      else this.#renewDue();
    } catch (error) {
      if (!(error instanceof WorldError)) {
        this.close();
        this.#parts.onFailed(error);
        return;
      }
      this.#wakeAt(instantOf(now.instant + RETRY_MS));
    }
  }

  #readSome(): void {
    const { store, membershipOf, clock } = this.#parts;
    const after = this.#readUntil instanceof Uint8Array ? this.#readUntil : null;
    const some = store.memberships(after, READ_AT_ONCE);
    for (const { chainDigest } of some) {
      const membership = membershipOf(chainDigest);
      if (membership !== null) this.#known.add(membership);
    }
    const last = some.length < READ_AT_ONCE ? undefined : some.at(-1);
    this.#readUntil = last?.chainDigest ?? 'end';
    if (this.isRead) this.#tellRead();
    this.#chooseOwn();
    this.#wakeAt(clock.now().instant);
  }

  #renewDue(): void {
    const { clock } = this.#parts;
    const now = clock.now();
    this.#lastLook = now.instant;
    this.#chooseOwn();
    const candidates = this.#candidates(now.wallTime);
    this.#pauseMs = pauseOf(candidates);
    const parts = this.#renewalParts(now.wallTime);
    const { renewals, nextAt } = planRenewals(candidates, parts, now.wallTime);
    for (const renewal of renewals) this.#renew(renewal);
    const dueMs = nextAt === null ? LOOK_AGAIN_MS : nextAt - now.wallTime;
    const delayMs = Math.min(Math.max(dueMs, this.#pauseMs), LOOK_AGAIN_MS);
    this.#wakeAt(instantOf(now.instant + delayMs));
  }

  /** Once each, whoever is here twice; and ourselves, whom the group key may renew. */
  #candidates(now: WallTime): readonly RenewalCandidate[] {
    const { own, present, removalOf } = this.#parts;
    const sinceByMember = new Map<PeerName, WallTime>([
      [own.current.member, own.current.notBefore],
    ]);
    for (const { member, since } of present()) {
      const known = sinceByMember.get(member);
      if (known === undefined || since < known) sinceByMember.set(member, since);
    }
    const candidates: RenewalCandidate[] = [];
    for (const [member, since] of sinceByMember) {
      const membership = this.#known.countingOf(member, removalOf, now);
      if (membership !== null) candidates.push({ membership, since });
    }
    return candidates;
  }

  /** What is removed, has ended or has not begun issues nothing. */
  #renewalParts(now: WallTime): RenewalParts {
    const { own, signer, groupKey, removalOf, crypto } = this.#parts;
    const { current } = own;
    const issuers: RenewalIssuer[] = [];
    const isLiving = removalOf(current) === null && judgeDates(current, now).ok;
    if (isLiving) issuers.push({ chain: current.chain, key: signer });
    if (groupKey !== null) issuers.push({ chain: [current.chain[0]], key: groupKey });
    return { issuers, removalOf, crypto };
  }

  #renew({ issuerChain, request }: Renewal): Verdict<void> {
    const issued = this.#parts.issuer.issueMembership(request);
    return this.#parts.learn([...issuerChain, issued].map(({ der }) => der));
  }

  #chooseOwn(): void {
    const { own, clock } = this.#parts;
    own.choose(this.#known.of(own.current.member), clock.now().wallTime);
  }

  /** One wake-up is pending, the earliest that was asked for. */
  #wakeAt(at: Instant): void {
    if (!this.#isOpen || (this.#wake !== null && this.#wake.at <= at)) return;
    this.#wake?.cancel();
    const { clock } = this.#parts;
    const delayMs = Math.max(0, at - clock.now().instant);
    this.#wake = { at, cancel: clock.wakeAfter(delayMs, () => this.#look()) };
  }
}

/** Between two looks when much is told: a minute under leases of weeks, next to nothing under those of seconds. */
function pauseOf(candidates: readonly RenewalCandidate[]): number {
  const leases = candidates.flatMap(({ membership: { leaseMs } }) => leaseMs ?? []);
  if (leases.length === 0) return PAUSE_WITHOUT_MS;
  const part = Math.min(...leases) * PAUSE_PART;
  return Math.min(Math.max(part, PAUSE_MIN_MS), LOOK_AGAIN_MS);
}
