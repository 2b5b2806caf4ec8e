// Which revocations count, and what they say of a chain and of what was signed under it (protocol.md §14.3, §14.4).
// Nobody takes rights from a level above its own, so the levels are decided one after the other, the group's key
// first; what a level above takes away counts for nothing and need not be kept.

import { bytesKey, compareBytes } from '../base/bytes.ts';
import type { Descent, Membership } from '../domain/membership.ts';
import type { Revocation } from '../domain/security.ts';
import type { HeldStatement, StatementSigner } from './held-statement.ts';
import { type Hit, type Hits, isAtEnd, type SignedThing, type StandingRevocation } from './hits.ts';
import type { Listing } from './kept-pages.ts';
import { LevelContest } from './level-contest.ts';
import { compareRank, Quota } from './quota.ts';

export type RevocationFate =
  | { readonly kind: 'counts'; readonly by: StandingRevocation }
  /** By one of its own level; kept, for others may change that. */
  | { readonly kind: 'heldOff'; readonly by: StandingRevocation }
  /** By one of a level above. */
  | { readonly kind: 'void'; readonly by: StandingRevocation }
  | { readonly kind: 'tooMany' };

interface Entrant {
  readonly standing: StandingRevocation;
  /** Null while somebody's word stands. */
  readonly struckBy: StandingRevocation | null;
}

const LEVELS = [0, 1, 2, 3, 4];

export class CountingRevocations {
  readonly #hits: Hits;
  readonly #fateByKey = new Map<string, RevocationFate>();
  readonly #countingByTarget = new Map<string, StandingRevocation[]>();
  /** Of lines that have a key in them that is targeted. */
  #hitsByDescent = new WeakMap<Descent, readonly Hit[]>();

  constructor(revocations: readonly HeldStatement[], hits: Hits) {
    this.#hits = hits;
    const quota = new Quota();
    for (const level of LEVELS) {
      const ofLevel = revocations.filter((held) => held.level === level);
      if (ofLevel.length > 0) this.#decide(ofLevel.toSorted(compareRank), quota);
    }
  }

  get isEmpty(): boolean {
    return this.#countingByTarget.size === 0;
  }

  targets(): ReadonlySet<string> {
    return new Set(this.#countingByTarget.keys());
  }

  /** Of a statement that was among the revocations. */
  fateOf(key: string): RevocationFate | null {
    return this.#fateByKey.get(key) ?? null;
  }

  listingOf(membership: Membership, thing: SignedThing): Listing {
    let listing: Listing = 'listed';
    for (const { descent, thing: signed } of this.#hits.allUnder(membership, thing)) {
      for (const hit of this.#hitsOn(descent)) {
        const each = this.#hits.listingOf(hit, signed);
        if (each === 'notListed') return each;
        if (each === 'unknown') listing = each;
      }
    }
    return listing;
  }

  /** The first that takes the membership itself away, so that it may not act any more. */
  endOf(membership: Membership): Hit | null {
    return this.endsOf(membership)[0] ?? null;
  }

  endsOf(membership: Membership): readonly Hit[] {
    const own = this.#hitsOn(membership).filter((hit) => {
      if (isAtEnd(hit) || hit.by.revocation.scope === 'subtree') return true;
      return this.#hits.listingBelow(hit) === 'notListed';
    });
    return [...own, ...this.#hitsOnRenewals(membership)];
  }

  /** False when a certificate of the chain was issued without the right to. */
  isChainLet(membership: Membership): boolean {
    const own = this.#hitsOn(membership);
    return (
      own.every((hit) => this.#hits.listingBelow(hit) !== 'notListed') &&
      this.#hitsOnRenewals(membership).length === 0
    );
  }

  /** Whether the certificate of somebody admitted by an offer is let by all that ended the offer's author. */
  voidOfAdmitted(ends: readonly Hit[], certificate: Uint8Array): Hit | null {
    const isOut = (hit: Hit) => this.#hits.listingOfAdmitted(hit, certificate) === 'notListed';
    return ends.find(isOut) ?? null;
  }

  #decide(ofLevel: readonly HeldStatement[], quota: Quota): void {
    const standing: StandingRevocation[] = [];
    for (const held of ofLevel) {
      const entrant = this.#entrantOf(held);
      if (entrant === null) continue;
      if (entrant.struckBy !== null) {
        this.#fateByKey.set(held.key, { kind: 'void', by: entrant.struckBy });
      } else if (quota.takes(held)) {
        standing.push(entrant.standing);
      } else {
        this.#fateByKey.set(held.key, { kind: 'tooMany' });
      }
    }
    const results = new LevelContest(standing, this.#hits).results();
    for (const [at, result] of results.entries()) {
      const entrant = standing[at];
      if (entrant === undefined) continue;
      const { key } = entrant.held;
      if (result.kind === 'heldOff') this.#fateByKey.set(key, result);
      else this.#count({ ...entrant, signers: result.signers });
    }
    this.#hitsByDescent = new WeakMap();
  }

  #count(by: StandingRevocation): void {
    this.#fateByKey.set(by.held.key, { kind: 'counts', by });
    const target = bytesKey(by.revocation.target);
    const same = this.#countingByTarget.get(target);
    if (same === undefined) this.#countingByTarget.set(target, [by]);
    else same.push(by);
  }

  /** Null for what is no revocation. */
  #entrantOf(held: HeldStatement): Entrant | null {
    const revocation = revocationOf(held);
    if (revocation === null) return null;
    const thing = { digest: held.statement.digest, place: null };
    let struckBy: StandingRevocation | null = null;
    const signers: StatementSigner[] = [];
    for (const signer of held.signers) {
      const blow = this.#blowTo(signer, thing, held.level);
      if (blow === null) signers.push(signer);
      else struckBy ??= blow.by;
    }
    if (signers.length > 0) struckBy = null;
    return { standing: { held, revocation, signers }, struckBy };
  }

  #blowTo({ membership }: StatementSigner, thing: SignedThing, level: number): Hit | null {
    if (membership === null) return null;
    for (const { descent, thing: signed } of this.#hits.allUnder(membership, thing)) {
      const blow = this.#hitsOn(descent).find(
        (hit) => hit.by.held.level < level && this.#hits.listingOf(hit, signed) === 'notListed',
      );
      if (blow !== undefined) return blow;
    }
    return null;
  }

  /** Those that do not let a renewal on the way count. */
  #hitsOnRenewals(membership: Membership): readonly Hit[] {
    return this.#hits
      .renewalsOf(membership)
      .flatMap(({ descent, thing }) =>
        this.#hitsOn(descent).filter((hit) => this.#hits.listingOf(hit, thing) === 'notListed'),
      );
  }

  /** Where counting revocations take a membership of the line away, by their digests. */
  #hitsOn(descent: Descent): readonly Hit[] {
    const possible = this.#possibleHits(descent);
    if (possible.length === 0) return [];
    const known = this.#hitsByDescent.get(descent);
    if (known !== undefined) return known;
    const hits = possible
      .filter(({ by, place }) => this.#hits.isHit(by, descent, place))
      .toSorted((a, b) => compareBytes(digestOf(a), digestOf(b)));
    this.#hitsByDescent.set(descent, hits);
    return hits;
  }

  #possibleHits(descent: Descent): readonly Hit[] {
    if (this.isEmpty) return [];
    const hits: Hit[] = [];
    for (const [place, { publicKey }] of descent.line.entries()) {
      const counting = this.#countingByTarget.get(bytesKey(publicKey));
      for (const by of counting ?? []) hits.push({ by, descent, place });
    }
    return hits;
  }
}

/** For people, one line. */
export function reasonOf(fate: RevocationFate | null): string {
  switch (fate?.kind) {
    case 'counts':
      return `counts, by the word of ${namesOf(fate.by)}`;
    case 'heldOff':
    case 'void': {
      const { reason } = fate.by.revocation;
      return `its signer was removed by ${namesOf(fate.by)}${reason === '' ? '' : `: ${reason}`}`;
    }
    case 'tooMany':
      return 'others of its signer, or of those beside it, come before it';
    case undefined:
      return 'was not looked at';
  }
}

function namesOf({ signers }: StandingRevocation): string {
  const names = signers.map(({ membership }) => membership?.friendlyName ?? 'the group');
  return names.join(' and ');
}

function digestOf({ by }: Hit): Uint8Array {
  return by.held.statement.digest;
}

function revocationOf({ statement: { body } }: HeldStatement): Revocation | null {
  return body.kind === 'revocation' ? body : null;
}
