// Puts the graph of an open group together: links through the group's door, and an engine that runs
// the node on them, both made anew for each `connect`.

import type { Contact } from '../../core/domain/invitation.ts';
import type { DeskParts } from '../../engine/desk-parts.ts';
import type { DirectDesk } from '../../engine/direct-desk.ts';
import { GroupEngine } from '../../engine/graph/group-engine.ts';
import { NeighborDesk } from '../../engine/graph/neighbor-desk.ts';
import type { AddressMemory } from '../address-memory.ts';
import type { GroupRecords } from '../records/group-records.ts';
import { GroupGraph, type GroupGraphParts } from './group-graph.ts';

export interface GraphOpening
  extends Pick<GroupGraphParts, 'dispatch' | 'epoch' | 'onSecurityEvent'> {
  /** Somebody is here that was not. */
  readonly onCame: () => void;
  readonly deskParts: DeskParts;
  readonly desk: DirectDesk;
  readonly records: GroupRecords;
  readonly addresses: AddressMemory;
}

export function openGroupGraph(opening: GraphOpening): GroupGraph {
  const { deskParts, desk, records, addresses, onCame } = opening;
  const { nodeId, clock, handshake } = deskParts;
  const makeEngine: GroupGraphParts['makeEngine'] = (listener, options) => {
    const links = new NeighborDesk(deskParts, () => true);
    desk.shareDoor(links);
    const engine = new GroupEngine({
      ...deskParts,
      ...records.forGraph(),
      ownMembership: () => deskParts.membership,
      crypto: handshake.crypto,
      links,
      listener,
      ...options,
    });
    return { engine, whenGone: (act) => links.whenGone(act) };
  };
  return new GroupGraph({
    ...opening,
    nodeId,
    makeEngine,
    contacts: () => contactsOf(addresses),
    recordCount: () => records.use.records,
    onOpened: ({ role, membership: { member }, listenAddresses, remoteAddress }) => {
      addresses.told(member, listenAddresses, remoteAddress);
      onCame();
      if (role === 'dialer' && remoteAddress !== null) {
        addresses.reached(member, remoteAddress, clock.now().wallTime);
      }
    },
    onPresent: (member, where) => {
      addresses.told(member, where, null);
      onCame();
    },
  });
}

/** Those that were heard of last come first. */
export function contactsOf(addresses: AddressMemory): readonly Contact[] {
  return addresses
    .entries()
    .toReversed()
    .map(({ member, addresses: known }) => ({
      member,
      addresses: known.map(({ host, port }) => ({ host, port })),
    }));
}
