// How every simulation ends: everything is healed, two minutes pass, and what has to hold then is
// checked. Then everybody leaves, and nothing may be left.

import {
  checkMutual,
  checkNothingLeft,
  checkNothingLost,
  checkOnePiece,
  checkOnline,
  checkSameRecords,
  looseEnds,
} from './checks/end-checks.ts';
import type { SimWorld } from './sim-world.ts';

export interface Ending {
  /** How long the members have to agree. */
  readonly seconds?: number;
}

const QUIET_SECONDS = 120;
/** A handshake takes that long at most, and the greetings behind it. */
const SETTLING_SECONDS = 6;
/** Goodbyes take a latency, and links linger for a second. */
const LEAVING_SECONDS = 5;

/** Throws `SimFailure`. */
export function endWell(world: SimWorld, { seconds = QUIET_SECONDS }: Ending = {}): void {
  world.heal();
  world.runFor({ seconds });
  const honest = world.running.filter(({ isHonest }) => isHonest);
  const loose = looseEnds(honest);
  world.runFor({ seconds: SETTLING_SECONDS });
  const complain = (checker: string, sentence: string): void => world.complain(checker, sentence);
  checkOnline(honest, complain);
  checkOnePiece(honest, complain);
  checkMutual(honest, loose, complain);
  checkSameRecords(honest, complain);
  checkNothingLost(honest, world.ledger, complain);
  world.assertWell();
  for (const node of honest) node.leave();
  world.runFor({ seconds: LEAVING_SECONDS });
  checkNothingLeft(honest, complain);
  world.assertWell();
}
