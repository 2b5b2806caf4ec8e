// What the narrator asks of the process of a member, and what that answers, over the IPC of fork().
// Cards and invitations do not go this way: they travel as files, as they would by mail.

import type { GraphWishes } from './graph-wishes.ts';
import type { MembershipWishes } from './membership-wishes.ts';
import type { RecordWishes } from './record-wishes.ts';

export interface Wishes extends RecordWishes, GraphWishes, MembershipWishes {
  /** Opens a node with a new identity and listens. */
  arrive(wish: { readonly directory: string; readonly friendlyName: string }): {
    readonly name: string;
    readonly address: string;
  };
  /** Opens the node and the group of a process that was killed. */
  comeBack(wish: { readonly directory: string; readonly group: string }): {
    readonly name: string;
    readonly address: string;
    readonly openGroupMs: number;
  };
  createGroup(wish: { readonly friendlyName: string }): { readonly group: string };
  writeCard(wish: { readonly file: string }): { readonly characters: number };
  invite(wish: { readonly group: string; readonly cardFile: string; readonly file: string }): {
    readonly characters: number;
  };
  /** Joins and takes direct connections from then on. */
  join(wish: { readonly file: string }): {
    readonly group: string;
    readonly role: string;
    readonly days: number;
  };
  open(wish: OpenWish): { readonly tookMs: number; readonly address: string };
  /** Closes and opens again, several times. */
  reopen(wish: OpenWish & { readonly times: number }): { readonly medianMs: number };
  chat(wish: { readonly member: string; readonly text: string }): { readonly answer: string };
  measureRoundTrip(wish: { readonly member: string; readonly times: number }): {
    readonly medianMs: number;
  };
  measureMessages(wish: { readonly member: string; readonly count: number }): Run & {
    readonly arrived: number;
  };
  sendStream(wish: { readonly member: string; readonly mib: number }): Run & {
    readonly sent: string;
    readonly received: string;
  };
  /** Does what should be refused and tells how it was. */
  tryToJoin(wish: { readonly file: string }): Refused;
  tryToOpen(wish: OpenWish): Refused;
  leave(wish: Record<string, never>): { readonly closed: number };
}

/** Several times the same, for the first run of a program is its slowest. */
export interface Run {
  readonly firstMs: number;
  readonly bestMs: number;
}

export interface OpenWish {
  readonly group: string;
  readonly member: string;
  /** Left out: wherever the group knows the member to be. */
  readonly address?: string;
}

/** The code of the error, or null when there was none. */
export interface Refused {
  readonly code: string | null;
  readonly why: string;
  readonly tookMs: number;
}

export type WishName = keyof Wishes;
export type WishOf<Name extends WishName> = Parameters<Wishes[Name]>[0];
export type AnswerOf<Name extends WishName> = ReturnType<Wishes[Name]>;

export interface Question {
  readonly id: number;
  readonly wish: WishName;
  readonly about: unknown;
}

/** A connection has ended, as the event of the group told it. */
export interface Ended {
  readonly member: string;
  readonly by: string;
  readonly how: string;
}

export type Report =
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly error: string }
  | { readonly kind: 'ended'; readonly ended: Ended }
  /** A publication was acknowledged: all games up to this one. */
  | { readonly kind: 'published'; readonly lastGame: number };
