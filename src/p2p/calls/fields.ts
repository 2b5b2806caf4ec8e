// The fields of a structure that a caller passes, each read once: what is left out counts as in a structure that was
// filled with zeros.

import type { HRESULT } from '../surface/basic-types.ts';
import { E_INVALIDARG } from '../surface/results.ts';
import { guarded } from './arguments.ts';
import { demand } from './failure.ts';

export class Fields {
  readonly #structure: object;
  readonly #fault: HRESULT;

  /** `fault` is what every faulty field gives. */
  constructor(structure: unknown, fault: HRESULT = E_INVALIDARG) {
    demand(typeof structure === 'object' && structure !== null, E_INVALIDARG);
    this.#structure = structure;
    this.#fault = fault;
  }

  /** Undefined for a field that is left out. */
  value(name: string): unknown {
    return guarded(() => Reflect.get(this.#structure, name), this.#fault);
  }

  has(name: string): boolean {
    return this.value(name) !== undefined;
  }

  /** What `read` makes of it; `otherwise` for a field that is left out. */
  read<Value, Otherwise>(
    name: string,
    read: (value: unknown) => Value,
    otherwise: Otherwise,
  ): Value | Otherwise {
    const value = this.value(name);
    return value === undefined ? otherwise : read(value);
  }

  /** The same, and null for NULL. */
  optional<Value>(name: string, read: (value: unknown) => Value): Value | null {
    const value = this.value(name);
    return value === undefined || value === null ? null : read(value);
  }
}
