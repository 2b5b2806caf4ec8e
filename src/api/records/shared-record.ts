// A record as the application sees it: one version of it, which never changes any more.

import type { AttributeValue, GroupRecord, RecordData } from '../../core/domain/records.ts';
import { recordIdOf, recordTypeOf } from '../../core/domain/records.ts';
import { PeerGroupError } from '../peer-group-error.ts';

/** Text, whole numbers, and moments. A whole number beyond 2^53 is a bigint, up to 18 digits. */
export type AttributeInput = string | number | bigint | Date;
export type Attributes = Readonly<Record<string, AttributeInput>>;

export type RecordDataReader = (record: GroupRecord) => Uint8Array | null;

export class SharedRecord {
  /** A GUID that binds the group, `creator`, `type` and `createdAt`. */
  readonly id: string;
  /** The GUID that the application chose. */
  readonly type: string;
  /** 1 for the first, and one more for each change. */
  readonly version: number;
  /**
   * The peer name of the member in whose name it was added. Proved while `modifiedBy` is the same: in the
   * version of an administrator it is the administrator's word, who may have made up the record.
   */
  readonly creator: string;
  /** The peer name of the member that made this version. */
  readonly modifiedBy: string;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  readonly expiresAt: Date;
  /** Kept alive by the member that made this version, while it is here. */
  readonly isAutoRefreshed: boolean;
  readonly attributes: Attributes;
  /** Bytes of its data. */
  readonly size: number;
  readonly #record: GroupRecord;
  readonly #read: RecordDataReader;

  /** Made by `GroupRecords`. @internal */
  constructor(record: GroupRecord, read: RecordDataReader) {
    const { content } = record;
    this.id = recordIdOf(record.id);
    this.type = recordTypeOf(content.type);
    this.version = content.version;
    this.creator = record.creatorName;
    this.modifiedBy = record.authorName;
    this.createdAt = new Date(content.createdAt);
    this.modifiedAt = new Date(content.modifiedAt);
    this.expiresAt = new Date(content.expiresAt);
    this.isAutoRefreshed = content.refreshMs !== null;
    this.attributes = Object.freeze(
      Object.fromEntries(content.attributes.map(({ name, value }) => [name, plainValue(value)])),
    );
    this.size = dataLength(content.data);
    this.#record = record;
    this.#read = read;
  }

  /** What names this version, and what its publisher has signed for: SHA-256 over all of it, 32 bytes. A copy. */
  get hash(): Uint8Array {
    return this.#record.hash.slice();
  }

  /**
   * The data: a copy that is yours. Short ones are at hand; those above 1 KiB are read from the
   * database, and reject with `RECORD_NOT_FOUND` once this version has been replaced or is over.
   */
  async bytes(): Promise<Uint8Array> {
    const { data } = this.#record.content;
    if (data.kind === 'inline') return data.bytes.slice();
    const read = this.#read(this.#record);
    if (read === null) {
      throw new PeerGroupError('RECORD_NOT_FOUND', `Version ${this.version} has been replaced.`);
    }
    return read;
  }

  /** The data as UTF-8. */
  async text(): Promise<string> {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await this.bytes());
  }

  /** The data as JSON, behind a byte order mark or not. Rejects with a `SyntaxError` when they are none. */
  async json(): Promise<unknown> {
    return JSON.parse(new TextDecoder().decode(await this.bytes()));
  }
}

function dataLength(data: RecordData): number {
  return data.kind === 'inline' ? data.bytes.length : data.length;
}

function plainValue(value: AttributeValue): AttributeInput {
  switch (value.kind) {
    case 'string':
      return value.value;
    case 'int': {
      const number = Number(value.value);
      return Number.isSafeInteger(number) ? number : value.value;
    }
    case 'date':
      return new Date(value.value);
  }
}
