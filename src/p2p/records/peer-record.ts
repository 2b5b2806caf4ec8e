// A record of the API as p2p.h has it. Times of records are peer time at both.

import type { SharedRecord } from '../../api/index.ts';
import { filetimeOfMs } from '../calls/filetime.ts';
import { PEER_RECORD_FLAGS } from '../surface/enumerations.ts';
import type { PEER_RECORD } from '../surface/structures.ts';
import { attributesXml } from '../xml/attributes-xml.ts';

/** Rejects with the API's `RECORD_NOT_FOUND` when this version has been replaced meanwhile, its data with it. */
export async function peerRecordOf(record: SharedRecord): Promise<PEER_RECORD> {
  return {
    type: record.type,
    id: record.id,
    dwVersion: record.version,
    dwFlags: flagsOfRecord(record),
    pwzCreatorId: record.creator,
    pwzModifiedById: record.modifiedBy,
    pwzAttributes: attributesXml(record.attributes),
    ftCreation: filetimeOfMs(record.createdAt.getTime()),
    ftExpiration: filetimeOfMs(record.expiresAt.getTime()),
    ftLastModified: filetimeOfMs(record.modifiedAt.getTime()),
    // What the publisher has signed, and everybody has proved, names all of the record.
    securityData: record.hash,
    data: await record.bytes(),
  };
}

export function flagsOfRecord({ isAutoRefreshed }: SharedRecord): number {
  return isAutoRefreshed ? PEER_RECORD_FLAGS.PEER_RECORD_FLAG_AUTOREFRESH : 0;
}
