// What became of our dials, for whoever wonders why there is no neighbor yet.

import type { DialTarget } from '../domain/links.ts';
import type { DialFailure, GraphStatus } from './graph-status.ts';

export class DialHistory {
  #hasContacts = false;
  #failed = 0;
  #last: DialFailure | null = null;

  contactsCame(count: number): void {
    if (count > 0) this.#hasContacts = true;
  }

  failed(failure: DialFailure): void {
    this.#failed += 1;
    this.#last = failure;
  }

  /** While there is no neighbor. `nodesKnown` are those whose card is known. */
  status(nodesKnown: number): GraphStatus {
    const lastFailure = this.#last;
    const isAlone = !this.#hasContacts && nodesKnown === 0;
    if (isAlone) return { state: 'connecting', reason: 'nobodyKnown', lastFailure };
    const reason = this.#failed > 0 ? 'nobodyReachable' : 'dialing';
    return { state: 'connecting', reason, lastFailure };
  }
}

/** Whom and where a dial was meant to reach. */
export function leadOf({ member, addresses }: DialTarget): Pick<DialFailure, 'member' | 'address'> {
  const [address = null] = addresses;
  return { member, address: addresses.length === 1 ? address : null };
}
