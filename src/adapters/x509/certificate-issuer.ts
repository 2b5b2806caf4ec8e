// Signs certificates of the one profile (protocol.md §3). Who may issue what to whom has been
// judged by core/trust before.

import { assert } from '../../core/base/assert.ts';
import { hexText } from '../../core/base/hex.ts';
import type { WallTime } from '../../core/base/time.ts';
import { wallTimeOf } from '../../core/base/time.ts';
import type {
  GroupRootCertificate,
  IdentityCertificate,
  MembershipCertificate,
} from '../../core/domain/certificates.ts';
import { LEASE_SECONDS_MAX } from '../../core/domain/certificates.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import type { GroupName, PeerName } from '../../core/domain/names.ts';
import { authorityOf, FRIENDLY_NAME_LENGTH_MAX, isDisplayText } from '../../core/domain/names.ts';
import { isIssuingRole } from '../../core/domain/roles.ts';
import type {
  CertificateIssuer,
  GroupRootRequest,
  IdentityRequest,
  MembershipRequest,
} from '../../core/ports/certificate-codec.ts';
import type { Chance } from '../../core/ports/clock.ts';
import type { Signer } from '../../core/ports/crypto.ts';
import { keyDigestOf } from './certificate-codec.ts';
import type { CertificateFields } from './profile.ts';
import { writeCertificate, writeSignedBytes } from './profile.ts';

export class X509CertificateIssuer implements CertificateIssuer {
  readonly #chance: Chance;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  issueIdentity(request: IdentityRequest): IdentityCertificate {
    const { key, subject } = request;
    const common = this.#commonFields({ ...request, publicKey: key.publicKey });
    return sign({ kind: 'identity', subject, ...common }, key);
  }

  issueGroupRoot(request: GroupRootRequest): GroupRootCertificate {
    const { key, subject } = request;
    const common = this.#commonFields({ ...request, publicKey: key.publicKey });
    return sign({ kind: 'groupRoot', subject, ...common }, key);
  }

  issueMembership(request: MembershipRequest): MembershipCertificate {
    const { group, subject, issuer, issuerFriendlyName, role, membershipsBelowMax } = request;
    const leaseMs = request.leaseMs === null ? null : wholeLease(request.leaseMs);
    assert(
      isIssuingRole(role) === (membershipsBelowMax !== null),
      'roles that may issue, and only they, have a number of memberships below them',
    );
    assert(
      isOfKey(issuer, keyDigestOf(request.issuerKey.publicKey)),
      'the issuer signs with its own key',
    );
    const common = this.#commonFields({ ...request, publicKey: request.subjectKey });
    const names = { group, subject, issuer, issuerFriendlyName };
    const renews = request.renews === null ? null : new Uint8Array(request.renews);
    assert(renews === null || renews.length === 32, 'a renewal names a digest');
    const granted = { role, membershipsBelowMax, leaseMs, renews };
    return sign({ kind: 'membership', ...names, ...granted, ...common }, request.issuerKey);
  }

  #commonFields(request: {
    readonly subject: PeerName | GroupName;
    readonly publicKey: Uint8Array;
    readonly friendlyName: string;
    readonly notBefore: WallTime;
    readonly notAfter: WallTime;
  }) {
    const { subject, friendlyName } = request;
    const publicKey = new Uint8Array(request.publicKey);
    const keyDigest = keyDigestOf(publicKey);
    assert(isOfKey(subject, keyDigest), 'a certificate names its subject by its key');
    assert(
      isDisplayText(friendlyName, FRIENDLY_NAME_LENGTH_MAX),
      'a friendly name is text of bounded length',
    );
    return {
      serial: this.#serial(),
      publicKey,
      keyDigest,
      friendlyName: friendlyName === '' ? subject : friendlyName,
      notBefore: wholeSeconds(request.notBefore),
      notAfter: wholeSeconds(request.notAfter),
    };
  }

  /** 126 bits of chance. The two highest are 01, so that every serial number takes 16 bytes of DER. */
  #serial(): Uint8Array {
    const [first = 0, ...rest] = this.#chance.bytes(16);
    return Uint8Array.of(0x40 | (first & 0x3f), ...rest);
  }
}

function isOfKey(name: PeerName | GroupName, keyDigest: Uint8Array): boolean {
  return authorityOf(name) === hexText(keyDigest.subarray(0, 20));
}

function wholeSeconds(time: WallTime): WallTime {
  return wallTimeOf(Math.floor(time / 1000) * 1000);
}

function wholeLease(leaseMs: number): number {
  const seconds = Math.floor(leaseMs / 1000);
  assert(seconds >= 1 && seconds <= LEASE_SECONDS_MAX, 'a lease has a second, and has bounds');
  return seconds * 1000;
}

function sign<Fields extends CertificateFields>(fields: Fields, key: Signer) {
  const signedBytes = writeSignedBytes(fields);
  const signature = key.sign(signedBytes);
  const der = writeCertificate(signedBytes, signature);
  assert(der.length <= LIMITS.certificateBytesMax, 'the longest names fit a certificate');
  return { ...fields, signedBytes, signature, der };
}
