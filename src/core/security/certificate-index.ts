// Which stored chain ends with a certificate, by the digest of the certificate. Read from the store when it is asked
// for the first time, for only admissions ask.

import { bytesKey } from '../base/bytes.ts';
import type { Membership } from '../domain/membership.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { RecordStore } from '../ports/record-store.ts';

const PAGE = 256;

export class CertificateIndex {
  readonly #store: Pick<RecordStore, 'memberships'>;
  readonly #crypto: Pick<Crypto, 'sha256'>;
  #chainByCertificate: Map<string, Uint8Array> | null = null;

  constructor(store: Pick<RecordStore, 'memberships'>, crypto: Pick<Crypto, 'sha256'>) {
    this.#store = store;
    this.#crypto = crypto;
  }

  /** Digest of a chain; null when none is here. */
  find(certificate: Uint8Array): Uint8Array | null {
    this.#chainByCertificate ??= this.#read();
    return this.#chainByCertificate.get(bytesKey(certificate)) ?? null;
  }

  add({ chain, chainDigest }: Membership): void {
    this.#enter(chain.at(-1)?.der, chainDigest, this.#chainByCertificate);
  }

  #read(): Map<string, Uint8Array> {
    const index = new Map<string, Uint8Array>();
    let after: Uint8Array | null = null;
    for (;;) {
      const page = this.#store.memberships(after, PAGE);
      for (const { chain, chainDigest } of page) this.#enter(chain.at(-1), chainDigest, index);
      if (page.length < PAGE) return index;
      after = page.at(-1)?.chainDigest ?? null;
    }
  }

  #enter(
    der: Uint8Array | undefined,
    chainDigest: Uint8Array,
    index: Map<string, Uint8Array> | null,
  ): void {
    if (der !== undefined) index?.set(bytesKey(this.#crypto.sha256(der)), chainDigest);
  }
}
