// What the main process asks of the two processes that replicate, and what they answer.

/** What a newcomer shows to be let in, and what it is given: text that crosses between processes. */
export type Wish = string;
export type Ticket = string;

/** The reply to each command stands beside it in `ReplicationReplies`. */
export type GiverCommand =
  | { readonly name: 'give'; readonly directory: string }
  | { readonly name: 'admit'; readonly wish: Wish }
  /** What it worked since the last time it was asked. */
  | { readonly name: 'spent' };

export type NewcomerCommand =
  | { readonly name: 'arrive'; readonly directory: string }
  | { readonly name: 'prepare'; readonly ticket: Ticket }
  | { readonly name: 'fetch'; readonly records: number; readonly capMs: number };

export interface ReplicationReplies {
  readonly give: null;
  readonly admit: Ticket;
  readonly spent: number;
  readonly arrive: Wish;
  readonly prepare: null;
  readonly fetch: Fetched;
}

export interface Fetched {
  readonly elapsedMs: number;
  /** From the beginning until the first of them was stored: the handshake and the comparison. */
  readonly firstMs: number;
  /** What the newcomer's process worked, on all its threads. */
  readonly cpuMs: number;
  /** Of the time, what its main thread could have worked while others had the processors. */
  readonly deprivedMs: number;
  readonly peakRssBytes: number;
}
