// Reads objects that may be anything: a proxy, a cycle, one with getters or a prototype that answers.
// What counts is the own values; keys that are not expected are refused, so that a misspelt one is
// not taken for one that was left out.

import { invalidArgument, PeerGroupError } from '../peer-group-error.ts';

/** By key, those that are undefined left out. */
export function ownValues(
  path: string,
  value: unknown,
  keys: readonly string[],
): ReadonlyMap<string, unknown> {
  // A list, a Map or a Date has other things in it than options, and all of them would be passed over.
  const isObject = guarded(path, () => Object.prototype.toString.call(value) === '[object Object]');
  if (typeof value !== 'object' || value === null || !isObject) {
    throw invalidArgument(path, 'an object');
  }
  const values = new Map<string, unknown>();
  for (const key of ownKeys(path, value)) {
    if (!keys.includes(key)) {
      throw invalidArgument(path, `no key ${shown(key)}, but some of ${keys.join(', ')}`);
    }
    const own = ownValue(path, value, key);
    if (own !== undefined) values.set(key, own);
  }
  return values;
}

/** Those that are not enumerable, too. */
export function ownKeys(path: string, object: object): readonly string[] {
  return guarded(path, () => Reflect.ownKeys(object)).map((key) => {
    if (typeof key === 'symbol') throw invalidArgument(path, `no key ${shown(key)}`);
    return key;
  });
}

/** Undefined for one that is not there. */
export function ownValue(path: string, object: object, key: string): unknown {
  const property = guarded(path, () => Reflect.getOwnPropertyDescriptor(object, key));
  if (property === undefined) return undefined;
  if (!('value' in property)) throw invalidArgument(`${path}.${key}`, 'a value, not a getter');
  return property.value;
}

/** Of a key that is refused: enough to find it. */
const KEY_SHOWN_MAX = 60;

function shown(key: string | symbol): string {
  return String(key).slice(0, KEY_SHOWN_MAX);
}

/** The traps of a proxy may throw anything. */
export function guarded<Value>(path: string, act: () => Value): Value {
  try {
    return act();
  } catch (error) {
    throw new PeerGroupError('INVALID_ARGUMENT', `${path}: cannot be read.`, { cause: error });
  }
}
