// Whom this node dials, and when (protocol.md §13.3): nodes it knows while neighbors are missing, fast
// when most are; newcomers that others sent on; nodes that vanished, to find the other half of a split;
// and members of whom only an address is known, when nobody else is left.

import type { Instant, Now, WallTime } from '../../base/time.ts';
import { instantOf } from '../../base/time.ts';
import { type Address, formatAddress, isLoopback } from '../../domain/addresses.ts';
import type { Contact } from '../../domain/invitation.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { DialTarget, Lead, OpenedLink } from '../../domain/links.ts';
import type { PeerName } from '../../domain/names.ts';
import type { Outbox } from '../outbox.ts';
import { RatesByMember } from '../rates-by-member.ts';
import type { ActiveView, NeighborLink } from './active-view.ts';
import { BackOff } from './back-off.ts';
import type { Dice } from './dice.ts';
import type { KnownNodes } from './known-nodes.ts';
import { OpenPlaces } from './open-places.ts';
import type { KnownCard, NodeKey } from './peer-card.ts';
import { nodeKeyOf } from './peer-card.ts';
import { DIALED_MIN, type ViewSizes } from './view-sizes.ts';

/** `fill`: a neighbor is missing. `welcome`: it is new. `probe`: it may be behind a split. */
export type DialPurpose = 'fill' | 'welcome' | 'probe';

export interface Flight {
  readonly target: DialTarget;
  readonly purpose: DialPurpose;
  /** Null for a member of whom only an address is known. */
  readonly known: KnownCard | null;
  readonly startedAt: Instant;
}

/** With half of the neighbors there is no hurry. */
const AT_ONCE = 3;
/** Enough for a node whose known ones are dead in nine of ten cases. */
const AT_ONCE_IN_NEED = 8;
/** A dial that takes longer no longer keeps others from starting: where it leads nobody may answer. */
const SLOW_MS = 2_000;
/** After this time a dial is forgotten whose end nobody told: twice what one may take. */
const LOST_MS = 30_000;
/** All nodes of a group together probe so often, up to eight nodes each of them. */
const PROBE_MS = 5_000;
const PROBING_NODES = 8;

export interface DialPlanParts {
  readonly ownMember: PeerName;
  readonly ownKey: NodeKey;
  readonly view: ActiveView;
  readonly nodes: KnownNodes;
  readonly dice: Dice;
  /** Where this node listens. */
  readonly listenAddresses: () => readonly Address[];
}

export class DialPlan {
  readonly backOff: BackOff;
  readonly #parts: DialPlanParts;
  readonly #contactByMember = new Map<PeerName, Contact>();
  readonly #places = new OpenPlaces();
  /** Newcomers whose walk ended here. */
  readonly #newcomerByKey = new Map<NodeKey, KnownCard>();
  /** Dials that did not reach anybody: a member can sign cards of any number of nodes. */
  readonly #knocks = new RatesByMember(LIMITS.memberDialsBurst, LIMITS.memberDialsPerSecond);
  #flights: Flight[] = [];
  #retryAt: Instant | null = null;
  #probeAt: Instant | null = null;

  constructor(parts: DialPlanParts) {
    this.#parts = parts;
    this.backOff = new BackOff(parts.dice);
  }

  /** The earliest time at which `settle` or `probe` would do more than now. */
  get retryAt(): Instant | null {
    return this.#retryAt;
  }

  get probeAt(): Instant | null {
    return this.#probeAt;
  }

  addContacts(leads: readonly Lead[]): void {
    for (const { member, addresses: given } of leads) {
      if (member === null) {
        this.#places.add(this.#elsewhere(given));
        continue;
      }
      const addresses = member === this.#parts.ownMember ? this.#elsewhere(given) : given;
      if (addresses.length === 0) continue;
      const hasRoom = this.#contactByMember.size < LIMITS.contactsKeptMax;
      if (!hasRoom && !this.#contactByMember.has(member)) continue;
      this.#contactByMember.set(member, { member, addresses });
    }
  }

  forgetMembers(isGone: (member: PeerName) => boolean): void {
    for (const member of this.#contactByMember.keys()) {
      if (isGone(member)) this.#contactByMember.delete(member);
    }
    for (const [key, { member }] of this.#newcomerByKey) {
      if (isGone(member)) this.#newcomerByKey.delete(key);
    }
  }

  /** Further ones are left to find their own neighbors. */
  welcome(known: KnownCard): void {
    if (this.#newcomerByKey.size < AT_ONCE_IN_NEED) this.#newcomerByKey.set(known.key, known);
  }

  start(nodes: number, now: Now): void {
    this.#scheduleProbe(nodes, now.instant);
  }

  stop(): void {
    this.#flights = [];
    this.#newcomerByKey.clear();
    this.#retryAt = null;
    this.#probeAt = null;
  }

  /** Ours that led to this far end; null for a link that the far end dialed. */
  opened(opened: OpenedLink): Flight | null {
    if (opened.role === 'listener') return null;
    const { member, publicKey } = opened.membership;
    const key = nodeKeyOf(publicKey, opened.nodeId);
    if (opened.dialed !== undefined) this.#meet(member, opened.dialed);
    const ofMember = this.#flights.filter(({ target }) => target.member === member);
    const nameless = this.#flights.find(({ target }) => target === opened.dialed);
    const flight = nameless ?? ofMember.find(({ known }) => known?.key === key) ?? ofMember[0];
    if (flight === undefined) return null;
    this.#land(flight);
    this.backOff.succeeded(key);
    this.backOff.succeeded(contactKey(member));
    this.#knocks.giveBack(member);
    return flight;
  }

  failed(target: DialTarget, now: Now): Flight | null {
    const flight = this.#flights.find((one) => one.target === target || isSame(one.target, target));
    if (flight === undefined) return null;
    this.#land(flight);
    this.backOff.failed(flight.known?.key ?? leadKey(target), now.instant);
    return flight;
  }

  /** A link with it ended before or after it was a neighbor, for no reason that it gave. */
  hasFailed({ key, holder }: NeighborLink, now: Instant): void {
    this.backOff.failed(key, now);
    this.backOff.failed(contactKey(holder.member), now);
  }

  pause({ key, holder }: NeighborLink, ms: number, now: Instant): void {
    this.backOff.pause(key, ms, now);
    this.backOff.pause(contactKey(holder.member), ms, now);
  }

  /** The only place where dials begin, but for probes. */
  settle(sizes: ViewSizes, now: Now, groupTime: WallTime, out: Pick<Outbox, 'dial'>): void {
    this.#retryAt = null;
    this.#flights = this.#flights.filter(({ startedAt }) => now.instant - startedAt < LOST_MS);
    this.#dialNewcomers(sizes, now, out);
    this.#dialPlaces(now, out);
    if (this.#isInNeed(sizes)) this.#probeSoon(now.instant);
    for (let left = this.#wanted(sizes, now.instant); left > 0; left--) {
      const known = this.#nextKnown(sizes, now.instant, groupTime);
      if (known !== null) this.#dialNode(known, 'fill', now, out);
      else if (!this.#dialContact(now, out)) break;
      this.#retryAt = null;
    }
  }

  /** One dial to somebody who is not here but may be elsewhere, when it is time for that. */
  probe(groupSize: number, now: Now, groupTime: WallTime, out: Pick<Outbox, 'dial'>): void {
    if (this.#probeAt === null || this.#probeAt > now.instant) return;
    this.#scheduleProbe(groupSize, now.instant);
    if (this.#flights.length >= LIMITS.neighborDialsMax) return;
    const { nodes: known, dice } = this.#parts;
    const vanished = known
      .toProbe(groupTime)
      .filter((one) => this.#isFree(one.key) && this.#mayKnock(one, now.instant));
    const contacts = this.#strangers();
    const outsiders = this.#outsiders(now.instant);
    const nodes = [...vanished, ...outsiders];
    if (nodes.length + contacts.length === 0) return;
    const at = dice.below(nodes.length + contacts.length);
    const node = nodes[at];
    const contact = contacts[at - nodes.length];
    if (node !== undefined) {
      this.#dialNode(node, outsiders.includes(node) ? 'welcome' : 'probe', now, out);
    } else if (contact !== undefined)
      this.#dial({ ...contact, nodeId: null }, null, 'probe', now, out);
  }

  /** Whom to try while one member answers for all of our neighbors, who may keep everybody else from us. */
  #outsiders(now: Instant): readonly KnownCard[] {
    const { view, nodes } = this.#parts;
    if (view.commonLineage().length === 0) return [];
    return nodes.passive
      .all()
      .filter((one) => view.isOutsider(one))
      .filter((one) => this.#isFree(one.key) && !this.backOff.isPaused(one.key, now))
      .filter((one) => this.#mayKnock(one, now));
  }

  #isInNeed({ target }: ViewSizes): boolean {
    return 2 * this.#parts.view.neighborCount < target;
  }

  /** The smaller side of a split need not wait as long as a group of the former size would. */
  #probeSoon(now: Instant): void {
    const soon = instantOf(now + PROBE_MS);
    if (this.#probeAt !== null && this.#probeAt > soon) this.#probeAt = soon;
  }

  #scheduleProbe(nodes: number, now: Instant): void {
    const ms = PROBE_MS * Math.max(1, nodes / PROBING_NODES);
    this.#probeAt = instantOf(now + this.#parts.dice.jittered(ms));
  }

  /** How many dials to begin: as many as are missing and one more, while so many may be under way. */
  #wanted(sizes: ViewSizes, now: Instant): number {
    const { view } = this.#parts;
    const links = view.all().filter(({ isUp, isDialed }) => isUp || isDialed);
    const missing = sizes.target - links.length;
    const underWay = this.#flights.filter(({ startedAt }) => now - startedAt < SLOW_MS).length;
    const free = LIMITS.neighborDialsMax - this.#flights.length;
    if (missing > 0) {
      const atOnce = Math.min(missing + 1, this.#isInNeed(sizes) ? AT_ONCE_IN_NEED : AT_ONCE);
      return Math.min(free, atOnce - underWay);
    }
    const dialed = links.filter(({ isDialed }) => isDialed).length;
    const needsOwn = !sizes.isFullMesh && dialed < DIALED_MIN && links.length < sizes.max;
    return needsOwn && underWay === 0 ? 1 : 0;
  }

  #dialNewcomers(sizes: ViewSizes, now: Now, out: Pick<Outbox, 'dial'>): void {
    const { view } = this.#parts;
    for (const [key, known] of this.#newcomerByKey) {
      if (this.#flights.length >= AT_ONCE) return;
      this.#newcomerByKey.delete(key);
      if (!this.#isFree(key) || this.backOff.isPaused(key, now.instant)) continue;
      if (!this.#mayKnock(known, now.instant)) continue;
      if (view.neighborCount + this.#flights.length >= sizes.max) continue;
      this.#dialNode(known, 'welcome', now, out);
    }
  }

  /** Of the known ones that may be tried now: those of the least crowded lineage, each member as likely. */
  #nextKnown(sizes: ViewSizes, now: Instant, groupTime: WallTime): KnownCard | null {
    const { view, nodes, dice } = this.#parts;
    const pools = [nodes.passive.all()];
    if (view.neighborCount === 0) pools.push(nodes.absent.vanishedNodes(groupTime));
    for (const pool of pools) {
      const ready = pool.filter(
        (one) => this.#isFree(one.key) && this.#isReady(one.key, now) && this.#mayKnock(one, now),
      );
      const crowding = ready.map((known) => view.crowding(known, sizes.target));
      const least = Math.min(...crowding);
      const best = ready.filter((_, at) => crowding[at] === least);
      const member = dice.pick([...new Set(best.map((known) => known.member))]);
      const known = dice.pick(best.filter((one) => one.member === member));
      if (known !== undefined) return known;
    }
    return null;
  }

  /** Whoever has a neighbor asks that one instead of strangers. */
  #dialContact(now: Now, out: Pick<Outbox, 'dial'>): boolean {
    const { view, dice } = this.#parts;
    if (view.neighborCount > 0) return false;
    const leads = [...this.#strangers(), ...this.#openPlaces()];
    const contact = dice.pick(leads.filter((lead) => this.#isReady(leadKey(lead), now.instant)));
    if (contact === undefined) return false;
    this.#dial({ ...contact, nodeId: null }, null, 'fill', now, out);
    return true;
  }

  /** Where somebody may be as the application has just said, whoever our neighbors are. */
  #dialPlaces(now: Now, out: Pick<Outbox, 'dial'>): void {
    while (this.#flights.length < LIMITS.neighborDialsMax) {
      const address = this.#places.takeFresh();
      if (address === null) return;
      const isFree = this.#openPlaces().some(({ addresses }) => addresses.includes(address));
      const target = { member: null, nodeId: null, addresses: [address] };
      if (isFree) this.#dial(target, null, 'welcome', now, out);
    }
  }

  /** Those to which no dial is under way. */
  #openPlaces(): readonly Lead[] {
    const dialed = new Set(this.#flights.map(({ target }) => leadKey(target)));
    return this.#places
      .all()
      .map((address) => ({ member: null, addresses: [address] }))
      .filter((lead) => !dialed.has(leadKey(lead)));
  }

  /** From now on it is known who is there. */
  #meet(member: PeerName, { addresses }: DialTarget): void {
    for (const address of addresses) this.#places.remove(address);
    if (!this.#contactByMember.has(member)) this.addContacts([{ member, addresses }]);
  }

  /** Contacts of whom nothing better is known. */
  #strangers(): readonly Contact[] {
    const { view, nodes } = this.#parts;
    const members = new Set<PeerName | null>(view.all().map(({ holder }) => holder.member));
    for (const { target } of this.#flights) members.add(target.member);
    for (const { member } of nodes.passive.all()) members.add(member);
    return [...this.#contactByMember.values()].filter(({ member }) => !members.has(member));
  }

  #isFree(key: NodeKey): boolean {
    const { view, ownKey } = this.#parts;
    if (key === ownKey || view.ofNode(key) !== undefined) return false;
    return !this.#flights.some(({ known }) => known?.key === key);
  }

  /** Notes when it will be, when it is not. */
  #isReady(key: string, now: Instant): boolean {
    const end = this.backOff.endOf(key, now);
    if (end === null) return true;
    if (this.#retryAt === null || end < this.#retryAt) this.#retryAt = end;
    return false;
  }

  /** False when its member's cards have led us nowhere too often lately. */
  #mayKnock({ member }: KnownCard, now: Instant): boolean {
    if (!this.#knocks.isEmpty(member, now)) return true;
    const again = instantOf(now + 1_000 / LIMITS.memberDialsPerSecond);
    if (this.#retryAt === null || again < this.#retryAt) this.#retryAt = again;
    return false;
  }

  #dialNode(known: KnownCard, purpose: DialPurpose, now: Now, out: Pick<Outbox, 'dial'>): void {
    const { member, card } = known;
    const { nodeId, addresses } = card;
    this.#knocks.take(member, now.instant);
    this.#dial({ member, nodeId, addresses }, known, purpose, now, out);
  }

  #dial(
    target: DialTarget,
    known: KnownCard | null,
    purpose: DialPurpose,
    now: Now,
    out: Pick<Outbox, 'dial'>,
  ): void {
    const addresses = known === null ? target.addresses : this.#usable(target.addresses);
    const usable = { ...target, addresses };
    this.#flights.push({ target: usable, purpose, known, startedAt: now.instant });
    out.dial(usable);
  }

  /** Of our own member: it may have nodes on other machines, and this one is none of them. */
  #elsewhere(addresses: readonly Address[]): readonly Address[] {
    const own = new Set(this.#parts.listenAddresses().map(formatAddress));
    return addresses.filter((address) => !own.has(formatAddress(address)));
  }

  /** A card that names our own machine is of use to those on this machine: others would knock at it for its sender. */
  #usable(addresses: readonly Address[]): readonly Address[] {
    const { view, listenAddresses } = this.#parts;
    const isHere = (address: Address | null) => address !== null && isLoopback(address.host);
    // When we listen on this machine's own address, the group's nodes may well be on it.
    const listensHere = listenAddresses().some(isHere);
    const areHere = listensHere || view.all().some(({ opened }) => isHere(opened.remoteAddress));
    return areHere ? addresses : addresses.filter((address) => !isHere(address));
  }

  #land(flight: Flight): void {
    this.#flights = this.#flights.filter((one) => one !== flight);
  }
}

function contactKey(member: PeerName): string {
  return `contact ${member}`;
}

/** Of a member, or of the places where anybody may be. */
function leadKey({ member, addresses }: Lead): string {
  if (member !== null) return contactKey(member);
  return `place ${addresses.map(formatAddress).join(' ')}`;
}

function isSame(a: DialTarget, b: DialTarget): boolean {
  return a.nodeId === b.nodeId && leadKey(a) === leadKey(b);
}
