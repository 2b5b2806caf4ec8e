// Names of members and groups, types of messages, and who may issue what.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';
import { utf8Bytes } from '../../../src/core/base/utf8.ts';
import {
  messageTypeBytes,
  messageTypeOf,
  parseMessageType,
  UNTYPED,
} from '../../../src/core/domain/message-types.ts';
import {
  authorityOf,
  authorityOfDigest,
  CLASSIFIER_LENGTH_MAX,
  isDisplayText,
  joinName,
  NAME_BYTES_MAX,
  parseGroupName,
  parsePeerName,
} from '../../../src/core/domain/names.ts';
import { isIssuingRole, mayIssue, ROLE_NUMBERS, ROLES } from '../../../src/core/domain/roles.ts';

const AUTHORITY = '0123456789abcdef0123456789abcdef01234567';

test('a name is an authority, or an authority and a classifier', () => {
  for (const classifier of [
    '',
    'x',
    'chess',
    'Schlüssel-ключ-鍵',
    '🔑'.repeat(74),
    '.',
    'a.b',
    ' ',
    'x'.repeat(149),
  ]) {
    const name = joinName(AUTHORITY, classifier);
    assert.equal(parsePeerName(name), name);
    assert.equal(parseGroupName(name), name);
    assert.equal(authorityOf(parsePeerName(name)), AUTHORITY);
    assert.ok(utf8Bytes(name).length <= NAME_BYTES_MAX);
  }
});

test('what is no name is refused', () => {
  const wrong = [
    '',
    AUTHORITY.slice(1),
    `${AUTHORITY}0`,
    `${AUTHORITY}.`,
    AUTHORITY.toUpperCase(),
    `g${AUTHORITY.slice(1)}`,
    `${AUTHORITY}-x`,
    ` ${AUTHORITY}`,
    `${AUTHORITY}\n`,
    `${AUTHORITY}.${'x'.repeat(CLASSIFIER_LENGTH_MAX + 1)}`,
    `${AUTHORITY}.a\0b`,
    `${AUTHORITY}.\ud800`,
    `${AUTHORITY}.\udc00x`,
  ];
  for (const text of wrong) {
    assert.throws(() => parsePeerName(text), MalformedBytes, JSON.stringify(text));
    assert.throws(() => parseGroupName(text), MalformedBytes, JSON.stringify(text));
  }
});

test('the authority of a key is the first 160 bits of its digest', () => {
  const digest = Uint8Array.from({ length: 32 }, (_, at) => at);
  assert.equal(authorityOfDigest(digest), '000102030405060708090a0b0c0d0e0f10111213');
});

test('text for people has no NUL, no unpaired surrogate and a bounded length', () => {
  assert.equal(isDisplayText('', 0), true);
  assert.equal(isDisplayText('ab', 2), true);
  for (const text of ['abc', 'a\0', '\ud800', '\udc00'])
    assert.equal(isDisplayText(text, 2), false);
});

test('a type is a GUID in either case, and 16 bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      const type = messageTypeOf(bytes);
      assert.deepEqual(messageTypeBytes(type), bytes);
      assert.equal(parseMessageType(type.toUpperCase()), type);
    }),
  );
  assert.deepEqual(messageTypeBytes(UNTYPED), new Uint8Array(16));
  const wrong = [
    '',
    'x',
    UNTYPED.slice(1),
    `${UNTYPED}0`,
    `{${UNTYPED}}`,
    UNTYPED.replaceAll('-', ''),
    UNTYPED.replace('0', 'g'),
    `${UNTYPED}\n`,
  ];
  for (const text of wrong) assert.throws(() => parseMessageType(text), MalformedBytes, text);
});

test('nobody grants more than it holds', () => {
  const issuable: Readonly<Record<string, readonly string[]>> = {
    groupKey: ['creator'],
    creator: ['administrator', 'invitingMember', 'member'],
    administrator: ['administrator', 'invitingMember', 'member'],
    invitingMember: ['member'],
    member: [],
  };
  for (const issuer of ['groupKey', ...ROLES] as const) {
    for (const role of ROLES) {
      assert.equal(mayIssue(issuer, role), issuable[issuer]?.includes(role), `${issuer} ${role}`);
    }
  }
  assert.deepEqual(ROLES.filter(isIssuingRole), ['creator', 'administrator', 'invitingMember']);
  assert.deepEqual(
    ROLES.map((role) => ROLE_NUMBERS[role]),
    [1, 2, 3, 4],
  );
});
