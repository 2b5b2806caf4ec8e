// Types of records and broadcasts as tests write them: any name stands for a GUID that follows from it,
// and a GUID for itself.

import { utf8Bytes } from '../../core/base/utf8.ts';
import { GUID_BYTES, guidBytes, guidText, parseGuid } from '../../core/domain/guid.ts';
import { platformHashing } from '../platform-hashing.ts';

const LOOKS_LIKE_GUID = /^[0-9a-f-]{36}$/i;

export class TypeNames {
  readonly #nameByGuid = new Map<string, string>();

  /** The GUID of a name. Throws `TypeError`. */
  guidOf(name: string): string {
    if (typeof name !== 'string' || name === '') throw new TypeError('a type is a name or a GUID');
    if (LOOKS_LIKE_GUID.test(name)) return parseGuid(name, 'type');
    const digest = platformHashing.sha256(utf8Bytes(`peergroup type ${name}`));
    const guid = guidText(digest.subarray(0, GUID_BYTES));
    this.#nameByGuid.set(guid, name);
    return guid;
  }

  /** 16 bytes. */
  bytesOf(name: string): Uint8Array {
    return guidBytes(this.guidOf(name));
  }

  /** The name that it was written with in this village, or the GUID. */
  nameOf(bytes: Uint8Array): string {
    const guid = guidText(bytes);
    return this.#nameByGuid.get(guid) ?? guid;
  }
}
