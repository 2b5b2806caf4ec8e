// The way that the bytes of a connection take.

import { isNear } from '../core/direct/candidates.ts';
import { formatAddress } from '../core/domain/addresses.ts';
import type { Wire } from '../core/ports/wires.ts';

/** The way that the bytes take. */
export interface ConnectionPath {
  /** `lan`: an address of the local network or of this machine. `direct`: any other, without a relay. */
  readonly kind: 'lan' | 'direct';
  /** The other end of the socket, `host:port`. */
  readonly address: string;
}

export function pathOf({ remoteAddress }: Wire): ConnectionPath {
  if (remoteAddress === null) return { kind: 'direct', address: '' };
  const kind = isNear(remoteAddress.host) ? 'lan' : 'direct';
  return { kind, address: formatAddress(remoteAddress) };
}
