// The messages of comparing sets with their encoders, decoders and values of them, in the form of
// wire-codecs.ts.

import fc from 'fast-check';
import { KIND } from '../../src/core/wire/frame.ts';
import * as sync from '../../src/core/wire/sync.ts';
import * as ranges from '../../src/core/wire/sync-ranges.ts';
import * as symbols from '../../src/core/wire/sync-symbols.ts';
import { type AnyCodec, bytesOf, codec, plain } from './wire-codecs.ts';

/** One after the other, in the order of their bytes, each once. */
function ascending(itemBytes: number, maxLength = 12): fc.Arbitrary<Uint8Array> {
  const items = fc.uniqueArray(bytesOf(itemBytes), { maxLength, selector: (item) => item.join() });
  return items.map((all) => {
    const sorted = all.toSorted((a, b) => Buffer.compare(a, b));
    return new Uint8Array(Buffer.concat(sorted));
  });
}

const anyBound: fc.Arbitrary<ranges.Bound> = plain({
  time: fc.oneof(fc.nat(3), fc.maxSafeNat()),
  prefix: fc.uint8Array({ maxLength: 12 }).filter((prefix) => prefix.at(-1) !== 0),
});

const anyHeads: fc.Arbitrary<sync.ShortHeads> = plain({
  count: fc.maxSafeNat(),
  digest: bytesOf(8),
  securityHead: bytesOf(8),
});

const anyRefused: fc.Arbitrary<sync.RefusedElement> = plain({
  because: fc.constantFrom(...sync.REFUSED_BECAUSE),
  prefix: bytesOf(8),
});

const anyContent: fc.Arbitrary<ranges.RangeContent> = fc.oneof(
  fc.constant({ kind: 'skip' as const }),
  bytesOf(12).map((fingerprint) => ({ kind: 'fingerprint' as const, fingerprint })),
  ascending(12, 16).map((elements) => ({ kind: 'elements' as const, elements })),
);

export const anyRanges: fc.Arbitrary<ranges.RangesMessage> = fc
  .record({
    isReply: fc.boolean(),
    isLast: fc.boolean(),
    bounds: fc.uniqueArray(anyBound, {
      minLength: 1,
      maxLength: 8,
      selector: ({ time, prefix }) => `${time}/${prefix.join()}`,
    }),
    contents: fc.array(anyContent, { minLength: 8, maxLength: 8 }),
    isEndless: fc.boolean(),
  })
  .map(({ isReply, isLast, bounds, contents, isEndless }) => {
    const [from = ranges.FIRST_BOUND, ...rest] = bounds.toSorted(ranges.compareBounds);
    const upTo = [...rest, ...(isEndless ? [null] : [])];
    const all = upTo.map((bound, at) => ({
      upTo: bound,
      content: contents[at] ?? { kind: 'skip' as const },
    }));
    return { isReply, isLast, from, ranges: all };
  });

export const anySyncState: fc.Arbitrary<sync.SyncState> = fc.oneof(
  plain<sync.SyncState & { stage: 'memberships' }>({
    stage: fc.constant('memberships'),
    heads: anyHeads,
  }),
  plain<sync.SyncState & { stage: 'given' }>({
    stage: fc.constant('given'),
    unknown: ascending(8),
  }),
  plain<sync.SyncState & { stage: 'streamed' }>({
    stage: fc.constant('streamed'),
    upTo: fc.option(anyBound),
    heads: anyHeads,
  }),
  plain<sync.SyncState & { stage: 'finished' | 'ended' }>({
    stage: fc.constantFrom('finished', 'ended'),
    heads: anyHeads,
    refused: fc.array(anyRefused, { maxLength: 5 }),
  }),
  fc.constant({ stage: 'busy' as const }),
);

export const SYNC_CODECS: readonly AnyCodec[] = [
  codec<sync.SecurityList>({
    name: 'SECURITY_LIST',
    kind: KIND.securityList,
    values: plain({ isLast: fc.boolean(), digests: ascending(32) }),
    encode: sync.encodeSecurityList,
    decode: sync.decodeSecurityList,
  }),
  codec({
    name: 'SECURITY_WANT',
    kind: KIND.securityWant,
    values: ascending(32),
    encode: sync.encodeSecurityWant,
    decode: sync.decodeSecurityWant,
  }),
  codec<readonly Uint8Array[]>({
    name: 'MEMBERSHIP',
    kind: KIND.membership,
    values: fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 6 }),
    encode: sync.encodeMembership,
    decode: sync.decodeMembership,
  }),
  codec<symbols.GetSymbols>({
    name: 'GET_SYMBOLS',
    kind: KIND.getSymbols,
    values: plain({ from: fc.nat(2_000), count: fc.nat(1_000), countsOnly: fc.nat(1_000) }),
    encode: symbols.encodeGetSymbols,
    decode: symbols.decodeGetSymbols,
  }),
  codec<symbols.Symbols>({
    name: 'SYMBOLS',
    kind: KIND.symbols,
    values: fc
      .record({
        from: fc.nat(4_000),
        setCount: fc.maxSafeNat(),
        setDigest: bytesOf(8),
        symbols: fc.integer({ min: 1, max: 5 }).chain((count) => bytesOf(17 * count)),
        counts: fc.uint8Array({ maxLength: 40 }),
      })
      .map((message) => ({ ...message })),
    encode: symbols.encodeSymbols,
    decode: symbols.decodeSymbols,
  }),
  codec<ranges.RangesMessage>({
    name: 'RANGES',
    kind: KIND.ranges,
    values: anyRanges,
    encode: ranges.encodeRanges,
    decode: ranges.decodeRanges,
  }),
  codec<ranges.Bound>({
    name: 'STREAM',
    kind: KIND.stream,
    values: anyBound,
    encode: sync.encodeStream,
    decode: sync.decodeStream,
  }),
  codec({
    name: 'WANT',
    kind: KIND.want,
    values: ascending(8),
    encode: sync.encodeWant,
    decode: sync.decodeWant,
  }),
  codec<sync.SyncState>({
    name: 'SYNC_STATE',
    kind: KIND.syncState,
    values: anySyncState,
    encode: sync.encodeSyncState,
    decode: sync.decodeSyncState,
  }),
  codec({
    name: 'OFFER',
    kind: KIND.offer,
    values: ascending(12),
    encode: sync.encodeOffer,
    decode: sync.decodeOffer,
  }),
];
