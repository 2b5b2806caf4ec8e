// What members of a simulated world publish: notes with a text and some bytes.

import type { RecordWish } from '../../core/book/record-drafts.ts';

const NOTE_TYPE = Uint8Array.from({ length: 16 }, (_, at) => 0x11 * (at % 15));

export function newNote(text: string, data: Uint8Array = new Uint8Array(0)): RecordWish {
  return {
    kind: 'add',
    type: NOTE_TYPE,
    attributes: [{ name: 'text', value: { kind: 'string', value: text } }],
    data,
    expiresAt: null,
    isRefreshed: false,
  };
}

export function newText(id: Uint8Array, text: string): RecordWish {
  const attributes = [{ name: 'text', value: { kind: 'string', value: text } }] as const;
  return { kind: 'update', id, attributes, data: undefined, expiresAt: undefined };
}

export function deletion(id: Uint8Array): RecordWish {
  return { kind: 'delete', id };
}
