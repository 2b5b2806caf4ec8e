// What the narrator asks of a member about the group's graph, and what that answers. Times of day are
// milliseconds with fractions, by the clock that all processes of a machine have in common.

export interface GraphWishes {
  /** Connects the group and waits until the neighbors have the same records. */
  connectGroup(wish: GroupWish): {
    /** Until all neighbors were found to have the same. */
    readonly tookMs: number;
    readonly records: number;
    /** Records that came during it, and until the last of them was there. */
    readonly came: number;
    readonly cameMs: number;
  };
  disconnectGroup(wish: GroupWish): Record<string, never>;
  /** Waits until so many are present; their friendly names, in the order of the alphabet. */
  present(wish: GroupWish & { readonly members: number }): { readonly names: readonly string[] };
  /** From now on the moves of this game, and what is broadcast, are noted down as they come. */
  beginListening(wish: GroupWish & { readonly game: number }): Record<string, never>;
  /** When so many moves had come, and since `beginListening` no earlier one had. */
  movesHeard(wish: { readonly moves: number }): { readonly at: readonly number[] };
  broadcastHeard(wish: Record<string, never>): {
    readonly sender: string;
    readonly text: string;
    readonly at: number;
  };
  /** One move after the other, each when the one before was acknowledged. */
  publishMoves(wish: GroupWish & { readonly game: number; readonly moves: number }): {
    readonly at: readonly number[];
  };
  broadcast(wish: GroupWish & { readonly text: string }): {
    readonly at: number;
    readonly neighbors: number;
  };
}

interface GroupWish {
  readonly group: string;
}
