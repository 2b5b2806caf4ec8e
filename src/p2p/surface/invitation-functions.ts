// Functions of invitations and credentials.

import type {
  DWORD,
  FILETIME,
  HGROUP,
  HPEEREVENT,
  HResult,
  Out,
  PCWSTR,
  PEER_ROLE_ID,
  ULONG,
} from './basic-types.ts';
import type { PEER_CREDENTIAL_INFO, PEER_INVITATION_INFO } from './structures.ts';

export interface InvitationFunctions {
  /**
   * Makes an invitation for one identity (text of PeerIdentityGetXML); pftExpiration in UTC (rounded down to
   * seconds), null for the issuer's own end. PEER_E_NOT_AUTHORIZED, PEER_E_CHAIN_TOO_LONG,
   * PEER_E_CIRCULAR_CHAIN_DETECTED, PEER_E_INVALID_TIME_PERIOD, PEER_E_IDENTITY_DELETED,
   * PEER_E_INVALID_ROLE_PROPERTY.
   */
  PeerGroupCreateInvitation(
    hGroup: HGROUP,
    pwzIdentityInfo: PCWSTR,
    pftExpiration: FILETIME | null,
    cRoles: ULONG,
    pRoles: readonly PEER_ROLE_ID[],
  ): Promise<Out<{ pwzInvitation: PCWSTR }>>;

  /**
   * Makes an invitation for anyone who knows the group password, administrators only. PEER_E_NOT_AUTHORIZED,
   * PEER_E_INVALID_GROUP_PROPERTIES without a group password.
   */
  PeerGroupCreatePasswordInvitation(hGroup: HGROUP): Promise<Out<{ pwzInvitation: PCWSTR }>>;

  /**
   * Reads an invitation, also an expired one, without joining. PEER_E_INVITATION_NOT_TRUSTED,
   * PEER_E_UNSUPPORTED_VERSION.
   */
  PeerGroupParseInvitation(
    pwzInvitation: PCWSTR,
  ): Promise<Out<{ pInvitationInfo: PEER_INVITATION_INFO }>>;

  /**
   * Issues or renews credentials (null: as the group knows them, same duration from now); with
   * PEER_GROUP_STORE_CREDENTIALS the subject takes them up at its next connect. PEER_E_IDENTITY_NOT_FOUND,
   * PEER_E_NOT_AUTHORIZED, PEER_E_INVALID_TIME_PERIOD, PEER_E_INVALID_CREDENTIAL_INFO,
   * PEER_E_CHAIN_TOO_LONG.
   */
  PeerGroupIssueCredentials(
    hGroup: HGROUP,
    pwzSubjectIdentity: PCWSTR,
    pCredentialInfo: Partial<PEER_CREDENTIAL_INFO> | null,
    dwFlags: DWORD,
  ): Promise<Out<{ pwzInvitation: PCWSTR }>>;

  /** Undocumented in Windows; checks its handles and does nothing. PEER_E_INVALID_GROUP, E_INVALIDARG. */
  PeerGroupResumePasswordAuthentication(
    hGroup: HGROUP,
    hPeerEventHandle: HPEEREVENT,
  ): Promise<HResult>;
}
