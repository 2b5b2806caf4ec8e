// What users give to `connect`, `synced`, `broadcast` and `sendToNeighbor`, checked before anything is
// changed or sent: each kind of wrong argument by its code.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type ConnectOptions,
  requireConnectOptions,
  requireNode,
  requireSaid,
  requireSyncedOptions,
} from '../../../src/api/graph/graph-options.ts';
import { PeerGroupError } from '../../../src/api/peer-group-error.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import { UNTYPED } from '../../../src/core/domain/message-types.ts';

const TYPE = '3f2504e0-4f89-41d3-9a0c-0305e82c3303';
const NO_OBJECT = [undefined, null, 7, 7n, 'x', true, Symbol('x'), () => {}];

/** As a program without types calls it. */
function codeOf(
  check: (...given: never[]) => unknown,
  ...given: readonly unknown[]
): string | null {
  try {
    Reflect.apply(check, null, given);
    return null;
  } catch (error) {
    assert.ok(error instanceof PeerGroupError, String(error));
    return error.code;
  }
}

/** Objects of which nothing can be known. */
function hostile(key: string): readonly object[] {
  const fail = (): never => {
    throw new Error('hostile');
  };
  return [
    Object.defineProperty({}, key, { get: fail, enumerable: true }),
    new Proxy({}, { ownKeys: fail, get: fail, has: fail, getOwnPropertyDescriptor: fail }),
    [],
    { [Symbol('x')]: 1 },
    { misspelt: true },
  ];
}

test('connecting takes presence, true unless it is false', () => {
  const usual = { presence: true, contacts: [], addresses: [], onlyGiven: false };
  assert.deepEqual(requireConnectOptions({}), usual);
  assert.deepEqual(requireConnectOptions({ presence: false }), { ...usual, presence: false });
  for (const presence of [null, 0, 'false', {}]) {
    assert.equal(codeOf(requireConnectOptions, { presence }), 'INVALID_ARGUMENT');
  }
  for (const wrong of [...NO_OBJECT, ...hostile('presence')]) {
    assert.equal(codeOf(requireConnectOptions, wrong), 'INVALID_ARGUMENT');
  }
});

test('connecting takes addresses in each of their forms, and as many as are kept', () => {
  const given = ['127.0.0.1:4001', { host: '::1', port: 1 }, '[2001:DB8::1]:65535'];
  const { addresses } = requireConnectOptions({ addresses: given, onlyGiven: true });
  assert.deepEqual(addresses, [
    { host: '127.0.0.1', port: 4_001 },
    { host: '::1', port: 1 },
    { host: '2001:db8::1', port: 65_535 },
  ]);
  const many = Array.from({ length: 256 }, () => '127.0.0.1:1');
  assert.equal(requireConnectOptions({ addresses: many }).addresses.length, 256);
  const wrong = [null, 'x', {}, [null], ['x:1'], [{ host: '::1' }], [...many, '127.0.0.1:1']];
  for (const addresses of wrong) {
    assert.equal(codeOf(requireConnectOptions, { addresses }), 'INVALID_ARGUMENT');
  }
  for (const onlyGiven of [null, 0, 'true']) {
    assert.equal(codeOf(requireConnectOptions, { onlyGiven }), 'INVALID_ARGUMENT');
  }
});

test('a wait takes milliseconds and a signal, 30 s unless it says otherwise', () => {
  assert.deepEqual(requireSyncedOptions({}), { timeoutMs: 30_000, signal: undefined });
  const { signal } = new AbortController();
  assert.deepEqual(requireSyncedOptions({ timeoutMs: 1, signal }), { timeoutMs: 1, signal });
  for (const timeoutMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, '5', 5n, null]) {
    assert.equal(codeOf(requireSyncedOptions, { timeoutMs }), 'INVALID_ARGUMENT');
  }
  for (const wrong of [null, {}, new EventTarget(), 'x']) {
    assert.equal(codeOf(requireSyncedOptions, { signal: wrong }), 'INVALID_ARGUMENT');
  }
  for (const wrong of [...NO_OBJECT, ...hostile('timeoutMs')]) {
    assert.equal(codeOf(requireSyncedOptions, wrong), 'INVALID_ARGUMENT');
  }
  assert.equal(codeOf(requireSyncedOptions, { signal: AbortSignal.abort() }), 'ABORTED');
});

test('what is said is text or bytes, of which a copy is made', () => {
  const bytes = Uint8Array.of(1, 2, 3);
  const said = requireSaid(bytes, {});
  bytes.fill(9);
  assert.deepEqual(said, { type: UNTYPED, bytes: Uint8Array.of(1, 2, 3) });
  assert.deepEqual(requireSaid('\ufeffä', {}).bytes, new Uint8Array(Buffer.from('\ufeffä')));
  assert.equal(requireSaid('', { type: TYPE.toUpperCase() }).type, TYPE);
  for (const wrong of [undefined, null, 7, {}, [1], new ArrayBuffer(1), new Uint16Array(1)]) {
    assert.equal(codeOf(requireSaid, wrong, {}), 'INVALID_ARGUMENT');
  }
  assert.equal(codeOf(requireSaid, 'a lone \ud800', {}), 'INVALID_ARGUMENT');
  for (const type of ['', 'x', `${TYPE} `, 7, null, {}]) {
    assert.equal(codeOf(requireSaid, 'x', { type }), 'INVALID_ARGUMENT');
  }
  for (const wrong of [...NO_OBJECT, ...hostile('type')]) {
    assert.equal(codeOf(requireSaid, 'x', wrong), 'INVALID_ARGUMENT');
  }
});

test('what is said has 64 KiB at most, counted in bytes', () => {
  const bytesMax = LIMITS.broadcastBytesMax;
  assert.equal(bytesMax, 65_536);
  assert.equal(requireSaid(new Uint8Array(bytesMax), {}).bytes.length, bytesMax);
  assert.equal(requireSaid('ä'.repeat(bytesMax / 2), {}).bytes.length, bytesMax);
  assert.equal(codeOf(requireSaid, new Uint8Array(bytesMax + 1), {}), 'MESSAGE_TOO_LARGE');
  assert.equal(codeOf(requireSaid, 'ä'.repeat(bytesMax / 2 + 1), {}), 'MESSAGE_TOO_LARGE');
  assert.equal(codeOf(requireSaid, 'x'.repeat(2 ** 28), {}), 'MESSAGE_TOO_LARGE');
});

test('a neighbor is named by its name and its node id', () => {
  const name = `${'0a'.repeat(20)}.bob`;
  assert.deepEqual(requireNode({ nodeId: 5n, name }), { member: name, nodeId: 5n });
  const halves = [{ nodeId: 5n }, { name }, { nodeId: 5, name }, { nodeId: 5n, name: 'bob' }];
  for (const wrong of [...NO_OBJECT, {}, [], ...halves]) {
    assert.equal(codeOf(requireNode, wrong), 'INVALID_ARGUMENT');
  }
});

test('contacts are members with addresses, and everything else is refused by its path', () => {
  const name = `${'0a'.repeat(20)}.bob`;
  const { contacts } = requireConnectOptions({ contacts: [{ name, address: '192.0.2.1:4001' }] });
  assert.deepEqual(contacts, [{ member: name, addresses: [{ host: '192.0.2.1', port: 4001 }] }]);
  const bad: readonly [unknown, RegExp][] = [
    ['192.0.2.1:4001', /contacts/],
    [[null], /contacts\[0\]/],
    [[{ name: 'bob', address: '192.0.2.1:1' }], /contacts\[0\]\.name/],
    [[{ name, address: [] }], /contacts\[0\]\.address/],
    [[{ name, address: [{ host: '192.0.2.1' }] }], /contacts\[0\]\.address\.port/],
    [[{ name, address: 'example.org' }], /contacts\[0\]\.address/],
    [[{ name, adress: '192.0.2.1:1' }], /contacts\[0\]/],
  ];
  for (const [given, path] of bad) {
    const options = { contacts: given } as ConnectOptions;
    assert.throws(() => requireConnectOptions(options), {
      code: 'INVALID_ARGUMENT',
      message: path,
    });
  }
});
