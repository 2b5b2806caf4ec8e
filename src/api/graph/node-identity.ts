// Who somebody in the graph is.

/** Who a neighbor, or the sender of a message, is. */
export interface NodeIdentity {
  /** The peer name. */
  readonly name: string;
  /** Free text that the member chose; not unique, and no proof of anything. */
  readonly friendlyName: string;
  /** Which of the member's processes; new whenever the group is opened there. */
  readonly nodeId: bigint;
}
