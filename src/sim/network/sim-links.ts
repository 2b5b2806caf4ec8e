// The Links port of one opening of a group in a simulated world: dials and takes links as the engine's
// neighbor desk does, with handshakes that take their round trips and believe what they are told.

import { assert } from '../../core/base/assert.ts';
import type { WallTime } from '../../core/base/time.ts';
import type { Address } from '../../core/domain/addresses.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import type { DialTarget, LinkId, OpenedLink, PartReason } from '../../core/domain/links.ts';
import type { Membership } from '../../core/domain/membership.ts';
import type { Removal } from '../../core/domain/security.ts';
import type { Links, LinksListener } from '../../core/ports/links.ts';
import type { SimProcess } from '../sim-process.ts';
import type { LinkEnd } from './link-end.ts';
import type { SimNetwork } from './sim-network.ts';

export interface LinksOwner {
  readonly process: SimProcess;
  readonly address: Address;
  /** Of now. */
  readonly membership: Membership;
  readonly nodeId: bigint;
  /** Says that it listens, and where. */
  readonly isListening: boolean;
  /** Why a membership does not live, as is known here; null for one that does. */
  readonly removalOf: (membership: Membership) => Removal | null;
  /** When a link with such a member has to end; links of those who cannot tell last. */
  readonly validUntil?: (theirs: Membership) => WallTime;
}

/** No simulated world lasts so long. */
const FAR_AWAY_MS = 86_400_000;

/** A further address is tried when the one before has not answered by then (RFC 8305). */
const NEXT_ADDRESS_MS = 250;

export class SimLinks implements Links {
  readonly #network: SimNetwork;
  readonly #owner: LinksOwner;
  readonly #ends = new Map<LinkId, LinkEnd>();
  #listener: LinksListener | null = null;
  #dials = 0;
  #isClosed = false;
  /** False after the host has lost its power: nobody there says that nobody is there. */
  isPowered = true;

  constructor(network: SimNetwork, owner: LinksOwner) {
    this.#network = network;
    this.#owner = owner;
    network.join(this);
    owner.process.whenDead(() => this.#vanish());
  }

  get process(): SimProcess {
    return this.#owner.process;
  }

  get host(): string {
    return this.#owner.address.host;
  }

  get owner(): LinksOwner {
    return this.#owner;
  }

  get ends(): readonly LinkEnd[] {
    return [...this.#ends.values()];
  }

  /** Whether whoever knocks is let in. */
  get isAccepting(): boolean {
    return this.#listener !== null && !this.#isClosed && this.process.isAlive;
  }

  attach(listener: LinksListener): void {
    assert(this.#listener === null, 'links are attached to once');
    this.#listener = listener;
  }

  dial(target: DialTarget): void {
    if (this.#isClosed) return;
    if (this.#dials >= LIMITS.neighborDialsMax) {
      this.#tellFailed(target, 'TOO_MANY_CONNECTIONS', 'too many dials are under way');
      return;
    }
    this.#dials += 1;
    new Dial(this.#network, this, target, () => {
      this.#dials -= 1;
    }).start();
  }

  send(link: LinkId, kind: number, payload: Uint8Array): void {
    const end = this.#ends.get(link);
    if (end === undefined || !end.isOpen || !this.process.isAlive) return;
    this.#network.tap.onSent(end, kind, payload);
    end.send(kind, payload);
  }

  askDrained(link: LinkId): void {
    this.#ends.get(link)?.askDrained();
  }

  setReading(link: LinkId, isReading: boolean): void {
    this.#ends.get(link)?.setReading(isReading);
  }

  hangUp(link: LinkId, why: PartReason): void {
    this.#ends.get(link)?.hangUp(why);
  }

  close(): void {
    this.#isClosed = true;
    this.#network.leave(this);
    for (const end of this.ends) end.hangUp('leaving');
    this.#ends.clear();
  }

  // What the network and the ends tell.

  /** Why a caller is not let in; null when it is. */
  refusalOf(caller: SimLinks): string | null {
    if (!this.isAccepting) return 'is not accepting';
    const { member } = caller.owner.membership;
    const theirs = this.ends.filter((end) => end.far?.owner.owner.membership.member === member);
    const isFull =
      this.#ends.size >= LIMITS.neighborLinksMax ||
      theirs.length >= LIMITS.neighborLinksPerMemberMax;
    return isFull ? 'has too many connections' : null;
  }

  open(end: LinkEnd, opened: OpenedLink): void {
    if (this.#isClosed) {
      end.hangUp('leaving');
      return;
    }
    this.#ends.set(end.id, end);
    this.#watchEnd(end, opened.membership);
    this.process.turn(() => this.#listener?.onOpened(opened));
  }

  tellFrame(end: LinkEnd, kind: number, payload: Uint8Array): void {
    if (this.#isClosed) return;
    this.process.turn(() => this.#listener?.onFrame(end.id, kind, payload));
  }

  tellDrained(end: LinkEnd): void {
    this.process.nextTurn(() => {
      if (end.isOpen && !this.#isClosed) this.#listener?.onDrained(end.id);
    });
  }

  tellClosed(end: LinkEnd, why: string): void {
    this.#network.tap.onClosed(end, why);
    if (this.#isClosed) return;
    this.process.nextTurn(() => {
      if (this.#ends.delete(end.id) && !this.#isClosed) this.#listener?.onClosed(end.id, why);
    });
  }

  onDialFailed(target: DialTarget, code: string, detail: string): void {
    this.#tellFailed(target, code, detail);
  }

  /** Whose membership has ended has no link any more, and gets none. */
  isOver(theirs: Membership): boolean {
    return this.#leftMs(theirs) <= 0;
  }

  /** The host loses its power: nobody hears of it. */
  losePower(): void {
    this.isPowered = false;
  }

  #leftMs(theirs: Membership): number {
    const until = this.#owner.validUntil?.(theirs);
    return until === undefined ? FAR_AWAY_MS : until - this.process.now().wallTime;
  }

  /** A renewal may have come until then. */
  #watchEnd(end: LinkEnd, theirs: Membership): void {
    const leftMs = this.#leftMs(theirs);
    if (leftMs >= FAR_AWAY_MS) return;
    this.#network.agenda.after(Math.max(1, leftMs), () => {
      if (!end.isOpen || !this.process.isAlive) return;
      if (this.isOver(theirs)) end.hangUp('membershipEnded');
      else this.#watchEnd(end, theirs);
    });
  }

  #tellFailed(target: DialTarget, code: string, detail: string): void {
    this.process.nextTurn(() => {
      if (!this.#isClosed) this.#listener?.onDialFailed(target, code, detail);
    });
  }

  #vanish(): void {
    this.#isClosed = true;
    this.#network.leave(this);
    for (const end of this.ends) end.vanish(!this.isPowered);
    this.#ends.clear();
  }
}

/** One dial: the addresses one after the other, until one is a link or all have failed. */
class Dial {
  readonly #network: SimNetwork;
  readonly #links: SimLinks;
  readonly #target: DialTarget;
  readonly #onOver: () => void;
  #isOver = false;
  #left: number;
  #lastFailure: { readonly code: string; readonly detail: string } | null = null;

  constructor(network: SimNetwork, links: SimLinks, target: DialTarget, onOver: () => void) {
    this.#network = network;
    this.#links = links;
    this.#target = target;
    this.#onOver = onOver;
    this.#left = target.addresses.length;
  }

  start(): void {
    const { agenda } = this.#network;
    if (this.#left === 0) {
      this.#fail('UNREACHABLE', 'no address is known');
      return;
    }
    for (const [at, address] of this.#target.addresses.entries()) {
      agenda.after(at * NEXT_ADDRESS_MS, () => {
        if (!this.#isOver) this.#try(address);
      });
    }
    agenda.after(LIMITS.neighborDialMs, () => {
      this.#fail('TIMED_OUT', `no answer within ${LIMITS.neighborDialMs} ms`);
    });
  }

  #try(address: Address): void {
    this.#network.knock(this.#links, { address, member: this.#target.member }, (answer) => {
      if (this.#isOver) return false;
      if (answer.kind === 'welcome') {
        this.#end();
        return this.#links.process.isAlive;
      }
      this.#left -= 1;
      this.#lastFailure = answer;
      if (this.#left === 0) this.#fail(answer.code, answer.detail);
      return false;
    });
  }

  #fail(code: string, detail: string): void {
    if (this.#isOver) return;
    this.#end();
    const told = this.#lastFailure ?? { code, detail };
    this.#links.onDialFailed(this.#target, told.code, told.detail);
  }

  #end(): void {
    this.#isOver = true;
    this.#onOver();
  }
}
