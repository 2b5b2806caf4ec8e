// Every code that the front door reports, with what it means and what to do about it. docs/errors.md
// repeats this table and a test compares the two. A code is for good: programs branch on it.

import type { RefusalCode } from '../core/domain/refusals.ts';
import type { JoinFailureCode } from '../core/join/join-failure.ts';
import type { WorldErrorCode } from '../core/ports/world-error.ts';
import type { LinkFailureCode } from '../engine/link-failure.ts';

export type ErrorCode =
  | RefusalCode
  | WorldErrorCode
  | LinkFailureCode
  | JoinFailureCode
  | 'INVALID_ARGUMENT'
  | 'INVITATION_NOT_FOUND'
  | 'MEMBER_NOT_FOUND'
  | 'NODE_CLOSED'
  | 'REMOVAL_NOT_FOUND'
  | 'REQUEST_NOT_FOUND'
  | 'GROUP_CLOSED'
  | 'ALREADY_OPEN'
  | 'ALREADY_EXISTS'
  | 'EXPORT_NOT_OPENED'
  | 'CONNECT_SELF'
  | 'NO_ADDRESS'
  | 'CONNECTION_CLOSED'
  | 'CONNECTION_LOST'
  | 'TOO_MANY_CONNECTIONS'
  | 'MESSAGE_TOO_LARGE'
  | 'SEND_QUEUE_FULL'
  | 'TOO_MANY_MESSAGE_TYPES'
  | 'TOO_MANY_STREAMS'
  | 'STREAM_RESET'
  | 'CHANGES_MISSED'
  | 'NOT_CONNECTED'
  | 'NOT_A_NEIGHBOR'
  | 'TOO_MANY_BROADCASTS'
  | 'INTERNAL';

export interface ErrorEntry {
  readonly meaning: string;
  readonly hint: string;
  /** True when the same call may succeed later without anybody changing anything. */
  readonly isRetryable: boolean;
}

function entry(meaning: string, hint: string, isRetryable = false): ErrorEntry {
  return { meaning, hint, isRetryable };
}

export const ERROR_CATALOGUE: Readonly<Record<ErrorCode, ErrorEntry>> = {
  ABORTED: entry(
    'The signal of the call was aborted, or the group was closed meanwhile.',
    'Nothing to mend: somebody asked for it.',
  ),
  ADDRESS_IN_USE: entry(
    'Another program listens on this port.',
    'Choose another port, or 0 for any that is free.',
  ),
  ALREADY_EXISTS: entry(
    'This identity has the group here already.',
    'Open it, or import with { overwrite: true }, which keeps the newer membership.',
  ),
  ALREADY_OPEN: entry(
    'It is open already: a group for this identity, or the acceptor of a group.',
    'Use the one that you have, or close it first.',
  ),
  ATTRIBUTES_INVALID: entry(
    'An attribute of the record has a name or a value that no attribute may have.',
    'Names are 1 to 40 ASCII letters and digits, none of them reserved; values are text without NUL, whole numbers of up to 18 digits, or dates.',
  ),
  CHAIN_INVALID: entry(
    'A chain of certificates breaks one of the rules of the group.',
    'Ask for a new invitation; error.message names the rule and the certificate.',
  ),
  CHAIN_TOO_LONG: entry(
    'The chain of memberships has reached its length of 24.',
    'Let somebody nearer to the creator invite.',
  ),
  CHANGES_MISSED: entry(
    'More records have changed than are kept for a reader of a live search that does not come.',
    'Search again, and watch again; read faster, or watch for less.',
    true,
  ),
  CIRCULAR_CHAIN: entry(
    'The invited identity stands in the chain of the one who invites.',
    'It is a member already: renew its membership from further up.',
  ),
  CLOCK_SKEW: entry(
    'The clock of this machine and that of the member that was asked differ by too much.',
    'Set the clock; error.details.skewMs says by how many milliseconds the other one is ahead.',
  ),
  CONNECTION_CLOSED: entry(
    'The connection was closed in order, by either side.',
    'Open another one; connection.closed says who closed it and why.',
  ),
  CONNECTION_LOST: entry(
    'The other process died, or the network between broke.',
    'Open another one.',
    true,
  ),
  CONNECTION_REFUSED: entry(
    'The member is there and does not take the connection; error.details.reason says why.',
    'notAccepting: its application has to call acceptDirectConnections(). refusedByApplication: its filter said no.',
    true,
  ),
  CONNECT_SELF: entry('A member does not connect to itself.', 'Pass the name of another member.'),
  DATABASE_CORRUPT: entry(
    'The database of records is damaged, or a file that is none; error.details.reason says how.',
    'Close the group and call node.repairRecords(): it keeps what can be read, and the damaged file beside it.',
  ),
  DATABASE_IN_USE: entry(
    'Another process has the database of records open.',
    'Stop that process, or use the group through it.',
    true,
  ),
  DATABASE_OF_ANOTHER: entry(
    'The database of records, or an export of one, belongs to another group, member or application; error.details.what says which.',
    'Move a database back to where it belongs, or away; import an export where it was made.',
  ),
  DATABASE_TOO_NEW: entry(
    'The database of records, or an export of one, was written by a newer version.',
    'Update peergroup.',
  ),
  EXPIRATION_INVALID: entry(
    'The record would end when it may not: in the past, after the membership, or before it did.',
    'Choose a date after now and not after `group.membership.notAfter`; an update may only put the end off.',
  ),
  EXPORT_DAMAGED: entry(
    'The file is no export of records, or is not as it was written; error.details.reason says how.',
    'Nothing was imported. Copy the file again from where it was made, or export again.',
  ),
  EXPORT_NOT_OPENED: entry(
    'The password is not that of the export, or the text is none, or not as it was written.',
    'Nothing was changed. Copy the text whole, and try the password of the export again.',
  ),
  GROUP_CLOSED: entry('The group was closed.', 'Open it again with node.openGroup().'),
  GROUP_NOT_FOUND: entry(
    'This identity is in no such group here.',
    'Join with an invitation, or list node.groups.',
  ),
  IDENTITY_EXISTS: entry(
    'This identity is in the directory already; error.details.identity names it.',
    'Use it: node.identities has it.',
  ),
  IDENTITY_INVALID: entry(
    'This is no identity card, or one that was changed.',
    'Ask for the card again and pass it on without a change.',
  ),
  IDENTITY_IN_USE: entry(
    'The identity is still a member of groups here; error.details.groups names them.',
    'Leave them, or delete them with node.deleteGroup(), and delete the identity then.',
  ),
  IDENTITY_NOT_FOUND: entry(
    'There is no such identity in this directory.',
    'List node.identities, or create one.',
  ),
  INTERNAL: entry(
    'Something that must hold does not: a bug of peergroup.',
    'Please report it with the stack.',
  ),
  INVALID_ARGUMENT: entry(
    'An argument has the wrong type, form or range.',
    'error.message names the argument and what it takes.',
  ),
  INVALID_PATTERN: entry(
    'A backslash in a pattern stands before something that needs no escape.',
    'Write \\\\ for a backslash, \\\\* for a star and \\\\? for a question mark.',
  ),
  INVALID_SEARCH: entry(
    'A search is malformed or larger than the limits of docs/security.md.',
    'error.message names the part of the query and what it takes.',
  ),
  INVITATION_EXPIRED: entry(
    'The membership in the invitation has ended.',
    'Ask for a new invitation; check the clock of this machine.',
  ),
  INVITATION_FOR_ANOTHER: entry(
    'The invitation was made for another identity.',
    'Use the identity whose card was given to the inviter.',
  ),
  INVITATION_INVALID: entry(
    'This is no invitation, or one that was changed.',
    'Copy it whole: one line that begins with peergroup:',
  ),
  INVITATION_NOT_FOUND: entry(
    'No ticket, password or code with this id is known here.',
    'Take the id from group.invitations.list().',
  ),
  INVITATION_NOT_YET_VALID: entry(
    'The membership in the invitation has not begun.',
    'Check the clock of this machine.',
    true,
  ),
  JOIN_DENIED: entry(
    'Somebody was asked whether we may become a member, and said no.',
    'Ask whoever gave the invitation.',
  ),
  JOIN_PENDING: entry(
    'Nobody has said yes in time.',
    'Try again with the same invitation: a yes that comes meanwhile is kept for ten minutes.',
    true,
  ),
  LIFETIME_INVALID: entry(
    'The membership would end in the past or after that of its issuer.',
    'Choose an end between now and group.membership.notAfter.',
  ),
  LISTEN_FAILED: entry(
    'The node could not listen at the address.',
    'The address has to be one of this machine; ports below 1024 need rights.',
  ),
  MEMBERSHIP_EXPIRED: entry(
    'A membership in the chain has ended.',
    'Connect while somebody who may invite is online, who renews a lease for as long again; later ask for a new one. If it should not have ended, compare the clocks of both machines.',
  ),
  MEMBERSHIP_NOT_YET_VALID: entry(
    'A membership in the chain has not begun.',
    'Compare the clocks of both machines.',
    true,
  ),
  MEMBERSHIP_REMOVED: entry(
    'The membership was taken away; error.message says by whom and why, as far as that is known here.',
    'Only those who may take members away can take this member in again, under another key.',
  ),
  MEMBER_NOT_FOUND: entry(
    'No membership of this member is known here.',
    'Take the name from group.memberships.list(); one that joined elsewhere is known once we are connected.',
  ),
  MESSAGE_TOO_LARGE: entry(
    'The message is longer than the other side takes; error.details has both sizes in bytes.',
    'Send it through connection.openStream().',
  ),
  NOBODY_CAN_ADMIT: entry(
    'None of the members that could be asked lets anybody in: they are away, may not, or do not know the invitation.',
    'Try again when somebody with the right is online; error.message says what each of them answered.',
    true,
  ),
  NODE_CLOSED: entry('The node was closed.', 'Open it again with openNode().'),
  NOT_AUTHENTICATED: entry(
    'Who answers did not prove that it is the member, or does not take us for one.',
    'Check the address; perhaps a membership was renewed or removed on one side.',
  ),
  NOT_AUTHORIZED: entry(
    'The role of the member does not allow this.',
    'Ask an administrator or the creator.',
  ),
  NOT_A_NEIGHBOR: entry(
    'This node is no neighbor of ours, or not any more.',
    'Look at group.neighbors; to reach any member use openDirectConnection() or broadcast().',
    true,
  ),
  NOT_CONNECTED: entry(
    'The group is open, but not connected with its other members.',
    'Call group.connect() first; group.status says why it is offline.',
  ),
  NO_ADDRESS: entry(
    'No address of the member is known.',
    "Pass { address: 'host:port' }; the other side sees it in node.addresses.",
  ),
  NO_KEY_ACCESS: entry(
    'Others can read a file with a private key, or we cannot.',
    'error.hint of this error has the command that mends it.',
  ),
  PASSPHRASE_NEEDED: entry(
    'The directory is locked with a passphrase.',
    'Pass { passphrase } to openNode().',
  ),
  PASSWORD_INVALID: entry(
    'The password is too short, too long or too simple to protect anything.',
    'Take 8 to 255 characters with at least three of: small letters, capital letters, digits, others.',
  ),
  PROTOCOL_VIOLATION: entry(
    'The other side broke the protocol.',
    'Compare the versions on both sides; if they are the same, please report it.',
  ),
  QUOTA_EXCEEDED: entry(
    'What one member, or the whole group, may store is used up.',
    'Delete what is not needed, let records expire, or open the group with larger quotas.',
  ),
  RECORD_EXPIRED: entry('The record is over.', 'Nothing to mend: it arrived after its end.'),
  RECORD_INVALID: entry(
    'A record breaks one of the rules that records have.',
    'error.message names the rule; a record that arrived in this state was made by another program.',
  ),
  RECORD_NOT_FOUND: entry(
    'There is no record with this id: never was, deleted, or expired.',
    'Search for it again.',
  ),
  RECORD_TOO_LARGE: entry(
    'The data of the record are larger than a record may hold.',
    'Split them, or send them as a stream over a direct connection.',
  ),
  REMOVAL_NOT_FOUND: entry(
    'No removal with this id is known here.',
    'Take the id from group.memberships.removals().',
  ),
  REQUEST_NOT_FOUND: entry(
    'Nobody waits for a yes under this id, or not any more.',
    'Take it from group.invitations.requests(); whoever was late can come again.',
  ),
  SEND_QUEUE_FULL: entry(
    'Too much waits to be sent: 64 MiB on a connection, or more than a neighbor reads.',
    'await connection.send(…): it resolves when there is room. Give a neighbor time.',
    true,
  ),
  STORAGE_FAILED: entry(
    'The file system failed; error.details has the path and the code.',
    'Free space, mend the rights, and try again.',
    true,
  ),
  STORAGE_FULL: entry(
    'No space is left on the disk of error.details.path.',
    'Free some space, and try again.',
    true,
  ),
  STREAM_RESET: entry(
    'The other side gave the stream up, or its connection ended.',
    'error.details.reason says which.',
  ),
  TICKET_EXPIRED: entry(
    'The ticket, or the invitation with a password or code, was good until a time that has passed.',
    'Ask for a new one; check the clock of this machine.',
  ),
  TICKET_REVOKED: entry('The ticket, password or code was taken back.', 'Ask for a new one.'),
  TICKET_USED_UP: entry('The ticket was used as often as it allows.', 'Ask for a new one.'),
  TIMED_OUT: entry(
    'It did not come about within the time.',
    'Check address and firewall; raise timeoutMs on a slow network.',
    true,
  ),
  TOO_MANY_ATTEMPTS: entry(
    'The password or code was tried too often, here or elsewhere.',
    'Wait a minute, longer after several wrong ones, and try again.',
    true,
  ),
  TOO_MANY_ATTRIBUTES: entry(
    'The record has more attributes than one may have.',
    'Put what is not searched for into the data.',
  ),
  TOO_MANY_BROADCASTS: entry(
    'A process may broadcast 128 messages at once, and 32 a second after that.',
    'Wait a second, put several into one, or publish records.',
    true,
  ),
  TOO_MANY_CONNECTIONS: entry(
    'This group has as many direct connections as it may have.',
    'Close some.',
    true,
  ),
  TOO_MANY_MESSAGE_TYPES: entry(
    'A connection carries at most 16,384 message types.',
    'Use fewer types, or put the distinction into the data.',
  ),
  TOO_MANY_STREAMS: entry(
    'A connection carries at most 128 streams from each side at once.',
    'Wait until some have ended.',
    true,
  ),
  UNREACHABLE: entry(
    'Nobody listens at the address, or there is no way to it.',
    'Is the other node running and listening? Its node.addresses shows where.',
    true,
  ),
  UNSUPPORTED_VERSION: entry(
    'The two sides have no protocol version in common.',
    'Update the older side.',
  ),
  VAULT_CORRUPT: entry(
    'A file of the directory cannot be understood; error.message names it.',
    'Restore it from a backup.',
  ),
  VAULT_IN_USE: entry(
    'Another process has this directory open; error.details.pid names it.',
    'Stop that process, or choose another directory.',
    true,
  ),
  VAULT_TOO_NEW: entry('The directory was written by a newer version.', 'Update peergroup.'),
  WRONG_GROUP: entry('The certificate is of another group.', 'Use the invitation of this group.'),
  WRONG_IDENTITY: entry(
    'Somebody else than the member answers at this address.',
    'The address belongs to another member or another group now: ask for a new one.',
  ),
  WRONG_PASSPHRASE: entry('The passphrase does not open the directory.', 'Try again.'),
  WRONG_PASSWORD: entry(
    'The password or code is not that of the invitation.',
    'Type it again; after a few wrong ones there is a pause, and a code is gone after three.',
  ),
};
