// What an open group works with: the keys of its member and the services of its node.

import type { CertificateIssuer } from '../core/ports/certificate-codec.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Signer } from '../core/ports/crypto.ts';
import type { ChainJudge } from '../core/trust/chain.ts';

export interface GroupHouse {
  readonly judge: ChainJudge;
  readonly issuer: CertificateIssuer;
  readonly clock: Clock;
  /** Of the member. */
  readonly key: Signer;
  /** Of now: members find each other by another one after a removal. */
  readonly discoverySecret: () => Uint8Array;
}
