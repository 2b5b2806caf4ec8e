// Tells an application what changes about who belongs: compares what was known of each member with what is known
// now, whenever memberships or statements have come.

import type { Membership } from '../../core/domain/membership.ts';
import type { PeerName } from '../../core/domain/names.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { StoreChange } from '../../core/ports/record-store.ts';
import { countingOrder } from '../../core/security/counting-order.ts';
import type { MembershipsByMember } from '../../core/security/memberships-by-member.ts';
import type { SecurityState } from '../../core/security/security-state.ts';
import { memberViewOf, type ViewedBy } from './member-views.ts';
import {
  MemberChangedEvent,
  MemberRemovedEvent,
  type MembershipEventMap,
  PropertiesChangedEvent,
} from './membership-events.ts';
import { mayBeOfRole, RemovalPatience } from './removal-patience.ts';

export interface WatchParts {
  readonly known: MembershipsByMember;
  readonly membershipOf: (chainDigest: Uint8Array) => Membership | null;
  readonly viewer: () => ViewedBy;
  readonly clock: Clock;
  readonly dispatch: (event: MembershipEventMap[keyof MembershipEventMap]) => void;
}

export class MembershipWatch {
  readonly #parts: WatchParts;
  #state: SecurityState;
  /** Of whom it was told. */
  readonly #removed = new Set<PeerName>();
  /** Who was a member when its role may have begun to change. */
  readonly #changing = new Set<PeerName>();
  readonly #patience: RemovalPatience;

  /** What has happened before is told to nobody. */
  constructor(parts: WatchParts, state: SecurityState) {
    this.#parts = parts;
    this.#state = state;
    this.#patience = new RemovalPatience(parts.clock, () => this.#tellChanged());
  }

  /** `known` does not have these memberships yet. */
  onStored(changes: readonly StoreChange[]): void {
    for (const change of changes) {
      if (change.kind !== 'putMembership') continue;
      const membership = this.#parts.membershipOf(change.chainDigest);
      if (membership !== null) this.#onMembership(membership);
    }
  }

  onSecurity(state: SecurityState): void {
    const before = this.#state;
    this.#state = state;
    if (before.properties() !== state.properties()) {
      this.#parts.dispatch(new PropertiesChangedEvent());
    }
    if (state.hitKeys().size === 0 && before.hitKeys().size === 0) return;
    this.#tellRemoved(before, state);
  }

  close(): void {
    this.#patience.close();
  }

  /** A member is out when nothing of what it has counts any more. */
  #tellRemoved(before: SecurityState, state: SecurityState): void {
    const { known } = this.#parts;
    for (const member of known.members()) {
      const counting = this.#countingOf(member, state);
      const removal = counting === null ? null : state.removalOf(counting);
      const was = this.#countingOf(member, before);
      const wasLiving = was !== null && before.removalOf(was) === null;
      if (counting === null || removal === null) {
        this.#removed.delete(member);
        if (counting !== null && wasLiving && was.role !== counting.role) this.#tellRole(counting);
        continue;
      }
      if (this.#removed.has(member) || !wasLiving) continue;
      if (mayBeOfRole(removal, state)) {
        this.#changing.add(member);
        this.#patience.begin();
      } else {
        this.#tell(counting);
      }
    }
  }

  #tellChanged(): void {
    for (const member of this.#changing) {
      const counting = this.#countingOf(member, this.#state);
      const isOut = counting !== null && this.#state.removalOf(counting) !== null;
      if (isOut && !this.#removed.has(member)) this.#tell(counting);
    }
    this.#changing.clear();
  }

  #tell(counting: Membership): void {
    const { viewer, dispatch } = this.#parts;
    this.#removed.add(counting.member);
    const view = memberViewOf(counting, viewer());
    if (view.removal !== null) dispatch(new MemberRemovedEvent(view, view.removal));
  }

  /** A larger role was taken away, and this one is left. */
  #tellRole(counting: Membership): void {
    const { viewer, dispatch } = this.#parts;
    dispatch(new MemberChangedEvent('role', memberViewOf(counting, viewer())));
  }

  #countingOf(member: PeerName, state: SecurityState): Membership | null {
    const { known, viewer } = this.#parts;
    return known.countingOf(member, (each) => state.removalOf(each), viewer().now);
  }

  /** Of one that counts less than what was known nobody is told: it is older, or of no use. */
  #onMembership(membership: Membership): void {
    const { viewer, dispatch } = this.#parts;
    const seen = viewer();
    const removalOf = (each: Membership) => this.#state.removalOf(each);
    if (removalOf(membership) !== null) return;
    const before = this.#countingOf(membership.member, this.#state);
    if (before !== null && countingOrder(removalOf, seen.now)(membership, before) >= 0) return;
    const view = memberViewOf(membership, seen);
    if (before === null) {
      if (membership.member !== seen.self) dispatch(new MemberChangedEvent('joined', view));
    } else {
      const change = before.role === membership.role ? 'renewed' : 'role';
      dispatch(new MemberChangedEvent(change, view));
    }
  }
}
