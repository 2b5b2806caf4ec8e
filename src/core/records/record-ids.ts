// Ids of records (protocol.md §12.2). An id begins with the stamp of the record's creation, so that ids
// lie in its order, and ends with a digest that binds group, creator and type to that stamp: who finds
// others that fit one record has found nothing that fits the next.

import { assert } from '../base/assert.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import type { GroupName } from '../domain/names.ts';
import type { RecordContent } from '../domain/records.ts';
import type { Crypto } from '../ports/crypto.ts';
import { STAMP_BYTES, setStamp } from './record-stamp.ts';

const CONTEXT = 'peergroup-record-id-v1';
const CREATOR_BYTES = 32;
const TYPE_BYTES = 16;
const ID_BYTES = 16;
const DIGEST_BYTES = ID_BYTES - STAMP_BYTES;

export class RecordIds {
  readonly #crypto: Pick<Crypto, 'sha256'>;
  /** What is hashed: context and group stay, the rest is that of the record asked for last. */
  readonly #bound: Uint8Array;
  readonly #view: DataView;
  readonly #creatorAt: number;

  constructor(group: GroupName, crypto: Pick<Crypto, 'sha256'>) {
    this.#crypto = crypto;
    const head = new ByteWriter().text(CONTEXT).text(group).finish();
    this.#creatorAt = head.length;
    this.#bound = new Uint8Array(head.length + CREATOR_BYTES + TYPE_BYTES + STAMP_BYTES);
    this.#bound.set(head);
    this.#view = new DataView(this.#bound.buffer);
  }

  /** 16 bytes. */
  idOf(key: Pick<RecordContent, 'creator' | 'type' | 'createdAt' | 'ordinal'>): Uint8Array {
    const { creator, type } = key;
    assert(creator.length === CREATOR_BYTES && type.length === TYPE_BYTES, 'a key and a GUID');
    const bound = this.#bound;
    const stampAt = bound.length - STAMP_BYTES;
    bound.set(creator, this.#creatorAt);
    bound.set(type, stampAt - TYPE_BYTES);
    setStamp(this.#view, stampAt, key);
    const id = new Uint8Array(ID_BYTES);
    id.set(bound.subarray(stampAt));
    id.set(this.#crypto.sha256(bound).subarray(0, DIGEST_BYTES), STAMP_BYTES);
    return id;
  }
}
