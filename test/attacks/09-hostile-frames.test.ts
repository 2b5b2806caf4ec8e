// Attack 9, frame by frame: what a stranger may not send before WELCOME, and what a member may not
// send after it. Each ends the link, and after WELCOME the member is told that it broke the protocol.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ByteWriter } from '../../src/core/base/byte-writer.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import { decodeClose } from '../../src/core/wire/control.ts';
import { encodeStreamCredit, encodeStreamOpen } from '../../src/core/wire/direct.ts';
import { encodeFrame, KIND, payloadBytesMax } from '../../src/core/wire/frame.ts';
import { dialRaw, enterRaw } from '../support/raw-link.ts';
import { honestHello } from '../support/raw-member.ts';
import { assertTurnedAway, siege } from '../support/siege.ts';
import { within } from '../support/until.ts';

const NOTHING = new Uint8Array(0);

function bytes(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values);
}

/** Of a frame that promises more than it will ever have. */
function header(kind: number, length: number): Uint8Array {
  return new ByteWriter().u32(length).u8(kind).finish();
}

function frames(...parts: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  return Buffer.concat(parts.map(([kind, payload]) => encodeFrame(kind, payload)));
}

const BEFORE_WELCOME: Readonly<Record<string, readonly [Uint8Array, readonly number[]]>> = {
  'a HELLO longer than any can be': [header(KIND.hello, LIMITS.helloBytesMax + 1), []],
  'a frame of 4 GiB': [header(KIND.hello, 2 ** 32 - 1), []],
  'a kind that nobody knows': [header(0x7f, 0), []],
  'kind 0': [header(0, 0), []],
  'a message': [frames([KIND.message, bytes(0, 1)]), []],
  'a stream': [frames([KIND.streamOpen, encodeStreamOpen({ stream: 1, name: '' })]), []],
  'a ping': [frames([KIND.ping, bytes(0, 0, 0, 1)]), []],
  'a keep-alive': [frames([KIND.keepAlive, NOTHING]), []],
  'a close': [frames([KIND.close, bytes(0, 0)]), []],
  'a WELCOME of its own': [frames([KIND.welcome, NOTHING]), []],
  'a NEED_CHAIN of its own': [frames([KIND.needChain, NOTHING]), []],
  'a REFUSE of its own': [frames([KIND.refuse, bytes(1, 0)]), []],
  'the header of a JOIN_ADMIT': [header(KIND.joinAdmit, payloadBytesMax(KIND.joinAdmit)), []],
  'the header of a JOIN_REFUSE': [header(KIND.joinRefuse, 100), []],
  'a HELLO of nothing': [frames([KIND.hello, NOTHING]), []],
  'a HELLO of another version': [frames([KIND.hello, bytes(9, 0, 0)]), [KIND.refuse]],
  'a HELLO of unknown flags': [frames([KIND.hello, bytes(1, 0xfe)]), []],
  'a WELCOME with something in it': [header(KIND.welcome, 1), []],
};

for (const [what, [sent, kinds]] of Object.entries(BEFORE_WELCOME)) {
  test(`a stranger who sends ${what} is turned away`, async (t) => {
    const scene = await siege(t);
    const link = await dialRaw(t, { ...scene.dial, shown: scene.bob });
    link.write(sent);
    await assertTurnedAway(scene, link, kinds);
  });
}

const streamOne = encodeStreamOpen({ stream: 1, name: 'one' });
const AFTER_WELCOME: Readonly<Record<string, Uint8Array>> = {
  'a message above 16 MiB': header(KIND.message, LIMITS.messageBytesMax + 3),
  'a frame of 4 GiB': header(KIND.message, 2 ** 32 - 1),
  'a kind that nobody knows': header(0x2f, 0),
  'a kind beyond all': header(0x7f, 0),
  'a HELLO': header(KIND.hello, 10),
  'a WELCOME': header(KIND.welcome, 0),
  'a REFUSE': header(KIND.refuse, 2),
  'a message without a type': frames([KIND.message, NOTHING]),
  'a message of a type that was not announced': frames([KIND.message, bytes(1, 7)]),
  'a type index in a long form': frames([KIND.message, bytes(0x80, 0, 7)]),
  'a type index of three bytes': frames([KIND.message, bytes(0x80, 0x80, 1, 7)]),
  'a type of 15 bytes': frames([KIND.messageType, new Uint8Array(15)]),
  'a keep-alive with something in it': header(KIND.keepAlive, 1),
  'a ping of three bytes': frames([KIND.ping, bytes(0, 0, 1)]),
  'a pong that nobody asked for': frames([KIND.pong, bytes(0, 0, 0, 1)]),
  'a close of no known code': frames([KIND.close, bytes(99, 0)]),
  'a close with bytes behind it': frames([KIND.close, bytes(0, 0, 0)]),
  'a close with half a character': frames([KIND.close, bytes(0, 1, 0xc3)]),
  'an answer to no close': frames([KIND.closed, NOTHING]),
  'a stream of the number 0': frames([KIND.streamOpen, bytes(0, 0)]),
  'a stream of our numbers': frames([KIND.streamOpen, encodeStreamOpen({ stream: 2, name: '' })]),
  'a stream twice': frames([KIND.streamOpen, streamOne], [KIND.streamOpen, streamOne]),
  'a stream with bytes behind its name': frames([
    KIND.streamOpen,
    Buffer.concat([streamOne, bytes(0)]),
  ]),
  'a name longer than names are': header(KIND.streamOpen, 4 + 2 + LIMITS.streamNameBytesMax + 1),
  'bytes of a stream that is not there': frames([KIND.streamBytes, bytes(3, 1)]),
  'no bytes of a stream': frames([KIND.streamOpen, streamOne], [KIND.streamBytes, bytes(1)]),
  'too many bytes of a stream at once': header(
    KIND.streamBytes,
    4 + LIMITS.streamFrameBytesMax + 1,
  ),
  'the end of a stream twice': frames(
    [KIND.streamOpen, streamOne],
    [KIND.streamEnd, bytes(1)],
    [KIND.streamEnd, bytes(1)],
  ),
  'bytes behind the end of a stream': frames(
    [KIND.streamOpen, streamOne],
    [KIND.streamEnd, bytes(1)],
    [KIND.streamBytes, bytes(1, 1)],
  ),
  'the end of a stream that is not there': frames([KIND.streamEnd, bytes(5)]),
  'a reset of no known code': frames([KIND.streamOpen, streamOne], [KIND.streamReset, bytes(1, 9)]),
  'a credit of nothing': frames([KIND.streamOpen, streamOne], [KIND.streamCredit, bytes(1, 0)]),
  'a credit with bytes behind it': frames(
    [KIND.streamOpen, streamOne],
    [KIND.streamCredit, bytes(1, 1, 0)],
  ),
  'more credit than a window can have': frames(
    [KIND.streamOpen, streamOne],
    [KIND.streamCredit, encodeStreamCredit({ stream: 1, bytes: 2 ** 28 - 1 })],
  ),
  'more of a stream than it was granted': frames(
    [KIND.streamOpen, streamOne],
    [KIND.streamBytes, Buffer.concat([bytes(1), Buffer.alloc(LIMITS.streamFrameBytesMax)])],
    [KIND.streamBytes, Buffer.concat([bytes(1), Buffer.alloc(LIMITS.streamFrameBytesMax)])],
    [KIND.streamBytes, bytes(1, 1)],
  ),
  'one type more than there may be': Buffer.concat(
    Array.from({ length: LIMITS.messageTypesMax }, () =>
      encodeFrame(KIND.messageType, new Uint8Array(16)),
    ),
  ),
};

for (const [what, sent] of Object.entries(AFTER_WELCOME)) {
  test(`a member who sends ${what} is cut off`, async (t) => {
    const scene = await siege(t);
    const link = await enterRaw(t, scene.bob, scene.dial);
    link.write(sent);
    const [connection] = scene.taken;
    assert.ok(connection !== undefined);
    const end = await within(connection.closed, 2_000, 'the end');
    assert.equal(end.how, 'protocolViolation');
    assert.equal(end.by, 'us');
    for (let frame = await link.frame(); frame !== null; frame = await link.frame()) {
      if (frame.kind === KIND.close)
        assert.equal(decodeClose(frame.payload).code, 'protocolViolation');
    }
    assert.equal(link.seen[KIND.close], 1, 'it was told why');
    assert.equal(scene.alice.group.connections.length, 0);
  });
}

test('what stands behind an offence is not read', async (t) => {
  const scene = await siege(t);
  const link = await enterRaw(t, scene.bob, scene.dial);
  const [connection] = scene.taken;
  const heard: string[] = [];
  connection?.onMessage(({ text }) => heard.push(text));
  const say = (text: string) => encodeFrame(KIND.message, Buffer.from(`\0${text}`));
  link.write(Buffer.concat([say('before'), header(0x7f, 0), say('behind')]));
  assert.equal((await connection?.closed)?.how, 'protocolViolation');
  assert.deepEqual(heard, ['before']);
});

test('a member says nothing before WELCOME that is lost or heard twice', async (t) => {
  const scene = await siege(t);
  const link = await dialRaw(t, { ...scene.dial, shown: scene.bob });
  const early = encodeFrame(KIND.message, Buffer.from('\0early'));
  link.write(Buffer.concat([honestHello(link, scene.bob), early]));
  assert.equal((await link.frame())?.kind, KIND.hello);
  assert.equal((await link.frame())?.kind, KIND.welcome);
  const [connection] = scene.taken;
  const first = await connection?.messages().next();
  assert.equal(first?.value?.text, 'early');
  assert.equal(connection?.counters.messagesReceived, 1);
});
