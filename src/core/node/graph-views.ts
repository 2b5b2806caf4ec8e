// What is said of the graph to the application: neighbors, members and events, in its words.

import type { WallTime } from '../base/time.ts';
import { type Address, formatAddress } from '../domain/addresses.ts';
import type { LinkId, OpenedLink } from '../domain/links.ts';
import type { MessageType } from '../domain/message-types.ts';
import type { PeerName } from '../domain/names.ts';
import type { Neighbors } from '../graph/overlay/neighbors.ts';
import type { NewNeighbor } from '../graph/overlay/neighbors-listener.ts';
import { type NodeKey, nodeKeyOf } from '../graph/overlay/peer-card.ts';
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
  /** Where it says that it listens, as far as is known now. */
  readonly addresses: readonly Address[];
}

/** Somebody of whom the application was told. */
interface Present {
  readonly member: PresentMember;
  /** False for a neighbor that gives no card which is of use to others. */
  readonly hasCard: boolean;
  readonly friendlyName: string;
}

interface Up {
  readonly opened: OpenedLink;
  readonly since: WallTime;
  lastProgress: SyncProgress | null;
}

export interface GraphViewsParts {
  readonly neighbors: Neighbors;
  readonly reconciler: Reconciler;
  /** What the member calls itself. */
  readonly friendlyNameOf: (member: PeerName) => string;
  readonly tell: (event: GraphEvent) => void;
}

export class GraphViews {
  readonly #parts: GraphViewsParts;
  /** The oldest first. */
  readonly #upByLink = new Map<LinkId, Up>();
  readonly #presentByKey = new Map<NodeKey, Present>();

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
      addresses: this.#addressesOf(opened),
    }));
  }

  members(own: PresentMember): readonly PresentMember[] {
    return [own, ...[...this.#presentByKey.values()].map(({ member }) => member)];
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
    const friendlyName = this.#parts.friendlyNameOf(member);
    this.#presentByKey.set(key, { member: present, hasCard: card !== null, friendlyName });
    this.#parts.tell({ kind: 'memberPresent', member: present });
  }

  /** True when it listens elsewhere than was known. */
  renewed({ key, card }: PresentNode): boolean {
    const known = this.#presentByKey.get(key);
    if (known === undefined || card === null) return false;
    const { addresses } = card;
    const isSame = textOf(known.member.addresses) === textOf(addresses);
    const member = isSame ? known.member : { ...known.member, addresses };
    this.#presentByKey.set(key, { ...known, member, hasCard: true });
    if (!isSame) this.#parts.tell({ kind: 'memberUpdated', member });
    return !isSame;
  }

  /** Memberships have come, and with them what members call themselves. */
  membershipsCame(): void {
    for (const [key, known] of this.#presentByKey) {
      const friendlyName = this.#parts.friendlyNameOf(known.member.member);
      if (friendlyName === known.friendlyName) continue;
      this.#presentByKey.set(key, { ...known, friendlyName });
      this.#parts.tell({ kind: 'memberUpdated', member: known.member });
    }
  }

  absent({ key }: PresentNode, why: 'left' | 'expired' | 'removed'): void {
    const present = this.#presentByKey.get(key);
    if (present === undefined) return;
    this.#presentByKey.delete(key);
    this.#parts.tell({ kind: 'memberAbsent', member: present.member, why });
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

  /** Its card is later than what it said when it came; without one that is all there is. */
  #addressesOf({ membership, nodeId, listenAddresses }: OpenedLink): readonly Address[] {
    const present = this.#presentByKey.get(nodeKeyOf(membership.publicKey, nodeId));
    return present?.hasCard === true ? present.member.addresses : listenAddresses;
  }
}

function textOf(addresses: readonly Address[]): string {
  return addresses.map(formatAddress).join(' ');
}

function nameOf({ membership, nodeId }: OpenedLink): NodeName {
  return { member: membership.member, nodeId };
}
