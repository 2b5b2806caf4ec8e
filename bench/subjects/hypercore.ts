// hypercore: a signed log of blocks in RocksDB. A block is the data of a record; there is no place for
// attributes and nothing to search by. It acknowledges what the system has, without waiting for the disk.

import { join } from 'node:path';
import { loadPeer } from '../peers/load.ts';
import type { Key, Place, Sample, Store, Subject } from '../records/subject.ts';
import { PAGE_RECORDS } from '../records/subject.ts';

export const subject: Subject = { open };

interface Core {
  readonly length: number;
  ready(): Promise<void>;
  append(blocks: Uint8Array | readonly Uint8Array[]): Promise<unknown>;
  get(index: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

interface Library {
  readonly default: new (directory: string) => Core;
}

/** Loaded with this file, as the others' code is, and not when a core is opened. */
const { default: Hypercore } = await loadPeer<Library>('hypercore');

async function open({ directory }: Place): Promise<Store> {
  const core = new Hypercore(join(directory, 'core'));
  await core.ready();
  return {
    addAll: (samples) => core.append(samples.map(blockOf)),
    add: (sample) => core.append(blockOf(sample)),
    async newest() {
      const count = Math.min(PAGE_RECORDS, core.length);
      const keys: Key[] = Array.from({ length: count }, (_, at) => core.length - 1 - at);
      await Promise.all(keys.map((key) => core.get(Number(key))));
      return keys;
    },
    close: () => core.close(),
  };
}

/** A Buffer is what hypercore takes; it keeps the block, so that this is a view and no copy. */
function blockOf({ data }: Sample): Uint8Array {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
