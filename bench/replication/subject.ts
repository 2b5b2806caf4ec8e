// What a subject of replicate is: a keeper of records that gives them away, and a newcomer that has none
// of them. Each is a process of its own, and they meet on a socket.

import type { Ticket, Wish } from './control.ts';

export interface Subject {
  /** Opens what was filled by the subject's own way to keep records, and serves it from now on. */
  give(directory: string): Promise<Giver>;
  /** Opens an empty directory. */
  arrive(directory: string): Promise<Newcomer>;
}

export interface Giver {
  /** What the newcomer needs to get everything. */
  admit(wish: Wish): Promise<Ticket>;
  close(): Promise<void>;
}

export interface Newcomer {
  readonly wish: Wish;
  /** Whatever takes part in no transfer: becoming a member, keys. */
  prepare(ticket: Ticket): Promise<void>;
  /** Begins to fetch everything; timed from here. */
  connect(): Promise<void>;
  /** Records that are verified and stored, of so many that there will be. */
  count(): number;
  close(): Promise<void>;
}
