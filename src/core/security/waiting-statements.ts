// Statements whose signatures are sound and that wait for a chain or another statement (protocol.md §14.2). Of too
// many the oldest is given up: it comes again by comparing.

import { assert } from '../base/assert.ts';
import { bytesKey } from '../base/bytes.ts';
import type { SecurityStatement } from '../domain/security.ts';

interface Waiting {
  readonly statement: SecurityStatement;
  readonly needs: ReadonlySet<string>;
}

export class WaitingStatements {
  readonly #sizeMax: number;
  readonly #waitingByKey = new Map<string, Waiting>();

  constructor(sizeMax: number) {
    assert(sizeMax > 0, 'there is room for one');
    this.#sizeMax = sizeMax;
  }

  get size(): number {
    return this.#waitingByKey.size;
  }

  add(statement: SecurityStatement, needs: readonly string[]): void {
    const key = bytesKey(statement.digest);
    this.#waitingByKey.delete(key);
    this.#waitingByKey.set(key, { statement, needs: new Set(needs) });
    for (const oldest of this.#waitingByKey.keys()) {
      if (this.#waitingByKey.size <= this.#sizeMax) return;
      this.#waitingByKey.delete(oldest);
    }
  }

  /** Those that wait for any of these, which do not wait any more. */
  release(needs: readonly string[]): readonly SecurityStatement[] {
    const released: SecurityStatement[] = [];
    for (const [key, waiting] of this.#waitingByKey) {
      if (!needs.some((need) => waiting.needs.has(need))) continue;
      this.#waitingByKey.delete(key);
      released.push(waiting.statement);
    }
    return released;
  }

  /** Those that wait for this and go on waiting. */
  waitingFor(need: string): readonly SecurityStatement[] {
    return [...this.#waitingByKey.values()]
      .filter(({ needs }) => needs.has(need))
      .map(({ statement }) => statement);
  }
}
