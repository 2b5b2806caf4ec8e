// Who belongs, as the graph follows it: statements and pages that come and go, epochs whose secret is
// passed on, and members that are none any more. One place is told that what is stored has changed, and
// tells all of these.

import type { Instant, Now } from '../base/time.ts';
import type { LinkId, OpenedLink } from '../domain/links.ts';
import type { Membership } from '../domain/membership.ts';
import type { PeerName } from '../domain/names.ts';
import type { Removal } from '../domain/security.ts';
import type { Outbox } from '../graph/outbox.ts';
import type { Neighbors } from '../graph/overlay/neighbors.ts';
import type { Roster } from '../graph/presence/roster.ts';
import type { Reconciler } from '../graph/sync/reconciler.ts';
import type { SyncFrame } from '../graph/sync/sync-frames.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { SecurityState } from '../security/security-state.ts';
import { KIND } from '../wire/frame.ts';
import type { Arrivals } from './arrivals.ts';
import type { Directory } from './directory.ts';
import type { NodeEffect } from './effect.ts';
import { EpochSecrets } from './epoch-secrets.ts';
import type { Input } from './input.ts';
import { Removals } from './removals.ts';
import { SecurityTraffic } from './security-traffic.ts';

export interface BelongingParts {
  readonly crypto: Crypto;
  /** The newest of ours that lives: it may be another one at any time. */
  readonly ownMembership: () => Membership;
  /** What is stored now comes to. */
  readonly security: () => SecurityState;
  readonly directory: Directory;
  readonly arrivals: Arrivals;
  readonly neighbors: Neighbors;
  readonly reconciler: Reconciler;
  readonly roster: Roster;
  readonly opened: () => Iterable<OpenedLink>;
  /** Null for a link that is not there. */
  readonly memberAt: (link: LinkId) => PeerName | null;
  readonly isCongested: (link: LinkId) => boolean;
  readonly out: Outbox<NodeEffect>;
  readonly misconduct: (link: LinkId, now: Now) => void;
}

export class Belonging {
  readonly #parts: BelongingParts;
  readonly #traffic: SecurityTraffic;
  readonly #epochs: EpochSecrets;
  readonly #removals: Removals;
  #state: SecurityState;

  constructor(parts: BelongingParts) {
    const { neighbors, reconciler } = parts;
    const links = (): readonly OpenedLink[] => neighbors.neighbors().map(({ opened }) => opened);
    this.#parts = parts;
    this.#state = parts.security();
    this.#traffic = new SecurityTraffic({
      ...parts,
      group: parts.ownMembership().group,
      neighbors: () => neighbors.neighbors().map(({ link }) => link),
    });
    this.#epochs = new EpochSecrets({
      ...parts,
      neighbors: links,
      isAgreed: (link) => reconciler.isAgreed(link),
    });
    this.#removals = new Removals(parts);
  }

  /** Why we are no member any more; null while we are one. */
  get ownRemoval(): Removal | null {
    return this.#removals.own;
  }

  digestOf(frame: SyncFrame): Uint8Array {
    return this.#traffic.digestOf(frame);
  }

  /** The graph is connected: what was stored before has to be looked at once. */
  connected(now: Now): void {
    this.#removals.securityChanged(now);
  }

  /** Somebody who is no member connected all the same. It was told why. */
  isToRefuse(opened: OpenedLink): boolean {
    return this.#removals.isToRefuse(opened);
  }

  linkClosed(link: LinkId): void {
    this.#traffic.forget(link);
    this.#epochs.forget(link);
  }

  /** A STATEMENT or KEPT_PAGE of a neighbor. */
  onItem(link: LinkId, frame: SyncFrame & { readonly digest: Uint8Array }, now: Now): void {
    this.#traffic.onItem(link, frame, now);
  }

  /** A frame of somebody who has not greeted: false for one that may not come before. */
  onEarly(link: LinkId, frame: SyncFrame, now: Now): boolean {
    if (frame.kind !== KIND.statement && frame.kind !== KIND.keptPage) return false;
    this.#traffic.onEarly(link, frame, now);
    return true;
  }

  onEpochSecret(link: LinkId, payload: Uint8Array): void {
    this.#epochs.onFrame(link, payload);
  }

  onInput(input: SecurityInput, now: Now): void {
    if (input.kind === 'epochSecret') this.#epochs.known(input.epoch);
    else this.#traffic.onJudged(input.errand, input.outcome, now);
  }

  /** Others are told before anybody is parted with. */
  onStored(stored: Input & { kind: 'stored' }, isConnected: boolean, now: Now): void {
    const { security, directory, reconciler } = this.#parts;
    if (isConnected) this.#traffic.onStored(stored);
    if (security() === this.#state) return;
    this.#state = security();
    directory.securityChanged();
    reconciler.securityChanged(true);
    if (!isConnected) return;
    this.#removals.securityChanged(now);
    this.#epochs.securityChanged();
  }

  /** At the end of each step. */
  settle(): void {
    this.#epochs.settle();
  }

  nextDeadline(): Instant | null {
    return this.#removals.deadline;
  }

  onDeadline(now: Now): void {
    this.#removals.onDeadline(now);
  }
}

export type SecurityInput = Input & { kind: 'statementJudged' | 'pageJudged' | 'epochSecret' };
