// The card of our own node: signed anew when the last one is half as old as it counts, or when the
// places where we listen have changed.

import type { WallTime } from '../../base/time.ts';
import { wallTimeOf } from '../../base/time.ts';
import type { Address } from '../../domain/addresses.ts';
import { formatAddress, isLinkLocal, isUnicast } from '../../domain/addresses.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { GroupName } from '../../domain/names.ts';
import type { Signer } from '../../ports/crypto.ts';
import type { PeerCard } from '../../wire/peer-card-codec.ts';
import { PRESENCE_LIFETIME_MS, signCard } from './peer-card.ts';

export interface OwnCardParts {
  readonly group: GroupName;
  readonly nodeId: bigint;
  readonly signer: Signer;
  readonly listenAddresses: () => readonly Address[];
}

export class OwnCard {
  readonly #parts: OwnCardParts;
  #card: PeerCard | null = null;

  constructor(parts: OwnCardParts) {
    this.#parts = parts;
  }

  /** One that says that we are here. */
  at(groupTime: WallTime): PeerCard {
    const addresses = this.#addresses();
    const last = this.#card;
    if (last !== null && isCurrent(last, addresses, groupTime)) return last;
    return this.#sign(addresses, groupTime, false);
  }

  /** The next one is signed anew: others hold that we left, until a later card says that we are back. */
  renew(): void {
    this.#card = null;
  }

  /** The last one: it says that we have left. */
  leaving(groupTime: WallTime): PeerCard {
    return this.#sign([], groupTime, true);
  }

  #sign(addresses: readonly Address[], groupTime: WallTime, isLeaving: boolean): PeerCard {
    const { group, nodeId, signer } = this.#parts;
    // Others see whole milliseconds, and compare.
    const issuedAt = wallTimeOf(Math.floor(groupTime));
    const card = signCard({ nodeId, issuedAt, isLeaving, addresses }, group, signer);
    this.#card = card;
    return card;
  }

  /** Those that mean something to others; the first are the best. */
  #addresses(): readonly Address[] {
    return this.#parts
      .listenAddresses()
      .filter(({ host }) => isUnicast(host) && !isLinkLocal(host))
      .slice(0, LIMITS.addressesInCardMax);
  }
}

function isCurrent(card: PeerCard, addresses: readonly Address[], groupTime: WallTime): boolean {
  if (card.isLeaving || groupTime - card.issuedAt >= PRESENCE_LIFETIME_MS / 2) return false;
  if (card.addresses.length !== addresses.length) return false;
  const texts = addresses.map(formatAddress);
  return card.addresses.every((address, at) => formatAddress(address) === texts[at]);
}
