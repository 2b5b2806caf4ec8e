// Addresses as p2p.h has them, IPv6 alone, and as the API has them: text with a port.

import { isIPv4, isIPv6 } from 'node:net';

import { demand } from '../calls/failure.ts';
import { Fields } from '../calls/fields.ts';
import { E_INVALIDARG } from '../surface/results.ts';
import type { PEER_ADDRESS } from '../surface/structures.ts';

const PORT_MAX = 65_535;
const SCOPE_MAX = 0xffff_ffff;

/** `[address]:port` of a PEER_ADDRESS; E_INVALIDARG for what is none. */
export function addressTextOf(address: unknown): string {
  const sin6 = new Fields(new Fields(address).value('sin6'));
  const host = sin6.value('sin6_addr');
  const port = sin6.value('sin6_port');
  const scope = sin6.read('sin6_scope_id', (value) => value, 0);
  // A scope is a field of its own, not part of the text.
  demand(typeof host === 'string' && isIPv6(host) && !host.includes('%'), E_INVALIDARG);
  demand(isWhole(port) && port >= 1 && port <= PORT_MAX, E_INVALIDARG);
  demand(isWhole(scope) && scope >= 0 && scope <= SCOPE_MAX, E_INVALIDARG);
  return `[${scope === 0 ? host : `${host}%${scope}`}]:${port}`;
}

/** Of `host:port` or `[host]:port`. */
export function peerAddressOf(text: string): PEER_ADDRESS {
  const at = text.lastIndexOf(':');
  const host = text.slice(0, at).replace(/^\[|\]$/g, '');
  const [address = '', scope] = host.split('%');
  const sin6_scope_id = Number(scope ?? 0);
  return {
    sin6: {
      sin6_addr: isIPv4(address) ? `::ffff:${address}` : address,
      sin6_port: Number(text.slice(at + 1)),
      // Names of interfaces are not numbers.
      ...(sin6_scope_id > 0 ? { sin6_scope_id } : {}),
    },
  };
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value);
}
