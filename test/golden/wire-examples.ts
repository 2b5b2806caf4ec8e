// Every message of docs/protocol.md, at least once, as a frame. The first of each kind is the example
// on the page; all of them are the golden files below test/golden/wire.

import { parseMessageType } from '../../src/core/domain/message-types.ts';
import { encodeClose, encodePing } from '../../src/core/wire/control.ts';
import {
  encodeMessageType,
  encodeStreamCredit,
  encodeStreamEnd,
  encodeStreamOpen,
  encodeStreamReset,
} from '../../src/core/wire/direct.ts';
import { encodeFrame, KIND, STREAM_NUMBER_MAX } from '../../src/core/wire/frame.ts';
import { encodeRefuse, REFUSE_CODES, type RefuseReason } from '../../src/core/wire/hello.ts';
import { sent } from '../support/wire-reading.ts';
import { exampleHellos } from './example-meeting.ts';
import { graphExamples } from './graph-examples.ts';
import { joinExamples } from './join-examples.ts';
import { securityExamples } from './security-examples.ts';
import { more, shown, type WireExample } from './wire-example.ts';

const EMPTY = new Uint8Array(0);
const TYPE = parseMessageType('3f2504e0-4f89-41d3-9a0c-0305e82c3301');

function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'utf8'));
}

function handshakeExamples(): readonly WireExample[] {
  const { first, second, answer, neighbor } = exampleHellos();
  const reasons = Object.keys(REFUSE_CODES) as readonly RefuseReason[];
  return [
    shown('HELLO', first, ' of a dialer'),
    shown('HELLO', answer, ' of a listener'),
    more('HELLO', second),
    more('HELLO', neighbor),
    shown('NEED_CHAIN', encodeFrame(KIND.needChain, EMPTY)),
    shown('WELCOME', encodeFrame(KIND.welcome, EMPTY)),
    shown('REFUSE', refuse('refusedByApplication', 'Nicht während der Partie.')),
    ...reasons.map((reason) => more('REFUSE', refuse(reason, ''))),
    more('REFUSE', refuse('notAccepting', 'x'.repeat(256))),
  ];
}

function refuse(reason: RefuseReason, detail: string): Uint8Array {
  return encodeFrame(KIND.refuse, encodeRefuse({ reason, detail }));
}

function controlExamples(): readonly WireExample[] {
  const close = (code: 'done' | 'leaving' | 'protocolViolation', reason: string) =>
    encodeFrame(KIND.close, encodeClose({ code, reason }));
  return [
    shown('KEEPALIVE', encodeFrame(KIND.keepAlive, EMPTY)),
    shown('PING', encodeFrame(KIND.ping, encodePing(7))),
    more('PING', encodeFrame(KIND.ping, encodePing(0xffff_ffff))),
    shown('PONG', encodeFrame(KIND.pong, encodePing(7))),
    more('PONG', encodeFrame(KIND.pong, encodePing(0))),
    shown('CLOSE', close('done', 'Good night')),
    more('CLOSE', close('leaving', '')),
    more('CLOSE', close('protocolViolation', '\u{feff}鍵'.repeat(42))),
    shown('CLOSED', encodeFrame(KIND.closed, EMPTY)),
  ];
}

function messageExamples(): readonly WireExample[] {
  const nothing = '00000000-0000-0000-0000-000000000000';
  return [
    shown('MESSAGE_TYPE', encodeFrame(KIND.messageType, encodeMessageType(TYPE))),
    more(
      'MESSAGE_TYPE',
      encodeFrame(KIND.messageType, encodeMessageType(parseMessageType(nothing))),
    ),
    shown('MESSAGE', sent(KIND.message, 0, bytes('e2-e4'))),
    shown('MESSAGE', sent(KIND.message, 300, bytes('e7-e5')), ' of a type'),
    more('MESSAGE', sent(KIND.message, 0, EMPTY)),
    more('MESSAGE', sent(KIND.message, 127, bytes('x'.repeat(200)))),
    more('MESSAGE', sent(KIND.message, 128, EMPTY)),
    more('MESSAGE', sent(KIND.message, 16_383, bytes('x'))),
  ];
}

function streamExamples(): readonly WireExample[] {
  const open = (stream: number, name: string) =>
    encodeFrame(KIND.streamOpen, encodeStreamOpen({ stream, name }));
  const credit = (stream: number, count: number) =>
    encodeFrame(KIND.streamCredit, encodeStreamCredit({ stream, bytes: count }));
  const reset = (stream: number, code: 'cancelled' | 'refused' | 'failed') =>
    encodeFrame(KIND.streamReset, encodeStreamReset({ stream, code }));
  return [
    shown('STREAM_OPEN', open(1, 'games.pgn')),
    more('STREAM_OPEN', open(2, '')),
    more('STREAM_OPEN', open(STREAM_NUMBER_MAX, 'x'.repeat(1_024))),
    shown('STREAM_BYTES', sent(KIND.streamBytes, 1, bytes('1. e4 e5 2. Nf3'))),
    more('STREAM_BYTES', sent(KIND.streamBytes, 128, bytes('x'))),
    more('STREAM_BYTES', sent(KIND.streamBytes, STREAM_NUMBER_MAX, bytes('x'.repeat(300)))),
    shown('STREAM_END', encodeFrame(KIND.streamEnd, encodeStreamEnd(1))),
    more('STREAM_END', encodeFrame(KIND.streamEnd, encodeStreamEnd(STREAM_NUMBER_MAX))),
    shown('STREAM_RESET', reset(1, 'cancelled')),
    more('STREAM_RESET', reset(16_384, 'refused')),
    more('STREAM_RESET', reset(2, 'failed')),
    shown('STREAM_CREDIT', credit(1, 32_768)),
    more('STREAM_CREDIT', credit(STREAM_NUMBER_MAX, 1)),
  ];
}

export function wireExamples(): readonly WireExample[] {
  return [
    ...handshakeExamples(),
    ...controlExamples(),
    ...messageExamples(),
    ...streamExamples(),
    ...graphExamples(),
    ...securityExamples(),
    ...joinExamples(),
  ];
}
