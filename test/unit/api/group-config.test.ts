// The configuration of a group as bytes: one value has one encoding, and any other bytes are malformed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  decodeGroupConfig,
  encodeGroupConfig,
  type GroupConfig,
} from '../../../src/api/moving/group-config.ts';
import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';
import { wallTimeOf } from '../../../src/core/base/time.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import { parsePeerName } from '../../../src/core/domain/names.ts';

const MEMBER = parsePeerName(`${'a1'.repeat(20)}.bob`);

const small: GroupConfig = {
  friendlyName: 'Chess',
  chain: [Uint8Array.of(1), Uint8Array.of(2, 3)],
  discoverySecret: new Uint8Array(32).fill(4),
  epoch: new Uint8Array(32).fill(5),
  earlierSecrets: [{ secret: new Uint8Array(16).fill(6), replacedAt: wallTimeOf(-7) }],
  groupKey: new Uint8Array(48).fill(8),
  contacts: [
    {
      member: MEMBER,
      addresses: [
        { host: '192.0.2.1', port: 4001 },
        { host: '2001:db8::1', port: 1 },
      ],
    },
  ],
};

const bare: GroupConfig = {
  ...small,
  friendlyName: '',
  epoch: null,
  earlierSecrets: [],
  groupKey: null,
  contacts: [],
};

test('a configuration comes back as it was, with everything and with nothing', () => {
  for (const config of [small, bare]) {
    assert.deepEqual(decodeGroupConfig(encodeGroupConfig(config)), config);
  }
});

test('the largest configuration fits its text', () => {
  const name = (at: number) =>
    parsePeerName(`${at.toString(16).padStart(40, '0')}.${'\u65e5'.repeat(149)}`);
  const addresses = Array.from({ length: LIMITS.addressesPerMemberMax }, (_, at) => ({
    host: `2001:db8::${at + 1}`,
    port: 65_535,
  }));
  const largest: GroupConfig = {
    friendlyName: '\u65e5'.repeat(255),
    chain: Array.from({ length: 25 }, () => new Uint8Array(1_310)),
    discoverySecret: new Uint8Array(64),
    epoch: new Uint8Array(32),
    earlierSecrets: Array.from({ length: LIMITS.earlierSecretsMax }, (_, at) => ({
      secret: new Uint8Array(64),
      replacedAt: wallTimeOf(at),
    })),
    groupKey: new Uint8Array(48),
    contacts: Array.from({ length: LIMITS.contactsInExportMax }, (_, at) => ({
      member: name(at),
      addresses,
    })),
  };
  const bytes = encodeGroupConfig(largest);
  assert.ok((bytes.length * 4) / 3 + 200 < LIMITS.groupExportTextMax, `${bytes.length} bytes`);
  assert.deepEqual(decodeGroupConfig(bytes), largest);
});

test('any other bytes are malformed, or the one encoding of what they say', () => {
  const honest = encodeGroupConfig(small);
  const cut = fc.nat({ max: honest.length }).map((length) => honest.slice(0, length));
  const changed = fc
    .tuple(fc.nat({ max: honest.length - 1 }), fc.integer({ min: 0, max: 255 }))
    .map(([at, value]) => honest.with(at, value));
  const any = fc.oneof(cut, changed, fc.uint8Array({ maxLength: 300 }));
  fc.assert(
    fc.property(any, (bytes) => {
      try {
        assert.deepEqual(encodeGroupConfig(decodeGroupConfig(bytes)), bytes);
      } catch (error) {
        if (!(error instanceof MalformedBytes)) throw error;
      }
    }),
    { numRuns: 3_000 },
  );
});
