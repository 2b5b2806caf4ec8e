// OrbitDB: a signed log of entries, here of the type `events`, with blocks in LevelDB. What it asks of
// Helia is blocks and pins, so those are all it gets: no network, and nothing to pin.

import { join } from 'node:path';
import { loadPeer } from '../peers/load.ts';
import type { Key, Place, Sample, Store, Subject } from '../records/subject.ts';
import { PAGE_RECORDS } from '../records/subject.ts';

export const subject: Subject = { open };

interface Blocks {
  open(): Promise<void>;
  close(): Promise<void>;
}

interface Events {
  add(value: unknown): Promise<string>;
  iterator(options: { readonly amount: number }): AsyncIterable<{ readonly hash: string }>;
}

interface Node {
  open(name: string, options: object): Promise<Events>;
  stop(): Promise<void>;
}

const { createOrbitDB } = await loadPeer<{ createOrbitDB(options: object): Promise<Node> }>(
  '@orbitdb/core',
);
const { LevelBlockstore } = await loadPeer<{
  readonly LevelBlockstore: new (directory: string) => Blocks;
}>('blockstore-level');

async function open({ directory }: Place): Promise<Store> {
  const blockstore = new LevelBlockstore(join(directory, 'blocks'));
  await blockstore.open();
  const node = await createOrbitDB({
    ipfs: { blockstore, pins: { isPinned: async () => true }, libp2p: { services: {} } },
    directory: join(directory, 'orbitdb'),
    id: 'keeper',
  });
  const events = await node.open('bench', { type: 'events', sync: false });
  const add = ({ data, type, attributes }: Sample) => events.add({ data, type, ...attributes });
  return {
    addAll: (samples) => Promise.all(samples.map(add)),
    add,
    async newest() {
      const keys: Key[] = [];
      for await (const { hash } of events.iterator({ amount: PAGE_RECORDS })) keys.push(hash);
      return keys;
    },
    async close() {
      await node.stop();
      await blockstore.close();
    },
  };
}
