// Functions of the Identity Manager, and those that enumerations share.

import type { KeyObject } from 'node:crypto';

import type { HCRYPTPROV, HPEERENUM, HResult, Out, PCWSTR, ULONG } from './basic-types.ts';
import type { PEER_NAME_PAIR } from './structures.ts';

export interface IdentityFunctions {
  /**
   * Makes an identity from a new key pair (null) or a given Ed25519 one; classifier up to 149, friendly name
   * up to 255 characters. PEER_E_ALREADY_EXISTS, PEER_E_TOO_MANY_IDENTITIES, ERROR_INVALID_HANDLE,
   * E_INVALIDARG.
   */
  PeerIdentityCreate(
    pwzClassifier: PCWSTR | null,
    pwzFriendlyName: PCWSTR | null,
    hCryptProv: HCRYPTPROV | KeyObject | null,
  ): Promise<Out<{ pwzIdentity: PCWSTR }>>;

  /** Removes an identity for good. PEER_E_GROUPS_EXIST, PEER_E_NOT_FOUND. */
  PeerIdentityDelete(pwzIdentity: PCWSTR): Promise<HResult>;

  /**
   * Exports an identity with its private key, encrypted with the password. PEER_E_NOT_FOUND; E_INVALIDARG
   * for a null password.
   */
  PeerIdentityExport(
    pwzIdentity: PCWSTR,
    pwzPassword: PCWSTR,
  ): Promise<Out<{ pwzExportXML: PCWSTR }>>;

  /** Restores an exported identity. PEER_E_ALREADY_EXISTS; E_INVALIDARG for changed text or a wrong password. */
  PeerIdentityImport(
    pwzImportXML: PCWSTR,
    pwzPassword: PCWSTR,
  ): Promise<Out<{ pwzIdentity: PCWSTR }>>;

  /** Gives the key pair of an identity. PEER_E_NOT_FOUND. */
  PeerIdentityGetCryptKey(pwzIdentity: PCWSTR): Promise<Out<{ hCryptProv: HCRYPTPROV }>>;

  /** Gives the default identity: the oldest one. PEER_E_NOT_FOUND when there is none. */
  PeerIdentityGetDefault(): Promise<Out<{ pwzPeerName: PCWSTR }>>;

  /** Reads the friendly name. PEER_E_NOT_FOUND. */
  PeerIdentityGetFriendlyName(pwzIdentity: PCWSTR): Promise<Out<{ pwzFriendlyName: PCWSTR }>>;

  /**
   * Changes the friendly name (255 characters), or resets it to the peer name (null, empty).
   * PEER_E_NOT_FOUND.
   */
  PeerIdentitySetFriendlyName(
    pwzIdentity: PCWSTR,
    pwzFriendlyName: PCWSTR | null,
  ): Promise<HResult>;

  /**
   * Gives the public description of an identity for an invitation; null takes the default identity and makes
   * one when there is none. E_HANDLE for an unknown identity.
   */
  PeerIdentityGetXML(pwzIdentity: PCWSTR | null): Promise<Out<{ pwzIdentityXML: PCWSTR }>>;

  /**
   * Joins the authority of an identity (null: 0) and a classifier; makes no identity. E_INVALIDARG when both
   * are null.
   */
  PeerCreatePeerName(
    pwzIdentity: PCWSTR | null,
    pwzClassifier: PCWSTR | null,
  ): Promise<Out<{ pwzPeerName: PCWSTR }>>;

  /** Enumerates the user's identities. */
  PeerEnumIdentities(): Promise<Out<{ hPeerEnum: HPEERENUM<PEER_NAME_PAIR> }>>;

  /** Enumerates the groups of an identity. PEER_E_NOT_FOUND. */
  PeerEnumGroups(pwzIdentity: PCWSTR): Promise<Out<{ hPeerEnum: HPEERENUM<PEER_NAME_PAIR> }>>;

  /**
   * Reads up to pCount items; pCount comes back as the number read, 0 and an empty array at the end.
   * E_INVALIDARG.
   */
  PeerGetNextItem<T>(
    hPeerEnum: HPEERENUM<T>,
    pCount: ULONG | null,
  ): Promise<Out<{ pCount: ULONG; ppvItems: T[] }>>;

  /** Gives the total number of items, read ones included. E_INVALIDARG. */
  PeerGetItemCount(hPeerEnum: HPEERENUM): Promise<Out<{ pCount: ULONG }>>;

  /**
   * Releases an enumeration; items already read stay usable. E_INVALIDARG for a handle that is not valid or
   * was ended.
   */
  PeerEndEnumeration(hPeerEnum: HPEERENUM): Promise<HResult>;

  /** Does nothing: memory is released by itself. Always S_OK. */
  PeerFreeData(pvData: unknown): Promise<HResult>;
}
