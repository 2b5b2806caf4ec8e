// How a simulation ends in which members were removed: everything is healed while the rogues still try, then
// they are gone, and what has to hold is checked of those who belong by a judgement that asks no node.

import { checkNobodyLockedOut, findCircle } from './checks/circle.ts';
import {
  checkMutual,
  checkNothingLeft,
  checkOnePiece,
  checkOnline,
  checkSameRecords,
  looseEnds,
} from './checks/end-checks.ts';
import {
  checkEpoch,
  checkNothingOutlived,
  checkNothingTaken,
  checkOnlyCounting,
  checkSameMembers,
  checkSameSecurity,
  checkSameVerdicts,
} from './checks/membership-checks.ts';
import type { Ending } from './ending.ts';
import type { SimWorld } from './sim-world.ts';

const WITH_ROGUES_SECONDS = 60;
const QUIET_SECONDS = 120;
const SETTLING_SECONDS = 6;
const LEAVING_SECONDS = 5;

/** Throws `SimFailure`. */
export function endWithRemovals(world: SimWorld, { seconds = QUIET_SECONDS }: Ending = {}): void {
  world.heal();
  world.runFor({ seconds: WITH_ROGUES_SECONDS });
  for (const node of world.nodes) if (node.isRogue) node.kill();
  world.runFor({ seconds });
  const honest = world.running.filter(({ isHonest }) => isHonest);
  const circle = findCircle(world, honest);
  const { members, judge } = circle;
  const loose = looseEnds(members);
  world.runFor({ seconds: SETTLING_SECONDS });
  const complain = (checker: string, sentence: string): void => world.complain(checker, sentence);
  checkNobodyLockedOut(world, honest, circle, complain);
  checkOnlyCounting(members, judge, complain);
  checkNothingOutlived(members, judge, complain);
  checkSameMembers(members, judge, complain);
  checkSameSecurity(members, judge, complain);
  checkOnline(members, complain);
  checkOnePiece(members, complain);
  checkMutual(members, loose, complain);
  checkSameRecords(members, complain);
  checkSameVerdicts(members, judge, complain);
  checkNothingTaken(members, { world, judge }, complain);
  checkEpoch(members, { all: world.nodes, judge }, complain);
  world.assertWell();
  for (const node of honest) node.leave();
  world.runFor({ seconds: LEAVING_SECONDS });
  checkNothingLeft(honest, complain);
  world.assertWell();
}
