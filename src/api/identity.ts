// An identity of this node: a key pair with a name, and the card that inviters ask for.

import type { IdentityCertificate } from '../core/domain/certificates.ts';
import { writeIdentityCard } from '../core/trust/identity-card.ts';

export class Identity {
  /** `<40 digits>` or `<40 digits>.<classifier>`: bound to the key, the same for ever. */
  readonly name: string;
  readonly friendlyName: string;
  /**
   * One line for whoever is to invite this identity. Holds nothing secret, but has to arrive as it is:
   * an inviter who is given another card invites somebody else.
   */
  readonly card: string;

  /** Made by `PeerNode`. @internal */
  constructor(certificate: IdentityCertificate) {
    this.name = certificate.subject;
    this.friendlyName = certificate.friendlyName;
    this.card = writeIdentityCard(certificate);
  }
}
