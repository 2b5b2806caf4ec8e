// How a connection ended, and the error that whoever still uses it gets.

import type { ErrorCode } from './error-catalogue.ts';
import { PeerGroupError } from './peer-group-error.ts';

/** How a connection ended. */
export interface ConnectionEnd {
  /** `network`: nobody closed it; the other process died or the way to it broke. */
  readonly by: 'us' | 'them' | 'network';
  /**
   * `done`: closed in order. `leaving`: the group or node was closed. `cut`: ended without a goodbye.
   * `silent`: nothing was heard for 12 to 14 s. `membershipEnded`: that of either side ran out.
   * `membershipRemoved`: somebody took it away.
   * `protocolViolation`: the side that did not close broke the protocol.
   */
  readonly how:
    | 'done'
    | 'leaving'
    | 'cut'
    | 'silent'
    | 'membershipEnded'
    | 'membershipRemoved'
    | 'protocolViolation';
  /** The closer's words, or what went wrong. Written by the other side: escape it before you show it. */
  readonly reason: string;
  /** True when the other side's process received all that was sent here before the end. */
  readonly isDelivered: boolean;
}

/** `end` is null while the connection is being closed. */
export function endError(end: ConnectionEnd | null): PeerGroupError {
  if (end === null) return new PeerGroupError('CONNECTION_CLOSED', 'It is being closed.');
  const details = { by: end.by, how: end.how, reason: end.reason };
  return new PeerGroupError(codeOf(end), end.reason, { details });
}

function codeOf(end: ConnectionEnd): ErrorCode {
  if (end.by === 'network') return 'CONNECTION_LOST';
  return end.how === 'protocolViolation' ? 'PROTOCOL_VIOLATION' : 'CONNECTION_CLOSED';
}
