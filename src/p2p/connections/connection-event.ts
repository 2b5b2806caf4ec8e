// The event of a connection that was opened, has failed, or has ended.

import type { PEER_GROUP_EVENT_TYPE } from '../surface/enumerations.ts';
import type {
  PEER_EVENT_CONNECTION_CHANGE_DATA,
  PEER_GROUP_EVENT_DATA,
} from '../surface/event-structures.ts';
import { S_OK } from '../surface/results.ts';

type ConnectionEventType = Extract<
  PEER_GROUP_EVENT_DATA,
  { connectionChangeData: unknown }
>['eventType'] &
  PEER_GROUP_EVENT_TYPE;

/** No further attempt follows, whatever has happened. */
export function connectionEvent(
  eventType: ConnectionEventType,
  what: Pick<PEER_EVENT_CONNECTION_CHANGE_DATA, 'status' | 'ullConnectionId'> &
    Partial<PEER_EVENT_CONNECTION_CHANGE_DATA>,
): PEER_GROUP_EVENT_DATA {
  return {
    eventType,
    connectionChangeData: {
      ullNodeId: 0n,
      ullNextConnectionId: 0n,
      hrConnectionFailedReason: S_OK,
      ...what,
    },
  };
}
