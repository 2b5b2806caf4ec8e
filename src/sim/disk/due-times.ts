// When what is kept is due to go, the earliest first. Entries that no longer hold are passed over when
// they come up, so that a change costs the logarithm of what is kept.

import type { WallTime } from '../../core/base/time.ts';
import { Heap } from '../heap.ts';

/** Which of the two versions that can be kept of a record. */
export type VersionKind = 'record' | 'shadow';

interface Due {
  readonly at: WallTime;
  readonly key: string;
  readonly kind: VersionKind;
}

export class DueTimes {
  readonly #endOf: (key: string, kind: VersionKind) => WallTime | undefined;
  #heap = new Heap<Due>((a, b) => a.at < b.at);

  constructor(endOf: (key: string, kind: VersionKind) => WallTime | undefined) {
    this.#endOf = endOf;
  }

  /** `kept` is how many there are; far more entries than that are swept. */
  add(at: WallTime, key: string, kind: VersionKind, kept: number): void {
    this.#heap.push({ at, key, kind });
    if (this.#heap.size > 2 * kept + 64) this.#sweep();
  }

  earliest(): WallTime | null {
    for (let due = this.#heap.peek(); due !== undefined; due = this.#heap.peek()) {
      if (this.#holds(due)) return due.at;
      this.#heap.pop();
    }
    return null;
  }

  #holds({ at, key, kind }: Due): boolean {
    return this.#endOf(key, kind) === at;
  }

  #sweep(): void {
    const before = this.#heap;
    this.#heap = new Heap<Due>((a, b) => a.at < b.at);
    const seen = new Set<string>();
    for (const due of before.items()) {
      const name = `${due.kind} ${due.key}`;
      if (!this.#holds(due) || seen.has(name)) continue;
      seen.add(name);
      this.#heap.push(due);
    }
  }
}
