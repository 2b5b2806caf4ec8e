// Members with neighbor desks over TLS on real ports, without nodes around them, and what their desks
// were told.

import type { TestContext } from 'node:test';

import type { Address } from '../../src/core/domain/addresses.ts';
import type { LinkId, OpenedLink } from '../../src/core/domain/links.ts';
import { NeighborDesk } from '../../src/engine/graph/neighbor-desk.ts';
import { atEnd } from './at-end.ts';
import { type BareDesk, bareDesk } from './bare-desk.ts';
import { doorOf, foundRaw, grantRaw, type RawMember, rawIdentity } from './raw-member.ts';

export interface LiveNeighbor {
  readonly who: RawMember;
  readonly house: BareDesk;
  readonly links: NeighborDesk;
  readonly address: Address;
  readonly opened: OpenedLink[];
  readonly frames: { readonly link: LinkId; readonly kind: number; readonly payload: Uint8Array }[];
  readonly drained: LinkId[];
  readonly closed: { readonly link: LinkId; readonly why: string }[];
  readonly failed: { readonly code: string; readonly detail: string }[];
}

export async function liveNeighbor(t: TestContext, who: RawMember): Promise<LiveNeighbor> {
  const house = bareDesk(t, who);
  const links = new NeighborDesk(house.parts, () => true);
  house.desk.shareDoor(links);
  const address = await house.listener.listen('127.0.0.1', 0);
  const told: Omit<LiveNeighbor, 'who' | 'house' | 'links' | 'address'> = {
    opened: [],
    frames: [],
    drained: [],
    closed: [],
    failed: [],
  };
  links.attach({
    onOpened: (opened) => told.opened.push(opened),
    onFrame: (link, kind, payload) => told.frames.push({ link, kind, payload: payload.slice() }),
    onDrained: (link) => told.drained.push(link),
    onClosed: (link, why) => told.closed.push({ link, why }),
    onDialFailed: (_, code, detail) => told.failed.push({ code, detail }),
  });
  atEnd(t, () => links.close());
  return { who, house, links, address, ...told };
}

export function dial(from: LiveNeighbor, to: LiveNeighbor): void {
  from.links.dial({ member: to.who.name, nodeId: null, addresses: [to.address] });
}

/** Alice's desk at her port, Bob who is a member, and how to ask for her. */
export async function besieged(t: TestContext) {
  const founder = foundRaw(rawIdentity('Alice'), 'Chess');
  const alice = await liveNeighbor(t, founder);
  const invite = (name: string, by: RawMember = founder, role?: 'administrator'): RawMember =>
    grantRaw(by, rawIdentity(name), role);
  const doorName = doorOf(founder.discoverySecret, founder.name);
  return { alice, invite, door: { port: alice.address.port, doorName } };
}
