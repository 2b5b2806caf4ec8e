// peergroup's records, through its front door, as an application uses them.

import type { PeerGroup, PeerNode } from '../../src/api/index.ts';
import { openNode } from '../../src/api/index.ts';
import type { RecordQuery } from '../../src/api/records/search-query.ts';
import type { Question } from '../records/questions.ts';
import type { Key, Place, Sample, Store, Subject } from '../records/subject.ts';
import { PAGE_RECORDS } from '../records/subject.ts';

export const subject: Subject = { open };

/** All of them are of one member, who may by default publish a quarter of a million. */
const QUOTAS = { recordsPerMember: 2_000_000 };

async function open({ directory, durability }: Place): Promise<Store> {
  const node = await openNode({ directory });
  const group = await openOnlyGroup(node, { durability, quotas: QUOTAS });
  const { records } = group;
  const find = async (query: RecordQuery): Promise<readonly Key[]> => {
    const page = await records.search({ ...query, limit: PAGE_RECORDS });
    return page.records.map(({ id }) => id);
  };
  return {
    addAll: (samples) => records.addAll(samples),
    add: (sample: Sample) => records.add(sample),
    newest: () => find({}),
    find: (question) => find(queryOf(question)),
    async read(key) {
      const record = await records.get(String(key));
      return (await record?.bytes())?.length ?? 0;
    },
    close: () => node.close(),
  };
}

type Options = NonNullable<Parameters<PeerNode['openGroup']>[1]>;

async function openOnlyGroup(node: PeerNode, options: Options): Promise<PeerGroup> {
  if (node.groups.length > 0) return await node.openGroup(undefined, options);
  await node.createIdentity({ friendlyName: 'keeper' });
  return await node.createGroup({ friendlyName: 'bench', ...options });
}

function queryOf(question: Question): RecordQuery {
  switch (question.kind) {
    case 'customer':
      return { where: { attribute: 'customer', equal: question.customer } };
    case 'titles':
      return { where: { attribute: 'title', like: `${question.prefix}*` } };
    case 'amounts':
      return {
        where: {
          and: [
            { attribute: 'amount', greaterOrEqual: question.from },
            { attribute: 'amount', less: question.below },
          ],
        },
      };
    case 'customerAndState':
      return {
        where: {
          and: [
            { attribute: 'customer', equal: question.customer },
            { attribute: 'state', equal: question.state },
          ],
        },
      };
    case 'typeAndRegion':
      return { type: question.type, where: { attribute: 'region', equal: question.region } };
    case 'state':
      return { where: { attribute: 'state', equal: question.state } };
  }
}
