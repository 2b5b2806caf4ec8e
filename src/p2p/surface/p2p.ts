// What `openP2P` gives: the world of one Windows user on one machine, with every function of p2p.h.

import type { ConnectionFunctions } from './connection-functions.ts';
import type { GroupFunctions } from './group-functions.ts';
import type { IdentityFunctions } from './identity-functions.ts';
import type { InvitationFunctions } from './invitation-functions.ts';
import type { RecordFunctions } from './record-functions.ts';

export interface P2POptions {
  /** Folder for identities, groups and records; made when missing; one P2P object at a time. */
  directory: string;
  /** Address to listen on; default '::'. */
  host?: string | undefined;
  /** Port to listen on; default 0: any free port. Taken when the first group goes online. */
  port?: number | undefined;
  /**
   * How groups are found besides known addresses; default 'local'. With 'none' only addresses given to
   * PeerGroupConnectByAddress, inside invitations and in stored presence are used.
   */
  discovery?: 'none' | 'local' | 'internet' | undefined;
}

export interface P2P
  extends AsyncDisposable,
    GroupFunctions,
    InvitationFunctions,
    ConnectionFunctions,
    RecordFunctions,
    IdentityFunctions {
  /** Goes offline, ends all handles and frees the folder; may be called twice. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
