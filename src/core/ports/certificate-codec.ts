// Certificates between DER and the values that core judges. One adapter knows X.509.

import type { WallTime } from '../base/time.ts';
import type {
  Certificate,
  GroupRootCertificate,
  IdentityCertificate,
  MembershipCertificate,
} from '../domain/certificates.ts';
import type { GroupName, PeerName } from '../domain/names.ts';
import type { Role } from '../domain/roles.ts';
import type { Signer } from './crypto.ts';

export interface CertificateCodec {
  /**
   * Synchronous, and bounded by `LIMITS.certificateBytesMax`. Throws `MalformedBytes` for anything
   * that is not, byte for byte, what the profile of protocol.md §3 makes of the decoded fields.
   * Does not check the signature. `der` is copied.
   */
  decode(der: Uint8Array): Certificate;
}

/** Synchronous. An empty friendly name becomes the subject's name. Judges nothing: core/trust does. */
export interface CertificateIssuer {
  issueIdentity(request: IdentityRequest): IdentityCertificate;
  issueGroupRoot(request: GroupRootRequest): GroupRootCertificate;
  issueMembership(request: MembershipRequest): MembershipCertificate;
}

interface Validity {
  /** Rounded down to whole seconds. */
  readonly notBefore: WallTime;
  /** Rounded down to whole seconds. */
  readonly notAfter: WallTime;
}

export interface IdentityRequest extends Validity {
  readonly key: Signer;
  /** Its authority has to be that of `key`. */
  readonly subject: PeerName;
  readonly friendlyName: string;
}

export interface GroupRootRequest extends Validity {
  readonly key: Signer;
  readonly subject: GroupName;
  readonly friendlyName: string;
}

export interface MembershipRequest extends Validity {
  readonly issuerKey: Signer;
  readonly issuer: PeerName | GroupName;
  /** The common name of the issuing certificate, which X.509 repeats as issuer. */
  readonly issuerFriendlyName: string;
  readonly group: GroupName;
  readonly subject: PeerName;
  readonly subjectKey: Uint8Array;
  readonly friendlyName: string;
  readonly role: Role;
  /** Null for roles that may issue nothing, and only for them. */
  readonly membershipsBelowMax: number | null;
  /** Rounded down to whole seconds; at least one. Null for a membership that keeps its dates. */
  readonly leaseMs: number | null;
  /** SHA-256 of the first grant; null for one that renews nothing. */
  readonly renews: Uint8Array | null;
}
