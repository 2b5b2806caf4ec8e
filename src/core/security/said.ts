// Which statements are offered to others (protocol.md §14.4, §14.9): those that no revocation keeps from counting,
// within the bounds, and what they name, without which nobody could judge them.

import { bytesKey } from '../base/bytes.ts';
import { LIMITS } from '../domain/limits.ts';
import type { GroupName } from '../domain/names.ts';
import type { StatementKind } from '../domain/security.ts';
import type { CountingRevocations } from './counting-revocations.ts';
import type { HeldStatement } from './held-statement.ts';
import { bodyOf } from './held-statement.ts';
import { compareRank, isOutranked, Quota } from './quota.ts';
import { offerNamedBy, type StatementView } from './statement-log.ts';

/** `void`: a revocation keeps it from counting. `full`: others of its signer or branch come before it. */
export type StatementStanding = 'listed' | 'void' | 'full';

export class Said {
  readonly group: GroupName;
  readonly statements: StatementView;
  readonly revocations: CountingRevocations;
  readonly #takenByKind = new Map<StatementKind, ReadonlySet<string>>();
  #listedEpochs: ReadonlySet<string> | null = null;

  constructor(group: GroupName, statements: StatementView, revocations: CountingRevocations) {
    this.group = group;
    this.statements = statements;
    this.revocations = revocations;
  }

  isListed(held: HeldStatement): boolean {
    return this.standingOf(held) === 'listed';
  }

  /** A revocation has to be among those that were looked at; others need not be held yet, while there is room. */
  standingOf(held: HeldStatement): StatementStanding {
    const { body } = held.statement;
    if (body.kind === 'revocation') return this.#standingOfRevocation(held);
    if (body.kind === 'epoch' && this.#epochs().has(held.key)) return 'listed';
    if (!this.#isSaid(held)) return 'void';
    if (!this.#isWithinBounds(held)) return 'full';
    const offer = offerNamedBy(body);
    if (offer === null) return 'listed';
    const named = this.statements.find(bytesKey(offer));
    if (named === null) return 'void';
    if (body.kind === 'admission') return this.#isWithinBounds(named) ? 'listed' : 'full';
    return this.standingOf(named);
  }

  /** True for one that is not held and will be too many; not for all that will be. */
  isOutranked(held: HeldStatement): boolean {
    const { kind } = held.statement.body;
    const kept = this.statements.ofKind(kind);
    if (kept.length < LIMITS.revocationsPerTargetMax) return false;
    return isOutranked(
      held,
      kept.filter((each) => this.isListed(each)),
    );
  }

  /** True when no counting revocation keeps it from counting: what it stands for does count. */
  isLet({ statement, signers }: HeldStatement): boolean {
    const thing = { digest: statement.digest, place: null };
    return signers.every(
      ({ membership }) =>
        membership === null || this.revocations.listingOf(membership, thing) !== 'notListed',
    );
  }

  #standingOfRevocation({ key }: HeldStatement): StatementStanding {
    const fate = this.revocations.fateOf(key);
    if (fate === null || fate.kind === 'void') return 'void';
    return fate.kind === 'tooMany' ? 'full' : 'listed';
  }

  /** An offer is there as long as an admission by it is. */
  #isSaid(held: HeldStatement): boolean {
    if (this.isLet(held)) return true;
    if (held.statement.body.kind !== 'offer') return false;
    const admissions = this.statements.aboutOffer(held.key, 'admission');
    return admissions.some((admission) => this.isLet(admission));
  }

  #isWithinBounds(held: HeldStatement): boolean {
    if (!this.statements.isCrowded) return true;
    const { kind } = held.statement.body;
    let taken = this.#takenByKind.get(kind);
    if (taken === undefined) {
      const quota = new Quota();
      const said = this.statements.ofKind(kind).filter((each) => this.#isSaid(each));
      const within = said.toSorted(compareRank).filter((each) => quota.takes(each));
      taken = new Set(within.map(({ key }) => key));
      this.#takenByKind.set(kind, taken);
    }
    return taken.has(held.key);
  }

  /** Those that count and all before them, here or not: how many there are decides which is the present one. */
  #epochs(): ReadonlySet<string> {
    if (this.#listedEpochs !== null) return this.#listedEpochs;
    const listed = new Set<string>();
    const followed = new Set<string>();
    for (const held of this.statements.ofKind('epoch')) {
      if (!this.isLet(held) || !this.#isWithinBounds(held)) continue;
      let each: HeldStatement | null = held;
      while (each !== null && !followed.has(each.key)) {
        followed.add(each.key);
        listed.add(each.key).add(bytesKey(bodyOf(each, 'epoch').previous));
        each = this.epochBefore(each);
      }
    }
    this.#listedEpochs = listed;
    return listed;
  }

  /** Null for the first, and for one whose predecessor is not here. */
  epochBefore(held: HeldStatement): HeldStatement | null {
    const before = this.statements.find(bytesKey(bodyOf(held, 'epoch').previous));
    return before?.statement.body.kind === 'epoch' ? before : null;
  }
}
