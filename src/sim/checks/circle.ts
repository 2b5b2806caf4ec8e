// Who belongs together at the end of a simulation, found out without asking a node whom it takes for a member:
// those who are members by everything that lies on their own disks together.

import { bytesKey } from '../../core/base/bytes.ts';
import type { SimNode } from '../sim-node.ts';
import type { SimWorld } from '../sim-world.ts';
import { PlainJudge } from './plain-judge.ts';
import type { Complain } from './step-checks.ts';

export interface Circle {
  readonly members: readonly SimNode[];
  readonly judge: PlainJudge;
}

/**
 * Who knows of a removal of its own is out of the conversation, and so is who is removed by what the others
 * know: what only these have on their disks, nobody else can know.
 */
export function findCircle(world: SimWorld, honest: readonly SimNode[]): Circle {
  let members = honest.filter((node) => !knowsItsRemoval(node));
  for (;;) {
    const judge = new PlainJudge(world, members);
    const left = members.filter((node) => isMemberByItsDisk(node, judge));
    if (left.length === members.length) return { members, judge };
    members = left;
  }
}

/**
 * Nobody is out whom nothing puts out that was said. Who was told of a removal that counted as far as it knows
 * is out for good, even if the removal turns out to be void: it asks nobody any more.
 */
export function checkNobodyLockedOut(
  world: SimWorld,
  honest: readonly SimNode[],
  { members, judge }: Circle,
  complain: Complain,
): void {
  for (const node of honest) {
    if (members.includes(node) || !isMemberByItsDisk(node, judge)) continue;
    if (knowsItsRemoval(node) && !isMemberByItsDisk(node, new PlainJudge(world, [node]))) continue;
    const sentence = `${node.name} is ${JSON.stringify(node.status)}, and nothing that was said takes its membership away`;
    complain('nobody is locked out', sentence);
    return;
  }
}

/** Whoever is given another membership while it is away has nothing to show before it hears of it. */
function isMemberByItsDisk({ disk, membership }: SimNode, judge: PlainJudge): boolean {
  return judge
    .of(membership.publicKey)
    .some((each) => disk.memberships.has(bytesKey(each.chainDigest)) && judge.model.lives(each));
}

function knowsItsRemoval({ status }: SimNode): boolean {
  return status.state === 'offline' && status.reason === 'removed';
}
