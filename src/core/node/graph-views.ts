// What is said of the graph to the application: neighbors, members and events, in its words.

import type { WallTime } from '../base/time.ts';
import type { LinkId, OpenedLink } from '../domain/links.ts';
import type { MessageType } from '../domain/message-types.ts';
import type { Neighbors } from '../graph/overlay/neighbors.ts';
import type { NewNeighbor } from '../graph/overlay/neighbors-listener.ts';
import type { NodeKey } from '../graph/overlay/peer-card.ts';
import type { PresentNode } from '../graph/presence/present-node.ts';
import type { Reconciler } from '../graph/sync/reconciler.ts';
import type { SyncProgress } from '../graph/sync/reconciler-listener.ts';
import type { GraphEvent, Lag, NodeName, PresentMember } from './graph-event.ts';

export interface NeighborView extends NodeName {
  readonly link: LinkId;
  readonly role: 'dialer' | 'listener';
  readonly since: WallTime;
  /** Smoothed; null until a ping was answered. */
  readonly roundTripMs: number | null;
  readonly isSynced: boolean;
  readonly lags: readonly Lag[];
}

interface Up {
  readonly opened: OpenedLink;
  readonly since: WallTime;
  lastProgress: SyncProgress | null;
}

export interface GraphViewsParts {
  readonly neighbors: Neighbors;
  readonly reconciler: Reconciler;
  readonly tell: (event: GraphEvent) => void;
}

export class GraphViews {
  readonly #parts: GraphViewsParts;
  /** The oldest first. */
  readonly #upByLink = new Map<LinkId, Up>();
  readonly #presentByKey = new Map<NodeKey, PresentMember>();

  constructor(parts: GraphViewsParts) {
    this.#parts = parts;
  }

  neighbors(): readonly NeighborView[] {
    const { neighbors, reconciler } = this.#parts;
    return [...this.#upByLink].map(([link, { opened, since }]) => ({
      ...nameOf(opened),
      link,
      role: opened.role,
      since,
      roundTripMs: neighbors.roundTripOf(link),
      isSynced: reconciler.isSynced(link),
      lags: reconciler.lagOf(link),
    }));
  }

  members(own: PresentMember): readonly PresentMember[] {
    return [own, ...this.#presentByKey.values()];
  }

  /** True while memberships are compared with some neighbor, which comes before its records. */
  get isComparingMemberships(): boolean {
    return [...this.#upByLink.values()].some(
      ({ lastProgress }) => lastProgress?.phase === 'memberships',
    );
  }

  weDialed(link: LinkId): boolean {
    return this.#upByLink.get(link)?.opened.role === 'dialer';
  }

  up({ opened }: NewNeighbor, now: WallTime): void {
    this.#upByLink.set(opened.link, { opened, since: now, lastProgress: null });
    this.#parts.tell({ kind: 'neighborUp', node: nameOf(opened) });
  }

  down(link: LinkId, why: string): void {
    const up = this.#upByLink.get(link);
    if (up === undefined) return;
    this.#upByLink.delete(link);
    this.#parts.tell({ kind: 'neighborDown', node: nameOf(up.opened), why });
  }

  present({ key, member, nodeId, card }: PresentNode, now: WallTime): void {
    const present = { member, nodeId, addresses: card?.addresses ?? [], since: now };
    this.#presentByKey.set(key, present);
    this.#parts.tell({ kind: 'memberPresent', member: present });
  }

  absent({ key }: PresentNode, why: 'left' | 'expired' | 'removed'): void {
    const present = this.#presentByKey.get(key);
    if (present === undefined) return;
    this.#presentByKey.delete(key);
    this.#parts.tell({ kind: 'memberAbsent', member: present, why });
  }

  broadcast(node: NodeName, type: MessageType, bytes: Uint8Array): void {
    const { member, nodeId } = node;
    this.#parts.tell({ kind: 'broadcast', node: { member, nodeId }, type, bytes });
  }

  message(link: LinkId, type: MessageType, bytes: Uint8Array): void {
    const up = this.#upByLink.get(link);
    if (up === undefined) return;
    this.#parts.tell({ kind: 'neighborMessage', node: nameOf(up.opened), type, bytes });
  }

  /** Only what is news: a comparison tells the same more than once. */
  progress(link: LinkId, progress: SyncProgress): void {
    const up = this.#upByLink.get(link);
    if (up === undefined) return;
    const { received, expected, sent } = progress;
    const last = up.lastProgress;
    up.lastProgress = progress;
    const isSame = last?.received === received && last.expected === expected && last.sent === sent;
    if (isSame || received + expected + sent === 0) return;
    this.#parts.tell({ kind: 'syncProgress', node: nameOf(up.opened), received, expected, sent });
  }

  synced(link: LinkId, records: number): void {
    const up = this.#upByLink.get(link);
    if (up !== undefined) this.#parts.tell({ kind: 'synced', node: nameOf(up.opened), records });
  }

  /** It keeps something back, and is about to be parted with. */
  withheld(link: LinkId): void {
    const up = this.#upByLink.get(link);
    if (up !== undefined) this.#parts.tell({ kind: 'securityWithheld', node: nameOf(up.opened) });
  }

  lag(link: LinkId, lags: readonly Lag[]): void {
    const up = this.#upByLink.get(link);
    if (up !== undefined) this.#parts.tell({ kind: 'lag', node: nameOf(up.opened), lags });
  }
}

function nameOf({ membership, nodeId }: OpenedLink): NodeName {
  return { member: membership.member, nodeId };
}
