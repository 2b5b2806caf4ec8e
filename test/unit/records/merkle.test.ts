// The tree of a batch is that of RFC 9162, 2.1.1, for every number of leaves; a path proves its place
// alone; a cover opens with exactly the records that it was made for (protocol.md §12.4, §12.5).

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import { BrokenInvariant } from '../../../src/core/base/assert.ts';
import {
  coverOf,
  coverOfPaths,
  merklePath,
  merkleRoot,
  openCover,
  rootOfPath,
} from '../../../src/core/records/merkle.ts';
import { nodeCrypto } from '../../support/trust-cast.ts';

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(createHash('sha256').update(Buffer.concat(parts)).digest());
}

function leavesOf(count: number): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, place) => sha256(Buffer.from(`leaf ${place}`)));
}

/** The definition of RFC 9162, 2.1.1, without its hash of a leaf. */
function definedRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves;
  assert.ok(first !== undefined);
  if (leaves.length === 1) return first;
  const left = leftOf(leaves.length);
  const [a, b] = [definedRoot(leaves.slice(0, left)), definedRoot(leaves.slice(left))];
  return sha256(Uint8Array.of(1), a, b);
}

/** The largest power of two below. */
function leftOf(count: number): number {
  let left = 1;
  while (2 * left < count) left *= 2;
  return left;
}

/** The definition of RFC 9162, 2.1.3.1: from the leaf up. */
function definedPath(leaves: readonly Uint8Array[], place: number): readonly Uint8Array[] {
  if (leaves.length <= 1) return [];
  const left = leftOf(leaves.length);
  return place < left
    ? [...definedPath(leaves.slice(0, left), place), definedRoot(leaves.slice(left))]
    : [...definedPath(leaves.slice(left), place - left), definedRoot(leaves.slice(0, left))];
}

function definedCover(
  leaves: readonly Uint8Array[],
  isPresent: (place: number) => boolean,
  start = 0,
): readonly Uint8Array[] {
  if (leaves.every((_, at) => !isPresent(start + at))) return [definedRoot(leaves)];
  if (leaves.length === 1) return [];
  const left = leftOf(leaves.length);
  return [
    ...definedCover(leaves.slice(0, left), isPresent, start),
    ...definedCover(leaves.slice(left), isPresent, start + left),
  ];
}

function subsetsOf(count: number): readonly (readonly number[])[] {
  const places = Array.from({ length: count }, (_, place) => place);
  return Array.from({ length: 2 ** count }, (_, bits) =>
    places.filter((place) => Math.floor(bits / 2 ** place) % 2 === 1),
  );
}

function presentOf(leaves: readonly Uint8Array[], places: readonly number[]) {
  return new Map(places.map((place) => [place, leaves[place] ?? new Uint8Array(0)]));
}

test('the root is that of RFC 9162 for every number of leaves', () => {
  for (const count of [...Array.from({ length: 70 }, (_, at) => at + 1), 1_000, 1_023, 1_024]) {
    const leaves = leavesOf(count);
    assert.deepEqual(merkleRoot(leaves, nodeCrypto), definedRoot(leaves), `${count}`);
  }
});

test('a tree without a leaf is a mistake of ours', () => {
  assert.throws(() => merkleRoot([], nodeCrypto), BrokenInvariant);
  for (const place of [-1, 3]) {
    assert.throws(() => merklePath(leavesOf(3), place, nodeCrypto), BrokenInvariant);
  }
});

test('the path of every place is that of RFC 9162, and leads to the root', () => {
  for (let count = 1; count <= 33; count++) {
    const leaves = leavesOf(count);
    const root = definedRoot(leaves);
    for (const [place, leaf] of leaves.entries()) {
      const path = merklePath(leaves, place, nodeCrypto);
      assert.deepEqual(path, new Uint8Array(Buffer.concat(definedPath(leaves, place))));
      assert.deepEqual(rootOfPath(leaf, place, count, path, nodeCrypto), root);
    }
  }
});

test('a path proves its place alone', () => {
  for (let count = 1; count <= 9; count++) {
    const leaves = leavesOf(count);
    const root = Buffer.from(definedRoot(leaves));
    for (const [place, leaf] of leaves.entries()) {
      const path = merklePath(leaves, place, nodeCrypto);
      for (let other = -1; other <= count; other++) {
        const found = rootOfPath(leaf, other, count, path, nodeCrypto);
        assert.equal(found !== null && root.equals(found), other === place, `${place} as ${other}`);
      }
      for (const [at, otherLeaf] of leaves.entries()) {
        const found = rootOfPath(otherLeaf, place, count, path, nodeCrypto);
        assert.equal(found !== null && root.equals(found), at === place);
      }
    }
  }
});

test('a path of another length leads nowhere', () => {
  for (let count = 1; count <= 9; count++) {
    const leaves = leavesOf(count);
    for (const [place, leaf] of leaves.entries()) {
      const path = merklePath(leaves, place, nodeCrypto);
      for (let length = 0; length <= path.length + 64; length++) {
        if (length === path.length) continue;
        const other = new Uint8Array(length);
        other.set(path.subarray(0, length));
        assert.equal(rootOfPath(leaf, place, count, other, nodeCrypto), null);
      }
    }
  }
});

test('every bit of a path decides', () => {
  const leaves = leavesOf(7);
  const root = Buffer.from(definedRoot(leaves));
  for (const [place, leaf] of leaves.entries()) {
    const path = merklePath(leaves, place, nodeCrypto);
    for (let at = 0; at < path.length; at++) {
      const other = path.slice();
      other[at] = (other[at] ?? 0) ^ 1;
      const found = rootOfPath(leaf, place, leaves.length, other, nodeCrypto);
      assert.ok(found !== null && !root.equals(found));
    }
  }
});

test('every set of places opens with its cover, and gives root and paths', () => {
  for (let count = 1; count <= 9; count++) {
    const leaves = leavesOf(count);
    const root = definedRoot(leaves);
    for (const places of subsetsOf(count)) {
      const isPresent = (place: number): boolean => places.includes(place);
      const cover = coverOf(leaves, isPresent, nodeCrypto);
      assert.deepEqual(cover, definedCover(leaves, isPresent), `${count}: ${places}`);
      const opened = openCover(count, presentOf(leaves, places), cover, nodeCrypto);
      assert.ok(opened !== null);
      assert.deepEqual(opened.root, root, `${count}: ${places}`);
      for (const place of places) {
        assert.deepEqual(opened.pathOf(place), merklePath(leaves, place, nodeCrypto));
      }
    }
  }
});

test('the cover of every set of places follows from their paths alone', () => {
  for (let count = 1; count <= 9; count++) {
    const leaves = leavesOf(count);
    for (const places of subsetsOf(count).slice(1)) {
      const paths = new Map(places.map((each) => [each, merklePath(leaves, each, nodeCrypto)]));
      const cover = coverOf(leaves, (place) => places.includes(place), nodeCrypto);
      assert.deepEqual(coverOfPaths(count, paths), cover, `${count}: ${places}`);
    }
  }
});

test('a path of another length is none of its place, so that there is no cover', () => {
  for (let count = 1; count <= 9; count++) {
    const leaves = leavesOf(count);
    for (const place of leaves.keys()) {
      const path = merklePath(leaves, place, nodeCrypto);
      for (let length = 0; length <= path.length + 64; length++) {
        if (length === path.length) continue;
        const other = new Uint8Array(length);
        other.set(path.subarray(0, length));
        assert.equal(coverOfPaths(count, new Map([[place, other]])), null);
      }
    }
  }
});

test('a cover for other places does not open, or gives another root', () => {
  for (let count = 1; count <= 6; count++) {
    const leaves = leavesOf(count);
    const root = Buffer.from(definedRoot(leaves));
    const subsets = subsetsOf(count);
    for (const places of subsets) {
      const cover = coverOf(leaves, (place) => places.includes(place), nodeCrypto);
      for (const others of subsets) {
        const opened = openCover(count, presentOf(leaves, others), cover, nodeCrypto);
        const isOpened = opened !== null && root.equals(opened.root);
        assert.equal(isOpened, places.join() === others.join(), `${places} as ${others}`);
      }
    }
  }
});

test('a cover with a hash too few or too many does not open', () => {
  for (let count = 1; count <= 9; count++) {
    const leaves = leavesOf(count);
    for (const places of subsetsOf(count)) {
      const cover = coverOf(leaves, (place) => places.includes(place), nodeCrypto);
      const present = presentOf(leaves, places);
      const more = [...cover, ...leavesOf(1)];
      assert.equal(openCover(count, present, more, nodeCrypto), null);
      if (cover.length === 0) continue;
      assert.equal(openCover(count, present, cover.slice(1), nodeCrypto), null);
      assert.equal(openCover(count, present, cover.slice(0, -1), nodeCrypto), null);
    }
  }
});

test('one record of the largest batch needs ten hashes', () => {
  const leaves = leavesOf(1_024);
  const cover = coverOf(leaves, (place) => place === 500, nodeCrypto);
  assert.equal(cover.length, 10);
  const opened = openCover(1_024, presentOf(leaves, [500]), cover, nodeCrypto);
  assert.deepEqual(opened?.root, definedRoot(leaves));
  assert.equal(opened?.pathOf(500).length, 320);
});
