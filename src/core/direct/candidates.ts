// The addresses at which a member is tried, in the order of the attempts (protocol.md §9.2): what
// worked before, then what is near, then IPv6 and IPv4 in turn as RFC 8305 has it.

import type { Address } from '../domain/addresses.ts';
import { formatAddress, isLinkLocal, isLoopback } from '../domain/addresses.ts';

/** Where an address comes from. */
type AddressSource = 'given' | 'success' | 'invitation' | 'member';

export interface Candidate {
  readonly address: Address;
  readonly source: AddressSource;
}

/** RFC 8305, section 5: the recommended delay before the next attempt starts beside the last. */
export const ATTEMPT_DELAY_MS = 250;
/** Attempts for one open; without it stale addresses would make one wish many connections. */
export const CANDIDATES_MAX = 12;

/** Each address once, best first, `CANDIDATES_MAX` at most. */
export function orderCandidates(candidates: readonly Candidate[]): readonly Candidate[] {
  const byText = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const text = formatAddress(candidate.address);
    const known = byText.get(text);
    if (known === undefined || rank(candidate) < rank(known)) byText.set(text, candidate);
  }
  const unique = [...byText.values()];
  const ordered = [0, 1, 2, 3].flatMap((wanted) =>
    interleave(unique.filter((candidate) => rank(candidate) === wanted)),
  );
  return ordered.slice(0, CANDIDATES_MAX);
}

function rank(candidate: Candidate): number {
  if (candidate.source === 'given') return 0;
  if (candidate.source === 'success') return 1;
  return isNear(candidate.address.host) ? 2 : 3;
}

/** An address of the local network or of this machine. */
export function isNear(host: string): boolean {
  return (
    isLoopback(host) ||
    isLinkLocal(host) ||
    /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|f[cd])/.test(host)
  );
}

/**
 * Of the addresses that somebody at `cameFrom` has told those that mean the same here. Whoever is far away names
 * neither our own machine nor our network: dialling those would scan for it.
 */
export function usableFrom(
  addresses: readonly Address[],
  cameFrom: Address | null,
): readonly Address[] {
  const isFar = cameFrom !== null && !isNear(cameFrom.host);
  const isHere = cameFrom !== null && isLoopback(cameFrom.host);
  return addresses.filter(({ host }) => {
    if (isLinkLocal(host)) return false;
    return isLoopback(host) ? isHere : !(isFar && isNear(host));
  });
}

/** IPv6 first, then the two families in turn. */
function interleave(candidates: readonly Candidate[]): readonly Candidate[] {
  const six = candidates.filter((candidate) => candidate.address.host.includes(':'));
  const four = candidates.filter((candidate) => !candidate.address.host.includes(':'));
  return Array.from({ length: Math.max(six.length, four.length) }, (_, at) =>
    [six[at], four[at]].filter((candidate) => candidate !== undefined),
  ).flat();
}
