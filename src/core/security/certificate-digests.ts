// SHA-256 of the DER of certificates, computed once for each certificate that is in memory.

import { bytesKey } from '../base/bytes.ts';
import type { MembershipCertificate } from '../domain/certificates.ts';
import type { Crypto } from '../ports/crypto.ts';

export class CertificateDigests {
  readonly #crypto: Pick<Crypto, 'sha256'>;
  readonly #digestByCertificate = new WeakMap<MembershipCertificate, Uint8Array>();

  constructor(crypto: Pick<Crypto, 'sha256'>) {
    this.#crypto = crypto;
  }

  of(certificate: MembershipCertificate): Uint8Array {
    const known = this.#digestByCertificate.get(certificate);
    if (known !== undefined) return known;
    const digest = this.#crypto.sha256(certificate.der);
    this.#digestByCertificate.set(certificate, digest);
    return digest;
  }

  keyOf(certificate: MembershipCertificate): string {
    return bytesKey(this.of(certificate));
  }
}
