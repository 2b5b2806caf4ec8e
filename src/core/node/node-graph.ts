// The parts of the graph put together: who of them is told what, and which frame belongs to which. Facts
// go to the parts; records and memberships go out to be judged, and what became of them comes back.

import { MalformedBytes } from '../base/malformed-bytes.ts';
import type { Instant, Now, WallTime } from '../base/time.ts';
import type { Lead, LinkId, OpenedLink } from '../domain/links.ts';
import type { Removal } from '../domain/security.ts';
import { Broadcasts } from '../graph/flood/broadcasts.ts';
import { Flood } from '../graph/flood/flood.ts';
import { earlier, type Outbox } from '../graph/outbox.ts';
import { Neighbors } from '../graph/overlay/neighbors.ts';
import type { NewNeighbor } from '../graph/overlay/neighbors-listener.ts';
import { nodeKeyOf } from '../graph/overlay/peer-card.ts';
import { GroupTime } from '../graph/presence/group-time.ts';
import { Roster } from '../graph/presence/roster.ts';
import { Reconciler } from '../graph/sync/reconciler.ts';
import type { SyncFrame } from '../graph/sync/sync-frames.ts';
import { KIND } from '../wire/frame.ts';
import { decodeNeighborMessage } from '../wire/neighbor-message.ts';
import { Arrivals } from './arrivals.ts';
import { Belonging, type SecurityInput } from './belonging.ts';
import { DialHistory, leadOf } from './dial-history.ts';
import type { Effect, NodeEffect } from './effect.ts';
import type { GraphEvent, PresentMember } from './graph-event.ts';
import type { GraphParts } from './graph-parts.ts';
import type { GraphStatus } from './graph-status.ts';
import { GraphViews, type NeighborView } from './graph-views.ts';
import type { Input } from './input.ts';
import { LinkLoad } from './link-load.ts';
import { recordSource } from './record-source.ts';
import { RecordTraffic } from './record-traffic.ts';
import { type Said, Sayings } from './sayings.ts';

export type VerdictInput = SecurityInput | (Input & { kind: 'judged' | 'chainJudged' });

export class NodeGraph {
  readonly #parts: GraphParts;
  readonly #out: Outbox<NodeEffect>;
  readonly #neighbors: Neighbors;
  readonly #roster: Roster;
  readonly #flood: Flood;
  readonly #sayings: Sayings;
  readonly #reconciler: Reconciler;
  readonly #traffic: RecordTraffic;
  readonly #time: GroupTime;
  readonly #views: GraphViews;
  readonly #belonging: Belonging;
  readonly #dials = new DialHistory();
  readonly #load = new LinkLoad();
  /** Links whose platform is asked again at the end of the step. */
  readonly #toAsk: LinkId[] = [];
  /** Of the step that is under way. */
  #now: Now;
  #connectedAt: WallTime;

  constructor(parts: GraphParts, out: Outbox<NodeEffect>) {
    const { crypto, signer, nodeId, chance, index, directory } = parts;
    const membership = parts.ownMembership();
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
    const broadcasts = new Broadcasts({ crypto, signer, group, nodeId, memberOf });
    this.#reconciler = new Reconciler({
      index,
      crypto,
      chance,
      source: recordSource(parts),
      digestOf: (frame) => this.#belonging.digestOf(frame),
      listener: {
        onBundle: (link, payload) => this.#traffic.onBundle(link, payload),
        onSecurity: (link, frame) => this.#onSecurityFrame(link, frame),
        onUnlike: (link, isUnlike) => this.#flood.setUnlike(link, isUnlike),
        onWithheld: (link) => this.#onWithheld(link),
        onProgress: (link, progress) => this.#views.progress(link, progress),
        onSynced: (link) => this.#views.synced(link, index.count),
        onLag: (link, lags) => this.#views.lag(link, lags),
      },
    });
    this.#neighbors = new Neighbors({
      ...parts,
      membership,
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
      friendlyNameOf: (member) => directory.friendlyNameOf(member),
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
        onPresent: (node) => {
          this.#neighbors.learnPresent(node);
          this.#views.present(node, this.#now.wallTime);
        },
        onRenewed: (node) => {
          if (this.#views.renewed(node)) this.#neighbors.learnPresent(node);
        },
        onLeft: (node, why) =>
          this.#views.absent(node, directory.isRemoved(node.member) ? 'removed' : why),
      },
    });
    const arrivals = new Arrivals(parts.tools);
    const misconduct = (link: LinkId, now: Now): void =>
      this.#neighbors.partWith(link, 'badConduct', now, out);
    this.#traffic = new RecordTraffic({
      ...parts,
      arrivals,
      out,
      flood: this.#flood,
      reconciler: this.#reconciler,
      broadcasts,
      views: this.#views,
      groupTime,
      misconduct,
    });
    const shared = {
      flood: this.#flood,
      neighbors: this.#neighbors,
      reconciler: this.#reconciler,
      roster: this.#roster,
      isCongested: (link: LinkId) => this.#load.isCongested(link),
      out,
    };
    this.#sayings = new Sayings({ ...shared, broadcasts, groupTime });
    const traffic = this.#traffic;
    this.#belonging = new Belonging({
      ...parts,
      ...shared,
      arrivals,
      opened: () => traffic.opened(),
      memberAt: (link) => traffic.memberAt(link),
      misconduct,
    });
  }

  status(): GraphStatus {
    const neighbors = this.#neighbors.neighbors();
    if (neighbors.length === 0) return this.#dials.status(this.#neighbors.knownNodes.length);
    const isSynced = neighbors.some(({ link }) => this.#reconciler.isSynced(link));
    if (isSynced) return { state: 'online', neighbors: neighbors.length };
    const reason = this.#views.isComparingMemberships ? 'memberships' : 'records';
    return { state: 'synchronizing', reason, neighbors: neighbors.length };
  }

  neighbors(): readonly NeighborView[] {
    return this.#views.neighbors();
  }

  members(): readonly PresentMember[] {
    const { ownMembership, nodeId, listenAddresses } = this.#parts;
    return this.#views.members({
      member: ownMembership().member,
      nodeId,
      addresses: listenAddresses(),
      since: this.#connectedAt,
    });
  }

  groupTime(now: Now): WallTime {
    return this.#time.at(now);
  }

  addContacts(contacts: readonly Lead[]): void {
    const { directory } = this.#parts;
    this.#dials.contactsCame(contacts.length);
    const isMeant = ({ member }: Lead) => member === null || !directory.isRemoved(member);
    this.#neighbors.addContacts(contacts.filter(isMeant));
  }

  /** Why we are no member any more; null while we are one. */
  get ownRemoval(): Removal | null {
    return this.#belonging.ownRemoval;
  }

  connect(now: Now): void {
    this.#now = now;
    this.#connectedAt = now.wallTime;
    this.#belonging.connected(now);
    if (this.ownRemoval === null) this.#neighbors.connect(now, this.#out);
  }

  leave(now: Now): void {
    this.#now = now;
    this.#roster.leave(now, this.#out);
    this.#neighbors.leave(now, this.#out);
  }

  onLinkOpened(opened: OpenedLink, now: Now): void {
    this.#now = now;
    this.#traffic.meet(opened);
    const isRefused = this.#belonging.isToRefuse(opened);
    this.#neighbors.onLinkOpened(opened, now, this.#out, isRefused);
  }

  onLinkClosed(link: LinkId, why: string, now: Now): void {
    this.#now = now;
    this.#traffic.forget(link);
    this.#load.forget(link);
    this.#belonging.linkClosed(link);
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
    this.#dials.failed({ ...leadOf(target), code, detail });
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
      // Whoever is not taken for a member any more is told why before it is hung up.
      const mayCome = this.#belonging.onEarly(link, { kind: frame, payload }, now);
      if (!mayCome) throw new MalformedBytes('a frame before GREET');
    }
  }

  onMisconduct(link: LinkId, _what: string, now: Now): void {
    this.#now = now;
    this.#neighbors.partWith(link, 'badConduct', now, this.#out);
  }

  onStored(stored: Input & { kind: 'stored' }, isConnected: boolean, now: Now): void {
    this.#now = now;
    this.#traffic.onStored(stored, isConnected, now);
    if (stored.changes.some(({ kind }) => kind === 'putMembership')) this.#views.membershipsCame();
    this.#belonging.onStored(stored, isConnected, now);
  }

  readdress(now: Now): void {
    this.#now = now;
    this.#roster.readdress(now);
  }

  /** What became of something that was given to be judged; or a secret that the application has. */
  onVerdict(input: VerdictInput, now: Now): void {
    this.#now = now;
    if (input.kind === 'judged') this.#traffic.onJudged(input.errand, input.judgement, now);
    else if (input.kind === 'chainJudged') {
      this.#traffic.onChainJudged(input.errand, input.verdict, now);
    } else this.#belonging.onInput(input, now);
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
    return this.#sayings.say(said, now);
  }

  /** At the end of each step: what was missed costs a delay and no more. */
  settle(now: Now): void {
    this.#now = now;
    this.#belonging.settle();
    this.#neighbors.settle(now, this.#out);
  }

  offerLeftovers(now: Now): void {
    this.#now = now;
    this.#traffic.offerLeftovers(now);
  }

  nextDeadline(): Instant | null {
    const overlay = earlier(this.#neighbors.nextDeadline(), this.#roster.nextDeadline());
    const records = earlier(this.#flood.nextDeadline(), this.#reconciler.nextDeadline());
    return earlier(earlier(overlay, records), this.#belonging.nextDeadline());
  }

  onDeadline(now: Now): void {
    this.#now = now;
    this.#neighbors.onDeadline(now, this.#out);
    this.#roster.onDeadline(now, this.#out);
    this.#flood.onDeadline(now, this.#out);
    this.#reconciler.onDeadline(now, this.#out);
    this.#belonging.onDeadline(now);
  }

  #onNeighborFrame(link: LinkId, frame: number, payload: Uint8Array, now: Now): void {
    if (frame === KIND.roster || frame === KIND.presence) {
      this.#roster.onFrame(link, frame, payload, now, this.#out);
    } else if (frame === KIND.neighborMessage) {
      const { type, bytes } = decodeNeighborMessage(payload);
      this.#views.message(link, type, bytes.slice());
    } else if (frame <= KIND.prune) {
      this.#flood.onFrame(link, frame, payload, now, this.#out);
    } else if (frame === KIND.epochSecret) {
      this.#belonging.onEpochSecret(link, payload);
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

  #onSecurityFrame(link: LinkId, frame: SyncFrame & { readonly digest: Uint8Array }): void {
    if (frame.kind === KIND.membership) this.#traffic.onChain(link, frame.payload, frame.digest);
    else this.#belonging.onItem(link, frame, this.#now);
  }

  #onWithheld(link: LinkId): void {
    this.#views.withheld(link);
    this.#neighbors.partWith(link, 'badConduct', this.#now, this.#out);
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

  #tell(event: GraphEvent): void {
    this.#out.put({ kind: 'tell', event });
  }
}
