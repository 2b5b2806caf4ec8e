// Where a P2P object lives in a test: in this process, or in one of its own. Both are used alike.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

import {
  CreateEvent,
  type HANDLE,
  openP2P,
  type P2P,
  type P2POptions,
} from '../../../src/p2p/index.ts';

export interface Machine {
  readonly p2p: P2P;
  readonly directory: string;
  createEvent(): Promise<HANDLE>;
  /** Waits for the event object there. */
  wait(event: HANDLE, timeoutMs: number): Promise<boolean>;
  /** Ends it in order. */
  close(): Promise<void>;
}

/** Only this machine, and only what tests tell: nothing is searched for. */
export const ALONE: Pick<P2POptions, 'host' | 'discovery'> = { host: '::1', discovery: 'none' };

/** What has it open ends after the test too, and may be writing until then. */
const REMOVING = { recursive: true, force: true, maxRetries: 20, retryDelay: 100 };

/** A folder that is gone after the test. */
export async function newDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'p2p-'));
  t.after(() => rm(directory, REMOVING));
  return directory;
}

/** A P2P object in this process; Grouping is not started. */
export async function nearMachine(
  t: TestContext,
  options: Partial<P2POptions> = {},
): Promise<Machine> {
  const directory = options.directory ?? (await newDirectory(t));
  const p2p = await openP2P({ ...ALONE, ...options, directory });
  t.after(() => p2p.close());
  return {
    p2p,
    directory,
    createEvent: () => Promise.resolve(CreateEvent()),
    wait: (event, timeoutMs) => event.wait(timeoutMs),
    close: () => p2p.close(),
  };
}
