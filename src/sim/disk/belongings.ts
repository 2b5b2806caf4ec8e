// What belongs to whom between a simulated store and its callers. In small worlds everything is copied
// on its way in and out; in large ones all stores share one copy of what is the same, which saves the
// memory of a thousand disks and trusts that nobody changes what it was given.

import { bytesKey } from '../../core/base/bytes.ts';
import type { GroupRecord, SignedBatch } from '../../core/domain/records.ts';
import { decodeContent } from '../../core/records/record-content.ts';

export interface Belongings {
  readonly bytes: (bytes: Uint8Array) => Uint8Array;
  readonly chain: (chain: readonly Uint8Array[]) => readonly Uint8Array[];
  readonly record: (record: GroupRecord) => GroupRecord;
  readonly batch: (batch: SignedBatch) => SignedBatch;
}

export const OWN_COPIES: Belongings = {
  bytes: (bytes) => bytes.slice(),
  chain: (chain) => chain.map((der) => der.slice()),
  record: copyOfRecord,
  batch: copyOfBatch,
};

/** One copy of each for all stores that share this. */
export function sharedBelongings(): Belongings {
  const records = new Map<string, GroupRecord>();
  const batches = new Map<string, SignedBatch>();
  const bytes = new Map<string, Uint8Array>();
  const share = (one: Uint8Array): Uint8Array => {
    const key = `${one.length} ${bytesKey(one)}`;
    return known(bytes, key, () => one.slice());
  };
  return {
    bytes: share,
    chain: (chain) => chain.map(share),
    record: (record) => known(records, bytesKey(record.hash), () => copyOfRecord(record)),
    batch: (batch) => {
      const key = bytesKey(batch.hash) + bytesKey(batch.signature);
      return known(batches, key, () => copyOfBatch(batch));
    },
  };
}

function known<Value>(values: Map<string, Value>, key: string, make: () => Value): Value {
  const found = values.get(key);
  if (found !== undefined) return found;
  const made = make();
  values.set(key, made);
  return made;
}

function copyOfRecord(record: GroupRecord): GroupRecord {
  const author = record.author.slice();
  const contentBytes = record.contentBytes.slice();
  return {
    ...record,
    id: record.id.slice(),
    content: decodeContent(contentBytes, author),
    contentBytes,
    hash: record.hash.slice(),
    author,
    batch: record.batch.slice(),
  };
}

export function copyOfBatch({ statement, hash, signature }: SignedBatch): SignedBatch {
  return {
    statement: {
      ...statement,
      author: statement.author.slice(),
      membership: statement.membership.slice(),
      journal: statement.journal.slice(),
      previous: statement.previous.slice(),
      root: statement.root.slice(),
    },
    hash: hash.slice(),
    signature: signature.slice(),
  };
}
