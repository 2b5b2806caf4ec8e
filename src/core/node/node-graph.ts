// The parts of the graph put together: who of them is told what, and which frame belongs to which. Facts
// go to the parts; records and memberships go out to be judged, and what became of them comes back.

import { MalformedBytes } from '../base/malformed-bytes.ts';
import type { Instant, Now, WallTime } from '../base/time.ts';
import type { Contact } from '../domain/invitation.ts';
import type { LinkId, OpenedLink } from '../domain/links.ts';
import type { Membership } from '../domain/membership.ts';
import { Broadcasts } from '../graph/flood/broadcasts.ts';
import { Flood } from '../graph/flood/flood.ts';
import { earlier, type Outbox } from '../graph/outbox.ts';
import { Neighbors, type NeighborsParts } from '../graph/overlay/neighbors.ts';
import type { NewNeighbor } from '../graph/overlay/neighbors-listener.ts';
import { nodeKeyOf } from '../graph/overlay/peer-card.ts';
import { GroupTime } from '../graph/presence/group-time.ts';
import type { PresentNode } from '../graph/presence/present-node.ts';
import { Roster } from '../graph/presence/roster.ts';
import type { ElementIndex } from '../graph/sync/element-index.ts';
import { Reconciler } from '../graph/sync/reconciler.ts';
import type { RecordStore } from '../ports/record-store.ts';
import type { BatchTools } from '../records/batch-contents.ts';
import { KIND } from '../wire/frame.ts';
import { decodeNeighborMessage, encodeNeighborMessage } from '../wire/neighbor-message.ts';
import type { Directory } from './directory.ts';
import type { Effect, NodeEffect, Ticket } from './effect.ts';
import type { GraphEvent, PresentMember } from './graph-event.ts';
import type { DialFailure, GraphStatus } from './graph-status.ts';
import { GraphViews, type NeighborView } from './graph-views.ts';
import type { ChainVerdict, Input, Judgement } from './input.ts';
import { LinkLoad } from './link-load.ts';
import { recordSource } from './record-source.ts';
import { RecordTraffic } from './record-traffic.ts';

export interface GraphParts extends Omit<NeighborsParts, 'listener' | 'memberOf'> {
  readonly store: RecordStore;
  readonly tools: BatchTools;
  readonly index: ElementIndex;
  readonly directory: Directory;
  readonly membershipOf: (chainDigest: Uint8Array) => Membership | null;
  /** False: others are not told that we are here. */
  readonly publishesPresence: boolean;
  /** When this node last left the group, by the group's time; null for the first time. */
  readonly groupTimeBefore: WallTime | null;
  readonly now: Now;
}

/** The answer to somebody who says more than neighbors can take. */
const TOO_MUCH = -1;

type Said = Input & { kind: 'broadcast' | 'sendToNeighbor' };

export class NodeGraph {
  readonly #parts: GraphParts;
  readonly #out: Outbox<NodeEffect>;
  readonly #neighbors: Neighbors;
  readonly #roster: Roster;
  readonly #flood: Flood;
  readonly #broadcasts: Broadcasts;
  readonly #reconciler: Reconciler;
  readonly #traffic: RecordTraffic;
  readonly #time: GroupTime;
  readonly #views: GraphViews;
  readonly #load = new LinkLoad();
  /** Links whose platform is asked again at the end of the step. */
  readonly #toAsk: LinkId[] = [];
  /** Of the step that is under way. */
  #now: Now;
  #connectedAt: WallTime;
  #hasContacts = false;
  #dialsFailed = 0;
  #lastFailure: DialFailure | null = null;

  constructor(parts: GraphParts, out: Outbox<NodeEffect>) {
    const { crypto, signer, membership, nodeId, chance, index, store, directory } = parts;
    const { group, publicKey } = membership;
    this.#parts = parts;
    this.#out = out;
    this.#now = parts.now;
    this.#connectedAt = parts.now.wallTime;
    this.#time = new GroupTime(parts.now, parts.groupTimeBefore);
    const memberOf = (key: Uint8Array) => directory.holderOf(key, this.#now.wallTime);
    const groupTime = (now: Now): WallTime => this.#time.at(now);
    this.#flood = new Flood(crypto, {
      onParcel: (parcel, from) => this.#traffic.onParcel(parcel, from, this.#now),
      onDelivered: (link, wasFirst) => this.#neighbors.delivered(link, wasFirst),
      onMisconduct: (link, why) => this.#onFloodMisconduct(link, why),
    });
    this.#broadcasts = new Broadcasts({ crypto, signer, group, nodeId, memberOf });
    this.#reconciler = new Reconciler({
      index,
      crypto,
      chance,
      source: recordSource(store, directory),
      listener: {
        onBundle: (link, payload) => this.#traffic.onBundle(link, payload),
        onChain: (link, chain) => this.#traffic.onChain(link, chain),
        onProgress: (link, progress) => this.#views.progress(link, progress),
        onSynced: (link) => this.#views.synced(link, index.count),
        onLag: (link, lags) => this.#views.lag(link, lags),
      },
    });
    this.#neighbors = new Neighbors({
      ...parts,
      memberOf,
      listener: {
        onNeighborUp: (neighbor) => this.#onNeighborUp(neighbor),
        onNeighborDown: (link, why) => this.#onNeighborDown(link, why),
        // A neighbor that comes up brings them: `onNeighborUp` waits for them.
        onHeads: (link, heads) => this.#onGreeted(link, heads),
        onShortHeads: (link, heads) => this.#reconciler.onHeads(link, heads, this.#now, out),
        onClock: (link, theirs, roundTripMs) =>
          this.#time.heard(link, theirs, roundTripMs, this.#now),
        ownHeads: () => this.#reconciler.ownHeads(),
        groupTime,
        presentNodes: () => this.#roster.presentNodes(),
      },
    });
    this.#views = new GraphViews({
      neighbors: this.#neighbors,
      reconciler: this.#reconciler,
      tell: (event) => this.#tell(event),
    });
    this.#roster = new Roster({
      chance,
      judge: this.#neighbors.judge,
      ownCard: this.#neighbors.ownCard,
      ownKey: nodeKeyOf(publicKey, nodeId),
      publishes: parts.publishesPresence,
      groupTime,
      eagerLinks: () => this.#flood.eagerLinks(),
      listener: {
        onPresent: (node) => this.#onPresent(node),
        onLeft: (node, why) => this.#views.absent(node, why),
      },
    });
    this.#traffic = new RecordTraffic({
      ...parts,
      out,
      flood: this.#flood,
      reconciler: this.#reconciler,
      broadcasts: this.#broadcasts,
      views: this.#views,
      groupTime,
      misconduct: (link, now) => this.#neighbors.partWith(link, 'badConduct', now, out),
    });
  }

  status(): GraphStatus {
    const neighbors = this.#neighbors.neighbors();
    if (neighbors.length === 0) return this.#connecting();
    const isSynced = neighbors.some(({ link }) => this.#reconciler.isSynced(link));
    if (isSynced) return { state: 'online', neighbors: neighbors.length };
    const reason = this.#views.isComparingMemberships ? 'memberships' : 'records';
    return { state: 'synchronizing', reason, neighbors: neighbors.length };
  }

  neighbors(): readonly NeighborView[] {
    return this.#views.neighbors();
  }

  members(): readonly PresentMember[] {
    const { membership, nodeId, listenAddresses } = this.#parts;
    return this.#views.members({
      member: membership.member,
      nodeId,
      addresses: listenAddresses(),
      since: this.#connectedAt,
    });
  }

  groupTime(now: Now): WallTime {
    return this.#time.at(now);
  }

  addContacts(contacts: readonly Contact[]): void {
    if (contacts.length > 0) this.#hasContacts = true;
    this.#neighbors.addContacts(contacts);
  }

  connect(now: Now): void {
    this.#now = now;
    this.#connectedAt = now.wallTime;
    this.#neighbors.connect(now, this.#out);
  }

  leave(now: Now): void {
    this.#now = now;
    this.#roster.leave(now, this.#out);
    this.#neighbors.leave(now, this.#out);
  }

  onLinkOpened(opened: OpenedLink, now: Now): void {
    this.#now = now;
    this.#traffic.meet(opened);
    this.#neighbors.onLinkOpened(opened, now, this.#out);
  }

  onLinkClosed(link: LinkId, why: string, now: Now): void {
    this.#now = now;
    this.#traffic.forget(link);
    this.#load.forget(link);
    this.#neighbors.onLinkClosed(link, now, why);
  }

  onLinkDrained(link: LinkId, now: Now): void {
    this.#now = now;
    if (this.#load.answered(link) === 'pages') {
      this.#reconciler.onDrained(link, now, this.#out);
      return;
    }
    if (this.#load.drained(link)) this.#toAsk.push(link);
    this.#flood.setCongested(link, this.#load.isCongested(link));
  }

  onDialFailed({ target, code, detail }: Input & { kind: 'dialFailed' }, now: Now): void {
    this.#now = now;
    this.#dialsFailed += 1;
    this.#lastFailure = { member: target.member, code, detail };
    this.#neighbors.onDialFailed(target, now);
  }

  /** Throws `MalformedBytes` for what nobody may send. */
  onFrame(link: LinkId, frame: number, payload: Uint8Array, now: Now): void {
    this.#now = now;
    this.#neighbors.heard(link, now);
    if (frame <= KIND.neighborPong) {
      this.#neighbors.onFrame(link, frame, payload, now, this.#out);
    } else if (this.#neighbors.isNeighbor(link)) {
      this.#onNeighborFrame(link, frame, payload, now);
    } else if (this.#traffic.knows(link)) {
      throw new MalformedBytes('a frame before GREET');
    }
  }

  onMisconduct(link: LinkId, _what: string, now: Now): void {
    this.#now = now;
    this.#neighbors.partWith(link, 'badConduct', now, this.#out);
  }

  onStored(stored: Input & { kind: 'stored' }, isConnected: boolean, now: Now): void {
    this.#now = now;
    this.#traffic.onStored(stored, isConnected, now);
  }

  onJudged(ticket: Ticket, judgement: Judgement, now: Now): void {
    this.#now = now;
    this.#traffic.onJudged(ticket, judgement, now);
  }

  onChainJudged(ticket: Ticket, verdict: ChainVerdict, now: Now): void {
    this.#now = now;
    this.#traffic.onChainJudged(ticket, verdict, now);
  }

  /**
   * Notes what the links are given and which of them are read from now on, and says about which of them
   * the platform is to be asked.
   */
  weigh(effects: readonly Effect[], now: Now): readonly Effect[] {
    const asked = this.#toAsk.splice(0);
    for (const effect of effects) {
      if (effect.kind === 'askDrained') this.#load.asked(effect.link, 'pages');
      if (effect.kind === 'setReading') {
        this.#neighbors.setReading(effect.link, effect.isReading, now);
      }
      if (effect.kind !== 'send') continue;
      const { link, payload } = effect;
      if (this.#load.sent(link, payload.length)) asked.push(link);
      if (this.#load.isCongested(link)) this.#flood.setCongested(link, true);
    }
    for (const link of asked) this.#load.asked(link, 'load');
    return asked.map((link) => ({ kind: 'askDrained', link }));
  }

  /** To how many neighbors it went; -1 when it is too much at once. */
  say(said: Said, now: Now): number {
    this.#now = now;
    if (said.kind === 'broadcast') return this.#broadcast(said, now);
    const { member, nodeId } = said.node;
    const neighbor = this.#neighbors
      .neighbors()
      .find(({ opened }) => opened.nodeId === nodeId && opened.membership.member === member);
    if (neighbor === undefined) return 0;
    if (this.#load.isCongested(neighbor.link)) return TOO_MUCH;
    this.#out.send(neighbor.link, KIND.neighborMessage, encodeNeighborMessage(said));
    return 1;
  }

  /** At the end of each step: what was missed costs a delay and no more. */
  settle(now: Now): void {
    this.#now = now;
    this.#neighbors.settle(now, this.#out);
  }

  offerLeftovers(now: Now): void {
    this.#now = now;
    this.#traffic.offerLeftovers(now);
  }

  nextDeadline(): Instant | null {
    const overlay = earlier(this.#neighbors.nextDeadline(), this.#roster.nextDeadline());
    const records = earlier(this.#flood.nextDeadline(), this.#reconciler.nextDeadline());
    return earlier(overlay, records);
  }

  onDeadline(now: Now): void {
    this.#now = now;
    this.#neighbors.onDeadline(now, this.#out);
    this.#roster.onDeadline(now, this.#out);
    this.#flood.onDeadline(now, this.#out);
    this.#reconciler.onDeadline(now, this.#out);
  }

  #onNeighborFrame(link: LinkId, frame: number, payload: Uint8Array, now: Now): void {
    if (frame === KIND.roster || frame === KIND.presence) {
      this.#roster.onFrame(link, frame, payload, now, this.#out);
    } else if (frame === KIND.neighborMessage) {
      const { type, bytes } = decodeNeighborMessage(payload);
      this.#views.message(link, type, bytes.slice());
    } else if (frame <= KIND.prune) {
      this.#flood.onFrame(link, frame, payload, now, this.#out);
    } else {
      this.#reconciler.onFrame(link, frame, payload, now, this.#out);
    }
  }

  #onNeighborUp(neighbor: NewNeighbor): void {
    const { link } = neighbor.opened;
    this.#views.up(neighbor, this.#now.wallTime);
    this.#flood.neighborUp(link);
    this.#roster.neighborUp(neighbor, this.#now);
  }

  #onPresent(node: PresentNode): void {
    const { key, card } = node;
    const holder = card && this.#parts.directory.holderOf(card.publicKey, this.#now.wallTime);
    // Whoever is present can be a neighbor some day.
    if (card !== null && holder !== null) this.#neighbors.learn({ ...holder, key, card });
    this.#views.present(node, this.#now.wallTime);
  }

  #onGreeted(link: LinkId, heads: Parameters<Reconciler['neighborUp']>[0]['heads']): void {
    const weDialed = this.#views.weDialed(link);
    this.#reconciler.neighborUp({ link, weDialed, heads }, this.#now, this.#out);
  }

  #onNeighborDown(link: LinkId, why: string): void {
    this.#flood.neighborDown(link, this.#now, this.#out);
    this.#reconciler.neighborDown(link, this.#now, this.#out);
    this.#time.neighborDown(link, this.#now);
    this.#roster.neighborDown(link, why === 'leaving', this.#now);
    this.#views.down(link, why);
  }

  /** Only what no honest neighbor does ends a link; storms are ignored while they last. */
  #onFloodMisconduct(link: LinkId, why: string): void {
    if (why !== 'forgedParcel') return;
    this.#neighbors.partWith(link, 'badConduct', this.#now, this.#out);
  }

  #broadcast({ type, bytes }: Said, now: Now): number {
    const signed = this.#broadcasts.sign(type, bytes, now, this.#time.at(now));
    if (signed === null) return TOO_MUCH;
    return this.#flood.publish({ kind: 'application', bytes: signed }, now, this.#out);
  }

  #connecting(): GraphStatus {
    const lastFailure = this.#lastFailure;
    const isAlone = !this.#hasContacts && this.#neighbors.knownNodes.length === 0;
    if (isAlone) return { state: 'connecting', reason: 'nobodyKnown', lastFailure };
    const reason = this.#dialsFailed > 0 ? 'nobodyReachable' : 'dialing';
    return { state: 'connecting', reason, lastFailure };
  }

  #tell(event: GraphEvent): void {
    this.#out.put({ kind: 'tell', event });
  }
}
