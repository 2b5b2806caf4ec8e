// Sees to it that whoever may admit by a password can check it: members that were given the right after the password
// was made get a box of their own, from somebody who has one.

import { equalBytes } from '../../core/base/bytes.ts';
import type { Membership } from '../../core/domain/membership.ts';
import { openVerifier, type SharedOffer, shareVerifier } from '../../core/join/offer-sealing.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { PasswordVerifier } from '../../core/ports/password-exchange.ts';
import type { Opener, Sealing } from '../../core/ports/sealing.ts';
import type { OfferView } from '../../core/security/security-state.ts';
import { judgeDates } from '../../core/trust/chain.ts';
import { PeerGroupError } from '../peer-group-error.ts';
import type { GroupAuthority } from './group-authority.ts';

export interface SharesParts {
  readonly authority: GroupAuthority;
  readonly opener: Opener;
  readonly sealing: Sealing;
  readonly clock: Clock;
}

/** Members that come together are served together. A guess. */
const GATHER_MS = 100;
/** So that one of those who could does it, and the others see it done, whoever made the offer first. A guess. */
const STAGGER_MS = 5_000;

export class VerifierShares {
  readonly #parts: SharesParts;
  #cancel: (() => void) | null = null;

  constructor(parts: SharesParts) {
    this.#parts = parts;
  }

  /** Null when no box of the offer is for us. */
  verifierOf(view: OfferView): PasswordVerifier | null {
    const { authority, opener, sealing } = this.#parts;
    return openVerifier(this.#sharedOf(view), authority.own.group, opener, sealing);
  }

  /** Somebody may admit who might not be able to check a password; looks after a while, if nobody else has. */
  look(): void {
    const { authority, clock } = this.#parts;
    const offers = this.#offers();
    if (this.#cancel !== null || offers.length === 0) return;
    const isOurs = offers.some(({ author }) => author.member === authority.own.member);
    const [byte = 0] = authority.randomBytes(1);
    const delayMs = GATHER_MS + (isOurs ? 0 : (byte / 256) * STAGGER_MS);
    this.#cancel = clock.wakeAfter(delayMs, () => {
      this.#cancel = null;
      void this.#share().catch(passOver);
    });
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  async #share(): Promise<void> {
    const { authority, opener, sealing } = this.#parts;
    const known = await authority.known();
    const { state, now, own } = authority;
    if (state.removalOf(own) !== null) return;
    const members: Membership[] = [];
    for (const name of known.members()) {
      const membership = known.countingOf(name, (each) => state.removalOf(each), now);
      const isLiving = membership !== null && state.removalOf(membership) === null;
      if (isLiving && judgeDates(membership, now).ok) members.push(membership);
    }
    for (const view of this.#offers()) {
      const { digest } = view.statement;
      const shared = { ...this.#sharedOf(view), digest };
      const share = shareVerifier(shared, members, opener, { group: own.group, sealing });
      if (share !== null) authority.publish(share);
    }
  }

  #offers(): readonly OfferView[] {
    const { state, now } = this.#parts.authority;
    return state
      .offers(now)
      .filter((each) => each.state === 'open' && each.offer.verifier !== null);
  }

  #sharedOf({ offer, statement }: OfferView): SharedOffer {
    const shares = this.#parts.authority.state
      .listedStatements()
      .flatMap(({ statement: { body } }) =>
        body.kind === 'share' && equalBytes(body.offer, statement.digest) ? [body] : [],
      );
    return { offer, shares };
  }
}

/** A full disk, a right that was taken away, or a group that was closed meanwhile: others share as well. */
function passOver(error: unknown): void {
  if (!(error instanceof PeerGroupError)) throw error;
}
