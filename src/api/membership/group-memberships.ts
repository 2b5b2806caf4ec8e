// Who belongs to a group: all members, present or not, why they may do what they may do, and what those with the
// right can change about it.

import { equalBytes } from '../../core/base/bytes.ts';
import { hexText } from '../../core/base/hex.ts';
import type { Membership } from '../../core/domain/membership.ts';
import { countingOrder } from '../../core/security/counting-order.ts';
import { planRevocation } from '../../core/security/plan-revocation.ts';
import { refusalOfRevocation } from '../../core/security/revocation-rights.ts';
import { coSign } from '../../core/security/sign-statement.ts';
import { requireText } from '../arguments.ts';
import { errorOfRefusal, PeerGroupError } from '../peer-group-error.ts';
import {
  type KnownMemberships,
  type Newcomer,
  type PlannedGrant,
  planDated,
  planFirst,
  planLease,
  publishGrant,
  requireKeyOf,
} from './granting.ts';
import type { GroupAuthority } from './group-authority.ts';
import { type CheckedIssue, type IssueOptions, requireIssueOptions } from './issue-options.ts';
import { explanationOf, memberViewOf, type ViewedBy } from './member-views.ts';
import {
  type GrantedRole,
  type RemoveOptions,
  requireGrantedRole,
  requireMemberName,
  requireRemoveOptions,
  requireStatementId,
} from './membership-options.ts';
import type { Explanation, MemberView, RevocationView } from './membership-views.ts';
import { removedError } from './own-standing.ts';
import { removalsOf } from './removals-view.ts';

/** A member as `list`, `members()` and the like give it, or its peer name. */
export type MemberLike = string | { readonly name: string };

export interface MembershipsParts {
  readonly authority: GroupAuthority;
  readonly requireOpen: () => void;
  /**
   * Begins a new epoch for the sake of these revocations: who was removed must not find the group any more. Resolves
   * when its secret is kept, or could not be.
   */
  readonly beginEpoch: (revocations: readonly Uint8Array[]) => Promise<void>;
  /** Of memberships whose issuer names none, in milliseconds. */
  readonly leaseMs: () => number;
  /** An invitation with the membership of this chain, which we have issued. */
  readonly seal: (chain: readonly Uint8Array[]) => string;
  /** Throws `IDENTITY_INVALID`. */
  readonly readCard: (text: string) => Newcomer;
  /** For ourselves. Throws `INVITATION_INVALID` and the like. */
  readonly openInvitation: (text: string) => Membership;
}

export class GroupMemberships {
  readonly #parts: MembershipsParts;

  /** Made by `PeerGroup`. @internal */
  constructor(parts: MembershipsParts) {
    this.#parts = parts;
  }

  /** All members of whom a membership is known here, those that have ended or were removed included. */
  async list(): Promise<readonly MemberView[]> {
    this.#parts.requireOpen();
    const known = await this.#parts.authority.known();
    const viewer = this.#viewer();
    const views: MemberView[] = [];
    for (const member of known.members()) {
      const counting = known.countingOf(member, (each) => viewer.state.removalOf(each), viewer.now);
      if (counting !== null) views.push(memberViewOf(counting, viewer));
    }
    return views;
  }

  /** Rejects with `MEMBER_NOT_FOUND`. */
  async get(member: MemberLike): Promise<MemberView> {
    const [counting] = await this.#knownOf(member);
    return memberViewOf(counting, this.#viewer());
  }

  /**
   * Why this member may do what it may do: from which certificate, issued by whom, until when, or what took it away.
   * Rejects with `MEMBER_NOT_FOUND`.
   */
  async explain(member: MemberLike): Promise<Explanation> {
    const memberships = await this.#knownOf(member);
    return explanationOf(memberships, this.#viewer(), this.#parts.authority.crypto);
  }

  /**
   * Removes a member, for good: all others that are connected cut its links within two seconds and let it in no more.
   * Of what it published counts what is known here now, everywhere, or what it had published before `discardSince`;
   * anything else of it vanishes, and what it changed or deleted of others comes back. Whom it brought in stays, unless `withInvited` is set. Whoever is to return needs a new identity.
   *
   * Creators remove all but creators, administrators all below them, everybody whom it took in, and itself.
   * An administrator that is removed by another administrator needs two: the first call gives a removal whose `state`
   * is `needsCoSignature`, which another administrator signs by `coSign`.
   *
   * Rejects with `NOT_AUTHORIZED`, `MEMBER_NOT_FOUND`, `MEMBERSHIP_REMOVED` and `STORAGE_FAILED`; nothing has changed then.
   */
  async remove(member: MemberLike, options: RemoveOptions = {}): Promise<RevocationView> {
    this.#parts.requireOpen();
    const { reason, withInvited, discardSince } = requireRemoveOptions(options);
    const { authority } = this.#parts;
    const memberships = await this.#knownOf(member);
    const [counting] = memberships;
    const { publicKey, role } = counting;
    authority.requireLiving();
    const before = authority.state.removalOf(counting);
    if (before !== null) throw removedError(before);
    const wish = {
      target: publicKey,
      scope: withInvited ? 'subtree' : 'member',
      certificates: [],
      reason,
    } as const;
    const known = await authority.knownSecurity();
    const isOfCreator = memberships.some((each) => each.role === 'creator');
    const by = isOfCreator && authority.hasGroupKey ? 'group' : 'member';
    const judged = refusalOfRevocation({ ...known, wish, signers: authority.signers(by) });
    const needsAnother = !judged.ok && this.#needsAnother(role);
    if (!judged.ok && !needsAnother) throw errorOfRefusal(judged.refusal);
    const since = discardSince === null ? {} : { discardSince };
    const plan = planRevocation({ ...wish, ...since }, known);
    if (!plan.ok) throw errorOfRefusal(plan.refusal);
    const digest = authority.publish(plan.value.body, plan.value.pages, by);
    if (!needsAnother) await this.#parts.beginEpoch([digest]);
    return await this.#removal(digest);
  }

  /** What was said about removing members and taking roles away, whether it counts or not, in the order of the digests. */
  async removals(): Promise<readonly RevocationView[]> {
    this.#parts.requireOpen();
    const { authority } = this.#parts;
    const known = await authority.known();
    return removalsOf(known, authority);
  }

  /**
   * Signs what another administrator has begun: with two signatures it counts. Rejects with `REMOVAL_NOT_FOUND` for an
   * id that is none of `removals()`, and with `NOT_AUTHORIZED` when it would not count with us, or needs nobody any more.
   */
  async coSign(removal: string | { readonly id: string }): Promise<RevocationView> {
    this.#parts.requireOpen();
    const id = requireStatementId('removal', removal);
    const { authority } = this.#parts;
    const known = await authority.knownSecurity();
    authority.requireLiving();
    const found = authority.state
      .revocations()
      .find(({ statement: { digest } }) => hexText(digest) === id);
    if (found === undefined) throw new PeerGroupError('REMOVAL_NOT_FOUND', id);
    const { statement, revocation } = found;
    const { own, signer } = authority;
    const first = authority.state.findHeld(statement.digest)?.signers ?? [];
    const signers = [...first, ...authority.signers()];
    const judged = refusalOfRevocation({ ...known, wish: revocation, signers });
    if (!judged.ok) throw errorOfRefusal(judged.refusal);
    const bytes = coSign(statement, { signer, membershipDigest: own.chainDigest });
    const digest = authority.store(bytes);
    const isCounting = authority.state
      .revocations()
      .some((each) => each.counts && equalBytes(each.statement.digest, digest));
    if (isCounting && revocation.scope !== 'certificates') await this.#parts.beginEpoch([digest]);
    return await this.#removal(digest);
  }

  /**
   * Gives a member another role from now on. Of a smaller role the memberships that gave more are taken away; what
   * was done under them stays. When one administrator makes another one less, `removals()` has it with the state
   * `needsCoSignature` until a second one has signed, and it keeps its role until then.
   *
   * Rejects with `NOT_AUTHORIZED`, `CIRCULAR_CHAIN`, `MEMBER_NOT_FOUND`, `MEMBERSHIP_REMOVED` and `STORAGE_FAILED`.
   */
  async setRole(member: MemberLike, role: GrantedRole): Promise<MemberView> {
    this.#parts.requireOpen();
    requireGrantedRole('role', role);
    const memberships = await this.#knownOf(member);
    const { authority } = this.#parts;
    authority.requireLiving();
    const leaseMs = memberships[0].leaseMs ?? this.#parts.leaseMs();
    await publishGrant(planLease(memberships, { role, leaseMs }, authority), authority);
    return await this.get(member);
  }

  /**
   * Issues a membership of fixed dates to a member, in place of what it has, or to somebody who is none yet. The result
   * is an invitation with it, as `invite` gives one. With `publish` it is stored in the group at once: a member takes it up
   * by itself, and of a smaller role the memberships that gave more are taken away as by `setRole`.
   *
   * Rejects with `NOT_AUTHORIZED`, `IDENTITY_INVALID`, `LIFETIME_INVALID`, `CHAIN_TOO_LONG`, `CIRCULAR_CHAIN`, `MEMBER_NOT_FOUND`,
   * `MEMBERSHIP_REMOVED`, `MEMBERSHIP_EXPIRED` and `STORAGE_FAILED`.
   */
  async issue(options: IssueOptions): Promise<string> {
    this.#parts.requireOpen();
    const { authority, seal } = this.#parts;
    const checked = requireIssueOptions(options);
    authority.requireLiving();
    const grant = await this.#planIssue(checked);
    const chain = checked.publish
      ? await publishGrant(grant, authority)
      : authority.certify(grant.request);
    return seal(chain);
  }

  /**
   * Takes up an invitation for ourselves while the group is open, as `joinGroup` does while it is closed: whatever counts
   * more is what we act under from now on. Rejects with `INVITATION_INVALID`, `INVITATION_EXPIRED`, `INVITATION_NOT_YET_VALID`,
   * `INVITATION_FOR_ANOTHER` and `STORAGE_FAILED`; nothing has changed then.
   */
  async take(invitation: string): Promise<MemberView> {
    this.#parts.requireOpen();
    const { authority, openInvitation } = this.#parts;
    const { group, member, chain } = openInvitation(requireText('invitation', invitation).trim());
    if (group !== authority.own.group) throw new PeerGroupError('INVITATION_FOR_ANOTHER', group);
    await authority.known();
    authority.learn(chain.map(({ der }) => der));
    return await this.get(member);
  }

  async #planIssue({ subject, role, friendlyName, dates }: CheckedIssue): Promise<PlannedGrant> {
    const { authority } = this.#parts;
    const given =
      subject.kind === 'card'
        ? this.#parts.readCard(subject.card)
        : { ...subject, friendlyName: null };
    const { name, publicKey } = given;
    const calledNow = friendlyName ?? given.friendlyName;
    const [anyKnown] = (await authority.known()).of(name);
    if (anyKnown !== undefined) {
      requireKeyOf(anyKnown, publicKey);
      const memberships = await this.#knownOf(name);
      const present = role ?? grantedRole(memberships[0]);
      return planDated(memberships, { role: present, friendlyName: calledNow, dates }, authority);
    }
    if (publicKey === null) throw new PeerGroupError('MEMBER_NOT_FOUND', name);
    const newcomer = { name, publicKey, friendlyName: calledNow ?? '' };
    return planFirst(newcomer, { role: role ?? 'member', dates }, authority);
  }

  /** Whom we act on, the membership that counts first. */
  async #knownOf(member: MemberLike): Promise<KnownMemberships> {
    this.#parts.requireOpen();
    const { authority } = this.#parts;
    const memberships = await authority.membershipsOf(requireMemberName('member', member));
    const { state, now } = authority;
    const order = countingOrder((each) => state.removalOf(each), now);
    const [first = memberships[0], ...others] = memberships.toSorted(order);
    return [first, ...others];
  }

  async #removal(digest: Uint8Array): Promise<RevocationView> {
    const id = hexText(digest);
    const view = (await this.removals()).find((each) => each.id === id);
    if (view === undefined) throw new PeerGroupError('REMOVAL_NOT_FOUND', id);
    return view;
  }

  #viewer(): ViewedBy {
    const { authority } = this.#parts;
    return { state: authority.state, self: authority.own.member, now: authority.now };
  }

  #needsAnother(role: Membership['role']): boolean {
    return role === 'administrator' && this.#parts.authority.own.role === 'administrator';
  }
}

/** Nobody makes a creator again: whoever is one is left to the laws. */
function grantedRole({ role }: Membership): GrantedRole {
  return role === 'creator' ? 'administrator' : role;
}
