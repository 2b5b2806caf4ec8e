// Whom the door is opened to before anybody knows who they are.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { instantOf } from '../../../src/core/base/time.ts';
import { ipText } from '../../../src/core/domain/addresses.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import { Doorman } from '../../../src/core/link/doorman.ts';

const at = (ms: number) => instantOf(ms);
const hostOf = (number: number): string => ipText(Uint8Array.of(10, 0, number >> 8, number & 255));

function why(doorman: Doorman, host: string, ms = 0): string {
  const arrival = doorman.arrive(host, at(ms));
  return arrival.kind === 'comeIn' ? 'comeIn' : arrival.why;
}

test('at most 256 shake hands at once, and 64 of one host', () => {
  const doorman = new Doorman();
  for (let count = 0; count < LIMITS.handshakesPerAddressMax; count++) {
    assert.equal(why(doorman, hostOf(0)), 'comeIn');
  }
  assert.equal(why(doorman, hostOf(0)), 'hostFull');
  for (let count = LIMITS.handshakesPerAddressMax; count < LIMITS.handshakesMax; count++) {
    assert.equal(why(doorman, hostOf(count)), 'comeIn');
  }
  assert.equal(why(doorman, hostOf(999)), 'full');
  assert.equal(doorman.inFlight, LIMITS.handshakesMax);
  doorman.leave(hostOf(0), false, at(0));
  assert.equal(why(doorman, hostOf(999)), 'comeIn');
});

test('a host that fails 64 times is turned away, and gets two tries back every second', () => {
  const doorman = new Doorman();
  const fail = (ms: number): void => {
    assert.equal(why(doorman, 'host', ms), 'comeIn');
    doorman.leave('host', false, at(ms));
  };
  for (let count = 0; count < LIMITS.failuresPerAddressBurst; count++) fail(0);
  assert.equal(why(doorman, 'host', 0), 'hostFailing');
  assert.equal(why(doorman, 'host', 499), 'hostFailing');
  fail(500);
  assert.equal(why(doorman, 'host', 500), 'hostFailing');
  assert.equal(why(doorman, 'other host', 500), 'comeIn');
  for (let count = 0; count < 4; count++) fail(2_500);
  assert.equal(why(doorman, 'host', 2_500), 'hostFailing');
  // However long it stays away, it gets no more than the burst.
  for (let count = 0; count < LIMITS.failuresPerAddressBurst; count++) fail(10_000_000);
  assert.equal(why(doorman, 'host', 10_000_000), 'hostFailing');
});

test('a host that proves a membership pays nothing', () => {
  const doorman = new Doorman();
  for (let count = 0; count < 1_000; count++) {
    assert.equal(why(doorman, 'host'), 'comeIn');
    doorman.leave('host', true, at(0));
  }
  assert.equal(doorman.inFlight, 0);
});

test('patience halves with every 64 in flight and never goes below a second', () => {
  const doorman = new Doorman();
  const patience: number[] = [];
  for (let count = 0; count < LIMITS.handshakesMax; count++) {
    const arrival = doorman.arrive(hostOf(count), at(0));
    assert.ok(arrival.kind === 'comeIn');
    patience.push(arrival.patienceMs);
  }
  assert.deepEqual([patience[0], patience[64], patience[128]], [10_000, 5_000, 2_500]);
  assert.ok(Math.min(...patience) >= 1_000);
  for (const [index, each] of patience.entries()) {
    assert.ok(index === 0 || each <= (patience[index - 1] ?? 0));
  }
});

test('the failures of 4,096 hosts are remembered, and those inside are never forgotten', () => {
  const doorman = new Doorman();
  for (let count = 0; count < LIMITS.failuresPerAddressBurst; count++) {
    assert.equal(why(doorman, 'old'), 'comeIn');
    doorman.leave('old', false, at(0));
  }
  assert.equal(why(doorman, 'inside'), 'comeIn');
  const visit = (number: number): void => {
    assert.equal(why(doorman, hostOf(number)), 'comeIn');
    doorman.leave(hostOf(number), true, at(0));
  };
  for (let count = 0; count < LIMITS.addressesRememberedMax - 3; count++) visit(count);
  assert.equal(why(doorman, 'old'), 'hostFailing');
  for (let count = 0; count < 2 * LIMITS.addressesRememberedMax; count++) visit(count);
  assert.equal(why(doorman, 'old'), 'comeIn');
  for (let count = 1; count < LIMITS.handshakesPerAddressMax; count++) {
    assert.equal(why(doorman, 'inside'), 'comeIn');
  }
  assert.equal(why(doorman, 'inside'), 'hostFull');
});

test('one /64 of IPv6 counts as one host, however its addresses are written', () => {
  const half = fc.uint8Array({ minLength: 8, maxLength: 8 });
  const sparse = fc.array(fc.constantFrom(0, 0, 0, 1, 0x20), { minLength: 8, maxLength: 8 });
  const anyHalf = fc.oneof(
    half,
    sparse.map((bytes) => Uint8Array.from(bytes)),
  );
  const network = anyHalf.map((bytes) => {
    const prefix = bytes.slice();
    prefix[0] = 0x20;
    return prefix;
  });
  fc.assert(
    fc.property(network, fc.array(anyHalf, { minLength: 2, maxLength: 6 }), (prefix, hosts) => {
      const doorman = new Doorman();
      const texts = hosts.map((host) => ipText(Uint8Array.of(...prefix, ...host)));
      for (let count = 0; count < LIMITS.handshakesPerAddressMax; count++) {
        assert.equal(why(doorman, texts[count % texts.length] ?? ''), 'comeIn');
      }
      for (const text of texts) assert.equal(why(doorman, text), 'hostFull', text);
    }),
  );
});

test('two /64 of IPv6 are two hosts', () => {
  const bytes = fc.uint8Array({ minLength: 15, maxLength: 15 });
  const sparse = fc
    .array(fc.constantFrom(0, 0, 0, 1), { minLength: 15, maxLength: 15 })
    .map((each) => Uint8Array.from(each));
  fc.assert(
    fc.property(
      fc.oneof(bytes, sparse),
      fc.nat(6),
      fc.integer({ min: 1, max: 255 }),
      (rest, place, flip) => {
        const one = Uint8Array.of(0x20, ...rest);
        const other = one.slice();
        other[place + 1] = (other[place + 1] ?? 0) ^ flip;
        const doorman = new Doorman();
        for (let count = 0; count < LIMITS.handshakesPerAddressMax; count++) {
          why(doorman, ipText(one));
        }
        assert.equal(why(doorman, ipText(other)), 'comeIn', `${ipText(one)} ${ipText(other)}`);
      },
    ),
  );
});

test('a link-local host counts whatever its zone is called', () => {
  const doorman = new Doorman();
  for (let count = 0; count < LIMITS.handshakesPerAddressMax; count++) why(doorman, 'fe80::1%eth0');
  assert.equal(why(doorman, 'fe80::2%eth0'), 'hostFull');
});
