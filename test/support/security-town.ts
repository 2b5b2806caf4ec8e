// One village for tests of removals: Alice founded it, Bob, Carol and Dave are administrators, Bob took Erin in,
// who may invite, and she Frank; Grace is a member whom Alice took in.

import type { Villager } from '../../src/sim/people/village.ts';
import { type SecurityPeer, SecurityVillage } from './security-village.ts';

export function town(seed: string) {
  const village = new SecurityVillage(seed);
  const { alice } = village;
  const bob = village.member('bob', 'administrator');
  const carol = village.member('carol', 'administrator');
  const dave = village.member('dave', 'administrator');
  const erin = village.member('erin', 'invitingMember', bob);
  const frank = village.member('frank', 'member', erin);
  const grace = village.member('grace', 'member');
  return { village, alice, bob, carol, dave, erin, frank, grace };
}

/** One who has everybody's chain, and has heard of no removal. */
export function peerOf(village: SecurityVillage): SecurityPeer {
  const peer = village.peer();
  for (const each of village.memberships) peer.learnChain(each);
  return peer;
}

/** Whose membership lives, as this one knows. */
export function lives(peer: SecurityPeer, ...people: readonly Villager[]): readonly boolean[] {
  return people.map(({ membership }) => peer.state.removalOf(membership) === null);
}
