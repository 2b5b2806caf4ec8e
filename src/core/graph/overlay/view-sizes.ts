// How many neighbors a node wants, and how many others it remembers, for a group of a given size
// (HyParView; the figures were found by simulation, see docs/protocol.md §13.3).

export interface ViewSizes {
  /** Below it others are dialed. */
  readonly target: number;
  /** From here on nobody is taken who could go elsewhere; twice two free places let others find one. */
  readonly max: number;
  /** Known nodes that are no neighbors. */
  readonly passiveMax: number;
  readonly isFullMesh: boolean;
}

/** Everybody is a neighbor of everybody up to here: 28 links in all, and any two survive the rest. */
const FULL_MESH_NODES = 8;
const TARGET_MIN = 5;
const TARGET_MAX = 8;
const SLACK = 2;
const PASSIVE = 48;
/** Where 48 leave one node in thousands alone when 19 of 20 vanish at once. */
const LARGE_GROUP_NODES = 5_000;
const PASSIVE_LARGE = 60;
/** Links that a node chose itself, so that those who dial cannot choose all of them (GossipSub's D_out). */
export const DIALED_MIN = 2;

/** `nodes` counts our own. */
export function viewSizesOf(nodes: number): ViewSizes {
  const passiveMax = nodes > LARGE_GROUP_NODES ? PASSIVE_LARGE : PASSIVE;
  if (nodes <= FULL_MESH_NODES) {
    const target = Math.max(1, nodes - 1);
    return { target, max: FULL_MESH_NODES + SLACK, passiveMax, isFullMesh: true };
  }
  const wanted = Math.ceil(Math.log10(nodes)) + 3;
  const target = Math.min(TARGET_MAX, Math.max(TARGET_MIN, wanted));
  return { target, max: target + SLACK, passiveMax, isFullMesh: false };
}

/** So many neighbors may come from one member and those it invited, while there are others. */
export function kinMaxOf(target: number): number {
  return Math.max(2, Math.floor(target / 2));
}
