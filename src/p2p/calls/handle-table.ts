// The handles of one kind of one P2P object. What is not in the table is no handle here: closed ones, those of others,
// and whatever only looks like one. Nothing is held for a handle that nobody has any more.

import type { HRESULT } from '../surface/basic-types.ts';
import { Failure } from './failure.ts';

export class HandleTable<Handle extends object, Entry> {
  readonly #entries = new WeakMap<object, Entry>();
  readonly #fault: HRESULT;

  /** `fault` is the answer to what is no handle of this kind. */
  constructor(fault: HRESULT) {
    this.#fault = fault;
  }

  add(handle: Handle, entry: Entry): Handle {
    this.#entries.set(handle, entry);
    return handle;
  }

  /** Throws for what is no handle of this table. */
  entry(handle: unknown): Entry {
    const isObject = typeof handle === 'object' && handle !== null;
    const entry = isObject ? this.#entries.get(handle) : undefined;
    if (entry === undefined) throw new Failure(this.#fault);
    return entry;
  }

  remove(handle: object): void {
    this.#entries.delete(handle);
  }
}
