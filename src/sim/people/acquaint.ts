// What is on disks before a world begins: the memberships of all, as if everybody had met everybody before,
// or of those whom somebody took in, and of those below them.

import { bytesKey, equalBytes } from '../../core/base/bytes.ts';
import type { Membership } from '../../core/domain/membership.ts';
import type { SimNode } from '../sim-node.ts';

export function acquaint(nodes: readonly SimNode[], whom: 'everybody' | 'below'): void {
  const memberships = nodes.map(({ membership }) => membership);
  const stored = new Map(memberships.map((one) => [one, rowOf(one)]));
  for (const { disk, membership } of nodes) {
    disk.commit(() => {
      for (const [one, row] of stored) {
        if (whom === 'below' && !stands(membership, one)) continue;
        disk.putMembership(bytesKey(row.chainDigest), row);
        disk.learnName(row.publicKey, row.member);
      }
    });
  }
}

function stands({ publicKey }: Membership, { chain }: Membership): boolean {
  return chain.some((certificate) => equalBytes(certificate.publicKey, publicKey));
}

function rowOf({ chainDigest, publicKey, notAfter, chain, member }: Membership) {
  return { member, chainDigest, publicKey, notAfter, chain: chain.map(({ der }) => der) };
}
