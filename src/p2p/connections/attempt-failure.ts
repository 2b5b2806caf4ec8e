// Why an attempt to connect directly came to nothing, as its event says it: what the other side answered, that nobody
// was there, or that who was there could not prove to be the one.

import { isPeerGroupError } from '../../api/index.ts';
import type { HRESULT } from '../surface/basic-types.ts';
import {
  PEER_E_CONNECTION_FAILED,
  PEER_E_CONNECTION_NOT_AUTHENTICATED,
  PEER_E_CONNECTION_REFUSED,
} from '../surface/results.ts';

/** What a peer says whose group is open and not online: as if it were not there at all. */
const NOT_ONLINE: ReadonlySet<unknown> = new Set(['notAccepting', 'shuttingDown']);

/** `error` is what `openDirectConnection` of the API rejected with. */
export function attemptFailureOf(error: unknown): HRESULT {
  if (!isPeerGroupError(error)) return PEER_E_CONNECTION_FAILED;
  switch (error.code) {
    case 'UNREACHABLE':
    case 'TIMED_OUT':
    case 'ABORTED':
    case 'GROUP_CLOSED':
    case 'NODE_CLOSED':
      return PEER_E_CONNECTION_FAILED;
    case 'CONNECTION_REFUSED':
      return NOT_ONLINE.has(error.details['reason'])
        ? PEER_E_CONNECTION_NOT_AUTHENTICATED
        : PEER_E_CONNECTION_REFUSED;
    case 'TOO_MANY_CONNECTIONS':
      return PEER_E_CONNECTION_REFUSED;
    default:
      return PEER_E_CONNECTION_NOT_AUTHENTICATED;
  }
}
