// Held to p2p.d.ts by the compiler: every name of it is exported by the door with a type that fits in both directions.
// Handles are told apart by private symbols, one of each side, so the comparison puts ours in place of theirs.

import type { KeyObject } from 'node:crypto';

import type * as Ours from '../../../src/p2p/index.ts';
import type * as Theirs from './p2p.d.ts';

/** What is written in terms of p2p.d.ts, in terms of the door. */
type InOurs<Type> = Type extends Theirs.HGROUP
  ? Ours.HGROUP
  : Type extends Theirs.HPEEREVENT
    ? Ours.HPEEREVENT
    : Type extends Theirs.HCRYPTPROV
      ? Ours.HCRYPTPROV
      : Type extends Theirs.HPEERENUM<infer Item>
        ? Ours.HPEERENUM<InOurs<Item>>
        : Type extends Kept
          ? Type
          : Type extends Promise<infer Value>
            ? Promise<InOurs<Value>>
            : Type extends (...values: infer Values) => infer Value
              ? (...values: InOursEach<Values>) => InOurs<Value>
              : InOursEach<Type>;

type InOursEach<Type> = { [Key in keyof Type]: InOurs<Type[Key]> };

/** Types that hold no handle. */
type Kept = string | number | bigint | boolean | null | undefined | Uint8Array | KeyObject;

type Same<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : false) : false;

/** The names of those that differ. */
type Differing<One, Other> = {
  [Key in keyof One | keyof Other]: Key extends keyof One & keyof Other
    ? Same<InOurs<One[Key]>, InOurs<Other[Key]>> extends true
      ? never
      : Key
    : Key;
}[keyof One | keyof Other];

/** Compiles for `never` alone. */
function none<_Names extends never>(): void {
  // The compiler has the say.
}

/** Values: constants with their numbers, functions, enumerations. */
export function valuesAreThose(): void {
  none<Differing<typeof Ours, typeof Theirs>>();
}

/** Every function of the API with its parameters and what it resolves to. */
export function functionsAreThose(): void {
  none<Differing<Ours.P2P, Theirs.P2P>>();
}
