// The order in which the addresses of a member are tried.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import {
  CANDIDATES_MAX,
  type Candidate,
  isNear,
  orderCandidates,
} from '../../../src/core/direct/candidates.ts';
import { formatAddress } from '../../../src/core/domain/addresses.ts';

const at = (host: string, source: Candidate['source'], port = 4001): Candidate => ({
  address: { host, port },
  source,
});
const texts = (candidates: readonly Candidate[]): readonly string[] =>
  orderCandidates(candidates).map(({ address }) => formatAddress(address));

test('what the caller named comes first, then what worked, then what is near, then the rest', () => {
  const mixed = [
    at('203.0.113.1', 'member'),
    at('192.168.1.2', 'invitation'),
    at('198.51.100.1', 'success'),
    at('203.0.113.9', 'given'),
  ];
  assert.deepEqual(texts(mixed), [
    '203.0.113.9:4001',
    '198.51.100.1:4001',
    '192.168.1.2:4001',
    '203.0.113.1:4001',
  ]);
});

test('IPv6 begins, and the two families take turns', () => {
  const mixed = [
    at('203.0.113.1', 'member'),
    at('203.0.113.2', 'member'),
    at('203.0.113.3', 'member'),
    at('2001:db8::1', 'member'),
    at('2001:db8::2', 'member'),
  ];
  assert.deepEqual(texts(mixed), [
    '[2001:db8::1]:4001',
    '203.0.113.1:4001',
    '[2001:db8::2]:4001',
    '203.0.113.2:4001',
    '203.0.113.3:4001',
  ]);
});

test('an address that is known from several sources is tried once, at its best place', () => {
  const mixed = [
    at('203.0.113.1', 'member'),
    at('203.0.113.2', 'success'),
    at('203.0.113.1', 'given'),
    at('203.0.113.1', 'invitation'),
    at('203.0.113.1', 'member', 4002),
  ];
  const ordered = orderCandidates(mixed);
  assert.deepEqual(
    ordered.map(({ address, source }) => `${formatAddress(address)} ${source}`),
    ['203.0.113.1:4001 given', '203.0.113.2:4001 success', '203.0.113.1:4002 member'],
  );
});

const anyCandidate: fc.Arbitrary<Candidate> = fc.record(
  {
    address: fc.record({
      host: fc.constantFrom('203.0.113.1', '10.0.0.1', '2001:db8::1', 'fd00::1', '::1', '8.8.8.8'),
      port: fc.integer({ min: 1, max: 4 }),
    }),
    source: fc.constantFrom('given', 'success', 'invitation', 'member'),
  },
  { noNullPrototype: true },
);

test('whatever is given, each address comes once, 12 at most, and the best are among them', () => {
  fc.assert(
    fc.property(fc.array(anyCandidate, { maxLength: 40 }), (candidates) => {
      const ordered = orderCandidates(candidates);
      const known = new Set(candidates.map(({ address }) => formatAddress(address)));
      assert.equal(ordered.length, Math.min(known.size, CANDIDATES_MAX));
      assert.equal(
        new Set(ordered.map(({ address }) => formatAddress(address))).size,
        ordered.length,
      );
      const given = new Set(
        candidates
          .filter(({ source }) => source === 'given')
          .map(({ address }) => formatAddress(address)),
      );
      const isGiven = ordered.map(({ source }) => source === 'given');
      assert.deepEqual(
        isGiven,
        [...isGiven].sort((a, b) => Number(b) - Number(a)),
      );
      assert.equal(isGiven.filter(Boolean).length, Math.min(given.size, CANDIDATES_MAX));
    }),
  );
});

test('near are the addresses of this machine and of local networks', () => {
  const near = [
    '127.0.0.1',
    '127.9.9.9',
    '::1',
    '10.0.0.1',
    '10.255.0.1',
    '192.168.0.1',
    '172.16.0.1',
    '172.20.1.1',
    '172.31.255.1',
    '169.254.1.1',
    'fe80::1',
    'febf::1',
    'fc00::1',
    'fdff::1',
  ];
  const far = [
    '8.8.8.8',
    '100.64.0.1',
    '11.0.0.1',
    '172.15.0.1',
    '172.32.0.1',
    '192.169.0.1',
    '169.253.0.1',
    '2001:db8::1',
    'fec0::1',
    '::2',
    'ff02::1',
    '1.10.0.1',
    '128.0.0.1',
  ];
  for (const host of near) assert.equal(isNear(host), true, host);
  for (const host of far) assert.equal(isNear(host), false, host);
});
