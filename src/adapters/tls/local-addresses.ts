// At which addresses others may find a listener: the one it is bound to, or all of the machine's.

import { networkInterfaces } from 'node:os';
import { type Address, canonicalHost, isLinkLocal } from '../../core/domain/addresses.ts';

/** For `::` and `0.0.0.0` every address of the machine other than loopback; loopback when there is no other. */
export function reachableAddresses(bound: Address): readonly Address[] {
  if (bound.host !== '::' && bound.host !== '0.0.0.0') return [bound];
  const entries = Object.values(networkInterfaces()).flatMap((entry) => entry ?? []);
  const usable = entries.filter(
    (entry) => (bound.host === '::' || entry.family === 'IPv4') && !isLinkLocal(entry.address),
  );
  const outer = usable.filter((entry) => !entry.internal);
  const chosen = outer.length > 0 ? outer : usable;
  return chosen.map((entry) => ({ host: canonicalHost(entry.address), port: bound.port }));
}
