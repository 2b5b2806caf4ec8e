// Every message of docs/protocol.md §13, at least once, as a frame; see wire-examples.ts.

import { concatBytes } from '../../src/core/base/bytes.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import { PART_REASONS, type PartReason } from '../../src/core/domain/links.ts';
import { encodeBundle } from '../../src/core/records/bundle.ts';
import * as flood from '../../src/core/wire/flood.ts';
import { encodeFrame, KIND } from '../../src/core/wire/frame.ts';
import { encodeNeighborMessage } from '../../src/core/wire/neighbor-message.ts';
import * as overlay from '../../src/core/wire/overlay.ts';
import * as sync from '../../src/core/wire/sync.ts';
import { encodeRanges, FIRST_BOUND, type SyncRange } from '../../src/core/wire/sync-ranges.ts';
import { encodeGetSymbols, encodeSymbols } from '../../src/core/wire/sync-symbols.ts';
import { NOW } from '../support/golden-chains.ts';
import {
  ALICE_NODE,
  aliceCard,
  BOB_NODE,
  bobCard,
  bobsLastCard,
  CHAIN_DIGESTS,
  exampleFlood,
  exampleHeads,
  exampleIndex,
  exampleParcelId,
  TYPE,
} from './example-graph.ts';
import { ALICE_CHAIN, BOB_CHAIN } from './example-meeting.ts';
import { bundleExamples } from './record-examples.ts';
import { more, shown, type WireExample } from './wire-example.ts';

const WALK = 0xa1a2_a3a4_a5a6_a7a8n;
const FIRST_QUESTION = { from: 0, count: 12, countsOnly: 40 } as const;
const PREFIX_BYTES = 8;
const NOTHING = new Uint8Array(0);

export function graphExamples(): readonly WireExample[] {
  return [
    ...overlayExamples(),
    ...walkExamples(),
    ...presenceExamples(),
    ...floodExamples(),
    ...membershipExamples(),
    ...symbolExamples(),
    ...rangeExamples(),
    ...recordExamples(),
    ...stateExamples(),
  ];
}

function shortHeads() {
  const { count, digest, securityHead } = exampleHeads();
  return {
    count,
    digest: digest.slice(0, PREFIX_BYTES),
    securityHead: securityHead.slice(0, PREFIX_BYTES),
  };
}

function overlayExamples(): readonly WireExample[] {
  const greet = (priority: overlay.Priority, card = aliceCard) =>
    encodeFrame(KIND.greet, overlay.encodeGreet({ priority, card, heads: exampleHeads() }));
  const part = (reason: PartReason, referrals = [bobCard]) =>
    encodeFrame(KIND.part, overlay.encodePart({ reason, referrals }));
  const reasons = Object.keys(PART_REASONS) as readonly PartReason[];
  const ping = { nonce: 7, groupTime: NOW, heads: shortHeads() };
  return [
    shown('GREET', greet('join')),
    more('GREET', greet('high')),
    more('GREET', greet('low', bobCard)),
    shown('PART', part('busy')),
    ...reasons.map((reason) => more('PART', part(reason, []))),
    more('PART', part('leaving', new Array(LIMITS.referralsMax).fill(aliceCard))),
    shown('NEIGHBOR_PING', encodeFrame(KIND.neighborPing, overlay.encodeNeighborPing(ping))),
    shown('NEIGHBOR_PONG', encodeFrame(KIND.neighborPong, overlay.encodeNeighborPing(ping))),
  ];
}

function walkExamples(): readonly WireExample[] {
  const join = (ttl: number) =>
    encodeFrame(KIND.forwardJoin, overlay.encodeForwardJoin({ ttl, card: aliceCard }));
  const shuffle = (ttl: number, cards = [aliceCard]) =>
    encodeFrame(KIND.shuffle, overlay.encodeShuffle({ walk: WALK, ttl, cards }));
  const reply = (cards = [bobCard]) =>
    encodeFrame(KIND.shuffleReply, overlay.encodeShuffleReply({ walk: WALK, cards }));
  return [
    shown('FORWARD_JOIN', join(6)),
    more('FORWARD_JOIN', join(0)),
    more('FORWARD_JOIN', join(LIMITS.walkStepsMax)),
    shown('SHUFFLE', shuffle(5)),
    more('SHUFFLE', shuffle(0, new Array(LIMITS.shuffleCardsMax).fill(aliceCard))),
    shown('SHUFFLE_REPLY', reply()),
    more('SHUFFLE_REPLY', reply([])),
  ];
}

function presenceExamples(): readonly WireExample[] {
  const entries = [
    { nodeId: ALICE_NODE, issuedAt: aliceCard.issuedAt },
    { nodeId: BOB_NODE, issuedAt: bobCard.issuedAt },
  ];
  const roster = (some: typeof entries) => encodeFrame(KIND.roster, overlay.encodeRoster(some));
  const presence = (cards = [bobsLastCard]) =>
    encodeFrame(KIND.presence, overlay.encodePresence(cards));
  return [
    shown('ROSTER', roster(entries)),
    more('ROSTER', roster([])),
    shown('PRESENCE', presence()),
    more('PRESENCE', presence([aliceCard, bobCard])),
  ];
}

function floodExamples(): readonly WireExample[] {
  const id = exampleParcelId();
  const parcel = (frame: flood.FloodFrame) => encodeFrame(KIND.flood, flood.encodeFlood(frame));
  const announced = (some: readonly flood.Announcement[]) =>
    encodeFrame(KIND.iHave, flood.encodeIHave(some));
  const graft = (joinsTree: boolean) =>
    encodeFrame(KIND.graft, flood.encodeGraft({ id, joinsTree }));
  const message = (text: string) =>
    encodeFrame(
      KIND.neighborMessage,
      encodeNeighborMessage({ type: TYPE, bytes: new Uint8Array(Buffer.from(text, 'utf8')) }),
    );
  const other = id.toReversed();
  return [
    shown('FLOOD', parcel(exampleFlood())),
    more('FLOOD', parcel({ ...exampleFlood(), hop: LIMITS.floodHopsMax })),
    more('FLOOD', parcel({ hop: 2, kind: 'bundle', bytes: Uint8Array.of(1) })),
    more('FLOOD', parcel({ hop: 3, kind: 'membership', bytes: Uint8Array.of(1, 2) })),
    shown(
      'IHAVE',
      announced([
        { id, hop: 2, sizeClass: 'medium' },
        { id: other, hop: LIMITS.floodHopsMax, sizeClass: 'large' },
      ]),
    ),
    more('IHAVE', announced([{ id, hop: 1, sizeClass: 'large' }])),
    shown('GRAFT', graft(true)),
    more('GRAFT', graft(false)),
    shown('PRUNE', encodeFrame(KIND.prune, flood.encodePrune())),
    shown('NEIGHBOR_MESSAGE', message('e2-e4')),
    more('NEIGHBOR_MESSAGE', message('')),
  ];
}

function membershipExamples(): readonly WireExample[] {
  const list = (isLast: boolean, digests: Uint8Array) =>
    encodeFrame(KIND.securityList, sync.encodeSecurityList({ isLast, digests }));
  const want = (digests: Uint8Array) =>
    encodeFrame(KIND.securityWant, sync.encodeSecurityWant(digests));
  const all = concatBytes(CHAIN_DIGESTS);
  return [
    shown('SECURITY_LIST', list(true, all)),
    more('SECURITY_LIST', list(false, CHAIN_DIGESTS[0] ?? NOTHING)),
    more('SECURITY_LIST', list(true, NOTHING)),
    shown('SECURITY_WANT', want(CHAIN_DIGESTS[0] ?? NOTHING)),
    more('SECURITY_WANT', want(all)),
    shown('MEMBERSHIP', encodeFrame(KIND.membership, sync.encodeMembership(ALICE_CHAIN))),
    more('MEMBERSHIP', encodeFrame(KIND.membership, sync.encodeMembership(BOB_CHAIN))),
  ];
}

function symbolExamples(): readonly WireExample[] {
  const index = exampleIndex();
  const { from, count, countsOnly } = FIRST_QUESTION;
  const symbols = (first: number, some: number, more: number) =>
    encodeFrame(
      KIND.symbols,
      encodeSymbols({
        from: first,
        setCount: index.count,
        setDigest: index.digest.slice(0, PREFIX_BYTES),
        symbols: index.symbols(first, some),
        counts: index.symbolCounts(first + some, more),
      }),
    );
  const question = (asked: { from: number; count: number; countsOnly: number }) =>
    encodeFrame(KIND.getSymbols, encodeGetSymbols(asked));
  return [
    shown('GET_SYMBOLS', question(FIRST_QUESTION)),
    more('GET_SYMBOLS', question({ from: 12, count: 300, countsOnly: 0 })),
    more('GET_SYMBOLS', question({ from: 4_000, count: 96, countsOnly: 0 })),
    shown('SYMBOLS', symbols(from, count, countsOnly)),
    more('SYMBOLS', symbols(12, 30, 0)),
  ];
}

function rangeExamples(): readonly WireExample[] {
  const index = exampleIndex();
  const all = index.between(0, index.count);
  const [first, second, third] = all;
  if (!first || !second || !third) throw new Error('the example has three records');
  const ranges = (isReply: boolean, isLast: boolean, some: readonly SyncRange[]) =>
    encodeFrame(KIND.ranges, encodeRanges({ isReply, isLast, from: FIRST_BOUND, ranges: some }));
  const elements = concatBytes(
    all
      .map(({ element }) => element)
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
  );
  const fingerprint = (from: number, to: number) =>
    ({ kind: 'fingerprint', fingerprint: index.fingerprint(from, to) }) as const;
  const between = { time: third.modifiedAt, prefix: NOTHING };
  const inside = { time: second.modifiedAt, prefix: second.element.slice(0, 1) };
  return [
    shown(
      'RANGES',
      ranges(false, true, [{ upTo: null, content: { kind: 'elements', elements } }]),
      ' of a question',
    ),
    shown(
      'RANGES',
      ranges(true, true, [
        { upTo: inside, content: fingerprint(0, 1) },
        { upTo: between, content: { kind: 'skip' } },
        { upTo: null, content: fingerprint(2, 3) },
      ]),
      ' of an answer',
    ),
    more('RANGES', ranges(true, true, [])),
    more('RANGES', ranges(true, false, [{ upTo: between, content: fingerprint(0, 2) }])),
    shown('STREAM', encodeFrame(KIND.stream, sync.encodeStream(inside))),
    more('STREAM', encodeFrame(KIND.stream, sync.encodeStream(FIRST_BOUND))),
  ];
}

function recordExamples(): readonly WireExample[] {
  const index = exampleIndex();
  const elements = index
    .between(0, index.count)
    .map(({ element }) => element)
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const [element = NOTHING] = elements;
  const prefixes = concatBytes(elements.map((each) => each.subarray(0, PREFIX_BYTES)));
  const [two, three] = bundleExamples();
  if (!two || !three) throw new Error('an example is missing');
  const bundle = (example: typeof two) => encodeFrame(KIND.bundle, encodeBundle(example.bundle));
  return [
    shown('WANT', encodeFrame(KIND.want, sync.encodeWant(prefixes))),
    shown('BUNDLE', bundle(two)),
    more('BUNDLE', bundle(three)),
    shown('OFFER', encodeFrame(KIND.offer, sync.encodeOffer(element))),
    more('OFFER', encodeFrame(KIND.offer, sync.encodeOffer(concatBytes(elements)))),
  ];
}

function stateExamples(): readonly WireExample[] {
  const heads = shortHeads();
  const [first] = exampleIndex().between(0, 1);
  const prefix = (first?.element ?? NOTHING).slice(0, PREFIX_BYTES);
  const state = (value: sync.SyncState) => encodeFrame(KIND.syncState, sync.encodeSyncState(value));
  const refused = sync.REFUSED_BECAUSE.map((because) => ({ prefix, because }));
  const upTo = { time: first?.modifiedAt ?? 0, prefix: prefix.slice(0, 3) };
  return [
    shown(
      'SYNC_STATE',
      state({
        stage: 'finished',
        heads,
        refused: refused.filter(({ because }) => because === 'quota'),
      }),
    ),
    shown('SYNC_STATE', state({ stage: 'given', unknown: prefix }), ' of what was given'),
    shown('SYNC_STATE', state({ stage: 'streamed', upTo, heads }), ' of a stream'),
    more('SYNC_STATE', state({ stage: 'streamed', upTo: null, heads })),
    more('SYNC_STATE', state({ stage: 'memberships', heads })),
    more('SYNC_STATE', state({ stage: 'given', unknown: NOTHING })),
    more('SYNC_STATE', state({ stage: 'ended', heads, refused })),
    more('SYNC_STATE', state({ stage: 'busy' })),
  ];
}
