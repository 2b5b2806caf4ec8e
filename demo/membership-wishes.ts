// What the narrator asks of a member about who belongs, and what that answers. Tickets travel as files, as cards do;
// times of day are milliseconds with fractions, by the clock that all processes of a machine have in common.

import type { Refused } from './wishes.ts';

export interface MembershipWishes {
  createTicket(wish: GroupWish & { readonly file: string }): {
    readonly text: string;
    /** Null when it is too long for one. */
    readonly qr: string | null;
  };
  createPassword(wish: GroupWish & { readonly password: string; readonly file: string }): {
    readonly characters: number;
  };
  /** Becomes a member by a ticket or a password. */
  redeem(wish: RedeemWish): {
    readonly role: string;
    /** The peer name of whoever let it in. */
    readonly issuer: string;
    readonly tookMs: number;
  };
  tryToRedeem(wish: RedeemWish): Refused;
  /** How many links it has with this member, of which it notes down the ends from now on. */
  watchLinks(wish: MemberWish): { readonly links: number };
  /** Waits until no link with that member is left; the last end, or null when it had none. */
  linksCut(wish: MemberWish): { readonly at: number | null };
  /** Answers at once, and publishes a move after the other until that is refused. */
  publishUntilRefused(wish: GroupWish & { readonly game: number }): Record<string, never>;
  /** How that ended, and how many were acknowledged before. */
  publishingRefused(wish: Record<string, never>): Refused & { readonly acknowledged: number };
  remove(wish: MemberWish & { readonly reason: string }): { readonly at: number };
  explain(wish: MemberWish): { readonly lines: readonly string[] };
}

interface GroupWish {
  readonly group: string;
}

interface MemberWish extends GroupWish {
  readonly member: string;
}

interface RedeemWish {
  readonly file: string;
  readonly password?: string;
}
