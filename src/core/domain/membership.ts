// A membership that the laws of core/trust accepted: what a chain of certificates says once it has
// been judged. Nothing but core/trust makes one.

import type { WallTime } from '../base/time.ts';
import type { GroupRootCertificate, MembershipCertificate } from './certificates.ts';
import type { GroupName, PeerName } from './names.ts';
import type { Role } from './roles.ts';

/** From the group's root to the last membership. */
export type CertificateChain = readonly [GroupRootCertificate, ...MembershipCertificate[]];

/** Whom a member came from, and by what it acts. */
export interface Descent {
  /**
   * The root, and the first grants of those by whom it came in, one by the other; the last is its own. A renewal
   * changes nothing of it, so that nobody comes to stand above a member by renewing it.
   */
  readonly line: CertificateChain;
  /** The last of the chain: the last of the line itself, or a renewal of that. */
  readonly certificate: MembershipCertificate;
}

/** A certificate of a chain that renews another one. */
interface RenewedStep {
  readonly certificate: MembershipCertificate;
  /** Who issued it; null for the group's key. */
  readonly issuer: Descent | null;
}

export interface Membership extends Descent {
  readonly group: GroupName;
  readonly member: PeerName;
  /** Raw Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly friendlyName: string;
  readonly role: Role;
  /** How many memberships stand on the way from the root, each issued by the one before: 1 for one that the group key issued. */
  readonly depth: number;
  /** Of the last certificate, which lies inside all those on the way. */
  readonly notBefore: WallTime;
  /** The same; the whole second that it names still counts. */
  readonly notAfter: WallTime;
  /** The same: what it is renewed for by itself; null when it keeps its dates. */
  readonly leaseMs: number | null;
  /** SHA-256 over the chain as core/wire encodes it. */
  readonly chainDigest: Uint8Array;
  /** As it travels: the root, first grants of those on the way who were renewed, and the way itself. */
  readonly chain: CertificateChain;
  /** On the way, from the root on. */
  readonly renewals: readonly RenewedStep[];
}
