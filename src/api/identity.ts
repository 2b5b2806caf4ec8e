// An identity of this node: a key pair with a name, the card that inviters ask for, and what takes it to
// another machine.

import type { IdentityCertificate } from '../core/domain/certificates.ts';
import { writeIdentityCard } from '../core/trust/identity-card.ts';
import { pemOf } from './moving/pem.ts';
import type { SealOptions } from './moving/sealed-text.ts';

export class Identity {
  /** `<40 digits>` or `<40 digits>.<classifier>`: bound to the key, the same for ever. */
  readonly name: string;
  readonly friendlyName: string;
  /**
   * One line for whoever is to invite this identity. Holds nothing secret, but has to arrive as it is:
   * an inviter who is given another card invites somebody else.
   */
  readonly card: string;
  readonly #certificate: Uint8Array;
  readonly #publicKey: Uint8Array;
  readonly #export: (options: SealOptions) => Promise<string>;

  /** Made by `PeerNode`. @internal */
  constructor(
    certificate: IdentityCertificate,
    exported: (options: SealOptions) => Promise<string>,
  ) {
    this.name = certificate.subject;
    this.friendlyName = certificate.friendlyName;
    this.card = writeIdentityCard(certificate);
    this.#certificate = certificate.der;
    this.#publicKey = certificate.publicKey;
    this.#export = exported;
  }

  /** The raw Ed25519 key that the name is bound to, 32 bytes: a copy. */
  get publicKey(): Uint8Array {
    return this.#publicKey.slice();
  }

  /**
   * The identity with its private key as one line of text under the password, for `importIdentity` on another
   * machine; it stays here too. Under the empty password the text is readable for everybody. Its groups are
   * carried by `PeerGroup.exportConfig`. Rejects with `IDENTITY_NOT_FOUND` when it was deleted, and `NODE_CLOSED`.
   */
  async export(options: SealOptions): Promise<string> {
    return await this.#export(options);
  }

  /** The certificate, without the key, for openssl and the like. */
  toPem(): string {
    return pemOf([this.#certificate]);
  }
}
