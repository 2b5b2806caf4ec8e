// Which frames have a place on which kind of link (protocol.md §8.5). That a kind exists at all and how
// long its payload may be is said by frame.ts.

import { KIND } from './frame.ts';

/** Numbers from here on are those of neighbor links. */
const NEIGHBOR_KINDS_FROM = KIND.greet;

export function mayComeOnDirect(kind: number): boolean {
  return kind < NEIGHBOR_KINDS_FROM;
}

/** CLOSE is all that the two have in common. */
export function mayComeOnNeighbor(kind: number): boolean {
  return kind >= NEIGHBOR_KINDS_FROM || kind === KIND.close;
}
