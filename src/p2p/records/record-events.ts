// Tells the registrations of a peer what became of the group's records: one event for each change that can be seen,
// whoever made it, the publisher's own included.

import type { PeerGroup, RecordChangedEvent, SharedRecord } from '../../api/index.ts';
import type { PeerEvents } from '../events/peer-events.ts';
import { PEER_GROUP_EVENT_TYPE, PEER_RECORD_CHANGE_TYPE } from '../surface/enumerations.ts';

/** From now on, until `signal` is aborted. */
export function tellOfRecords(group: PeerGroup, events: PeerEvents, signal: AbortSignal): void {
  const tell = (event: RecordChangedEvent): void => {
    events.raise({
      eventType: PEER_GROUP_EVENT_TYPE.PEER_GROUP_EVENT_RECORD_CHANGED,
      recordChangeData: {
        changeType: changeTypeOf(event),
        recordId: event.record.id,
        recordType: event.record.type,
      },
    });
  };
  group.addEventListener('recordChanged', tell, { signal });
}

function changeTypeOf({ change, record, previous }: RecordChangedEvent): PEER_RECORD_CHANGE_TYPE {
  switch (change) {
    case 'added':
      return PEER_RECORD_CHANGE_TYPE.PEER_RECORD_ADDED;
    case 'updated':
      return PEER_RECORD_CHANGE_TYPE.PEER_RECORD_UPDATED;
    case 'deleted':
      return PEER_RECORD_CHANGE_TYPE.PEER_RECORD_DELETED;
    case 'expired':
      return PEER_RECORD_CHANGE_TYPE.PEER_RECORD_EXPIRED;
    case 'revoked':
      // Programs that use the API can remove members. What they signed gives way to the version before it, or goes.
      if (previous === null) return PEER_RECORD_CHANGE_TYPE.PEER_RECORD_ADDED;
      return isSameVersion(record, previous)
        ? PEER_RECORD_CHANGE_TYPE.PEER_RECORD_DELETED
        : PEER_RECORD_CHANGE_TYPE.PEER_RECORD_UPDATED;
  }
}

function isSameVersion(record: SharedRecord, previous: SharedRecord): boolean {
  return record.version === previous.version && record.modifiedBy === previous.modifiedBy;
}
