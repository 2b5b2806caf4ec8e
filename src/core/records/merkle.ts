// The tree over the hashes of a batch's records (protocol.md §12.4, §12.5): RFC 9162, 2.1, without
// hashing the leaves again. Of n leaves the largest power of two below n are on the left, which is what
// pairing neighbors level by level gives when a last one without a neighbor rises as it is.

import { assert } from '../base/assert.ts';
import { concatBytes } from '../base/bytes.ts';
import type { Crypto } from '../ports/crypto.ts';

const NODE = 0x01;
const HASH_BYTES = 32;

type Hashing = Pick<Crypto, 'sha256'>;

/** What a cover and the present leaves prove together. */
export interface OpenedCover {
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** As `merklePath`, for a place whose leaf is present. */
  pathOf(place: number): Uint8Array;
}

/** The leaves, and above them level by level up to the root; null stands for what is not known, or not wanted. */
type Tree = readonly (readonly (Uint8Array | null)[])[];
type GrowingTree = readonly (Uint8Array | null)[][];

/** The node that stands `at` so many from the left, `height` levels above the leaves. */
interface Subtree {
  readonly height: number;
  readonly at: number;
}

/** 32 bytes, of at least one leaf. */
export function merkleRoot(leaves: readonly Uint8Array[], crypto: Hashing): Uint8Array {
  const tree = treeOver(leaves, crypto);
  return nodeOf(tree, { height: tree.length - 1, at: 0 });
}

/** The sibling hashes from the leaf at `place` up, one after the other: 32 bytes for each that there is. */
export function merklePath(
  leaves: readonly Uint8Array[],
  place: number,
  crypto: Hashing,
): Uint8Array {
  assert(place >= 0 && place < leaves.length, 'a path begins at a leaf');
  return pathThrough(treeOver(leaves, crypto), place);
}

/** The root that a path leads to; null when no path of this length begins at this place of so many leaves. */
export function rootOfPath(
  leaf: Uint8Array,
  place: number,
  count: number,
  path: Uint8Array,
  crypto: Hashing,
): Uint8Array | null {
  if (!(place >= 0 && place < count)) return null;
  const hasher = new NodeHasher(crypto);
  let node = leaf;
  let taken = 0;
  let at = place;
  for (let length = count; length > 1; length = Math.ceil(length / 2)) {
    const isRisen = at === length - 1 && at % 2 === 0;
    if (!isRisen) {
      const sibling = path.subarray(taken, taken + HASH_BYTES);
      if (sibling.length < HASH_BYTES) return null;
      taken += HASH_BYTES;
      node = at % 2 === 0 ? hasher.hash(node, sibling) : hasher.hash(sibling, node);
    }
    at = Math.floor(at / 2);
  }
  return taken === path.length ? node : null;
}

/** Hashes of the largest subtrees without a present record, from left to right. */
export function coverOf(
  leaves: readonly Uint8Array[],
  isPresent: (place: number) => boolean,
  crypto: Hashing,
): readonly Uint8Array[] {
  const absent = leaves.map((leaf, place) => (isPresent(place) ? null : leaf));
  const tree = treeOver(absent, crypto);
  return absentSubtrees(leaves.length, isPresent).map((subtree) => nodeOf(tree, subtree));
}

/**
 * The same for a batch whose leaves are not all here, from the paths of those that are: each of these
 * subtrees is the sibling of a node above a present leaf. Null when a path is not one of its place.
 */
export function coverOfPaths(
  count: number,
  pathByPlace: ReadonlyMap<number, Uint8Array>,
): readonly Uint8Array[] | null {
  const tree = bareTree(new Array<Uint8Array | null>(count).fill(null));
  for (const [place, path] of pathByPlace) {
    if (!plantPath(tree, place, path)) return null;
  }
  const subtrees = absentSubtrees(count, (place) => pathByPlace.has(place));
  return subtrees.map((subtree) => nodeOf(tree, subtree));
}

/** Null when the cover has too few or too many hashes for what is present. */
export function openCover(
  count: number,
  presentLeaves: ReadonlyMap<number, Uint8Array>,
  cover: readonly Uint8Array[],
  crypto: Hashing,
): OpenedCover | null {
  const subtrees = absentSubtrees(count, (place) => presentLeaves.has(place));
  if (subtrees.length !== cover.length) return null;
  const leaves = Array.from({ length: count }, (_, place) => presentLeaves.get(place) ?? null);
  const tree = bareTree(leaves);
  for (const [index, { height, at }] of subtrees.entries()) {
    const level = tree[height];
    const hash = cover[index];
    if (level !== undefined && hash !== undefined) level[at] = hash;
  }
  fillUp(tree, new NodeHasher(crypto));
  const root = nodeOf(tree, { height: tree.length - 1, at: 0 });
  return { root, pathOf: (place) => pathThrough(tree, place) };
}

/** The largest ones, from left to right. */
function absentSubtrees(count: number, isPresent: (place: number) => boolean): readonly Subtree[] {
  const presentBefore = new Uint32Array(count + 1);
  for (let place = 0; place < count; place++) {
    presentBefore[place + 1] = (presentBefore[place] ?? 0) + (isPresent(place) ? 1 : 0);
  }
  const found: Subtree[] = [];
  const walk = (height: number, at: number): void => {
    const start = at * 2 ** height;
    if (start >= count) return;
    const end = Math.min(count, start + 2 ** height);
    if (presentBefore[start] === presentBefore[end]) found.push({ height, at });
    else if (height > 0) {
      walk(height - 1, 2 * at);
      walk(height - 1, 2 * at + 1);
    }
  };
  walk(Math.ceil(Math.log2(count)), 0);
  return found;
}

function treeOver(leaves: readonly (Uint8Array | null)[], crypto: Hashing): Tree {
  const tree = bareTree(leaves);
  fillUp(tree, new NodeHasher(crypto));
  return tree;
}

/** With nothing but its leaves. */
function bareTree(leaves: readonly (Uint8Array | null)[]): GrowingTree {
  const levels = [[...leaves]];
  for (let length = leaves.length; length > 1; ) {
    length = Math.ceil(length / 2);
    levels.push(new Array<Uint8Array | null>(length).fill(null));
  }
  return levels;
}

/** Gives every node that has none yet the hash of its children, where both are known. */
function fillUp(tree: GrowingTree, hasher: NodeHasher): void {
  for (let height = 1; height < tree.length; height++) {
    const below = tree[height - 1] ?? [];
    const level = tree[height] ?? [];
    for (let at = 0; at < level.length; at++) {
      level[at] ??= hasher.join(below[2 * at] ?? null, below[2 * at + 1]);
    }
  }
}

function pathThrough(tree: Tree, place: number): Uint8Array {
  const siblings: Uint8Array[] = [];
  let at = place;
  for (let height = 0; height < tree.length - 1; height++) {
    const sibling = at % 2 === 0 ? at + 1 : at - 1;
    if (sibling < (tree[height]?.length ?? 0)) siblings.push(nodeOf(tree, { height, at: sibling }));
    at = Math.floor(at / 2);
  }
  return concatBytes(siblings);
}

/** Puts the siblings of a path where they stand; false when they are too few or too many. */
function plantPath(tree: GrowingTree, place: number, path: Uint8Array): boolean {
  let taken = 0;
  let at = place;
  for (const level of tree.slice(0, -1)) {
    const sibling = at % 2 === 0 ? at + 1 : at - 1;
    if (sibling < level.length) {
      const hash = path.subarray(taken, taken + HASH_BYTES);
      if (hash.length < HASH_BYTES) return false;
      level[sibling] = hash;
      taken += HASH_BYTES;
    }
    at = Math.floor(at / 2);
  }
  return taken === path.length;
}

function nodeOf(tree: Tree, { height, at }: Subtree): Uint8Array {
  const node = tree[height]?.[at] ?? null;
  assert(node !== null, 'what is asked of a tree is known');
  return node;
}

class NodeHasher {
  readonly #crypto: Hashing;
  readonly #input = new Uint8Array(1 + 2 * HASH_BYTES);

  constructor(crypto: Hashing) {
    this.#crypto = crypto;
    this.#input[0] = NODE;
  }

  /** Without a right child the left one rises as it is; null when a child is not known. */
  join(left: Uint8Array | null, right: Uint8Array | null | undefined): Uint8Array | null {
    if (right === undefined) return left;
    return left === null || right === null ? null : this.hash(left, right);
  }

  hash(left: Uint8Array, right: Uint8Array): Uint8Array {
    this.#input.set(left, 1);
    this.#input.set(right, 1 + HASH_BYTES);
    return this.#crypto.sha256(this.#input);
  }
}
