// The structures of p2p.h that functions take and give, field by field.

import type {
  DWORD,
  FILETIME,
  GUID,
  PCWSTR,
  PEER_DATA,
  PEER_ROLE_ID,
  ULONG,
  ULONGLONG,
  WORD,
} from './basic-types.ts';
import type { PEER_GROUP_AUTHENTICATION_SCHEME, PNRP_SCOPE } from './enumerations.ts';

export interface SOCKADDR_IN6 {
  /** IPv6 address as text; an IPv4 address as ::ffff:a.b.c.d. */
  sin6_addr: string;
  /** Port, 1 to 65535. */
  sin6_port: number;
  /** Interface index of a link-local address. */
  sin6_scope_id?: number | undefined;
}

export interface PEER_ADDRESS {
  dwSize?: DWORD | undefined;
  sin6: SOCKADDR_IN6;
}

/** Public key with its algorithm. */
export interface CERT_PUBLIC_KEY_INFO {
  Algorithm: {
    /** Object identifier; 1.3.101.112 for Ed25519. */
    pszObjId: string;
    /** DER of the parameters; empty or left out for Ed25519. */
    Parameters?: Uint8Array | undefined;
  };
  /** Key bits; 32 bytes for Ed25519. */
  PublicKey: Uint8Array;
}

export interface PEER_VERSION_DATA {
  /** Version in use; major number in the low byte, minor number in the high byte. */
  wVersion: WORD;
  /** Highest version available. */
  wHighestVersion: WORD;
}

export interface PEER_NAME_PAIR {
  dwSize?: DWORD | undefined;
  pwzPeerName: PCWSTR;
  pwzFriendlyName: PCWSTR;
}

export interface PEER_RECORD {
  dwSize?: DWORD | undefined;
  /** Chosen by the application; fixed after adding. */
  type: GUID;
  /** Set by the infrastructure. */
  id: GUID;
  /** Set by the infrastructure: 1 after adding, one more with every update. */
  dwVersion: DWORD;
  /** PEER_RECORD_FLAGS; fixed after adding. */
  dwFlags: DWORD;
  /** Identity that added the record; set by the infrastructure. */
  pwzCreatorId: PCWSTR;
  /** Identity that changed the record last; set by the infrastructure. */
  pwzModifiedById: PCWSTR;
  /** Attribute XML, or null. */
  pwzAttributes: PCWSTR | null;
  /** Peer time; set by the infrastructure. */
  ftCreation: FILETIME;
  /** Peer time; may only stay or grow. */
  ftExpiration: FILETIME;
  /** Peer time; set by the infrastructure. */
  ftLastModified: FILETIME;
  /** Signature; set by the infrastructure. */
  securityData: PEER_DATA;
  /** Application data. */
  data: PEER_DATA;
}

/** What PeerGroupAddRecord reads: type and ftExpiration are required, what the infrastructure sets is ignored. */
export type PEER_RECORD_TO_ADD = Partial<PEER_RECORD> & Pick<PEER_RECORD, 'type' | 'ftExpiration'>;

/** What PeerGroupUpdateRecord reads: a record from PeerGroupGetRecord or an enumeration, with changes. */
export type PEER_RECORD_TO_UPDATE = Partial<PEER_RECORD> &
  Pick<PEER_RECORD, 'id' | 'type' | 'dwFlags' | 'ftExpiration'>;

export interface PEER_CONNECTION_INFO {
  dwSize?: DWORD | undefined;
  /** PEER_CONNECTION_FLAGS: neighbour or direct. */
  dwFlags: DWORD;
  ullConnectionId: ULONGLONG;
  /** Node ID of the other end; the one in its PEER_MEMBER. */
  ullNodeId: ULONGLONG;
  /** Identity on the other end. */
  pwzPeerId: PCWSTR;
  /** Endpoint on which the other end listens. */
  address: PEER_ADDRESS;
}

export interface PEER_CREDENTIAL_INFO {
  dwSize?: DWORD | undefined;
  /** Reserved; 0. */
  dwFlags: DWORD;
  /** Friendly name of the member. */
  pwzFriendlyName: PCWSTR;
  pPublicKey: CERT_PUBLIC_KEY_INFO;
  /** Ignored as input. */
  pwzIssuerPeerName: PCWSTR;
  /** Ignored as input. */
  pwzIssuerFriendlyName: PCWSTR;
  /** UTC, whole seconds. */
  ftValidityStart: FILETIME;
  /** UTC, whole seconds. */
  ftValidityEnd: FILETIME;
  cRoles: ULONG;
  pRoles: PEER_ROLE_ID[];
}

export interface PEER_MEMBER {
  dwSize?: DWORD | undefined;
  /** PEER_MEMBER_FLAGS; PEER_MEMBER_PRESENT while online. */
  dwFlags: DWORD;
  pwzIdentity: PCWSTR;
  pwzAttributes: PCWSTR | null;
  ullNodeId: ULONGLONG;
  cAddresses: ULONG;
  /** Empty when the member publishes no presence. */
  pAddresses: PEER_ADDRESS[];
  pCredentialInfo: PEER_CREDENTIAL_INFO;
}

export interface PEER_INVITATION_INFO {
  dwSize?: DWORD | undefined;
  /** 0. */
  dwFlags: DWORD;
  pwzCloudName: PCWSTR;
  dwScope: PNRP_SCOPE;
  dwCloudFlags: DWORD;
  pwzGroupPeerName: PCWSTR;
  pwzIssuerPeerName: PCWSTR;
  /** null in a password invitation. */
  pwzSubjectPeerName: PCWSTR | null;
  pwzGroupFriendlyName: PCWSTR;
  pwzIssuerFriendlyName: PCWSTR;
  /** null in a password invitation. */
  pwzSubjectFriendlyName: PCWSTR | null;
  /** UTC, whole seconds. */
  ftValidityStart: FILETIME;
  /** UTC, whole seconds. */
  ftValidityEnd: FILETIME;
  cRoles: ULONG;
  pRoles: PEER_ROLE_ID[];
  /** Reserved; 0. */
  cClassifiers: ULONG;
  /** Reserved; empty. */
  ppwzClassifiers: PCWSTR[];
  /** null in a password invitation. */
  pSubjectPublicKey: CERT_PUBLIC_KEY_INFO | null;
  authScheme: PEER_GROUP_AUTHENTICATION_SCHEME;
}

export interface PEER_GROUP_PROPERTIES {
  dwSize?: DWORD | undefined;
  /** PEER_GROUP_PROPERTY_FLAGS. */
  dwFlags: DWORD;
  /** Cloud; fixed after creation. */
  pwzCloud: PCWSTR | null;
  /** At most 149 characters; fixed after creation. */
  pwzClassifier: PCWSTR | null;
  /** Generated. */
  pwzGroupPeerName: PCWSTR | null;
  /** Fixed after creation. */
  pwzCreatorPeerName: PCWSTR | null;
  /** At most 255 characters. */
  pwzFriendlyName: PCWSTR | null;
  /** At most 255 characters. */
  pwzComment: PCWSTR | null;
  /** Seconds, 28800 to 315576000; 2419200 when left out; 0 is the longest allowed. */
  ulMemberDataLifetime: ULONG;
  /** Seconds, 300 or more; 300 when left out or 0. */
  ulPresenceLifetime: ULONG;
  /** PEER_GROUP_AUTHENTICATION_SCHEME flags; GMC when left out or 0. */
  dwAuthenticationSchemes: DWORD;
  /** Written only: always null when read; null keeps the present password. */
  pwzGroupPassword: PCWSTR | null;
  /** Role that the password gives, or null. */
  groupPasswordRole: PEER_ROLE_ID | null;
}
