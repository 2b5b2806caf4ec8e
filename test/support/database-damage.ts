// Spoils pages of a database file, the same ones for one seed, and knows which pages a text lies on.

import { readFileSync, writeFileSync } from 'node:fs';

export const PAGE_BYTES = 4_096;

/** Numbers that look random and are the same for one seed. */
export function seededNumbers(seed: number): (below: number) => number {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** All pages that hold this, be it in use or left over; from 0. */
export function pagesWith(file: Buffer, bytes: Uint8Array | string): readonly number[] {
  const pages: number[] = [];
  for (let at = file.indexOf(bytes); at >= 0; at = file.indexOf(bytes, at + 1)) {
    pages.push(Math.floor(at / PAGE_BYTES), Math.floor((at + bytes.length - 1) / PAGE_BYTES));
  }
  return pages;
}

/** Overwrites so many pages, each in another way; which ones, from 0. */
export function spoil(path: string, seed: number, count: number): ReadonlySet<number> {
  const file = readFileSync(path);
  const next = seededNumbers(seed);
  const pages = file.length / PAGE_BYTES;
  const spoilt = new Set<number>();
  while (spoilt.size < count) {
    const page = next(pages);
    if (spoilt.has(page)) continue;
    spoilt.add(page);
    overwrite(file, page, next);
  }
  writeFileSync(path, file);
  return spoilt;
}

function overwrite(file: Buffer, page: number, next: (below: number) => number): void {
  const bytes = file.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
  const other = next(file.length / PAGE_BYTES) * PAGE_BYTES;
  switch (next(4)) {
    case 0:
      bytes.fill(0);
      return;
    case 1:
      for (let at = 0; at < PAGE_BYTES; at++) bytes[at] = next(256);
      return;
    case 2:
      // A write that went to the wrong place.
      file.copy(bytes, 0, other, other + PAGE_BYTES);
      return;
    default:
      // Some bits.
      for (let flips = 0; flips < 8; flips++) {
        const at = next(PAGE_BYTES);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << next(8));
      }
  }
}
