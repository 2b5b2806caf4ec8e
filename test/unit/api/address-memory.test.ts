// Where members can be reached, as far as this node was told: whom it believes, and what it keeps.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { AddressMemory } from '../../../src/api/address-memory.ts';
import { wallTimeOf } from '../../../src/core/base/time.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import { parsePeerName } from '../../../src/core/domain/names.ts';

const bob = parsePeerName('b'.repeat(40));
const at = (host: string, port = 4001) => ({ host, port });
const AFAR = at('203.0.113.7');
const NEARBY = at('192.168.1.7');
const HERE = at('127.0.0.1');

function memory() {
  let changes = 0;
  const addresses = new AddressMemory([], () => {
    changes += 1;
  });
  const hosts = (): readonly string[] =>
    addresses.candidatesFor(bob).map(({ address }) => address.host);
  return { addresses, hosts, changes: () => changes };
}

const TOLD = [
  '203.0.113.1',
  '192.168.1.1',
  '127.0.0.1',
  'fe80::1',
  '2001:db8::1',
  'fd00::1',
  '::1',
];

test('a member from afar does not make us dial our own machine or our own network', () => {
  const { addresses, hosts } = memory();
  addresses.told(
    bob,
    TOLD.map((host) => at(host)),
    AFAR,
  );
  assert.deepEqual(hosts(), ['203.0.113.1', '2001:db8::1']);
});

test('a member of the local network may be on it, one of this machine on this machine', () => {
  const nearby = memory();
  nearby.addresses.told(
    bob,
    TOLD.map((host) => at(host)),
    NEARBY,
  );
  assert.deepEqual(nearby.hosts(), ['203.0.113.1', '192.168.1.1', '2001:db8::1', 'fd00::1']);
  const here = memory();
  here.addresses.told(
    bob,
    TOLD.map((host) => at(host)),
    HERE,
  );
  assert.deepEqual(here.hosts(), [
    '203.0.113.1',
    '192.168.1.1',
    '127.0.0.1',
    '2001:db8::1',
    'fd00::1',
    '::1',
  ]);
});

test('what was reached goes before what was told, and the latest first', () => {
  const { addresses, hosts } = memory();
  addresses.told(bob, [at('203.0.113.1'), at('203.0.113.2')], AFAR);
  addresses.reached(bob, at('203.0.113.3'), wallTimeOf(100));
  addresses.reached(bob, at('203.0.113.2'), wallTimeOf(200));
  assert.deepEqual(hosts(), ['203.0.113.2', '203.0.113.3', '203.0.113.1']);
  assert.deepEqual(
    addresses.candidatesFor(bob).map(({ source }) => source),
    ['success', 'success', 'member'],
  );
  addresses.told(bob, [at('203.0.113.2')], AFAR);
  assert.equal(addresses.candidatesFor(bob)[0]?.source, 'success');
});

test('where it worked last is first, whatever is heard of the others in between', () => {
  const { addresses, hosts } = memory();
  addresses.reached(bob, at('203.0.113.1'), wallTimeOf(300));
  addresses.reached(bob, at('203.0.113.2'), wallTimeOf(100));
  addresses.reached(bob, at('203.0.113.3'), wallTimeOf(200));
  assert.deepEqual(hosts(), ['203.0.113.1', '203.0.113.3', '203.0.113.2']);
  addresses.told(bob, [at('203.0.113.9'), at('203.0.113.2')], AFAR);
  assert.deepEqual(hosts(), ['203.0.113.1', '203.0.113.3', '203.0.113.2', '203.0.113.9']);
  addresses.told(bob, [at('203.0.113.8')], AFAR);
  assert.deepEqual(hosts().slice(3), ['203.0.113.8', '203.0.113.9'], 'what was told last is next');
  const again = new AddressMemory(addresses.entries(), () => undefined);
  assert.deepEqual(again.candidatesFor(bob), addresses.candidatesFor(bob));
});

test('of those that worked the latest are kept, and leave room for what is told', () => {
  const { addresses, hosts } = memory();
  const half = LIMITS.addressesPerMemberMax / 2;
  for (let count = 0; count < 2 * half; count++)
    addresses.reached(bob, at(`203.0.113.${count}`), wallTimeOf(count));
  const latest = Array.from({ length: half }, (_, back) => `203.0.113.${2 * half - 1 - back}`);
  assert.deepEqual(hosts(), latest);
  addresses.told(bob, [at('198.51.100.1')], AFAR);
  assert.deepEqual(hosts(), [...latest, '198.51.100.1']);
});

test('a member that tells much does not push out where it was reached', () => {
  const { addresses, hosts } = memory();
  addresses.reached(bob, at('203.0.113.3'), wallTimeOf(100));
  for (let count = 0; count < 50; count++) addresses.told(bob, [at(`198.51.100.${count}`)], AFAR);
  assert.equal(hosts().length, LIMITS.addressesPerMemberMax);
  assert.equal(hosts()[0], '203.0.113.3');
});

test('hearing the same again is no change', () => {
  const { addresses, changes } = memory();
  addresses.told(bob, [at('203.0.113.1')], AFAR);
  assert.equal(changes(), 1);
  addresses.told(bob, [at('203.0.113.1')], AFAR);
  addresses.told(bob, [at('fe80::1')], AFAR);
  addresses.told(bob, [], AFAR);
  assert.equal(changes(), 1);
});

test('4,096 members are remembered, the longest unused are forgotten', () => {
  const { addresses } = memory();
  const member = (number: number) => parsePeerName(number.toString(16).padStart(40, '0'));
  for (let number = 0; number < 4_097; number++)
    addresses.reached(member(number), AFAR, wallTimeOf(1));
  assert.equal(addresses.entries().length, 4_096);
  assert.deepEqual(addresses.candidatesFor(member(0)), []);
  assert.equal(addresses.candidatesFor(member(1)).length, 1);
  const again = new AddressMemory(addresses.entries(), () => undefined);
  assert.deepEqual(again.entries(), addresses.entries());
});
