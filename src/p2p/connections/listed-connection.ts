// A connection as PeerGroupEnumConnections lists it.

import type { PeerGroup } from '../../api/index.ts';
import { nodeIdOf } from '../members/node-ids.ts';
import type { PEER_CONNECTION_INFO } from '../surface/structures.ts';
import { peerAddressOf } from './addresses.ts';
import { nodeKeyOf, type PeerNode } from './peer-node-key.ts';

interface ConnectionFacts {
  readonly id: bigint;
  /** One of PEER_CONNECTION_FLAGS. */
  readonly kind: number;
  /** The peer name. */
  readonly member: string;
  /** Where the other end listens, `host:port`. */
  readonly address: string;
}

export function connectionInfo(
  group: string,
  { id, kind, member, address }: ConnectionFacts,
): PEER_CONNECTION_INFO {
  return {
    dwFlags: kind,
    ullConnectionId: id,
    ullNodeId: nodeIdOf(group, member),
    pwzPeerId: member,
    address: peerAddressOf(address),
  };
}

/** Of the endpoints at which somebody listens the one on the host that we see; else the first, if there is one. */
export function listeningAddress(
  listening: readonly string[],
  seenAt: string | null,
): string | undefined {
  const onHost = listening.find((each) => seenAt !== null && hostOf(each) === hostOf(seenAt));
  return onHost ?? listening[0];
}

/** Where others say that somebody listens, who has not said so to us. */
export function toldAddress(group: PeerGroup, node: PeerNode): string | undefined {
  const present = group.members().find((each) => nodeKeyOf(each) === nodeKeyOf(node));
  const known = group.knownMembers.find(({ name }) => name === node.name);
  return present?.addresses[0] ?? known?.addresses[0];
}

function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':'));
}
