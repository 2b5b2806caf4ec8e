// Which chains need not be sent again: for each member the digest of its chain that we hold, and the
// digest of ours that it holds. Bounded; whoever is forgotten is sent the chain once more.

import { equalBytes } from '../base/bytes.ts';
import type { Membership } from '../domain/membership.ts';
import type { PeerName } from '../domain/names.ts';

/** A guess: a few hundred bytes each. */
const MEMBERS_MAX = 4_096;

export class ChainMemory {
  readonly #theirs = new Map<PeerName, Uint8Array>();
  readonly #ours = new Map<PeerName, Uint8Array>();

  /** The digest of the chain by which `member` last proved itself. */
  digestOf(member: PeerName): Uint8Array | null {
    return this.#theirs.get(member) ?? null;
  }

  holdsOurs(member: PeerName, digest: Uint8Array): boolean {
    const held = this.#ours.get(member);
    return held !== undefined && equalBytes(held, digest);
  }

  learn(membership: Membership): void {
    keep(this.#theirs, membership.member, membership.chainDigest);
  }

  /** `member` said that it holds our chain of this digest. */
  noteHeld(member: PeerName, digest: Uint8Array): void {
    keep(this.#ours, member, digest.slice());
  }

  forgetOurs(member: PeerName): void {
    this.#ours.delete(member);
  }
}

function keep(map: Map<PeerName, Uint8Array>, member: PeerName, digest: Uint8Array): void {
  map.delete(member);
  map.set(member, digest);
  if (map.size <= MEMBERS_MAX) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
