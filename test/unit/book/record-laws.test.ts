// The laws of records (protocol.md §12.7), each kept by the last version that keeps it and broken by the
// first that does not.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { wallTimeOf } from '../../../src/core/base/time.ts';
import {
  breachOfRecord,
  lastExpiration,
  mayChangeOthers,
  RECORD_LAWS,
} from '../../../src/core/book/record-laws.ts';
import type { Membership } from '../../../src/core/domain/membership.ts';
import type { RecordContent } from '../../../src/core/domain/records.ts';
import type { RefusalCode } from '../../../src/core/domain/refusals.ts';
import { ROLES } from '../../../src/core/domain/roles.ts';
import { CAST, NOW } from '../../support/record-club.ts';
import { contentOf, stringOf } from '../../support/record-samples.ts';

const { membership } = CAST.bob;
const { publicKey, notBefore, notAfter } = membership;
const ALICE_KEY = CAST.alice.membership.publicKey;

/** Bob's first version of a record of his, made now. */
function bobs(changes: Partial<RecordContent> = {}): RecordContent {
  const times = { createdAt: NOW, modifiedAt: NOW, expiresAt: wallTimeOf(NOW + 60_000) };
  return contentOf({ creator: publicKey, ...times, ...changes });
}

/** Somebody's second version of a record of Alice's. */
function alices(changes: Partial<RecordContent> = {}): RecordContent {
  return bobs({ creator: ALICE_KEY, version: 2, ...changes });
}

interface Case {
  readonly law: string;
  readonly code: RefusalCode;
  readonly kept: readonly RecordContent[];
  readonly broken: readonly RecordContent[];
  readonly by?: Membership;
}

function typeOf(...end: number[]): Uint8Array {
  const type = new Uint8Array(16);
  type.set(end, 16 - end.length);
  return type;
}

function named(name: string): Partial<RecordContent> {
  return { attributes: [{ name, value: stringOf('') }] };
}

const late = wallTimeOf(notAfter + 1_000);
const longAgo = wallTimeOf(NOW - 1_000);

const CASES: readonly Case[] = [
  {
    law: 'type',
    code: 'RECORD_INVALID',
    kept: [bobs({ type: typeOf(1) })],
    broken: [bobs({ type: typeOf() })],
  },
  {
    law: 'reserved type',
    code: 'NOT_AUTHORIZED',
    kept: [bobs({ type: typeOf(1, ...new Array<number>(11).fill(0)) }), bobs({ type: typeOf(9) })],
    broken: [
      bobs({ type: typeOf(1, ...new Array<number>(12).fill(0)) }),
      bobs({ type: typeOf(0x7f, ...new Array<number>(15).fill(0)) }),
    ],
  },
  {
    law: 'reserved attribute',
    code: 'ATTRIBUTES_INVALID',
    kept: [bobs(named('peerrecord')), bobs(named('PeerCreatorId')), bobs(named('peerrecordid2'))],
    broken: [
      'peercreatorid',
      'peerlastmodifiedby',
      'peercreationtime',
      'peerlastmodificationtime',
      'peerrecordid',
      'peerrecordtype',
    ].map((name) => bobs(named(name))),
  },
  {
    law: 'version',
    code: 'RECORD_INVALID',
    kept: [bobs({ version: 65_536 }), bobs({ version: 66_536, createdAt: longAgo })],
    broken: [
      bobs({ version: 65_537 }),
      bobs({ version: 66_537, createdAt: longAgo }),
      bobs({ version: Number.MAX_SAFE_INTEGER, createdAt: wallTimeOf(0) }),
    ],
  },
  {
    law: 'first version',
    code: 'RECORD_INVALID',
    kept: [bobs(), bobs({ version: 2, isDeleted: true })],
    broken: [bobs({ isDeleted: true }), bobs({ creator: ALICE_KEY })],
  },
  {
    law: 'refresh',
    code: 'RECORD_INVALID',
    kept: [bobs({ refreshMs: 240_000 }), bobs({ refreshMs: null })],
    broken: [bobs({ refreshMs: 239_999 }), bobs({ refreshMs: 1 })],
  },
  {
    law: 'rights',
    code: 'NOT_AUTHORIZED',
    kept: [bobs({ version: 2 })],
    broken: [alices(), alices({ isDeleted: true })],
  },
  {
    law: 'rights',
    code: 'NOT_AUTHORIZED',
    by: CAST.ann.membership,
    kept: [alices(), alices({ isDeleted: true })],
    broken: [],
  },
  {
    law: 'inside membership',
    code: 'EXPIRATION_INVALID',
    kept: [
      bobs({ expiresAt: lastExpiration(membership) }),
      bobs({ createdAt: notBefore, modifiedAt: notBefore }),
      bobs({ createdAt: wallTimeOf(0), modifiedAt: notBefore }),
      bobs({ version: 2, expiresAt: late }),
    ],
    broken: [
      bobs({ expiresAt: late }),
      bobs({ createdAt: wallTimeOf(0), modifiedAt: wallTimeOf(notBefore - 1) }),
      bobs({ modifiedAt: late, expiresAt: wallTimeOf(late + 1) }),
    ],
  },
  {
    law: 'inside membership',
    code: 'EXPIRATION_INVALID',
    by: CAST.ann.membership,
    kept: [
      alices({ expiresAt: wallTimeOf(CAST.ann.membership.notAfter + 1_000) }),
      alices({ modifiedAt: lastExpiration(CAST.ann.membership), expiresAt: late }),
    ],
    broken: [
      alices({ modifiedAt: wallTimeOf(CAST.ann.membership.notAfter + 1_000), expiresAt: late }),
      alices({ createdAt: wallTimeOf(0), modifiedAt: wallTimeOf(notBefore - 1) }),
    ],
  },
];

for (const { law, code, kept, broken, by = membership } of CASES) {
  describe(`law "${law}" for a ${by.role}`, () => {
    for (const [at, content] of kept.entries()) {
      test(`is kept, ${at + 1}`, () => {
        assert.equal(breachOfRecord({ content, membership: by }), null);
      });
    }
    for (const [at, content] of broken.entries()) {
      test(`is broken, ${at + 1}`, () => {
        const refusal = breachOfRecord({ content, membership: by });
        assert.equal(refusal?.code, code);
        assert.ok(refusal.detail.startsWith(`law "${law}": `), refusal.detail);
      });
    }
  });
}

test('every law has a case', () => {
  const cases = new Set(CASES.map(({ law }) => law));
  assert.deepEqual(
    RECORD_LAWS.map(({ name }) => name).filter((name) => !cases.has(name)),
    [],
  );
});

test('of several broken laws the first is named', () => {
  const content = bobs({ type: typeOf(), version: 2 ** 40, refreshMs: 1, expiresAt: late });
  const refusal = breachOfRecord({ content, membership });
  assert.equal(refusal?.detail, 'law "type": the type is all zero');
});

test('creators and administrators may change the records of others, nobody else', () => {
  assert.deepEqual(ROLES.filter(mayChangeOthers), ['creator', 'administrator']);
});
