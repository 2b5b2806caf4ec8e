// A chain of certificates on the wire (protocol.md §4.1): a count, then each DER with its length.
// What the DER says is for core/trust to judge.

import { assert } from '../base/assert.ts';
import type { ByteReader } from '../base/byte-reader.ts';
import type { ByteWriter } from '../base/byte-writer.ts';
import { MalformedBytes } from '../base/malformed-bytes.ts';
import { LIMITS } from '../domain/limits.ts';

export function writeChain(out: ByteWriter, chain: readonly Uint8Array[]): void {
  assert(
    chain.length <= LIMITS.certificatesInChainMax,
    'a chain has a bounded number of certificates',
  );
  assert(chainBytes(chain) <= LIMITS.chainBytesMax, 'a chain has a bounded length');
  out.varint(chain.length);
  for (const der of chain) out.bytes(der);
}

/** Views, not copies. Throws `MalformedBytes` for what is longer than the limits allow. */
export function readChain(input: ByteReader): readonly Uint8Array[] {
  const chain: Uint8Array[] = [];
  for (let left = input.count(LIMITS.certificatesInChainMax, 1); left > 0; left--) {
    chain.push(input.bytes(LIMITS.certificateBytesMax));
  }
  if (chainBytes(chain) > LIMITS.chainBytesMax) throw new MalformedBytes('chain: too long');
  return chain;
}

export function chainBytes(chain: readonly Uint8Array[]): number {
  return chain.reduce((sum, der) => sum + der.length, 0);
}
