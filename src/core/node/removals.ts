// Who is no member any more has no place here (protocol.md §14.11): it is told why, parted with, and
// forgotten as somebody who could be reached. That we are none ourselves is found out the same way.

import { type Instant, instantOf, type Now } from '../base/time.ts';
import type { OpenedLink } from '../domain/links.ts';
import type { Membership } from '../domain/membership.ts';
import type { Removal } from '../domain/security.ts';
import type { Outbox } from '../graph/outbox.ts';
import type { Neighbors } from '../graph/overlay/neighbors.ts';
import type { Roster } from '../graph/presence/roster.ts';
import type { SecurityState } from '../security/security-state.ts';
import { KIND } from '../wire/frame.ts';
import type { Directory } from './directory.ts';
import type { NodeEffect } from './effect.ts';

/** Who gets another role loses the membership of the former one; the new one may come a moment later. A guess. */
const ROLE_CHANGE_MS = 5_000;

export interface RemovalsParts {
  readonly ownMembership: () => Membership;
  readonly directory: Directory;
  readonly security: () => SecurityState;
  readonly neighbors: Neighbors;
  readonly roster: Roster;
  /** Of all links, neighbors or not yet. */
  readonly opened: () => Iterable<OpenedLink>;
  readonly out: Outbox<NodeEffect>;
}

export class Removals {
  readonly #parts: RemovalsParts;
  /** When those are looked at again that may be members by another membership soon. */
  #lookAt: Instant | null = null;
  #isPending = false;
  #own: Removal | null = null;

  constructor(parts: RemovalsParts) {
    this.#parts = parts;
  }

  /** Why we are no member any more; null while we are one. */
  get own(): Removal | null {
    return this.#own;
  }

  get deadline(): Instant | null {
    return this.#lookAt;
  }

  /** The evaluation is another one. */
  securityChanged(now: Now): void {
    this.#lookAt = null;
    this.#look(now, ROLE_CHANGE_MS);
  }

  onDeadline(now: Now): void {
    if (this.#lookAt === null || this.#lookAt > now.instant) return;
    this.#lookAt = null;
    this.#look(now, 0);
  }

  /** Somebody who is none connected all the same: it is told why, and its link is one that is to be refused. */
  isToRefuse(opened: OpenedLink): boolean {
    const removal = this.#removalOf(opened.membership);
    if (removal === null) return false;
    this.#explain(opened, removal);
    return true;
  }

  #look(now: Now, patienceMs: number): void {
    const { neighbors, roster, directory, opened, ownMembership, out } = this.#parts;
    this.#isPending = false;
    for (const each of [...opened()]) {
      const removal = this.#removalOf(each.membership);
      if (removal === null || this.#isPatientWith(removal, patienceMs)) continue;
      this.#explain(each, removal);
      neighbors.partWith(each.link, 'removed', now, out);
    }
    neighbors.forgetMembers((member) => directory.isRemoved(member));
    roster.forgetMembers((member) => directory.isRemoved(member), now);
    const own = this.#removalOf(ownMembership());
    this.#own = own === null || this.#isPatientWith(own, patienceMs) ? null : own;
    if (this.#isPending) this.#lookAt = instantOf(now.instant + patienceMs);
  }

  /** Null for one who is a member by another membership that is known. */
  #removalOf(membership: Membership): Removal | null {
    const { security, directory } = this.#parts;
    const removal = security().removalOf(membership);
    return removal === null || directory.isLiving(membership.publicKey) ? null : removal;
  }

  #isPatientWith({ statement }: Removal, patienceMs: number): boolean {
    const body = this.#parts.security().findStatement(statement)?.body;
    const isOfRole = body?.kind === 'revocation' && body.scope === 'certificates';
    if (!isOfRole || patienceMs === 0) return false;
    this.#isPending = true;
    return true;
  }

  #explain({ link }: OpenedLink, { statement }: Removal): void {
    const { security, out } = this.#parts;
    const found = security().findStatement(statement);
    if (found !== null) out.send(link, KIND.statement, found.bytes);
  }
}
