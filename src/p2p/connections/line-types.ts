// The types of the data on one direct connection. The API gives a short number to each type and has room for some
// thousands; p2p.h knows no such bound, so the types of further data are said in a message of their own before it.

import { guidOf } from '../calls/arguments.ts';
import type { GUID } from '../surface/basic-types.ts';

/** The messages that say the type of the one that follows them. */
const TYPE_OF_NEXT: GUID = 'b8f3a1d6-0c57-4e2b-96a4-7d15e9c2f083';
/** Well below what the API has room for: each takes memory at both ends. */
const TYPES_MAX = 1_024;
const GUID_BYTES = 16;

/** What is sent for some data. */
export interface SendPlan {
  /** Null when the data says its type itself. */
  readonly before: { readonly type: GUID; readonly bytes: Uint8Array } | null;
  readonly type: GUID | undefined;
}

export class SentTypes {
  readonly #known = new Set<GUID>();
  /** Most data has the type of the data before it. */
  #last: SendPlan = { before: null, type: undefined };

  planFor(type: GUID): SendPlan {
    if (this.#last.type !== type) this.#last = this.#planFor(type);
    return this.#last;
  }

  #planFor(type: GUID): SendPlan {
    if (this.#known.has(type)) return { before: null, type };
    if (type === TYPE_OF_NEXT || this.#known.size >= TYPES_MAX) {
      return { before: { type: TYPE_OF_NEXT, bytes: bytesOfGuid(type) }, type: undefined };
    }
    this.#known.add(type);
    return { before: null, type };
  }
}

export class ReceivedTypes {
  #next: GUID | null = null;

  /** The type of the data; null for a message that says only what follows. */
  typeOf(type: GUID, data: Uint8Array): GUID | null {
    if (type === TYPE_OF_NEXT) {
      // Of another length it is no facade's.
      this.#next = data.length === GUID_BYTES ? guidOfBytes(data) : null;
      return null;
    }
    const said = this.#next;
    if (said === null) return type;
    this.#next = null;
    return said;
  }
}

function bytesOfGuid(guid: GUID): Uint8Array {
  return Buffer.from(guid.replaceAll('-', ''), 'hex');
}

function guidOfBytes(bytes: Uint8Array): GUID {
  const hex = Buffer.from(bytes).toString('hex');
  return guidOf(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));
}
