// The front door: everything that `import … from 'peergroup'` gives, and nothing else.

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
export { DirectStream } from './direct-stream.ts';
export type { ErrorCode } from './error-catalogue.ts';
export type { GroupEventMap } from './group-events.ts';
export {
  ConnectionClosedEvent,
  ConnectionFailedEvent,
  ConnectionOpenedEvent,
} from './group-events.ts';
export { Identity } from './identity.ts';
export type { Member } from './member.ts';
export { Message } from './message.ts';
export type { InviteOptions, KnownMember, MembershipSummary, OpenOptions } from './peer-group.ts';
export { PeerGroup } from './peer-group.ts';
export type { FailedCandidate } from './peer-group-error.ts';
export { isPeerGroupError, PeerGroupError } from './peer-group-error.ts';
export type {
  GroupSummary,
  IdentityChoice,
  ListenOptions,
  NodeOptions,
} from './peer-node.ts';
export { openNode, PeerNode } from './peer-node.ts';
export type { NamingOptions } from './vault-entries.ts';
