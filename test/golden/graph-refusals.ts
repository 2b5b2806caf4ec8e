// Frames between neighbors that no version 1 peer takes, one for each rule of form in docs/protocol.md
// §13; see wire-refusals.ts.

import { ByteWriter } from '../../src/core/base/byte-writer.ts';
import { hexText } from '../../src/core/base/hex.ts';
import { encodeFrame, FRAME_HEADER_BYTES, KIND } from '../../src/core/wire/frame.ts';
import { encodeGreet } from '../../src/core/wire/overlay.ts';
import { writeCard } from '../../src/core/wire/peer-card-codec.ts';
import { aliceCard, exampleHeads } from './example-graph.ts';
import { frameText, overLimit, refusal, type WireRefusal } from './wire-refusal.ts';

const CARD = cardText();
/** Where they stand in a card of two addresses. */
const NODE_ID_AT = 32;
const FLAGS_AT = 46;
const ADDRESSES_AT = 47;
const DIGEST = '11'.repeat(32);
const PREFIX = '22'.repeat(8);
const ELEMENT = '33'.repeat(12);
const ID = '44'.repeat(16);

function cardText(): string {
  const out = new ByteWriter();
  writeCard(out, aliceCard);
  return hexText(out.finish());
}

function cardWith(at: number, bytes: string): string {
  return CARD.slice(0, 2 * at) + bytes + CARD.slice(2 * at + bytes.length);
}

/** An address list of 5, each 192.0.2.1. */
function cardOfFiveAddresses(): string {
  const [before, signature] = [CARD.slice(0, 2 * ADDRESSES_AT), CARD.slice(-128)];
  return `${before}05${'04c00002010fa1'.repeat(5)}${signature}`;
}

function greetWith(at: number, bytes: string): string {
  const heads = exampleHeads();
  const frame = encodeFrame(KIND.greet, encodeGreet({ priority: 'join', card: aliceCard, heads }));
  const text = hexText(frame.subarray(FRAME_HEADER_BYTES));
  return frameText(KIND.greet, text.slice(0, 2 * at) + bytes + text.slice(2 * at + bytes.length));
}

export function graphRefusals(): readonly WireRefusal[] {
  return [
    ...overlayRefusals(),
    ...walkRefusals(),
    ...floodRefusals(),
    ...membershipRefusals(),
    ...symbolRefusals(),
    ...rangeRefusals(),
    ...recordRefusals(),
  ];
}

function overlayRefusals(): readonly WireRefusal[] {
  const ping = (payload: string) => frameText(KIND.neighborPing, payload);
  const wholePing = `00000007${'00'.repeat(6)}03${'55'.repeat(16)}`;
  return [
    refusal('GREET', 'priority 3', greetWith(0, '03')),
    refusal('GREET', 'a count longer than it need be', greetWith(1, '8000')),
    refusal('GREET', 'nothing', frameText(KIND.greet, '')),
    refusal('GREET', 'longer than 16,384', overLimit(KIND.greet, 16_384)),
    refusal('PART', 'reason 9', frameText(KIND.part, '0900')),
    refusal('PART', 'nine cards', frameText(KIND.part, `0009${CARD.repeat(9)}`)),
    refusal(
      'PART',
      'a card of node id 0',
      frameText(KIND.part, `0001${cardWith(NODE_ID_AT, '00'.repeat(8))}`),
    ),
    refusal('PART', 'a card with flag 1', frameText(KIND.part, `0001${cardWith(FLAGS_AT, '02')}`)),
    refusal(
      'PART',
      'a card of five addresses',
      frameText(KIND.part, `0001${cardOfFiveAddresses()}`),
    ),
    refusal('PART', 'a card that ends early', frameText(KIND.part, `0001${CARD.slice(0, -2)}`)),
    refusal('NEIGHBOR_PING', 'no heads', ping(`00000007${'00'.repeat(6)}`)),
    refusal('NEIGHBOR_PING', 'bytes after it', ping(`${wholePing}00`)),
    refusal('NEIGHBOR_PING', 'longer than 64', overLimit(KIND.neighborPing, 64)),
    refusal('NEIGHBOR_PONG', 'bytes after it', frameText(KIND.neighborPong, `${wholePing}00`)),
    refusal('ROSTER', 'node id 0', frameText(KIND.roster, `01${'00'.repeat(14)}`)),
    refusal('ROSTER', '1,025 nodes', frameText(KIND.roster, `8108${'66'.repeat(14 * 1_025)}`)),
    refusal('PRESENCE', '65 cards', frameText(KIND.presence, `41${CARD.repeat(65)}`)),
    refusal('NEIGHBOR_MESSAGE', '15 bytes', frameText(KIND.neighborMessage, '00'.repeat(15))),
    refusal('NEIGHBOR_MESSAGE', 'longer than 65,552', overLimit(KIND.neighborMessage, 65_552)),
  ];
}

function walkRefusals(): readonly WireRefusal[] {
  const walk = 'a1'.repeat(8);
  return [
    refusal('FORWARD_JOIN', 'nine steps', frameText(KIND.forwardJoin, `09${CARD}`)),
    refusal('FORWARD_JOIN', 'no card', frameText(KIND.forwardJoin, '06')),
    refusal('SHUFFLE', 'no card', frameText(KIND.shuffle, `${walk}0500`)),
    refusal('SHUFFLE', 'nine steps', frameText(KIND.shuffle, `${walk}0901${CARD}`)),
    refusal('SHUFFLE', '13 cards', frameText(KIND.shuffle, `${walk}050d${CARD.repeat(13)}`)),
    refusal(
      'SHUFFLE_REPLY',
      '13 cards',
      frameText(KIND.shuffleReply, `${walk}0d${CARD.repeat(13)}`),
    ),
  ];
}

function floodRefusals(): readonly WireRefusal[] {
  const parcel = (payload: string) => frameText(KIND.flood, payload);
  return [
    refusal('FLOOD', 'hop 0', parcel('000178')),
    refusal('FLOOD', 'hop 64', parcel('400178')),
    refusal('FLOOD', 'parcel kind 0', parcel('010078')),
    refusal('FLOOD', 'parcel kind 4', parcel('010478')),
    refusal('FLOOD', 'no bytes', parcel('0101')),
    refusal('FLOOD', 'application data of 65,697 bytes', parcel(`0102${'78'.repeat(65_697)}`)),
    refusal('FLOOD', 'a membership of 32,961 bytes', parcel(`0103${'78'.repeat(32_961)}`)),
    refusal('FLOOD', 'longer than 17,825,800', overLimit(KIND.flood, 17_825_800)),
    refusal('IHAVE', 'nothing', frameText(KIND.iHave, '')),
    refusal('IHAVE', 'an id alone', frameText(KIND.iHave, ID)),
    refusal('IHAVE', 'hop 0', frameText(KIND.iHave, `${ID}00`)),
    refusal('IHAVE', 'hop 0 of a large one', frameText(KIND.iHave, `${ID}40`)),
    refusal('IHAVE', 'hop 64', frameText(KIND.iHave, `${ID}80`)),
    refusal('IHAVE', '1,025 of them', frameText(KIND.iHave, `${ID}01`.repeat(1_025))),
    refusal('GRAFT', 'flag 1', frameText(KIND.graft, `${ID}02`)),
    refusal('GRAFT', 'no flags', frameText(KIND.graft, ID)),
    refusal('GRAFT', 'bytes after it', frameText(KIND.graft, `${ID}0100`)),
    refusal('PRUNE', 'a payload', frameText(KIND.prune, '00')),
  ];
}

function membershipRefusals(): readonly WireRefusal[] {
  const list = (payload: string) => frameText(KIND.securityList, payload);
  const want = (payload: string) => frameText(KIND.securityWant, payload);
  return [
    refusal('SECURITY_LIST', 'flag 1', list('0200')),
    refusal('SECURITY_LIST', 'a digest twice', list(`0102${DIGEST.repeat(2)}`)),
    refusal('SECURITY_LIST', 'out of order', list(`0102${DIGEST}${'10'.repeat(32)}`)),
    refusal('SECURITY_LIST', 'more than 4,000', list(`01a11f${DIGEST}`)),
    refusal('SECURITY_WANT', 'a digest twice', want(`02${DIGEST.repeat(2)}`)),
    refusal('SECURITY_WANT', 'a digest that ends early', want('0111')),
    refusal('MEMBERSHIP', 'no certificate', frameText(KIND.membership, '00')),
    refusal('MEMBERSHIP', '65 certificates', frameText(KIND.membership, `41${'0100'.repeat(65)}`)),
  ];
}

function symbolRefusals(): readonly WireRefusal[] {
  const question = (payload: string) => frameText(KIND.getSymbols, payload);
  const answer = (payload: string) => frameText(KIND.symbols, payload);
  const start = `0003${'77'.repeat(8)}`;
  return [
    refusal('GET_SYMBOLS', 'beyond 4,096', question('00802001')),
    refusal('GET_SYMBOLS', 'bytes after it', question('000a3600')),
    refusal('SYMBOLS', 'none', answer(`${start}0000`)),
    refusal('SYMBOLS', 'a symbol of 16 bytes', answer(`${start}01${'00'.repeat(16)}`)),
    refusal('SYMBOLS', 'no counts', answer(`${start}01${'00'.repeat(17)}`)),
    refusal('SYMBOLS', 'beyond 4,096', answer(`8020${start.slice(2)}01${'00'.repeat(17)}00`)),
  ];
}

function rangeRefusals(): readonly WireRefusal[] {
  const ranges = (payload: string) => frameText(KIND.ranges, payload);
  return [
    refusal('RANGES', 'flag 2', ranges('04000000')),
    refusal('RANGES', 'content 3', ranges('0200000130')),
    refusal('RANGES', 'a bound of 13 bytes', ranges(`020000010d00${'01'.repeat(13)}`)),
    refusal('RANGES', 'a prefix that ends in zero', ranges('02000001010500')),
    refusal('RANGES', 'a bound that is not after the one before', ranges('020000010000')),
    refusal('RANGES', 'a range after the end', ranges('020000020f0f')),
    refusal('RANGES', 'elements out of order', ranges(`020000012f02${'34'.repeat(12)}${ELEMENT}`)),
    refusal('RANGES', '17 elements', ranges(`020000012f11${ELEMENT.repeat(17)}`)),
    refusal('RANGES', 'a fingerprint of 11 bytes', ranges(`020000011f${'00'.repeat(11)}`)),
    refusal('STREAM', 'a prefix of 13 bytes', frameText(KIND.stream, `0d00${'01'.repeat(13)}`)),
    refusal('STREAM', 'a prefix that ends in zero', frameText(KIND.stream, '010500')),
  ];
}

function recordRefusals(): readonly WireRefusal[] {
  const state = (payload: string) => frameText(KIND.syncState, payload);
  const heads = `03${'77'.repeat(16)}`;
  return [
    refusal('WANT', 'a prefix twice', frameText(KIND.want, `02${PREFIX.repeat(2)}`)),
    refusal('WANT', 'more than 4,000', frameText(KIND.want, `a11f${PREFIX}`)),
    refusal('OFFER', 'an element twice', frameText(KIND.offer, `02${ELEMENT.repeat(2)}`)),
    refusal('OFFER', 'bytes after it', frameText(KIND.offer, `01${ELEMENT}00`)),
    refusal('BUNDLE', 'nothing', frameText(KIND.bundle, '')),
    refusal('BUNDLE', 'longer than 17,825,792', overLimit(KIND.bundle, 17_825_792)),
    refusal('SYNC_STATE', 'stage 6', state('06')),
    refusal('SYNC_STATE', 'prefixes out of order', state(`0102${PREFIX.repeat(2)}`)),
    refusal('SYNC_STATE', 'a bound of 13 bytes', state(`020d00${'01'.repeat(13)}${heads}`)),
    refusal('SYNC_STATE', 'reason 5', state(`03${heads}0105${PREFIX}`)),
    refusal('SYNC_STATE', 'no heads', state('00')),
    refusal('SYNC_STATE', 'bytes after it', state('0500')),
  ];
}
