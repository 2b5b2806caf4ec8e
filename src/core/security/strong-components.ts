// Strongly connected components of a graph (Tarjan 1972), without recursion: a chain of attacks may be as long as
// all that is held.

import { assert } from '../base/assert.ts';

/**
 * Nodes are 0 to `count` - 1. A component comes after all those that its nodes' predecessors stand in, and the
 * nodes of each are ascending.
 */
export function strongComponents(
  count: number,
  predecessorsOf: (node: number) => readonly number[],
): readonly (readonly number[])[] {
  const search = new Search(predecessorsOf);
  for (let node = 0; node < count; node++) search.visit(node);
  return search.components;
}

interface Visit {
  readonly node: number;
  readonly predecessors: readonly number[];
  next: number;
}

class Search {
  readonly components: (readonly number[])[] = [];
  readonly #predecessorsOf: (node: number) => readonly number[];
  readonly #orderByNode = new Map<number, number>();
  readonly #lowByNode = new Map<number, number>();
  readonly #open: number[] = [];
  readonly #isOpen = new Set<number>();

  constructor(predecessorsOf: (node: number) => readonly number[]) {
    this.#predecessorsOf = predecessorsOf;
  }

  visit(start: number): void {
    if (this.#orderByNode.has(start)) return;
    const path = [this.#enter(start)];
    for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
      const predecessor = visit.predecessors[visit.next];
      if (predecessor === undefined) {
        path.pop();
        this.#leave(visit.node, path.at(-1)?.node ?? null);
        continue;
      }
      visit.next += 1;
      if (!this.#orderByNode.has(predecessor)) path.push(this.#enter(predecessor));
      else if (this.#isOpen.has(predecessor)) {
        this.#lower(visit.node, numberOf(this.#orderByNode, predecessor));
      }
    }
  }

  #enter(node: number): Visit {
    const order = this.#orderByNode.size;
    this.#orderByNode.set(node, order);
    this.#lowByNode.set(node, order);
    this.#open.push(node);
    this.#isOpen.add(node);
    return { node, predecessors: this.#predecessorsOf(node), next: 0 };
  }

  #leave(node: number, from: number | null): void {
    const low = numberOf(this.#lowByNode, node);
    if (from !== null) this.#lower(from, low);
    if (low !== numberOf(this.#orderByNode, node)) return;
    const component = this.#open.splice(this.#open.lastIndexOf(node));
    for (const each of component) this.#isOpen.delete(each);
    this.components.push(component.toSorted((a, b) => a - b));
  }

  #lower(node: number, low: number): void {
    if (low < numberOf(this.#lowByNode, node)) this.#lowByNode.set(node, low);
  }
}

function numberOf(map: ReadonlyMap<number, number>, node: number): number {
  const value = map.get(node);
  assert(value !== undefined, 'a node that was entered has its numbers');
  return value;
}
