// Which process of which member somebody is. The number is what that member says of itself, so that it tells its own
// processes apart and nobody else's.

export interface PeerNode {
  /** The peer name. */
  readonly name: string;
  readonly nodeId: bigint;
}

export function nodeKeyOf({ name, nodeId }: PeerNode): string {
  return `${name}/${nodeId}`;
}
