// The small messages: each comes back as it was, one value has one form, and whatever else is there
// is refused at its bounds, at its end and inside.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { BrokenInvariant } from '../../../src/core/base/assert.ts';
import { ByteWriter } from '../../../src/core/base/byte-writer.ts';
import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';
import {
  type CloseCode,
  decodeClose,
  decodePing,
  encodeClose,
  encodePing,
} from '../../../src/core/wire/control.ts';
import * as direct from '../../../src/core/wire/direct.ts';
import { encodeFrame, payloadBytesMax } from '../../../src/core/wire/frame.ts';
import {
  decodeRefuse,
  encodeRefuse,
  REFUSE_CODES,
  type RefuseReason,
} from '../../../src/core/wire/hello.ts';
import { type AnyCodec, anyReason, CODECS } from '../../support/wire-codecs.ts';

for (const codec of CODECS) {
  test(`${codec.name} comes back as it was, and has one form`, () => {
    fc.assert(
      fc.property(codec.values, (value) => {
        const bytes = codec.encode(value);
        assert.ok(bytes.length <= payloadBytesMax(codec.kind), 'fits its frame');
        assert.deepEqual(codec.decode(bytes), value);
        assert.deepEqual(codec.encode(codec.decode(bytes)), bytes);
      }),
      { numRuns: 200 },
    );
  });

  test(`${codec.name} with a byte too many, or cut anywhere, is refused`, () => {
    fc.assert(
      fc.property(codec.values, fc.nat(255), (value, extra) => {
        const bytes = codec.encode(value);
        refused(codec, Uint8Array.of(...bytes, extra));
        for (let length = 0; length < bytes.length; length++) {
          refused(codec, bytes.subarray(0, length));
        }
      }),
      { numRuns: 10 },
    );
  });

  test(`${codec.name} with any one byte changed is another value or refused`, () => {
    for (const value of fc.sample(codec.values, { numRuns: 2, seed: 7 })) {
      const bytes = codec.encode(value);
      for (let at = 0; at < Math.min(bytes.length, 40); at++) {
        for (let byte = 0; byte < 256; byte++) {
          const changed = bytes.slice();
          changed[at] = byte;
          valueOrRefused(codec, changed);
        }
      }
    }
  });

  test(`${codec.name} is decoded from any bytes to a value or refused`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => valueOrRefused(codec, bytes)),
      { numRuns: 1_000 },
    );
  });
}

function refused(codec: AnyCodec, bytes: Uint8Array): void {
  assert.throws(() => codec.decode(bytes), MalformedBytes);
}

function valueOrRefused(codec: AnyCodec, bytes: Uint8Array): void {
  let value: unknown;
  try {
    value = codec.decode(bytes);
  } catch (error) {
    assert.ok(error instanceof MalformedBytes, String(error));
    return;
  }
  assert.deepEqual(codec.encode(value), bytes);
}

const CLOSE_REASONS: readonly CloseCode[] = [
  'done',
  'leaving',
  'protocolViolation',
  'membershipEnded',
  'membershipRemoved',
];

test('every way to close has its number, and no other number is taken', () => {
  const numbers: Record<CloseCode, number> = {
    done: 0,
    leaving: 1,
    protocolViolation: 2,
    membershipEnded: 3,
    membershipRemoved: 4,
  };
  for (let number = 0; number < 256; number++) {
    const bytes = Uint8Array.of(number, 0);
    const code = CLOSE_REASONS.find((each) => numbers[each] === number);
    if (code === undefined) assert.throws(() => decodeClose(bytes), MalformedBytes);
    else assert.deepEqual(decodeClose(bytes), { code, reason: '' });
  }
});

test('every reason to refuse has its number, and no other number is taken', () => {
  const reasons = Object.entries(REFUSE_CODES);
  assert.equal(new Set(reasons.map(([, number]) => number)).size, reasons.length);
  for (let number = 0; number < 256; number++) {
    const bytes = Uint8Array.of(number, 0);
    const reason = reasons.find(([, each]) => each === number)?.[0];
    if (reason === undefined) assert.throws(() => decodeRefuse(bytes), MalformedBytes);
    else assert.equal(decodeRefuse(bytes).reason, reason);
  }
});

test('a reason has at most 256 bytes of UTF-8, not characters', () => {
  for (const [text, isTaken] of [
    ['x'.repeat(256), true],
    ['x'.repeat(257), false],
    ['é'.repeat(128), true],
    ['é'.repeat(129), false],
  ] as const) {
    const close = encodeClose({ code: 'done', reason: text });
    const refuse = encodeRefuse({ reason: 'notMember', detail: text });
    if (isTaken) {
      assert.equal(decodeClose(close).reason, text);
      assert.equal(decodeRefuse(refuse).detail, text);
    } else {
      assert.throws(() => decodeClose(close), MalformedBytes);
      assert.throws(() => decodeRefuse(refuse), MalformedBytes);
    }
  }
});

test('a stream has a number from 1 to 2^28-1 and a name of at most 1,024 bytes', () => {
  const open = (stream: number, name: string): Uint8Array =>
    new ByteWriter().varint(stream).text(name).finish();
  assert.deepEqual(direct.decodeStreamOpen(open(2 ** 28 - 1, 'n'.repeat(1_024))), {
    stream: 2 ** 28 - 1,
    name: 'n'.repeat(1_024),
  });
  for (const bytes of [open(0, ''), open(2 ** 28, ''), open(1, 'n'.repeat(1_025))]) {
    assert.throws(() => direct.decodeStreamOpen(bytes), MalformedBytes);
  }
});

test('a credit grants from 1 to 2^28-1 bytes', () => {
  const credit = (bytes: number): Uint8Array => new ByteWriter().varint(1).varint(bytes).finish();
  for (const bytes of [1, 2 ** 28 - 1]) {
    assert.equal(direct.decodeStreamCredit(credit(bytes)).bytes, bytes);
  }
  for (const bytes of [0, 2 ** 28]) {
    assert.throws(() => direct.decodeStreamCredit(credit(bytes)), MalformedBytes);
  }
});

test('a nonce has 32 bits', () => {
  assert.equal(decodePing(encodePing(2 ** 32 - 1)), 2 ** 32 - 1);
  assert.throws(() => encodePing(2 ** 32), BrokenInvariant);
});

test('a frame is its length, its kind and its payload', () => {
  const frame = encodeFrame(0x0b, Uint8Array.of(1, 2, 3));
  assert.deepEqual(frame, Uint8Array.of(0, 0, 0, 3, 0x0b, 1, 2, 3));
});

test('every reason to refuse comes back', () => {
  fc.assert(
    fc.property(anyReason, (reason: RefuseReason) => {
      assert.deepEqual(decodeRefuse(encodeRefuse({ reason, detail: 'é' })), {
        reason,
        detail: 'é',
      });
    }),
  );
});
