// Of what may be said again and again the one that is in force (protocol.md §14.6, §14.7).

import { compareBytes } from '../base/bytes.ts';
import type { Membership } from '../domain/membership.ts';
import type { Epoch, GroupProperties, SecurityStatement } from '../domain/security.ts';
import type { HeldStatement } from './held-statement.ts';
import { bodyOf } from './held-statement.ts';
import type { Said } from './said.ts';

export interface EpochView {
  readonly statement: SecurityStatement;
  readonly epoch: Epoch;
  /** How many epochs there are up to this one. */
  readonly depth: number;
}

/** Of those that count the one with the most before it, whether these count or not. */
export function presentEpoch(
  said: Said,
  isAdmitted: (membership: Membership | null) => boolean,
): EpochView | null {
  const depths = new EpochDepths(said);
  const [present] = said.statements
    .ofKind('epoch')
    .filter((held) => said.isLet(held) && said.isListed(held))
    .filter(({ signers }) => signers.every(({ membership }) => isAdmitted(membership)))
    .map((held) => ({ held, depth: depths.of(held) }))
    .toSorted((a, b) => b.depth - a.depth || compareDigests(a.held, b.held));
  if (present === undefined) return null;
  const { held, depth } = present;
  return { statement: held.statement, epoch: bodyOf(held, 'epoch'), depth };
}

/** The highest version. */
export function presentProperties(said: Said): GroupProperties | null {
  const [present] = said.statements
    .ofKind('properties')
    .filter((held) => said.isListed(held))
    .map((held) => ({ held, properties: bodyOf(held, 'properties') }))
    .toSorted(
      (a, b) => b.properties.version - a.properties.version || compareDigests(a.held, b.held),
    );
  return present?.properties ?? null;
}

/** Each is counted once: an administrator may say thousands of them, one upon the other. */
class EpochDepths {
  readonly #said: Said;
  readonly #depthByKey = new Map<string, number>();

  constructor(said: Said) {
    this.#said = said;
  }

  of(held: HeldStatement): number {
    const uncounted: HeldStatement[] = [];
    let depth = 0;
    for (let each: HeldStatement | null = held; each !== null; ) {
      depth = this.#depthByKey.get(each.key) ?? 0;
      if (depth > 0) break;
      uncounted.push(each);
      each = this.#said.epochBefore(each);
    }
    for (const each of uncounted.toReversed()) this.#depthByKey.set(each.key, ++depth);
    return depth;
  }
}

function compareDigests(a: HeldStatement, b: HeldStatement): number {
  return compareBytes(a.statement.digest, b.statement.digest);
}
