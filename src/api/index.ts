// The front door: everything that `import … from 'peergroup'` gives, and nothing else.

export type { StorageUse } from '../core/domain/records.ts';
export type { AcceptOptions } from './acceptor.ts';
export { DirectConnectionAcceptor } from './acceptor.ts';
export type { AddressLike } from './arguments.ts';
export type { ConnectionEnd } from './connection-end.ts';
export type {
  CloseOptions,
  ReceiveOptions,
  SendOptions,
  WaitOptions,
} from './connection-options.ts';
export type { ConnectionPath } from './connection-path.ts';
export { DirectConnection } from './direct-connection.ts';
export type { OpenOptions } from './direct-openings.ts';
export { DirectStream } from './direct-stream.ts';
export type { ErrorCode } from './error-catalogue.ts';
export {
  BroadcastReceivedEvent,
  DialFailedEvent,
  GraphFailedEvent,
  NeighborChangedEvent,
  PresenceChangedEvent,
  StatusChangedEvent,
  SyncedEvent,
  SyncLagEvent,
  SyncProgressEvent,
} from './graph/graph-events.ts';
export type {
  BroadcastOptions,
  ConnectOptions,
  MemberContact,
  SyncedOptions,
  SyncedSummary,
} from './graph/graph-options.ts';
export type {
  GroupStatus,
  Neighbor,
  PresentMember,
  ReachFailure,
  RecordLag,
} from './graph/graph-views.ts';
export type { NodeIdentity } from './graph/node-identity.ts';
export type { GroupEventMap } from './group-events.ts';
export {
  ConnectionClosedEvent,
  ConnectionFailedEvent,
  ConnectionOpenedEvent,
  RecordChangedEvent,
  RecordsFailedEvent,
} from './group-events.ts';
export { Identity } from './identity.ts';
export type { InviteOptions } from './invite.ts';
export type { KnownMember } from './known-members.ts';
export type { Member } from './member.ts';
export type { GroupInvitations, InvitationLine } from './membership/group-invitations.ts';
export type { GroupMemberships, MemberLike } from './membership/group-memberships.ts';
export type { GroupPropertiesView } from './membership/group-settings.ts';
export type { CardView, InvitationView } from './membership/invitation-view.ts';
export type { IssueOptions } from './membership/issue-options.ts';
export type { JoinOptions } from './membership/join-by-offer.ts';
export {
  JoinRequestedEvent,
  MemberChangedEvent,
  MemberRemovedEvent,
  PropertiesChangedEvent,
  RemovedEvent,
  SecurityWithheldEvent,
} from './membership/membership-events.ts';
export type {
  CodeOptions,
  GrantedRole,
  InvitationOptions,
  PasswordOptions,
  PropertiesUpdate,
  RemoveOptions,
} from './membership/membership-options.ts';
export type { MembershipSummary } from './membership/membership-summary.ts';
export type {
  ExplainedIssuer,
  ExplainedMembership,
  Explanation,
  JoinRequest,
  MemberView,
  OpenInvitation,
  RemovalView,
  RevocationView,
} from './membership/membership-views.ts';
export { Message } from './message.ts';
export type { ImportGroupOptions } from './moving/group-export.ts';
export type { LeaveOptions } from './moving/group-moving.ts';
export type { SealOptions } from './moving/sealed-text.ts';
export type { ListenOptions } from './node-listening.ts';
export { PeerGroup } from './peer-group.ts';
export type { FailedCandidate } from './peer-group-error.ts';
export { isPeerGroupError, PeerGroupError } from './peer-group-error.ts';
export type {
  GroupOptions,
  GroupSummary,
  NodeOptions,
} from './peer-node.ts';
export { openNode, PeerNode } from './peer-node.ts';
export type { RecordPage, WatchOptions } from './records/group-records.ts';
export { GroupRecords } from './records/group-records.ts';
export type { LiveChange } from './records/live-search.ts';
export { LiveSearch } from './records/live-search.ts';
export type { RecordInput } from './records/record-arguments.ts';
export type { RecordOptions, RecordQuotas } from './records/record-options.ts';
export type { RecordsCheck, RepairSummary } from './records/record-repair.ts';
export type {
  ExportSummary,
  ImportSummary,
  TransferOptions,
  TransferProgress,
} from './records/record-transfer.ts';
export type { NewRecord, RecordUpdate } from './records/record-wishes.ts';
export type { QueryCondition } from './records/search-condition.ts';
export type { QueryOrder, RecordQuery } from './records/search-query.ts';
export type { AttributeInput, Attributes } from './records/shared-record.ts';
export { SharedRecord } from './records/shared-record.ts';
export type { IdentityChoice } from './vault-choice.ts';
export type { IdentityOptions, NamingOptions } from './vault-entries.ts';
