// All that the attack tests have to see, attack by attack.

import type { Change, Weakening } from './weakening.ts';
import { WEAKENINGS_OF_FRAMES } from './weakenings-of-frames.ts';
import { WEAKENINGS_OF_GRAPH } from './weakenings-of-graph.ts';
import { WEAKENINGS_OF_JOINS } from './weakenings-of-joins.ts';
import { WEAKENINGS_OF_JOURNALS } from './weakenings-of-journals.ts';
import { WEAKENINGS_OF_LEASES } from './weakenings-of-leases.ts';
import { WEAKENINGS_OF_LINKS } from './weakenings-of-links.ts';
import { WEAKENINGS_OF_NEIGHBORS } from './weakenings-of-neighbors.ts';
import { WEAKENINGS_OF_PASSWORDS } from './weakenings-of-passwords.ts';
import { WEAKENINGS_OF_RECORDS } from './weakenings-of-records.ts';
import { WEAKENINGS_OF_RELAYS } from './weakenings-of-relays.ts';
import { WEAKENINGS_OF_REMOVAL } from './weakenings-of-removal.ts';
import { WEAKENINGS_OF_RENEWALS } from './weakenings-of-renewals.ts';
import { WEAKENINGS_OF_STATEMENTS } from './weakenings-of-statements.ts';

export const WEAKENINGS: readonly Weakening[] = [
  ...WEAKENINGS_OF_LINKS,
  ...WEAKENINGS_OF_LEASES,
  ...WEAKENINGS_OF_FRAMES,
  ...WEAKENINGS_OF_RECORDS,
  ...WEAKENINGS_OF_JOINS,
  ...WEAKENINGS_OF_JOURNALS,
  ...WEAKENINGS_OF_RELAYS,
  ...WEAKENINGS_OF_REMOVAL,
  ...WEAKENINGS_OF_RENEWALS,
  ...WEAKENINGS_OF_STATEMENTS,
  ...WEAKENINGS_OF_NEIGHBORS,
  ...WEAKENINGS_OF_GRAPH,
  ...WEAKENINGS_OF_PASSWORDS,
];

/** To be made in this order. */
export function changesOf(weakening: Weakening): readonly Change[] {
  return weakening.and === undefined ? [weakening] : [weakening, weakening.and];
}
