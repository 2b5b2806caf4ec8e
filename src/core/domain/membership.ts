// A membership that the laws of core/trust accepted: what a chain of certificates says once it has
// been judged. Nothing but core/trust makes one.

import type { WallTime } from '../base/time.ts';
import type { GroupRootCertificate, MembershipCertificate } from './certificates.ts';
import type { GroupName, PeerName } from './names.ts';
import type { Role } from './roles.ts';

/** From the group's root to the last membership; each certificate issued the one after it. */
export type CertificateChain = readonly [GroupRootCertificate, ...MembershipCertificate[]];

export interface Membership {
  readonly group: GroupName;
  readonly member: PeerName;
  /** Raw Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly friendlyName: string;
  readonly role: Role;
  /** How many memberships the chain has: 1 for one that the group key issued. */
  readonly depth: number;
  /** Of the last certificate, which lies inside all the others. */
  readonly notBefore: WallTime;
  /** The same; the whole second that it names still counts. */
  readonly notAfter: WallTime;
  /** The same: what it is renewed for by itself; null when it keeps its dates. */
  readonly leaseMs: number | null;
  /** SHA-256 over the chain as core/wire encodes it. */
  readonly chainDigest: Uint8Array;
  readonly chain: CertificateChain;
}
