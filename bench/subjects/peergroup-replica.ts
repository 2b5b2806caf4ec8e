// peergroup's records from one node to another, through the front door: the newcomer is invited, joins
// and connects, and has everything by being a member.

import { openNode, type PeerGroup } from '../../src/api/index.ts';
import type { Subject } from '../replication/subject.ts';

export const subject: Subject = { give, arrive };

/** All records are of one member, who may by default publish a quarter of a million. */
const OPTIONS = { quotas: { recordsPerMember: 2_000_000 } };
const HERE = { host: '127.0.0.1' };

async function give(directory: string): ReturnType<Subject['give']> {
  const node = await openNode({ directory, listen: HERE });
  const group = await node.openGroup(undefined, OPTIONS);
  await group.connect();
  return {
    admit: (card) => group.invite(card),
    close: () => node.close(),
  };
}

async function arrive(directory: string): ReturnType<Subject['arrive']> {
  const node = await openNode({ directory });
  const { card } = await node.createIdentity({ friendlyName: 'newcomer' });
  let group: PeerGroup | null = null;
  return {
    wish: card,
    async prepare(invitation) {
      group = await node.joinGroup(invitation, OPTIONS);
    },
    async connect() {
      await group?.connect();
    },
    count: () => group?.records.use.records ?? 0,
    close: () => node.close(),
  };
}
