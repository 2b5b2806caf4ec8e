// Which revocations of one level count when some of them attack others (protocol.md §14.4). Who attacks counts
// unless somebody that counts attacks it; those who attack each other in a circle all count. What does not count
// holds nobody off and closes no circle, so that it makes no difference whether it is there.

import { assert } from '../base/assert.ts';
import { bytesKey } from '../base/bytes.ts';
import type { Descent } from '../domain/membership.ts';
import type { StatementSigner } from './held-statement.ts';
import type { Hits, StandingRevocation } from './hits.ts';
import { strongComponents } from './strong-components.ts';

/** Signers of a revocation whose word stands, or the revocation that holds it off. */
export type ContestResult =
  | { readonly kind: 'counts'; readonly signers: readonly StatementSigner[] }
  | { readonly kind: 'heldOff'; readonly by: StandingRevocation };

interface Contestant {
  readonly entrant: StandingRevocation;
  signers: readonly StatementSigner[];
  readonly attacks: readonly Attack[];
  result: ContestResult | null;
}

/** That one contestant meets a line of a signer of another at this place, and does not list what counts there. */
interface Attack {
  readonly from: number;
  readonly signer: StatementSigner;
  readonly descent: Descent;
  readonly place: number;
}

export class LevelContest {
  readonly #hits: Hits;
  readonly #contestants: readonly Contestant[];

  constructor(entrants: readonly StandingRevocation[], hits: Hits) {
    this.#hits = hits;
    const placesByTarget = new Map<string, number[]>();
    for (const [at, { revocation }] of entrants.entries()) {
      const key = bytesKey(revocation.target);
      const places = placesByTarget.get(key);
      if (places === undefined) placesByTarget.set(key, [at]);
      else places.push(at);
    }
    this.#contestants = entrants.map((entrant, at) => ({
      entrant,
      signers: entrant.signers,
      attacks: this.#attacksOn(entrant, at, entrants, placesByTarget),
      result: null,
    }));
  }

  /** In the order of the entrants. */
  results(): readonly ContestResult[] {
    const todo = this.#components(this.#contestants.map((_, at) => at));
    for (let nodes = todo.pop(); nodes !== undefined; nodes = todo.pop()) {
      const isWhole = this.#strike(nodes);
      const rest = nodes.filter((node) => this.#at(node).result === null);
      if (!isWhole) {
        todo.push(...this.#components(rest));
        continue;
      }
      for (const node of rest) {
        const contestant = this.#at(node);
        contestant.result = { kind: 'counts', signers: contestant.signers };
      }
    }
    return this.#contestants.map(({ result }) => {
      assert(result !== null, 'every contestant is in a component');
      return result;
    });
  }

  /** The last of them is attacked by none of the others. */
  #components(nodes: readonly number[]): (readonly number[])[] {
    const placeByNode = new Map(nodes.map((node, place) => [node, place]));
    const components = strongComponents(nodes.length, (place) => {
      const node = nodes[place];
      assert(node !== undefined, 'a place of the nodes');
      return this.#at(node).attacks.flatMap((attack) => {
        const from = placeByNode.get(attack.from);
        return from !== undefined && this.#lands(attack, node) ? [from] : [];
      });
    });
    return components.map((places) => places.flatMap((place) => nodes[place] ?? [])).toReversed();
  }

  /** What those that count already take from these. True when it was nothing. */
  #strike(nodes: readonly number[]): boolean {
    let isWhole = true;
    for (const node of nodes) {
      const contestant = this.#at(node);
      for (const attack of contestant.attacks) {
        const { result, entrant } = this.#at(attack.from);
        if (result?.kind !== 'counts' || !this.#lands(attack, node)) continue;
        isWhole = false;
        contestant.signers = contestant.signers.filter((signer) => signer !== attack.signer);
        if (contestant.signers.length > 0) continue;
        contestant.result = { kind: 'heldOff', by: { ...entrant, signers: result.signers } };
        break;
      }
    }
    return isWhole;
  }

  /** With those of the signers on both sides whose word stands until now. */
  #lands({ from, signer, descent, place }: Attack, on: number): boolean {
    if (!this.#at(on).signers.includes(signer) || signer.membership === null) return false;
    const { entrant, signers, result } = this.#at(from);
    if (result?.kind === 'heldOff') return false;
    if (signers.length === entrant.signers.length) return true;
    return this.#hits.isHit({ ...entrant, signers }, descent, place);
  }

  #attacksOn(
    { held, signers }: StandingRevocation,
    at: number,
    entrants: readonly StandingRevocation[],
    placesByTarget: ReadonlyMap<string, readonly number[]>,
  ): readonly Attack[] {
    const thing = { digest: held.statement.digest, place: null };
    const attacks: Attack[] = [];
    for (const signer of signers) {
      const { membership } = signer;
      if (membership === null) continue;
      for (const { descent, thing: signed } of this.#hits.allUnder(membership, thing)) {
        for (const [place, { publicKey }] of descent.line.entries()) {
          for (const from of placesByTarget.get(bytesKey(publicKey)) ?? []) {
            const by = entrants[from];
            if (by === undefined || from === at) continue;
            if (!this.#hits.isHit(by, descent, place)) continue;
            if (this.#hits.listingOf({ by, descent, place }, signed) !== 'notListed') continue;
            attacks.push({ from, signer, descent, place });
          }
        }
      }
    }
    return attacks;
  }

  #at(node: number): Contestant {
    const contestant = this.#contestants[node];
    assert(contestant !== undefined, 'nodes are places of contestants');
    return contestant;
  }
}
