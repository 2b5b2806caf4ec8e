// Functions that start and stop, and those of groups: make, open, join, connect, close, delete, properties.

import type { DWORD, FILETIME, HGROUP, HResult, Out, PCWSTR, ULONG, WORD } from './basic-types.ts';
import type { PEER_ADDRESS, PEER_GROUP_PROPERTIES, PEER_VERSION_DATA } from './structures.ts';

export interface GroupFunctions {
  /** Starts Grouping and agrees on a version; counted. PEER_E_UNSUPPORTED_VERSION, PEER_E_IPV6_NOT_INSTALLED. */
  PeerGroupStartup(wVersionRequested: WORD): Promise<Out<{ pVersionData: PEER_VERSION_DATA }>>;

  /** Takes one start-up back; the last one closes every group. PEER_E_NOT_INITIALIZED without a start-up. */
  PeerGroupShutdown(): Promise<HResult>;

  /**
   * Makes a group owned by pwzCreatorPeerName (null: default identity) and opens it, offline.
   * PEER_E_INVALID_PEER_NAME, PEER_E_INVALID_CLASSIFIER, PEER_E_INVALID_GROUP_PROPERTIES, PEER_E_NO_CLOUD,
   * PEER_E_PASSWORD_DOES_NOT_MEET_POLICY, ERROR_DELETE_PENDING.
   */
  PeerGroupCreate(pProperties: Partial<PEER_GROUP_PROPERTIES>): Promise<Out<{ hGroup: HGROUP }>>;

  /**
   * Opens a group that the identity created or joined; online at once when another handle is.
   * PEER_E_NOT_FOUND, PEER_E_NO_CLOUD.
   */
  PeerGroupOpen(
    pwzIdentity: PCWSTR,
    pwzGroupPeerName: PCWSTR,
    pwzCloud: PCWSTR | null,
  ): Promise<Out<{ hGroup: HGROUP }>>;

  /**
   * Takes up a membership with an invitation and talks to nobody. PEER_E_INVALID_TIME_PERIOD outside its
   * dates (UTC), PEER_E_INVITATION_NOT_TRUSTED when altered or made for another identity,
   * PEER_E_INVALID_PEER_NAME, PEER_E_UNSUPPORTED_VERSION.
   */
  PeerGroupJoin(
    pwzIdentity: PCWSTR | null,
    pwzInvitation: PCWSTR,
    pwzCloud: PCWSTR | null,
  ): Promise<Out<{ hGroup: HGROUP }>>;

  /**
   * Takes up a membership with a password invitation; a wrong password shows when connecting.
   * PEER_S_ALREADY_A_MEMBER the second time (hGroup is set), PEER_E_INVITATION_NOT_TRUSTED.
   */
  PeerGroupPasswordJoin(
    pwzIdentity: PCWSTR | null,
    pwzInvitation: PCWSTR,
    pwzPassword: PCWSTR,
    pwzCloud: PCWSTR | null,
  ): Promise<Out<{ hGroup: HGROUP }>>;

  /**
   * Looks for the group and goes online; STATUS_CHANGED or CONNECTION_FAILED follows.
   * PEER_S_ALREADY_CONNECTED, PEER_E_INVALID_GROUP.
   */
  PeerGroupConnect(hGroup: HGROUP): Promise<HResult>;

  /**
   * Goes online through known endpoints; the events are those of PeerGroupConnect. E_INVALIDARG without an
   * address, PEER_E_INVALID_GROUP.
   */
  PeerGroupConnectByAddress(
    hGroup: HGROUP,
    cAddresses: ULONG,
    pAddresses: readonly PEER_ADDRESS[],
  ): Promise<HResult>;

  /** Ends this handle; the last handle of the identity takes the peer offline. PEER_E_INVALID_GROUP. */
  PeerGroupClose(hGroup: HGROUP): Promise<HResult>;

  /**
   * Removes the local data and credentials of a group and invalidates its handles. PEER_E_NOT_FOUND, file
   * system errors.
   */
  PeerGroupDelete(pwzIdentity: PCWSTR | null, pwzGroupPeerName: PCWSTR): Promise<HResult>;

  /** Reads the PEER_GROUP_STATUS flags; 0 while offline. PEER_E_INVALID_GROUP. */
  PeerGroupGetStatus(hGroup: HGROUP): Promise<Out<{ dwStatus: DWORD }>>;

  /** Reads the group properties. PEER_E_GROUP_NOT_READY before the first synchronisation. */
  PeerGroupGetProperties(hGroup: HGROUP): Promise<Out<{ pProperties: PEER_GROUP_PROPERTIES }>>;

  /**
   * Changes the properties, creator only; pass what PeerGroupGetProperties gave with changes.
   * PEER_E_NOT_AUTHORIZED, PEER_E_INVALID_GROUP_PROPERTIES, PEER_E_PASSWORD_DOES_NOT_MEET_POLICY.
   */
  PeerGroupSetProperties(hGroup: HGROUP, pProperties: PEER_GROUP_PROPERTIES): Promise<HResult>;

  /** Converts UTC of this machine to the group's common time. PEER_E_GROUP_NOT_READY, PEER_E_NOT_INITIALIZED. */
  PeerGroupUniversalTimeToPeerTime(
    hGroup: HGROUP,
    pftUniversalTime: FILETIME,
  ): Promise<Out<{ ftPeerTime: FILETIME }>>;

  /** Converts the group's common time to UTC of this machine. PEER_E_GROUP_NOT_READY, PEER_E_NOT_INITIALIZED. */
  PeerGroupPeerTimeToUniversalTime(
    hGroup: HGROUP,
    pftPeerTime: FILETIME,
  ): Promise<Out<{ ftUniversalTime: FILETIME }>>;

  /**
   * Exports the membership (for the owner with the group's private key), encrypted with any password.
   * E_INVALIDARG for null.
   */
  PeerGroupExportConfig(hGroup: HGROUP, pwzPassword: PCWSTR): Promise<Out<{ pwzXML: PCWSTR }>>;

  /**
   * Imports such an export for an identity that is present. PEER_E_ALREADY_EXISTS,
   * PEER_E_IDENTITY_NOT_FOUND; E_INVALIDARG for a wrong password or changed text.
   */
  PeerGroupImportConfig(
    pwzXML: PCWSTR,
    pwzPassword: PCWSTR,
    fOverwrite: boolean,
  ): Promise<Out<{ pwzIdentity: PCWSTR; pwzGroup: PCWSTR }>>;

  /**
   * Writes the records to a file (absolute path), offline only. PEER_E_GROUP_IN_USE, E_INVALIDARG, file
   * system errors.
   */
  PeerGroupExportDatabase(hGroup: HGROUP, pwzFilePath: PCWSTR): Promise<HResult>;

  /**
   * Reads records from such a file (absolute path), before connecting. PEER_E_GROUP_IN_USE,
   * PEER_E_INVALID_DATABASE, file system errors.
   */
  PeerGroupImportDatabase(hGroup: HGROUP, pwzFilePath: PCWSTR): Promise<HResult>;
}
