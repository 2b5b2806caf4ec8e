// Why a group did not come online: the most telling of what the attempts to reach somebody have come to.

import { isPeerGroupError } from '../../api/index.ts';
import type { HRESULT } from '../surface/basic-types.ts';
import {
  PEER_E_CONNECTION_NOT_AUTHENTICATED,
  PEER_E_NO_MEMBER_CONNECTIONS,
  PEER_E_NO_MEMBERS_FOUND,
  PEER_E_NOT_AUTHORIZED,
  PEER_E_UNABLE_TO_LISTEN,
} from '../surface/results.ts';

/** The most telling one first. */
const REASONS: readonly HRESULT[] = [
  PEER_E_UNABLE_TO_LISTEN,
  PEER_E_NOT_AUTHORIZED,
  PEER_E_NO_MEMBER_CONNECTIONS,
  PEER_E_CONNECTION_NOT_AUTHENTICATED,
  PEER_E_NO_MEMBERS_FOUND,
];

/** By codes of the API; whatever is not named here found nobody. */
const BY_CODE: Readonly<Record<string, HRESULT>> = {
  ADDRESS_IN_USE: PEER_E_UNABLE_TO_LISTEN,
  LISTEN_FAILED: PEER_E_UNABLE_TO_LISTEN,
  MEMBERSHIP_EXPIRED: PEER_E_NOT_AUTHORIZED,
  MEMBERSHIP_NOT_YET_VALID: PEER_E_NOT_AUTHORIZED,
  MEMBERSHIP_REMOVED: PEER_E_NOT_AUTHORIZED,
  WRONG_PASSWORD: PEER_E_NOT_AUTHORIZED,
  TOO_MANY_ATTEMPTS: PEER_E_NOT_AUTHORIZED,
  NOT_AUTHORIZED: PEER_E_NOT_AUTHORIZED,
  JOIN_DENIED: PEER_E_NOT_AUTHORIZED,
  TICKET_EXPIRED: PEER_E_NOT_AUTHORIZED,
  TICKET_REVOKED: PEER_E_NOT_AUTHORIZED,
  CLOCK_SKEW: PEER_E_NOT_AUTHORIZED,
  CONNECTION_REFUSED: PEER_E_NO_MEMBER_CONNECTIONS,
  TOO_MANY_CONNECTIONS: PEER_E_NO_MEMBER_CONNECTIONS,
  WRONG_IDENTITY: PEER_E_CONNECTION_NOT_AUTHENTICATED,
  NOT_AUTHENTICATED: PEER_E_CONNECTION_NOT_AUTHENTICATED,
};

export class ConnectionFailure {
  #reason: HRESULT = PEER_E_NO_MEMBERS_FOUND;

  /** The most telling of all that were heard. */
  get reason(): HRESULT {
    return this.#reason;
  }

  /** A code of the API. */
  hear(code: string): void {
    const reason = BY_CODE[code] ?? PEER_E_NO_MEMBERS_FOUND;
    if (REASONS.indexOf(reason) < REASONS.indexOf(this.#reason)) this.#reason = reason;
  }

  hearError(error: unknown): void {
    if (!isPeerGroupError(error)) return;
    // Somebody is there, and may not admit us.
    const { answered } = error.details;
    const isUnable = error.code === 'NOBODY_CAN_ADMIT' && Number(answered) > 0;
    this.hear(isUnable ? 'CONNECTION_REFUSED' : error.code);
  }
}
