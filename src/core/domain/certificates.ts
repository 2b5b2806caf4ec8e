// Certificates as core sees them: decoded, in our one profile (protocol.md §3). Whoever makes such a
// value has checked the profile (canonical DER, Ed25519 alone, exact extensions) and nothing else:
// names, signatures, dates and rights are for core/trust to judge.

import type { WallTime } from '../base/time.ts';
import type { GroupName, PeerName } from './names.ts';
import type { Role } from './roles.ts';

interface CertificateBody {
  /** 16 bytes, the first of them 0x40 to 0x7f: a positive integer of one length. */
  readonly serial: Uint8Array;
  /** The raw Ed25519 key of the subject, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** SHA-256 of the subject's SubjectPublicKeyInfo, 32 bytes. */
  readonly keyDigest: Uint8Array;
  /** The common name: free text, need not be unique. */
  readonly friendlyName: string;
  /** Whole seconds. */
  readonly notBefore: WallTime;
  /** Whole seconds, inclusive. */
  readonly notAfter: WallTime;
  /** The DER that the issuer signed. */
  readonly signedBytes: Uint8Array;
  /** Ed25519, 64 bytes. */
  readonly signature: Uint8Array;
  readonly der: Uint8Array;
}

/** IDC: self-signed, names an identity; the TLS certificate of every link. */
export interface IdentityCertificate extends CertificateBody {
  readonly kind: 'identity';
  readonly subject: PeerName;
}

/** Self-signed by the group key: the trust anchor. */
export interface GroupRootCertificate extends CertificateBody {
  readonly kind: 'groupRoot';
  readonly subject: GroupName;
}

/** GMC: says that a key belongs to a member of a group, and in what role. */
export interface MembershipCertificate extends CertificateBody {
  readonly kind: 'membership';
  readonly group: GroupName;
  readonly subject: PeerName;
  /** The group's name when the group key issued it, else the issuing member's. */
  readonly issuer: PeerName | GroupName;
  /** The common name of the issuing certificate, which X.509 repeats. */
  readonly issuerFriendlyName: string;
  readonly role: Role;
  /** Memberships that may stand below this one; null, and only then, for roles that issue nothing. */
  readonly membershipsBelowMax: number | null;
  /** How long it is renewed for, by itself; null for one that keeps its dates. Whole seconds. */
  readonly leaseMs: number | null;
  /**
   * SHA-256 of the first certificate that gave the member this, when it is renewed by this one; null for a first
   * one. It says whom the membership came from, whoever renews it.
   */
  readonly renews: Uint8Array | null;
}

/** The longest lease that a certificate can name: more than 300 years. */
export const LEASE_SECONDS_MAX = 10_000_000_000;

export type Certificate = IdentityCertificate | GroupRootCertificate | MembershipCertificate;
