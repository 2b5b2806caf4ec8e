// Who takes joins in a group and with what, whom it asks, and whom it tells.

import type { Contact } from '../../core/domain/invitation.ts';
import type { Membership } from '../../core/domain/membership.ts';
import type { Role } from '../../core/domain/roles.ts';
import type { PendingJoin } from '../../core/join/pending-joins.ts';
import type { GuessThrottle } from '../../core/join/throttle.ts';
import type { CertificateIssuer } from '../../core/ports/certificate-codec.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Crypto, Signer } from '../../core/ports/crypto.ts';
import type { PasswordExchange, PasswordVerifier } from '../../core/ports/password-exchange.ts';
import type { OfferView, SecurityState } from '../../core/security/security-state.ts';
import type { ChainJudge } from '../../core/trust/chain.ts';
import type { RecordDesk } from '../record-desk.ts';

export interface JoinHostParts {
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly judge: ChainJudge;
  readonly issuer: CertificateIssuer;
  readonly signer: Signer;
  /** SHA-256 over the DER of our TLS certificate. */
  readonly certificateDigest: Uint8Array;
  /** Ours, as it counts now. */
  readonly own: () => Membership;
  readonly state: () => SecurityState;
  /** All known chains of a key. */
  readonly membershipsOf: (publicKey: Uint8Array) => readonly Membership[];
  /** Stores what is issued, before anybody has it. */
  readonly desk: Pick<RecordDesk, 'learnMembership' | 'publishStatement'>;
  readonly throttle: GuessThrottle;
  /** Calls `use` once, now or later; with null when there is none here. */
  readonly withExchange: (use: (exchange: PasswordExchange | null) => void) => void;
  /** Null when we are none of those who may read it. */
  readonly verifierOf: (view: OfferView) => PasswordVerifier | null;
  readonly groupFriendlyName: () => string;
  readonly discovery: () => { readonly secret: Uint8Array; readonly epochDepth: number };
  /** Whom a new member may ask first; ourselves among them. */
  readonly contacts: () => readonly Contact[];
  /** Others that are present and may issue the role. */
  readonly issuersOf: (role: Role) => readonly Contact[];
  readonly listener: JoinHostListener;
}

interface JoinHostListener {
  /** Somebody has to say yes: `approve` or `deny`. */
  onPending(pending: PendingJoin): void;
  /** A password was tried in vain; the others are to count it, too. */
  onGuess(offer: Uint8Array): void;
  /** Stored, and about to be told. `view` is null for a renewal. */
  onAdmitted(membership: Membership, view: OfferView | null): void;
}
