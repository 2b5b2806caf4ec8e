// One node of one group, as a machine: it is told what happened and says what has to be done, in order
// (protocol.md §13). It waits for nothing, and never throws for what others did. Records are judged and
// stored outside; what stands in a step behind `stored` is on the disk.

import { unreachable } from '../base/assert.ts';
import { ByteReader } from '../base/byte-reader.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import type { Instant, Now, WallTime } from '../base/time.ts';
import type { PeerName } from '../domain/names.ts';
import { Outbox } from '../graph/outbox.ts';
import { ElementIndex } from '../graph/sync/element-index.ts';
import { Directory } from './directory.ts';
import type { Effect, NodeEffect } from './effect.ts';
import type { PresentMember } from './graph-event.ts';
import type { GraphParts } from './graph-parts.ts';
import type { GraphStatus } from './graph-status.ts';
import { isSameStatus } from './graph-status.ts';
import type { NeighborView } from './graph-views.ts';
import type { Input } from './input.ts';
import { Loading } from './loading.ts';
import { NodeGraph } from './node-graph.ts';

export type GroupNodeParts = Omit<GraphParts, 'index' | 'directory'>;

type Contacts = (Input & { kind: 'connect' })['contacts'];

type Phase =
  | { readonly name: 'offline'; readonly reason: 'notConnected' | 'left' | 'removed' }
  /** What is stored is looked through; nobody is told of us yet. */
  | { readonly name: 'reading'; readonly contacts: Contacts }
  | { readonly name: 'connected' };

export class GroupNode {
  readonly #directory: Directory;
  readonly #loading: Loading;
  readonly #graph: NodeGraph;
  readonly #out = new Outbox<NodeEffect>();
  #phase: Phase = { name: 'offline', reason: 'notConnected' };
  #told: GraphStatus = { state: 'offline', reason: 'notConnected' };

  constructor(parts: GroupNodeParts) {
    // Nobody who publishes can tell which records fall into one place of its tables.
    const index = new ElementIndex(new ByteReader(parts.chance.bytes(4)).u32());
    const directory = new Directory(parts.security);
    this.#directory = directory;
    this.#loading = new Loading({ ...parts, index, directory });
    this.#graph = new NodeGraph({ ...parts, index, directory }, this.#out);
  }

  get status(): GraphStatus {
    const phase = this.#phase;
    if (phase.name === 'offline') return { state: 'offline', reason: phase.reason };
    if (phase.name === 'connected') return this.#graph.status();
    return { state: 'connecting', reason: 'readingRecords', lastFailure: null };
  }

  neighbors(): readonly NeighborView[] {
    return this.#phase.name === 'connected' ? this.#graph.neighbors() : [];
  }

  members(): readonly PresentMember[] {
    return this.#phase.name === 'connected' ? this.#graph.members() : [];
  }

  /** Empty for one of whom no membership is known. */
  friendlyNameOf(member: PeerName): string {
    return this.#directory.friendlyNameOf(member);
  }

  groupTime(now: Now): WallTime {
    return this.#graph.groupTime(now);
  }

  /** Effects in the order in which they have to be carried out. Throws `WorldError` when the store fails, and for a bug of ours. */
  step(input: Input, now: Now): readonly Effect[] {
    this.#on(input, now);
    this.#leaveWhenRemoved(now);
    if (this.#phase.name === 'connected') {
      // By which ways what was stored came is known with the verdicts that follow.
      const isKnown = input.kind !== 'stored' && input.kind !== 'judged';
      if (isKnown) this.#graph.offerLeftovers(now);
      this.#graph.settle(now);
    }
    this.#tellStatus();
    const effects = this.#out.take();
    return [...effects, ...this.#graph.weigh(effects, now)];
  }

  nextDeadline(): Instant | null {
    return this.#phase.name === 'connected' ? this.#graph.nextDeadline() : null;
  }

  #on(input: Input, now: Now): void {
    switch (input.kind) {
      case 'connect':
        this.#connect(input.contacts, now);
        break;
      case 'leave':
        this.#leave(now);
        break;
      case 'goOn':
        this.#goOn(now);
        break;
      case 'stored':
        this.#graph.onStored(input, this.#phase.name === 'connected', now);
        break;
      case 'judged':
      case 'chainJudged':
      case 'statementJudged':
      case 'pageJudged':
      case 'epochSecret':
        this.#graph.onVerdict(input, now);
        break;
      case 'broadcast':
      case 'sendToNeighbor':
        this.#say(input, now);
        break;
      case 'linkOpened':
      case 'frame':
      case 'linkDrained':
      case 'linkClosed':
      case 'dialFailed':
      case 'readdress':
      case 'deadline':
        // What was on its way when we left.
        if (this.#phase.name === 'connected') this.#onLinks(input, now);
        break;
      default:
        unreachable(input);
    }
  }

  #onLinks(input: LinkInput, now: Now): void {
    switch (input.kind) {
      case 'linkOpened':
        this.#graph.onLinkOpened(input.opened, now);
        break;
      case 'frame':
        this.#onFrame(input, now);
        break;
      case 'linkDrained':
        this.#graph.onLinkDrained(input.link, now);
        break;
      case 'linkClosed':
        this.#graph.onLinkClosed(input.link, input.why, now);
        break;
      case 'dialFailed':
        this.#graph.onDialFailed(input, now);
        break;
      case 'readdress':
        this.#graph.readdress(now);
        break;
      case 'deadline':
        this.#graph.onDeadline(now);
        break;
      default:
        unreachable(input);
    }
  }

  /** The one place where bytes that nobody may send end a link. */
  #onFrame({ link, frame, payload }: LinkInput & { kind: 'frame' }, now: Now): void {
    try {
      this.#graph.onFrame(link, frame, payload, now);
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
      this.#graph.onMisconduct(link, error.message, now);
    }
  }

  #connect(contacts: Contacts, now: Now): void {
    if (this.#phase.name !== 'offline') {
      this.#graph.addContacts(contacts);
      return;
    }
    this.#phase = { name: 'reading', contacts };
    // A small group is there at once.
    this.#goOn(now);
  }

  #goOn(now: Now): void {
    const phase = this.#phase;
    if (phase.name !== 'reading') return;
    this.#loading.goOn();
    if (!this.#loading.isDone) {
      this.#out.put({ kind: 'goOn' });
      return;
    }
    this.#phase = { name: 'connected' };
    this.#out.put({ kind: 'openDoor' });
    this.#graph.addContacts(phase.contacts);
    this.#graph.connect(now);
  }

  #leave(now: Now, reason: 'left' | 'removed' = 'left'): void {
    if (this.#phase.name === 'connected') this.#graph.leave(now);
    if (this.#phase.name !== 'offline') this.#out.put({ kind: 'closeDoor' });
    this.#phase = { name: 'offline', reason };
  }

  /** What we have learned was passed on before: nobody need hear it from another one. */
  #leaveWhenRemoved(now: Now): void {
    const removal = this.#phase.name === 'connected' ? this.#graph.ownRemoval : null;
    if (removal === null) return;
    this.#out.put({ kind: 'tell', event: { kind: 'removed', removal } });
    this.#leave(now, 'removed');
  }

  #say(input: Input & { kind: 'broadcast' | 'sendToNeighbor' }, now: Now): void {
    const isConnected = this.#phase.name === 'connected';
    const reached = isConnected ? this.#graph.say(input, now) : 0;
    this.#out.put({ kind: 'answer', ask: input.ask, reached });
  }

  #tellStatus(): void {
    const status = this.status;
    if (isSameStatus(status, this.#told)) return;
    this.#told = status;
    this.#out.put({ kind: 'tell', event: { kind: 'status', status } });
  }
}

type LinkInput = Input & {
  readonly kind:
    | 'linkOpened'
    | 'frame'
    | 'linkDrained'
    | 'linkClosed'
    | 'dialFailed'
    | 'readdress'
    | 'deadline';
};
