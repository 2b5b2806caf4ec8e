// Who a desk works for and with, and whom it asks and tells.

import { type WallTime, wallTimeOf } from '../core/base/time.ts';
import type { Address } from '../core/domain/addresses.ts';
import type { Membership } from '../core/domain/membership.ts';
import type { Removal } from '../core/domain/security.ts';
import type { FarEnd } from '../core/link/far-end.ts';
import type { HandshakeTools } from '../core/link/handshake.ts';
import type { Chance, Clock } from '../core/ports/clock.ts';
import type { Signer } from '../core/ports/crypto.ts';
import type { WireCredentials, Wires } from '../core/ports/wires.ts';
import type { DirectLine } from './direct-line.ts';
import type { LineListener } from './line-listener.ts';
import type { LineTools } from './line-parts.ts';
import type { HandshakeRun } from './link-handshake.ts';

/** Who we are in the group, and what we work with. */
export interface DeskParts {
  /** Of now: whoever makes the parts gives the one that counts whenever it is read. */
  readonly membership: Membership;
  readonly credentials: WireCredentials;
  readonly certificateDigest: Uint8Array;
  readonly signer: Signer;
  /** Of now, as the membership. */
  readonly discoverySecret: Uint8Array;
  /** Those before it, the latest first; none where there is nobody to keep them. */
  readonly earlierSecrets?: () => readonly Uint8Array[];
  readonly nodeId: bigint;
  readonly handshake: HandshakeTools;
  readonly line: LineTools;
  readonly wires: Wires;
  readonly clock: Clock;
  readonly chance: Chance;
  /** A number for each connection and open, unique in the process. */
  readonly nextId: () => bigint;
  readonly listenAddresses: () => readonly Address[];
  /** Why a sound membership does not live, by all that is known now; null for one that does. */
  readonly removalOf: (membership: Membership) => Removal | null;
  /** The one that counts now of the member of this one; without it members are not renewed. */
  readonly countingOf?: (membership: Membership) => Membership;
}

/** When the first of our membership and theirs ends, renewals that are known by now included. */
export function linkEnd(parts: DeskParts, { membership: theirs }: FarEnd): WallTime {
  const counting = parts.countingOf?.(theirs) ?? theirs;
  const ends = Math.min(parts.membership.notAfter, counting.notAfter);
  // The whole second that a certificate names still counts.
  return wallTimeOf(ends + 1_000);
}

/** Whether the application takes a connection; `decide` may be called at any time, once. */
export interface DeskListener {
  onCaller(farEnd: FarEnd, decide: (answer: CallerAnswer) => void): void;
  /** A line is up; who listens to it? `isOurs`: an open of ours is answered by it, so it is nobody else's. */
  onLine(line: DirectLine, arrival: LineArrival): LineListener;
}

export interface LineArrival {
  readonly isIncoming: boolean;
  readonly isOurs: boolean;
}

export type CallerAnswer =
  | { readonly kind: 'accept' }
  | {
      readonly kind: 'refuse';
      readonly reason: 'notAccepting' | 'refusedByApplication';
      readonly detail: string;
    };

/** What we say of ourselves in the handshake of one link. */
export function linkFacts(
  parts: DeskParts,
  link: Pick<HandshakeRun['facts'], 'role' | 'openId' | 'isSeparate' | 'isNeighbor'>,
): HandshakeRun['facts'] {
  const { membership, certificateDigest, signer, nodeId } = parts;
  return {
    ...link,
    membership,
    ownCertificateDigest: certificateDigest,
    signer,
    nodeId,
    listenAddresses: parts.listenAddresses(),
    removalOf: (theirs, isNeighbor) =>
      parts.removalOf(isNeighbor ? (parts.countingOf?.(theirs) ?? theirs) : theirs),
  };
}
