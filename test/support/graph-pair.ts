// Two members' engines and what lies between them: frames that arrive in a turn of their own, in order,
// or not at all. For what the simulated world is too large for.

import {
  type DialTarget,
  type LinkId,
  linkIdOf,
  type OpenedLink,
} from '../../src/core/domain/links.ts';
import type { GraphEvent } from '../../src/core/node/graph-event.ts';
import type { Links, LinksListener } from '../../src/core/ports/links.ts';
import { GroupEngine } from '../../src/engine/graph/group-engine.ts';
import { RecordDesk } from '../../src/engine/record-desk.ts';
import { SignatureChecks } from '../../src/engine/signature-checks.ts';
import { newBook, newStore, type Recorder } from './record-club.ts';
import { instantChecker, WatchedStore } from './record-office.ts';
import type { SimulatedClock } from './simulated-clock.ts';
import { nodeCrypto, seededChance } from './trust-cast.ts';

/** Everything that a port was asked to do, in order. */
export type PortCall =
  | { readonly kind: 'commit' }
  | { readonly kind: 'send'; readonly frame: number }
  | { readonly kind: 'tell'; readonly event: GraphEvent['kind'] }
  | { readonly kind: 'changes' }
  | { readonly kind: 'closed' };

/** One end; `lay` joins two. */
class PairedLinks implements Links {
  readonly #own: GraphSide;
  #listener: LinksListener | null = null;
  #far: PairedLinks | null = null;
  #link: LinkId | null = null;
  #isClosed = false;
  #isReading = true;
  readonly #unread: (() => void)[] = [];
  /** The frames that were sent, oldest first. */
  readonly sent: { readonly frame: number; readonly payload: Uint8Array }[] = [];
  readonly dials: DialTarget[] = [];
  readonly hungUp: string[] = [];

  constructor(own: GraphSide) {
    this.#own = own;
  }

  get isReading(): boolean {
    return this.#isReading;
  }

  get isAttached(): boolean {
    return this.#listener !== null;
  }

  attach(listener: LinksListener): void {
    this.#listener = listener;
  }

  dial(target: DialTarget): void {
    this.dials.push(target);
  }

  /** A link that this end dialed. */
  lay(far: PairedLinks, number: number): void {
    this.#join(far, number, 'dialer');
    far.#join(this, number, 'listener');
  }

  send(link: LinkId, frame: number, payload: Uint8Array): void {
    this.#own.calls.push({ kind: 'send', frame });
    this.sent.push({ frame, payload });
    const far = this.#far;
    const copy = payload.slice();
    this.#own.clock.nextTurn(() => {
      if (far !== null) far.#receive(link, frame, copy);
      copy.fill(0xee);
    });
  }

  askDrained(link: LinkId): void {
    this.#own.clock.nextTurn(() => this.#listener?.onDrained(link));
  }

  setReading(_link: LinkId, isReading: boolean): void {
    this.#isReading = isReading;
    if (isReading) for (const take of this.#unread.splice(0)) take();
  }

  hangUp(link: LinkId, why: string): void {
    this.hungUp.push(why);
    const far = this.#far;
    this.#own.clock.nextTurn(() => {
      this.#end(link, why);
      if (far !== null) far.#end(link, why);
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#own.calls.push({ kind: 'closed' });
    const far = this.#far;
    const link = this.#link;
    this.#listener = null;
    if (link === null || far === null) return;
    this.#own.clock.nextTurn(() => far.#end(link, 'closed there'));
  }

  #receive(link: LinkId, frame: number, payload: Uint8Array): void {
    if (!this.#isReading) {
      const own = payload.slice();
      this.#unread.push(() => this.#receive(link, frame, own));
      return;
    }
    if (this.#link === link) this.#listener?.onFrame(link, frame, payload);
  }

  #join(far: PairedLinks, number: number, role: OpenedLink['role']): void {
    this.#far = far;
    this.#link = linkIdOf(number);
    const { recorder, nodeId } = far.#own;
    this.#listener?.onOpened({
      link: this.#link,
      role,
      membership: recorder.membership,
      nodeId,
      listenAddresses: [],
      remoteAddress: null,
      clockSkewMs: 0,
    });
  }

  #end(link: LinkId, why: string): void {
    if (this.#link !== link) return;
    this.#link = null;
    this.#listener?.onClosed(link, why);
  }
}

/** One member with its engine, its desk and its disk. */
export class GraphSide {
  readonly recorder: Recorder;
  readonly clock: SimulatedClock;
  readonly nodeId: bigint;
  readonly calls: PortCall[] = [];
  readonly events: GraphEvent[] = [];
  readonly failures: unknown[] = [];
  readonly store: WatchedStore;
  readonly desk: RecordDesk;
  readonly links = new PairedLinks(this);
  readonly engine: GroupEngine;
  /** What the application does when it is told something. */
  onEvent: (event: GraphEvent) => void = () => undefined;

  constructor(recorder: Recorder, clock: SimulatedClock, knows: readonly Recorder[] = []) {
    this.recorder = recorder;
    this.clock = clock;
    this.nodeId = BigInt(recorder.person.publicKey[0] ?? 1) + 1n;
    this.store = new WatchedStore(newStore(recorder).journal);
    this.store.onCommit = () => this.calls.push({ kind: 'commit' });
    const { store } = this;
    const book = newBook(recorder, store);
    const checks = new SignatureChecks(instantChecker, store);
    let engine: GroupEngine | null = null;
    this.desk = new RecordDesk(
      { book, store, clock, checks, durability: 'process' },
      {
        onStored: (changes, origin) => engine?.onStored(changes, origin),
        onChanges: () => this.calls.push({ kind: 'changes' }),
        onFailed: (error) => this.failures.push(error),
      },
    );
    for (const { membership } of [recorder, ...knows]) {
      this.desk.learnMembership(membership.chain.map(({ der }) => der));
    }
    engine = new GroupEngine({
      ownMembership: () => recorder.membership,
      security: () => book.security,
      signer: recorder.person,
      nodeId: this.nodeId,
      crypto: nodeCrypto,
      chance: seededChance(recorder.membership.member),
      clock,
      links: this.links,
      store,
      desk: this.desk,
      tools: book.tools,
      membershipOf: (digest) => book.membershipOf(digest),
      listenAddresses: () => [],
      publishesPresence: true,
      groupTimeBefore: null,
      listener: {
        onEvent: (event) => {
          this.calls.push({ kind: 'tell', event: event.kind });
          this.events.push(event);
          this.onEvent(event);
        },
        onFailed: (error) => this.failures.push(error),
      },
    });
    this.engine = engine;
  }
}
