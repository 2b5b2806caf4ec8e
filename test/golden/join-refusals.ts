// Frames of a join that no version 1 peer takes, one for each rule of form in docs/protocol.md §15; see
// wire-refusals.ts.

import { hexText } from '../../src/core/base/hex.ts';
import { FRAME_HEADER_BYTES, KIND, payloadBytesMax } from '../../src/core/wire/frame.ts';
import { joinExamples } from './join-examples.ts';
import { frameText, overLimit, refusal, type WireRefusal } from './wire-refusal.ts';

const SIGNATURE = '22'.repeat(64);
const MAC = '33'.repeat(32);

function payloadOf(message: string): string {
  const frame = joinExamples().find((example) => example.message === message)?.frame;
  return hexText(frame?.subarray(FRAME_HEADER_BYTES) ?? new Uint8Array(0));
}

/** The example of the page with other bytes at a place. */
function changed(message: string, kind: number, at: number, bytes: string): string {
  const text = payloadOf(message);
  return frameText(kind, text.slice(0, 2 * at) + bytes + text.slice(2 * at + bytes.length));
}

export function joinRefusals(): readonly WireRefusal[] {
  const pending = 'd0'.repeat(16);
  const refuse = (payload: string) => frameText(KIND.joinRefuse, payload);
  const time = '00'.repeat(8);
  const start = `0102${'d0'.repeat(16)}${time}00${'11'.repeat(32)}`;
  return [
    refusal('JOIN', 'version 2', changed('JOIN', KIND.join, 0, '02')),
    refusal('JOIN', 'kind 0', changed('JOIN', KIND.join, 1, '00')),
    refusal('JOIN', 'kind 4', changed('JOIN', KIND.join, 1, '04')),
    refusal('JOIN', 'time above 2^53-1', changed('JOIN', KIND.join, 18, '0020000000000000')),
    refusal('JOIN', 'nine addresses', changed('JOIN', KIND.join, 26, '09')),
    refusal(
      'JOIN',
      'a request of 513 bytes',
      frameText(KIND.join, `${start}8104${'44'.repeat(513)}${SIGNATURE}`),
    ),
    refusal('JOIN', 'bytes after the signature', frameText(KIND.join, `${payloadOf('JOIN')}00`)),
    refusal('JOIN', 'longer than 40,960', overLimit(KIND.join, payloadBytesMax(KIND.join))),
    refusal(
      'JOIN_CHALLENGE',
      '65 certificates',
      frameText(KIND.joinChallenge, `41${'0100'.repeat(65)}00${SIGNATURE}`),
    ),
    refusal(
      'JOIN_CHALLENGE',
      'a response of 513 bytes',
      frameText(KIND.joinChallenge, `008104${'44'.repeat(513)}${SIGNATURE}`),
    ),
    refusal('JOIN_PROOF', 'no code', frameText(KIND.joinProof, '0144')),
    refusal('JOIN_PROOF', 'bytes after it', frameText(KIND.joinProof, `0144${MAC}00`)),
    refusal('JOIN_PROOF', 'longer than 1,024', overLimit(KIND.joinProof, 1_024)),
    refusal(
      'JOIN_ADMIT',
      'a name with a zero',
      frameText(KIND.joinAdmit, `00${MAC}00010000${MAC}00${SIGNATURE}`),
    ),
    refusal(
      'JOIN_ADMIT',
      'nine contacts',
      frameText(KIND.joinAdmit, `00${MAC}00014100${MAC}09${SIGNATURE}`),
    ),
    refusal(
      'JOIN_ADMIT',
      'bytes after the signature',
      frameText(KIND.joinAdmit, `${payloadOf('JOIN_ADMIT')}00`),
    ),
    refusal('JOIN_PENDING', '15 bytes', frameText(KIND.joinPending, pending.slice(2))),
    refusal('JOIN_PENDING', 'longer than 16', overLimit(KIND.joinPending, 16)),
    refusal('JOIN_REFUSE', 'code 0', refuse(`0000${time}00`)),
    refusal('JOIN_REFUSE', 'code 13', refuse(`0d00${time}00`)),
    refusal('JOIN_REFUSE', 'detail of 257 bytes', refuse(`018102${'78'.repeat(257)}${time}00`)),
    refusal('JOIN_REFUSE', 'time above 2^53-1', refuse('0100002000000000000000')),
    refusal('JOIN_REFUSE', 'bytes after it', refuse(`0100${time}0000`)),
  ];
}
