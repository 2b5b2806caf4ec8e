// Functions of members, connections and events.

import type {
  DWORD,
  GUID,
  HANDLE,
  HGROUP,
  HPEERENUM,
  HPEEREVENT,
  HResult,
  Out,
  PCWSTR,
  ULONG,
  ULONGLONG,
} from './basic-types.ts';
import type { PEER_GROUP_EVENT_DATA, PEER_GROUP_EVENT_REGISTRATION } from './event-structures.ts';
import type { PEER_ADDRESS, PEER_CONNECTION_INFO, PEER_MEMBER } from './structures.ts';

export interface ConnectionFunctions {
  /**
   * Enumerates members (0: all, PEER_MEMBER_PRESENT: those online, or one identity); the local peer comes
   * first. PEER_E_INVALID_GROUP.
   */
  PeerGroupEnumMembers(
    hGroup: HGROUP,
    dwFlags: DWORD,
    pwzIdentity: PCWSTR | null,
  ): Promise<Out<{ hPeerEnum: HPEERENUM<PEER_MEMBER> }>>;

  /**
   * Enumerates established connections of the kinds in PEER_CONNECTION_FLAGS; 0 for both.
   * PEER_E_INVALID_GROUP.
   */
  PeerGroupEnumConnections(
    hGroup: HGROUP,
    dwFlags: DWORD,
  ): Promise<Out<{ hPeerEnum: HPEERENUM<PEER_CONNECTION_INFO> }>>;

  /**
   * Starts a direct connection; the ID is usable once a DIRECT_CONNECTION event says PEER_CONNECTED.
   * PEER_E_CONNECT_SELF, PEER_E_GROUP_NOT_READY while offline; a failure to connect comes as an event.
   */
  PeerGroupOpenDirectConnection(
    hGroup: HGROUP,
    pwzIdentity: PCWSTR,
    pAddress: PEER_ADDRESS,
  ): Promise<Out<{ ullConnectionId: ULONGLONG }>>;

  /**
   * Ends a direct connection of either direction after what was sent on it; both sides get
   * PEER_DISCONNECTED. PEER_E_CONNECTION_NOT_FOUND, PEER_E_GROUP_NOT_READY.
   */
  PeerGroupCloseDirectConnection(hGroup: HGROUP, ullConnectionId: ULONGLONG): Promise<HResult>;

  /**
   * Sends cbData bytes (0 to 16777216) of pvData over a direct or neighbour connection, in the order of the
   * calls; S_OK means taken over, not received. PEER_E_CONNECTION_NOT_FOUND, PEER_E_GROUP_NOT_READY.
   */
  PeerGroupSendData(
    hGroup: HGROUP,
    ullConnectionId: ULONGLONG,
    pType: GUID,
    cbData: ULONG,
    pvData: Uint8Array,
  ): Promise<HResult>;

  /** Registers for events; hEvent is set whenever one is queued. PEER_E_INVALID_GROUP. */
  PeerGroupRegisterEvent(
    hGroup: HGROUP,
    hEvent: HANDLE,
    cEventRegistration: DWORD,
    pEventRegistrations: readonly PEER_GROUP_EVENT_REGISTRATION[],
  ): Promise<Out<{ hPeerEvent: HPEEREVENT }>>;

  /** Ends a registration; events that are already queued can still be read. E_INVALIDARG. */
  PeerGroupUnregisterEvent(hPeerEvent: HPEEREVENT): Promise<HResult>;

  /** Takes the next event; PEER_S_NO_EVENT_DATA and null when none waits. E_INVALIDARG. */
  PeerGroupGetEventData(
    hPeerEvent: HPEEREVENT,
  ): Promise<Out<{ pEventData: PEER_GROUP_EVENT_DATA | null }>>;
}
