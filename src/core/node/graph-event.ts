// What an application is told of its group's graph.

import type { WallTime } from '../base/time.ts';
import type { Address } from '../domain/addresses.ts';
import type { MessageType } from '../domain/message-types.ts';
import type { PeerName } from '../domain/names.ts';
import type { Removal } from '../domain/security.ts';
import type { GraphStatus } from './graph-status.ts';

/** One opening of the group by a member; a member that has it open twice is there twice. */
export interface NodeName {
  readonly member: PeerName;
  readonly nodeId: bigint;
}

export interface PresentMember extends NodeName {
  readonly addresses: readonly Address[];
  /** By our clock. */
  readonly since: WallTime;
}

/** What one of two neighbors still has to get from the other, and why it has not. */
export interface Lag {
  /** A code of docs/errors.md, or `pending` for what is under way. */
  readonly code: string;
  /** 12 bytes each; the first of them when there are many. */
  readonly elements: readonly Uint8Array[];
  readonly count: number;
  /** `here`: we did not take them. `there`: the neighbor did not. */
  readonly side: 'here' | 'there';
}

/** An epoch whose secret is known. */
export interface KnownEpoch {
  /** How many epochs there are up to this one. */
  readonly depth: number;
  /** Of its statement. */
  readonly digest: Uint8Array;
  /** 32 bytes. */
  readonly secret: Uint8Array;
}

export type GraphEvent =
  | { readonly kind: 'status'; readonly status: GraphStatus }
  | { readonly kind: 'neighborUp'; readonly node: NodeName }
  | { readonly kind: 'neighborDown'; readonly node: NodeName; readonly why: string }
  | { readonly kind: 'memberPresent'; readonly member: PresentMember }
  /** It listens elsewhere, or is called something else. */
  | { readonly kind: 'memberUpdated'; readonly member: PresentMember }
  | {
      readonly kind: 'memberAbsent';
      readonly member: PresentMember;
      readonly why: 'left' | 'expired' | 'removed';
    }
  /** We are no member any more, as far as is known here; the graph is left. */
  | { readonly kind: 'removed'; readonly removal: Removal }
  /** This neighbor keeps back who was removed, or does not want to know: it was parted with. */
  | { readonly kind: 'securityWithheld'; readonly node: NodeName }
  /** Members find each other by another secret now; to be kept by the application. */
  | { readonly kind: 'epochSecret'; readonly epoch: KnownEpoch }
  /** From any member, told once each. */
  | {
      readonly kind: 'broadcast';
      readonly node: NodeName;
      readonly type: MessageType;
      readonly bytes: Uint8Array;
    }
  /** From this neighbor. */
  | {
      readonly kind: 'neighborMessage';
      readonly node: NodeName;
      readonly type: MessageType;
      readonly bytes: Uint8Array;
    }
  | {
      readonly kind: 'syncProgress';
      readonly node: NodeName;
      readonly received: number;
      /** A guess until the two sets were compared. */
      readonly expected: number;
      readonly sent: number;
    }
  | { readonly kind: 'synced'; readonly node: NodeName; readonly records: number }
  | { readonly kind: 'lag'; readonly node: NodeName; readonly lags: readonly Lag[] };
