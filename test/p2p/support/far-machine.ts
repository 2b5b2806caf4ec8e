// A P2P object in a process of its own: every function is called there, and handles are numbers on the way.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

import type { HANDLE, P2P, P2POptions } from '../../../src/p2p/index.ts';
import { ALONE, type Machine, newDirectory } from './machine.ts';

const PROGRAM = join(import.meta.dirname, 'far-program.ts');

export interface FarMachine extends Machine {
  readonly process: ChildProcess;
  /** Without a word to anybody, as a crash does. */
  kill(): Promise<void>;
}

/** What stands for a handle of the other process. */
class FarHandle {
  readonly number: number;

  constructor(number: number) {
    this.number = number;
  }
}

export interface FarCall {
  readonly id: number;
  readonly name: string;
  readonly values: readonly unknown[];
}

export type FarAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };

/** `clockAheadMs` is what the clock of the other process is ahead of ours. */
export async function farMachine(
  t: TestContext,
  options: Partial<P2POptions> = {},
  { clockAheadMs = 0 }: { readonly clockAheadMs?: number } = {},
): Promise<FarMachine> {
  const directory = options.directory ?? (await newDirectory(t));
  const child = fork(PROGRAM, [], {
    execArgv: clockAheadMs === 0 ? process.execArgv : [...process.execArgv, ...clock(clockAheadMs)],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  t.after(() => child.kill('SIGKILL'));
  const waiting = new Map<number, (answer: FarAnswer) => void>();
  child.on('message', (answer: FarAnswer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  let last = 0;
  const call = (name: string, values: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, (answer) => {
        if ('error' in answer) reject(new Error(answer.error));
        else resolve(withHandles(answer.value));
      });
      child.send({ id: last, name, values: values.map(withNumbers) } satisfies FarCall);
    });
  await call('open', [{ ...ALONE, ...options, directory }]);
  const functions = new Proxy(Object.freeze({}), {
    get: (_, name) =>
      typeof name === 'string' && name !== 'then'
        ? (...values: readonly unknown[]) => call(name, values)
        : undefined,
  });
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    p2p: functions as P2P,
    directory,
    process: child,
    createEvent: async () => (await call('createEvent', [])) as HANDLE,
    wait: async (event, timeoutMs) => (await call('wait', [event, timeoutMs])) === true,
    close: async () => {
      await call('close', []);
      child.disconnect();
      if (!hasEnded()) await once(child, 'exit');
    },
    kill: async () => {
      child.kill('SIGKILL');
      if (!hasEnded()) await once(child, 'exit');
    },
  };
}

/** Options of Node that set the clock before anything else is loaded. */
function clock(aheadMs: number): readonly string[] {
  const program = `
    const { now } = Date;
    Date.now = () => now() + ${aheadMs};
    globalThis.Date = class extends Date {
      constructor(...given) {
        if (given.length === 0) super(Date.now());
        else super(...given);
      }
    };`;
  return ['--import', `data:text/javascript,${encodeURIComponent(program)}`];
}

/** Handles are alike in both directions: `{ farHandle: number }`. */
function withNumbers(value: unknown): unknown {
  return value instanceof FarHandle ? { farHandle: value.number } : value;
}

/** One object for each handle, so that two that are equal there are equal here. */
const handles = new Map<number, FarHandle>();

function withHandles(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(withHandles);
  if ('farHandle' in value && typeof value.farHandle === 'number') {
    const known = handles.get(value.farHandle) ?? new FarHandle(value.farHandle);
    handles.set(value.farHandle, known);
    return known;
  }
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withHandles(each)]));
}
