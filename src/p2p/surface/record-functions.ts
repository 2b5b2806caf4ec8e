// Functions of records.

import type { GUID, HGROUP, HPEERENUM, HResult, Out, PCWSTR } from './basic-types.ts';
import type { PEER_RECORD, PEER_RECORD_TO_ADD, PEER_RECORD_TO_UPDATE } from './structures.ts';

export interface RecordFunctions {
  /**
   * Publishes a record; ftExpiration in peer time. PEER_E_GROUP_NOT_READY, PEER_E_INVALID_ATTRIBUTES,
   * PEER_E_TOO_MANY_ATTRIBUTES, PEER_E_INVALID_RECORD_EXPIRATION, PEER_E_MAX_RECORD_SIZE_EXCEEDED,
   * PEER_E_NOT_AUTHORIZED, PEER_E_INVALID_RECORD.
   */
  PeerGroupAddRecord(
    hGroup: HGROUP,
    pRecord: PEER_RECORD_TO_ADD,
  ): Promise<Out<{ pRecordId: GUID }>>;

  /**
   * Changes attributes, data and (upwards) expiration of a record. PEER_E_NOT_AUTHORIZED,
   * PEER_E_RECORD_NOT_FOUND, PEER_E_INVALID_RECORD_EXPIRATION; E_INVALIDARG for another type or other flags.
   */
  PeerGroupUpdateRecord(hGroup: HGROUP, pRecord: PEER_RECORD_TO_UPDATE): Promise<HResult>;

  /**
   * Deletes a record in the whole group. PEER_E_NOT_AUTHORIZED, PEER_E_RECORD_NOT_FOUND,
   * PEER_E_GROUP_NOT_READY.
   */
  PeerGroupDeleteRecord(hGroup: HGROUP, pRecordId: GUID): Promise<HResult>;

  /** Reads one record of the local database. PEER_E_RECORD_NOT_FOUND, PEER_E_GROUP_NOT_READY. */
  PeerGroupGetRecord(hGroup: HGROUP, pRecordId: GUID): Promise<Out<{ pRecord: PEER_RECORD }>>;

  /** Enumerates the local records, of one type or (null) all. PEER_E_INVALID_GROUP. */
  PeerGroupEnumRecords(
    hGroup: HGROUP,
    pRecordType: GUID | null,
  ): Promise<Out<{ hPeerEnum: HPEERENUM<PEER_RECORD> }>>;

  /**
   * Enumerates the local records that match an XML query. PEER_E_INVALID_SEARCH; E_INVALIDARG for a stray
   * backslash.
   */
  PeerGroupSearchRecords(
    hGroup: HGROUP,
    pwzCriteria: PCWSTR,
  ): Promise<Out<{ hPeerEnum: HPEERENUM<PEER_RECORD> }>>;
}
