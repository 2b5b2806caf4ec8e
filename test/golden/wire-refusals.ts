// Frames that no version 1 peer takes, whatever went before: one for each rule of form that
// docs/protocol.md has. Payloads are hexadecimal; the length in front is right unless it is the point.

import { hexText } from '../../src/core/base/hex.ts';
import { KIND } from '../../src/core/wire/frame.ts';
import { exampleHellos, payloadOf } from './example-meeting.ts';
import { graphRefusals } from './graph-refusals.ts';
import { joinRefusals } from './join-refusals.ts';
import { securityRefusals } from './security-refusals.ts';
import { frameText, overLimit, refusal, type WireRefusal } from './wire-refusal.ts';

/** The first HELLO with `bytes` in place of those at `at`. */
function helloWith(at: number, bytes: string): string {
  const text = hexText(payloadOf(exampleHellos().answer));
  return frameText(KIND.hello, text.slice(0, 2 * at) + bytes + text.slice(2 * at + bytes.length));
}

const UNKNOWN_KINDS = [0x00, 0x12, 0x1f, 0x25, 0x2f, 0x3a, 0x44, 0x4f, 0x5e, 0x7f, 0x80, 0xff];

export function wireRefusals(): readonly WireRefusal[] {
  return [
    ...UNKNOWN_KINDS.map((kind) =>
      refusal('none', 'a kind that is not known', frameText(kind, '')),
    ),
    refusal('HELLO', 'flag 2 is not known', helloWith(1, '04')),
    refusal('HELLO', 'separate and neighbor at once', helloWith(1, '03')),
    refusal('HELLO', 'time above 2^53-1', helloWith(26, '0020000000000000')),
    refusal('HELLO', 'message limit above 16,777,216', helloWith(34, '01000001')),
    refusal('HELLO', 'more than 8 addresses', helloWith(38, '09')),
    refusal('HELLO', 'presence byte 2', helloWith(71, '02')),
    refusal('HELLO', 'bytes after the signature', `${withLonger(helloWith(0, '01'))}00`),
    refusal('HELLO', 'longer than 40,960', overLimit(KIND.hello, 40_960)),
    refusal('NEED_CHAIN', 'a payload', frameText(KIND.needChain, '00')),
    refusal('WELCOME', 'a payload', frameText(KIND.welcome, '00')),
    refusal('REFUSE', 'code 0', frameText(KIND.refuse, '0000')),
    refusal('REFUSE', 'code 12', frameText(KIND.refuse, '0c00')),
    refusal('REFUSE', 'detail of 257 bytes', frameText(KIND.refuse, `018102${'78'.repeat(257)}`)),
    refusal('KEEPALIVE', 'a payload', frameText(KIND.keepAlive, '00')),
    refusal('PING', 'three bytes', frameText(KIND.ping, '000001')),
    refusal('PONG', 'five bytes', frameText(KIND.pong, '0000000100')),
    refusal('CLOSE', 'code 5', frameText(KIND.close, '0500')),
    refusal('CLOSE', 'no reason', frameText(KIND.close, '00')),
    refusal('CLOSE', 'a reason that ends early', frameText(KIND.close, '000278')),
    refusal('CLOSE', 'a length longer than it need be', frameText(KIND.close, '00810078')),
    refusal('CLOSE', 'overlong UTF-8', frameText(KIND.close, '0002c080')),
    refusal('CLOSE', 'a surrogate', frameText(KIND.close, '0003eda080')),
    refusal('CLOSE', 'above U+10FFFF', frameText(KIND.close, '0004f4908080')),
    refusal('CLOSED', 'a payload', frameText(KIND.closed, '00')),
    refusal('MESSAGE', 'no type', frameText(KIND.message, '')),
    refusal('MESSAGE', 'a type longer than it need be', frameText(KIND.message, '800078')),
    refusal('MESSAGE', 'a type of three bytes', frameText(KIND.message, '80800178')),
    refusal('MESSAGE', 'a type that ends early', frameText(KIND.message, '80')),
    refusal('MESSAGE', '16,777,217 bytes', frameText(KIND.message, '00', 16_777_218)),
    refusal('MESSAGE', 'longer than 16,777,218', overLimit(KIND.message, 16_777_218)),
    refusal('MESSAGE_TYPE', '15 bytes', frameText(KIND.messageType, '00'.repeat(15))),
    refusal('MESSAGE_TYPE', '17 bytes', frameText(KIND.messageType, '00'.repeat(17))),
    refusal('STREAM_OPEN', 'stream 0', frameText(KIND.streamOpen, '0000')),
    refusal('STREAM_OPEN', 'stream 2^28', frameText(KIND.streamOpen, '808080800100')),
    refusal('STREAM_OPEN', 'no name', frameText(KIND.streamOpen, '01')),
    refusal(
      'STREAM_OPEN',
      'a name of 1,025 bytes',
      frameText(KIND.streamOpen, `018108${'78'.repeat(1_025)}`),
    ),
    refusal('STREAM_BYTES', 'stream 0', frameText(KIND.streamBytes, '0078')),
    refusal('STREAM_BYTES', 'no bytes', frameText(KIND.streamBytes, '01')),
    refusal('STREAM_BYTES', 'longer than 65,540', overLimit(KIND.streamBytes, 65_540)),
    refusal('STREAM_CREDIT', 'nothing', frameText(KIND.streamCredit, '0100')),
    refusal('STREAM_CREDIT', 'bytes after it', frameText(KIND.streamCredit, '010100')),
    refusal('STREAM_END', 'stream 0', frameText(KIND.streamEnd, '00')),
    refusal('STREAM_END', 'bytes after it', frameText(KIND.streamEnd, '0100')),
    refusal('STREAM_RESET', 'code 3', frameText(KIND.streamReset, '0103')),
    ...graphRefusals(),
    ...securityRefusals(),
    ...joinRefusals(),
  ];
}

/** The frame with a length of one more. */
function withLonger(frame: string): string {
  const length = Number.parseInt(frame.slice(0, 8), 16) + 1;
  return length.toString(16).padStart(8, '0') + frame.slice(8);
}
