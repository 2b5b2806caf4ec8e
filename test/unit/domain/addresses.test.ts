// Addresses in text: one form for each (RFC 5952), and nothing that the platform would not take.

import assert from 'node:assert/strict';
import { isIPv4, isIPv6 } from 'node:net';
import { test } from 'node:test';

import fc from 'fast-check';

import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';
import {
  canonicalHost,
  formatAddress,
  ipBytes,
  ipText,
  isLinkLocal,
  isLoopback,
  parseAddress,
} from '../../../src/core/domain/addresses.ts';

test('every host has one text, that of RFC 5952', () => {
  const forms: readonly (readonly [string, string])[] = [
    ['192.0.2.1', '192.0.2.1'],
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:DB8::ABCD', '2001:db8::abcd'],
    ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['::0:1', '::1'],
    ['1:0:0:0:0:0:0:0', '1::'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['FE80:0::1%en-0.1_x', 'fe80::1%en-0.1_x'],
  ];
  for (const [given, text] of forms) {
    assert.equal(canonicalHost(given), text);
    assert.equal(canonicalHost(text), text);
  }
});

test('what is no IP address is refused', () => {
  const wrong = [
    '',
    'localhost',
    '192.0.2',
    '192.0.2.1.1',
    '192.0.2.256',
    '192.0.2.01',
    '192.0.2.-1',
    '192.0.2.+1',
    '0x7f.0.0.1',
    '2130706433',
    '192.0.2.1 ',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '::1:2:3:4:5:6:7:8',
    '12345::',
    'g::',
    '::1%',
    'fe80::1%a%b',
    'fe80::1%a b',
    `fe80::1%${'z'.repeat(33)}`,
    '2001:db8::1%eth0',
    '192.0.2.1%eth0',
    '::1%lo',
    '::192.0.2',
    '::ffff:192.0.2.256',
    '1:2:3:4:5:6:7:192.0.2.1',
    '[::1]',
  ];
  for (const text of wrong) assert.throws(() => canonicalHost(text), MalformedBytes, text);
});

test('an IPv4 address stands at the end of an IPv6 one, or nowhere', () => {
  for (const text of ['192.0.2.1::', '1:192.0.2.1::', '192.0.2.1::1', '1:192.0.2.1::1']) {
    assert.throws(() => canonicalHost(text), MalformedBytes, text);
  }
});

test('we take what the platform takes, and nothing else', () => {
  const piece = fc.constantFrom(
    '0',
    '1',
    '00',
    'ffff',
    'FFFF',
    '12345',
    'g',
    ':',
    '::',
    '.',
    '192.0.2.1',
    '255',
    '256',
    '',
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')),
      (text) => {
        const isTaken = isIPv4(text) || isIPv6(text);
        if (!isTaken) assert.throws(() => ipBytes(text), MalformedBytes, text);
        else assert.equal(canonicalHost(canonicalHost(text)), canonicalHost(text));
      },
    ),
    { numRuns: 10_000 },
  );
});

test('bytes become text and the same bytes again, but for IPv4 inside IPv6', () => {
  const sparse = fc.array(fc.constantFrom(0, 0, 0, 0xff, 1), { minLength: 16, maxLength: 16 });
  const anyBytes = fc.oneof(
    fc.uint8Array({ minLength: 4, maxLength: 4 }),
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
    sparse.map((bytes) => Uint8Array.from(bytes)),
  );
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const text = ipText(bytes);
      assert.ok(isIPv4(text) || isIPv6(text), text);
      const again = ipBytes(text);
      assert.deepEqual(again, again.length === 4 ? bytes.slice(-4) : bytes);
      assert.equal(canonicalHost(text), text);
      assert.deepEqual(parseAddress(formatAddress({ host: text, port: 80 })), {
        host: text,
        port: 80,
      });
    }),
    { numRuns: 1_000 },
  );
  for (const length of [0, 3, 5, 15, 17]) {
    assert.throws(() => ipText(new Uint8Array(length)), MalformedBytes);
  }
});

test('an address is a host and a port from 1 to 65535', () => {
  assert.deepEqual(parseAddress('192.0.2.1:65535'), { host: '192.0.2.1', port: 65_535 });
  assert.deepEqual(parseAddress('[2001:DB8::1]:1'), { host: '2001:db8::1', port: 1 });
  assert.deepEqual(parseAddress('[::ffff:192.0.2.1]:1'), { host: '192.0.2.1', port: 1 });
  assert.equal(formatAddress({ host: 'fe80::1%eth0', port: 1 }), '[fe80::1%eth0]:1');
  const wrong = [
    '',
    '192.0.2.1',
    '192.0.2.1:',
    '192.0.2.1:0',
    '192.0.2.1:65536',
    '192.0.2.1:-1',
    '192.0.2.1:1e3',
    '2001:db8::1:80',
    '[2001:db8::1]',
    '[2001:db8::1]80',
    '[]:80',
    ':80',
    'example.org:80',
    '[192.0.2.1:80',
    '192.0.2.1]:80',
    ' 192.0.2.1:80',
    '192.0.2.1:80 ',
    '192.0.2.1:80\n',
    '192.0.2.1:000080',
    'http://192.0.2.1:80',
  ];
  for (const text of wrong)
    assert.throws(() => parseAddress(text), MalformedBytes, JSON.stringify(text));
});

test('link-local and loopback addresses are known as such', () => {
  for (const host of ['fe80::1', 'febf::1', 'fe80::1%eth0'])
    assert.equal(isLinkLocal(host), true, host);
  for (const host of ['fec0::1', 'fe7f::1', '::1', '169.254.1.1'])
    assert.equal(isLinkLocal(host), false, host);
  for (const host of ['127.0.0.1', '127.255.0.1', '::1'])
    assert.equal(isLoopback(host), true, host);
  for (const host of ['::2', '128.0.0.1', '12.7.0.0']) assert.equal(isLoopback(host), false, host);
});
