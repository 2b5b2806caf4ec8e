// Every small message of the wire with its encoder, its decoder and values of it, for the tests that
// hold for all of them. HELLO stands here too: its signature is whatever 64 bytes.

import fc from 'fast-check';

import { utf8Bytes } from '../../src/core/base/utf8.ts';
import type { Address } from '../../src/core/domain/addresses.ts';
import { ipText, isLinkLocal, isUnicast } from '../../src/core/domain/addresses.ts';
import { messageTypeOf } from '../../src/core/domain/message-types.ts';
import * as control from '../../src/core/wire/control.ts';
import * as direct from '../../src/core/wire/direct.ts';
import { KIND } from '../../src/core/wire/frame.ts';
import * as hello from '../../src/core/wire/hello.ts';

/** With the type of the values forgotten, so that all stand in one list. */
export interface AnyCodec {
  readonly name: string;
  readonly kind: number;
  readonly values: fc.Arbitrary<unknown>;
  readonly encode: (value: unknown) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => unknown;
}

interface Codec<Value> {
  readonly name: string;
  readonly kind: number;
  readonly values: fc.Arbitrary<Value>;
  readonly encode: (value: Value) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => Value;
}

export function codec<Value>(typed: Codec<Value>): AnyCodec {
  return { ...typed, encode: (value) => typed.encode(value as Value) };
}

/** Objects like those that a decoder makes. */
export function plain<Value>(fields: { [Key in keyof Value]: fc.Arbitrary<Value[Key]> }) {
  return fc.record<Value>(fields, { noNullPrototype: true });
}

export const bytesOf = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });

const textOf = (bytesMax: number): fc.Arbitrary<string> =>
  fc.string({ unit: 'binary', maxLength: 60 }).filter((text) => utf8Bytes(text).length <= bytesMax);

export const anyReason: fc.Arbitrary<hello.RefuseReason> = fc.constantFrom(
  'notAccepting',
  'refusedByApplication',
  'tooManyConnections',
  'alreadyConnected',
  'duplicateOpen',
  'shuttingDown',
  'notMember',
  'membershipExpired',
  'membershipNotYetValid',
  'unsupportedVersion',
  'removed',
);

/** What may stand on the wire. */
export const anyAddress: fc.Arbitrary<Address> = plain({
  host: fc.oneof(bytesOf(4), bytesOf(16)).map(ipText),
  port: fc.integer({ min: 1, max: 65_535 }),
}).filter(({ host }) => isUnicast(host) && !isLinkLocal(host));

/** Both flags at once mean nothing. */
export const anyHelloBody: fc.Arbitrary<hello.HelloBody> = plain<hello.HelloBody>({
  nodeId: fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }),
  openId: bytesOf(16),
  isSeparate: fc.boolean(),
  isNeighbor: fc.boolean(),
  sentAtMs: fc.maxSafeNat(),
  messageBytesMax: fc.nat(16_777_216),
  listenAddresses: fc.array(anyAddress, { maxLength: 8 }),
  chainDigest: bytesOf(32),
  knownChainDigest: fc.option(bytesOf(32)),
  chain: fc.option(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 25 })),
}).filter(({ isSeparate, isNeighbor }) => !(isSeparate && isNeighbor));

interface SignedHello extends hello.HelloBody {
  readonly signature: Uint8Array;
}

const stream = fc.integer({ min: 1, max: 2 ** 28 - 1 });

export const CODECS: readonly AnyCodec[] = [
  codec<number>({
    name: 'PING',
    kind: KIND.ping,
    values: fc.nat(2 ** 31).map((nonce) => nonce * 2 - (nonce === 2 ** 31 ? 1 : 0)),
    encode: control.encodePing,
    decode: control.decodePing,
  }),
  codec<control.Close>({
    name: 'CLOSE',
    kind: KIND.close,
    values: plain({
      code: fc.constantFrom(
        'done',
        'leaving',
        'protocolViolation',
        'membershipEnded',
        'membershipRemoved',
      ),
      reason: textOf(256),
    }),
    encode: control.encodeClose,
    decode: control.decodeClose,
  }),
  codec({
    name: 'MESSAGE_TYPE',
    kind: KIND.messageType,
    values: bytesOf(16).map(messageTypeOf),
    encode: direct.encodeMessageType,
    decode: direct.decodeMessageType,
  }),
  codec<direct.StreamOpen>({
    name: 'STREAM_OPEN',
    kind: KIND.streamOpen,
    values: plain({ stream, name: textOf(1_024) }),
    encode: direct.encodeStreamOpen,
    decode: direct.decodeStreamOpen,
  }),
  codec<direct.StreamCredit>({
    name: 'STREAM_CREDIT',
    kind: KIND.streamCredit,
    values: plain({ stream, bytes: fc.integer({ min: 1, max: 2 ** 28 - 1 }) }),
    encode: direct.encodeStreamCredit,
    decode: direct.decodeStreamCredit,
  }),
  codec<number>({
    name: 'STREAM_END',
    kind: KIND.streamEnd,
    values: stream,
    encode: direct.encodeStreamEnd,
    decode: direct.decodeStreamEnd,
  }),
  codec<direct.StreamReset>({
    name: 'STREAM_RESET',
    kind: KIND.streamReset,
    values: plain({ stream, code: fc.constantFrom('cancelled', 'refused', 'failed') }),
    encode: direct.encodeStreamReset,
    decode: direct.decodeStreamReset,
  }),
  codec<hello.Refuse>({
    name: 'REFUSE',
    kind: KIND.refuse,
    values: plain({ reason: anyReason, detail: textOf(256) }),
    encode: hello.encodeRefuse,
    decode: hello.decodeRefuse,
  }),
  codec<SignedHello>({
    name: 'HELLO',
    kind: KIND.hello,
    values: fc
      .tuple(anyHelloBody, bytesOf(64))
      .map(([body, signature]) => ({ ...body, signature })),
    encode: ({ signature, ...body }) => hello.encodeHello(hello.encodeHelloBody(body), signature),
    decode: (bytes) => {
      const { signedPart: _, ...rest } = hello.decodeHello(bytes);
      return rest;
    },
  }),
];
