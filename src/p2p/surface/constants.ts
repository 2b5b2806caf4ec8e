// The constants of p2p.h besides result codes: the version and the roles.

/** Version to ask PeerGroupStartup for: 1.1. */
export const PEER_GROUP_VERSION = 0x0101;

/** May invite, issue and renew credentials, and change any record. */
export const PEER_GROUP_ROLE_ADMIN = '04387127-aa56-450a-8ce5-4f565c6790f4';
/** May add records and change its own. */
export const PEER_GROUP_ROLE_MEMBER = 'f12dc4c7-0857-4ca0-93fc-b1bb19a3d8c2';
/** A member that may issue the credentials of plain members. */
export const PEER_GROUP_ROLE_INVITING_MEMBER = '4370fd89-dc18-4cfb-8dbf-9853a8a9f905';
