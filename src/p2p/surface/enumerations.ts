// The enumerations of p2p.h, as objects of numbers: names and values as in the header.

/** What happened to a record. */
export const PEER_RECORD_CHANGE_TYPE = {
  PEER_RECORD_ADDED: 1,
  PEER_RECORD_UPDATED: 2,
  PEER_RECORD_DELETED: 3,
  PEER_RECORD_EXPIRED: 4,
} as const;
export type PEER_RECORD_CHANGE_TYPE =
  (typeof PEER_RECORD_CHANGE_TYPE)[keyof typeof PEER_RECORD_CHANGE_TYPE];

/** What happened to a connection. */
export const PEER_CONNECTION_STATUS = {
  PEER_CONNECTED: 1,
  PEER_DISCONNECTED: 2,
  PEER_CONNECTION_FAILED: 3,
} as const;
export type PEER_CONNECTION_STATUS =
  (typeof PEER_CONNECTION_STATUS)[keyof typeof PEER_CONNECTION_STATUS];

/** Kinds of connections. */
export const PEER_CONNECTION_FLAGS = {
  PEER_CONNECTION_NEIGHBOR: 1,
  PEER_CONNECTION_DIRECT: 2,
} as const;
export type PEER_CONNECTION_FLAGS =
  (typeof PEER_CONNECTION_FLAGS)[keyof typeof PEER_CONNECTION_FLAGS];

/** Flags of a record. */
export const PEER_RECORD_FLAGS = {
  PEER_RECORD_FLAG_AUTOREFRESH: 1,
  PEER_RECORD_FLAG_DELETED: 2,
} as const;
export type PEER_RECORD_FLAGS = (typeof PEER_RECORD_FLAGS)[keyof typeof PEER_RECORD_FLAGS];

/** Types of events. */
export const PEER_GROUP_EVENT_TYPE = {
  PEER_GROUP_EVENT_STATUS_CHANGED: 1,
  PEER_GROUP_EVENT_PROPERTY_CHANGED: 2,
  PEER_GROUP_EVENT_RECORD_CHANGED: 3,
  PEER_GROUP_EVENT_DIRECT_CONNECTION: 4,
  PEER_GROUP_EVENT_NEIGHBOR_CONNECTION: 5,
  PEER_GROUP_EVENT_INCOMING_DATA: 6,
  PEER_GROUP_EVENT_MEMBER_CHANGED: 8,
  PEER_GROUP_EVENT_CONNECTION_FAILED: 10,
  PEER_GROUP_EVENT_AUTHENTICATION_FAILED: 11,
} as const;
export type PEER_GROUP_EVENT_TYPE =
  (typeof PEER_GROUP_EVENT_TYPE)[keyof typeof PEER_GROUP_EVENT_TYPE];

/** Status flags of a group; 0 while offline. */
export const PEER_GROUP_STATUS = {
  PEER_GROUP_STATUS_LISTENING: 1,
  PEER_GROUP_STATUS_HAS_CONNECTIONS: 2,
} as const;
export type PEER_GROUP_STATUS = (typeof PEER_GROUP_STATUS)[keyof typeof PEER_GROUP_STATUS];

/** Flags of the group properties. */
export const PEER_GROUP_PROPERTY_FLAGS = {
  PEER_MEMBER_DATA_OPTIONAL: 1,
  PEER_DISABLE_PRESENCE: 2,
  PEER_DEFER_EXPIRATION: 4,
} as const;
export type PEER_GROUP_PROPERTY_FLAGS =
  (typeof PEER_GROUP_PROPERTY_FLAGS)[keyof typeof PEER_GROUP_PROPERTY_FLAGS];

/** How a peer proves that it may join; flags in the group properties. */
export const PEER_GROUP_AUTHENTICATION_SCHEME = {
  PEER_GROUP_GMC_AUTHENTICATION: 1,
  PEER_GROUP_PASSWORD_AUTHENTICATION: 2,
} as const;
export type PEER_GROUP_AUTHENTICATION_SCHEME =
  (typeof PEER_GROUP_AUTHENTICATION_SCHEME)[keyof typeof PEER_GROUP_AUTHENTICATION_SCHEME];

/** Flags of a member. */
export const PEER_MEMBER_FLAGS = {
  PEER_MEMBER_PRESENT: 1,
} as const;
export type PEER_MEMBER_FLAGS = (typeof PEER_MEMBER_FLAGS)[keyof typeof PEER_MEMBER_FLAGS];

/** What happened to a member; PEER_MEMBER_LEFT is never raised. */
export const PEER_MEMBER_CHANGE_TYPE = {
  PEER_MEMBER_CONNECTED: 1,
  PEER_MEMBER_DISCONNECTED: 2,
  PEER_MEMBER_UPDATED: 3,
  PEER_MEMBER_JOINED: 4,
  PEER_MEMBER_LEFT: 5,
} as const;
export type PEER_MEMBER_CHANGE_TYPE =
  (typeof PEER_MEMBER_CHANGE_TYPE)[keyof typeof PEER_MEMBER_CHANGE_TYPE];

/** Flags of PeerGroupIssueCredentials. */
export const PEER_GROUP_ISSUE_CREDENTIAL_FLAGS = {
  PEER_GROUP_STORE_CREDENTIALS: 1,
} as const;
export type PEER_GROUP_ISSUE_CREDENTIAL_FLAGS =
  (typeof PEER_GROUP_ISSUE_CREDENTIAL_FLAGS)[keyof typeof PEER_GROUP_ISSUE_CREDENTIAL_FLAGS];

/** Scope of a cloud. */
export const PNRP_SCOPE = {
  PNRP_SCOPE_ANY: 0,
  PNRP_GLOBAL_SCOPE: 1,
  PNRP_SITE_LOCAL_SCOPE: 2,
  PNRP_LINK_LOCAL_SCOPE: 3,
} as const;
export type PNRP_SCOPE = (typeof PNRP_SCOPE)[keyof typeof PNRP_SCOPE];

/** Flags of a cloud. */
export const PNRP_CLOUD_FLAGS = {
  PNRP_CLOUD_NO_FLAGS: 0,
  PNRP_CLOUD_NAME_LOCAL: 1,
  PNRP_CLOUD_RESOLVE_ONLY: 2,
  PNRP_CLOUD_FULL_PARTICIPANT: 4,
} as const;
export type PNRP_CLOUD_FLAGS = (typeof PNRP_CLOUD_FLAGS)[keyof typeof PNRP_CLOUD_FLAGS];
