// The text of a message is what the other side wrote, to the last character.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BroadcastReceivedEvent } from '../../../src/api/index.ts';
import { Message } from '../../../src/api/message.ts';
import { UNTYPED } from '../../../src/core/domain/message-types.ts';

const SENDER = { name: 'x.', friendlyName: 'Bob', nodeId: 1n };

function textsOf(data: Uint8Array): readonly string[] {
  const said = { type: UNTYPED, bytes: data, isForUsAlone: false };
  return [new Message(UNTYPED, data).text, new BroadcastReceivedEvent(SENDER, said).text];
}

test('a byte order mark is text like any other', () => {
  for (const text of ['\ufeff', '\ufeffe4', 'e4\ufeff', '\ufeff\ufeff']) {
    for (const read of textsOf(Buffer.from(text))) assert.equal(read, text);
  }
});

test('bytes that are no UTF-8 show as U+FFFD, and nothing is thrown', () => {
  for (const read of textsOf(Uint8Array.of(0x65, 0xff, 0x34))) assert.equal(read, 'e\ufffd4');
});
