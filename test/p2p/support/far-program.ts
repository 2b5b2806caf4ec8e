// The other process of far-machine.ts: opens a P2P object and calls what it is told to.

import { CreateEvent, openP2P, type P2P } from '../../../src/p2p/index.ts';
import type { FarAnswer, FarCall } from './far-machine.ts';

const handles = new Map<number, object>();
const numbers = new WeakMap<object, number>();
let p2p: P2P | null = null;
/** Handles of different processes have different numbers. */
let last = process.pid * 1_000_000;

process.on('message', (call: FarCall) => {
  void answer(call).then((sent) => process.send?.(sent));
});
process.on('disconnect', () => process.exit());

async function answer({ id, name, values }: FarCall): Promise<FarAnswer> {
  try {
    return { id, value: withNumbers(await call(name, values.map(withHandles))) };
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function call(name: string, values: readonly unknown[]): Promise<unknown> {
  const [first, second] = values;
  switch (name) {
    case 'open':
      p2p = await openP2P(first as Parameters<typeof openP2P>[0]);
      return null;
    case 'close':
      await p2p?.close();
      return null;
    case 'createEvent':
      return numbered(CreateEvent());
    case 'wait':
      return await (first as ReturnType<typeof CreateEvent>).wait(Number(second));
    default:
      return await Reflect.apply(Reflect.get(p2p ?? {}, name), p2p, values);
  }
}

function withHandles(value: unknown): unknown {
  const isHandle = typeof value === 'object' && value !== null && 'farHandle' in value;
  return isHandle ? handles.get(Number(value.farHandle)) : value;
}

/** What a function gives: handles are frozen objects without fields of their own. */
function withNumbers(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(withNumbers);
  if (Object.isFrozen(value) && Object.keys(value).length === 0) return numbered(value);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withNumbers(each)]));
}

function numbered(handle: object): { readonly farHandle: number } {
  const known = numbers.get(handle);
  if (known !== undefined) return { farHandle: known };
  last += 1;
  handles.set(last, handle);
  numbers.set(handle, last);
  return { farHandle: last };
}
