// Addresses of one member on the wire (protocol.md §2.3): a count, then for each the IP version, the
// address and the port. Only what means the same on every machine is carried, and in one form.

import { assert } from '../base/assert.ts';
import type { ByteReader } from '../base/byte-reader.ts';
import type { ByteWriter } from '../base/byte-writer.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import type { Address } from '../domain/addresses.ts';
import { ipBytes, ipText, isLinkLocal, isUnicast } from '../domain/addresses.ts';
import { LIMITS } from '../domain/limits.ts';

/** IP version, IPv4 address, port. */
const ADDRESS_BYTES_MIN = 7;

export function writeAddresses(out: ByteWriter, addresses: readonly Address[]): void {
  assert(addresses.length <= LIMITS.addressesPerMemberMax, 'a member has few addresses');
  out.varint(addresses.length);
  for (const { host, port } of addresses) {
    assert(isUnicast(host) && !isLinkLocal(host), 'an address means one machine to others');
    assert(port > 0, 'an address has a port');
    const ip = ipBytes(host);
    assert(ipText(ip) === host, 'an address stands in its canonical form');
    out
      .u8(ip.length === 4 ? 4 : 6)
      .raw(ip)
      .u16(port);
  }
}

/** Throws `MalformedBytes` for mapped and link-local IPv6, port 0 and unknown IP versions. */
export function readAddresses(input: ByteReader): readonly Address[] {
  const addresses: Address[] = [];
  const count = input.count(LIMITS.addressesPerMemberMax, ADDRESS_BYTES_MIN);
  for (let left = count; left > 0; left--) addresses.push(readAddress(input));
  return addresses;
}

function readAddress(input: ByteReader): Address {
  const version = input.u8();
  if (version !== 4 && version !== 6) throw new MalformedBytes('address: IP version');
  const host = ipText(input.raw(version === 4 ? 4 : 16));
  if (version === 6 && !host.includes(':')) {
    throw new MalformedBytes('address: IPv4 inside IPv6');
  }
  if (isLinkLocal(host)) throw new MalformedBytes('address: link-local');
  if (!isUnicast(host)) throw new MalformedBytes('address: not of one machine');
  const port = input.u16();
  if (port === 0) throw new MalformedBytes('address: port 0');
  return { host, port };
}
