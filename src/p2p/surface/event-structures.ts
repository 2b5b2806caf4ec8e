// What applications register for, and what the events of p2p.h carry.

import type { DWORD, GUID, HRESULT, PCWSTR, PEER_DATA, ULONGLONG } from './basic-types.ts';
import type {
  PEER_CONNECTION_STATUS,
  PEER_GROUP_EVENT_TYPE,
  PEER_MEMBER_CHANGE_TYPE,
  PEER_RECORD_CHANGE_TYPE,
} from './enumerations.ts';

export interface PEER_GROUP_EVENT_REGISTRATION {
  eventType: PEER_GROUP_EVENT_TYPE;
  /** Record type for record-changed, data type for incoming-data; null or left out for all types. */
  pType?: GUID | null | undefined;
}

export interface PEER_EVENT_INCOMING_DATA {
  dwSize?: DWORD | undefined;
  ullConnectionId: ULONGLONG;
  /** Kind of the data as given by the sender. */
  type: GUID;
  data: PEER_DATA;
}

export interface PEER_EVENT_RECORD_CHANGE_DATA {
  dwSize?: DWORD | undefined;
  changeType: PEER_RECORD_CHANGE_TYPE;
  recordId: GUID;
  recordType: GUID;
}

export interface PEER_EVENT_CONNECTION_CHANGE_DATA {
  dwSize?: DWORD | undefined;
  status: PEER_CONNECTION_STATUS;
  ullConnectionId: ULONGLONG;
  /** Node ID of the other end; 0 in a failure. */
  ullNodeId: ULONGLONG;
  /** 0: no further attempt follows. */
  ullNextConnectionId: ULONGLONG;
  /** Reason of PEER_CONNECTION_FAILED, else S_OK. */
  hrConnectionFailedReason: HRESULT;
}

export interface PEER_EVENT_MEMBER_CHANGE_DATA {
  dwSize?: DWORD | undefined;
  changeType: PEER_MEMBER_CHANGE_TYPE;
  pwzIdentity: PCWSTR;
}

type EventType = typeof PEER_GROUP_EVENT_TYPE;

/** One event; eventType tells which further property is there. */
export type PEER_GROUP_EVENT_DATA =
  | {
      eventType: EventType['PEER_GROUP_EVENT_STATUS_CHANGED'];
      /** PEER_GROUP_STATUS flags. */
      dwStatus: DWORD;
    }
  | { eventType: EventType['PEER_GROUP_EVENT_PROPERTY_CHANGED'] }
  | {
      eventType: EventType['PEER_GROUP_EVENT_RECORD_CHANGED'];
      recordChangeData: PEER_EVENT_RECORD_CHANGE_DATA;
    }
  | {
      eventType:
        | EventType['PEER_GROUP_EVENT_DIRECT_CONNECTION']
        | EventType['PEER_GROUP_EVENT_NEIGHBOR_CONNECTION'];
      connectionChangeData: PEER_EVENT_CONNECTION_CHANGE_DATA;
    }
  | {
      eventType: EventType['PEER_GROUP_EVENT_INCOMING_DATA'];
      incomingData: PEER_EVENT_INCOMING_DATA;
    }
  | {
      eventType: EventType['PEER_GROUP_EVENT_MEMBER_CHANGED'];
      memberChangeData: PEER_EVENT_MEMBER_CHANGE_DATA;
    }
  | {
      eventType: EventType['PEER_GROUP_EVENT_CONNECTION_FAILED'];
      /**
       * PEER_E_NO_MEMBERS_FOUND, PEER_E_NO_MEMBER_CONNECTIONS, PEER_E_UNABLE_TO_LISTEN,
       * PEER_E_NOT_AUTHORIZED or PEER_E_CONNECTION_NOT_AUTHENTICATED.
       */
      hrConnectionFailedReason: HRESULT;
    }
  | { eventType: EventType['PEER_GROUP_EVENT_AUTHENTICATION_FAILED'] };
