// The network of a simulated world: who can be reached at which address, how a handshake goes, and the
// links that are there. Faults are done to it from outside; those who use it see what a socket shows.

import { type Address, formatAddress } from '../../core/domain/addresses.ts';
import { linkIdOf, type OpenedLink } from '../../core/domain/links.ts';
import type { PeerName } from '../../core/domain/names.ts';
import { removalText } from '../../core/link/removal-text.ts';
import type { Agenda } from '../agenda.ts';
import { LinkEnd } from './link-end.ts';
import type { SimLinks } from './sim-links.ts';
import { Weather, type WeatherOptions } from './weather.ts';

/** Who watches what goes over the wires. */
export interface NetworkTap {
  /** Before it leaves. */
  onSent(end: LinkEnd, kind: number, payload: Uint8Array): void;
  onDelivered(end: LinkEnd, kind: number, payload: Uint8Array): void;
  onOpened(dialer: SimLinks, listener: SimLinks): void;
  /** Told at the end that is closed. */
  onClosed(end: LinkEnd, why: string): void;
}

export type Answer =
  | { readonly kind: 'welcome' }
  | { readonly kind: 'refused'; readonly code: string; readonly detail: string };

/** TCP, TLS 1.3, HELLO and WELCOME: one round trip each for the first three, the last comes with the link. */
const HANDSHAKE_ROUND_TRIPS = 2.5;

export class SimNetwork {
  readonly agenda: Agenda;
  readonly weather: Weather;
  readonly tap: NetworkTap;
  readonly #linksByAddress = new Map<string, SimLinks>();
  /** Hosts that are switched on, whether anybody listens there or not. */
  readonly #hosts = new Set<string>();
  readonly #all = new Set<SimLinks>();
  readonly #cables = new Set<LinkEnd>();
  #links = 0;

  constructor(agenda: Agenda, tap: NetworkTap, weather: { seed: string; options: WeatherOptions }) {
    this.agenda = agenda;
    this.tap = tap;
    this.weather = new Weather(weather.seed, weather.options);
  }

  /** How many links have ever been opened. */
  get linksOpened(): number {
    return this.#links;
  }

  join(links: SimLinks): void {
    this.#all.add(links);
    this.#hosts.add(links.host);
    if (links.owner.isListening)
      this.#linksByAddress.set(formatAddress(links.owner.address), links);
  }

  leave(links: SimLinks): void {
    this.#all.delete(links);
    const key = formatAddress(links.owner.address);
    if (this.#linksByAddress.get(key) === links) this.#linksByAddress.delete(key);
    if (!links.isPowered) this.#hosts.delete(links.host);
  }

  /** Asks at an address for a member, or for whoever is there. `answered` says whether whoever asked still wants the link. */
  knock(
    caller: SimLinks,
    at: { readonly address: Address; readonly member: PeerName | null },
    answered: (answer: Answer) => boolean,
  ): void {
    const { host } = at.address;
    const latencyMs = this.weather.latencyMs(caller.host, host);
    if (!this.#isReachable(caller, host)) return;
    if (this.#linksByAddress.get(formatAddress(at.address)) === undefined) {
      this.#later(2 * latencyMs, caller, host, () =>
        answered({ kind: 'refused', code: 'UNREACHABLE', detail: 'the connection was refused' }),
      );
      return;
    }
    this.#later(2 * HANDSHAKE_ROUND_TRIPS * latencyMs, caller, host, () => {
      const links = this.#linksByAddress.get(formatAddress(at.address));
      if (links?.process.isFrozen === true) return;
      const refusal =
        links === undefined ? 'the connection was refused' : whyNot(caller, at, links);
      const removed = links === undefined ? null : removedOf(caller, links);
      if (links === undefined || refusal !== null) {
        answered({ kind: 'refused', code: 'UNREACHABLE', detail: refusal ?? '' });
      } else if (removed !== null) {
        answered({ kind: 'refused', code: 'MEMBERSHIP_REMOVED', detail: removed });
      } else if (hasEnded(caller, links)) {
        answered({ kind: 'refused', code: 'MEMBERSHIP_EXPIRED', detail: 'a membership has ended' });
      } else if (answered({ kind: 'welcome' })) this.#connect(caller, links, latencyMs);
    });
  }

  /** A fault came or went. */
  changed(): void {
    for (const end of this.#cables) end.lineChanged();
  }

  /** What arrived while it was frozen. */
  thawed(links: SimLinks): void {
    for (const end of links.ends) end.readSoon();
  }

  /** Forgets links that both sides have closed. */
  #sweep(): void {
    for (const end of this.#cables) {
      if (!end.isOpen && end.far?.isOpen !== true) this.#cables.delete(end);
    }
  }

  #isReachable(caller: SimLinks, host: string): boolean {
    const { weather } = this;
    if (!this.#hosts.has(host)) return false;
    return !weather.isBlocked(caller.host, host) && !weather.isBlocked(host, caller.host);
  }

  #later(delayMs: number, caller: SimLinks, host: string, act: () => void): void {
    this.agenda.after(delayMs, () => {
      if (this.#isReachable(caller, host)) act();
    });
  }

  #connect(caller: SimLinks, callee: SimLinks, latencyMs: number): void {
    const near = this.#newEnd(caller, latencyMs);
    const far = this.#newEnd(callee, latencyMs);
    LinkEnd.join(near, far);
    if (this.#cables.size > 4 * this.#all.size * 16) this.#sweep();
    this.tap.onOpened(caller, callee);
    const openMs = this.agenda.nowMs + latencyMs;
    near.beginAt(openMs);
    this.agenda.at(openMs, () => {
      if (!caller.process.isAlive) near.vanish(!caller.isPowered);
      else caller.open(near, openedLink(near, far, 'dialer', latencyMs));
    });
    callee.open(far, openedLink(far, near, 'listener', latencyMs));
  }

  #newEnd(links: SimLinks, latencyMs: number): LinkEnd {
    this.#links += 1;
    const end = new LinkEnd(this, links, { id: linkIdOf(this.#links), latencyMs });
    this.#cables.add(end);
    return end;
  }
}

function whyNot(
  caller: SimLinks,
  { member }: { member: PeerName | null },
  links: SimLinks,
): string | null {
  const there = links.owner.membership.member;
  if (member !== null && there !== member) return 'nobody there has this name';
  if (links.owner.membership.member === caller.owner.membership.member) return 'is ourselves';
  return links.refusalOf(caller);
}

/** Why one of the two does not take the other for a member, as both find out in a handshake. */
function removedOf(caller: SimLinks, links: SimLinks): string | null {
  const theirs = links.owner.removalOf(caller.owner.membership);
  const ours = caller.owner.removalOf(links.owner.membership);
  const removal = theirs ?? ours;
  return removal === null ? null : removalText(removal);
}

/** By the clock of either. */
function hasEnded(caller: SimLinks, links: SimLinks): boolean {
  return links.isOver(caller.owner.membership) || caller.isOver(links.owner.membership);
}

function openedLink(
  near: LinkEnd,
  far: LinkEnd,
  role: OpenedLink['role'],
  latencyMs: number,
): OpenedLink {
  const { membership, nodeId, address, isListening, process } = far.owner.owner;
  const skewMs = process.now().wallTime - near.owner.process.now().wallTime;
  return {
    link: near.id,
    role,
    membership,
    nodeId,
    listenAddresses: isListening ? [address] : [],
    remoteAddress: role === 'dialer' ? address : { host: address.host, port: 50_000 },
    clockSkewMs: skewMs - Math.round(latencyMs),
  };
}
