// Bytes under a password: what opens them, and what a foreign text may not demand.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  openUnderPassword,
  PASSWORD_SEAL_BYTES,
  sealUnderPassword,
} from '../../../src/adapters/vault/password-seal.ts';
import { MalformedBytes } from '../../../src/core/base/malformed-bytes.ts';

const content = Uint8Array.of(1, 2, 3);
const purpose = 'test:';

test('what is sealed under a password opens under it, for its purpose, and for nothing else', async () => {
  const sealed = await sealUnderPassword(content, { password: 'tea', purpose });
  assert.equal(sealed.length, content.length + PASSWORD_SEAL_BYTES);
  assert.deepEqual(await openUnderPassword(sealed, { password: 'tea', purpose }), content);
  for (const use of [
    { password: 'Tea', purpose },
    { password: '', purpose },
    { password: 'tea', purpose: 'other:' },
  ]) {
    await assert.rejects(openUnderPassword(sealed, use), MalformedBytes);
  }
  assert.notDeepEqual(await sealUnderPassword(content, { password: 'tea', purpose }), sealed);
});

test('the empty password seals and opens, and one may be typed on any keyboard', async () => {
  const empty = await sealUnderPassword(content, { password: '', purpose });
  assert.deepEqual(await openUnderPassword(empty, { password: '', purpose }), content);
  const composed = await sealUnderPassword(content, { password: 'caf\u00e9', purpose });
  assert.deepEqual(await openUnderPassword(composed, { password: 'cafe\u0301', purpose }), content);
});

test('a guess costs 128 MiB', async () => {
  const [version, exponent] = await sealUnderPassword(content, { password: 'tea', purpose });
  assert.deepEqual([version, exponent], [1, 17]);
});

test('more than 256 MiB, less than 16, another version or too few bytes are refused unread', async () => {
  const sealed = await sealUnderPassword(content, { password: 'tea', purpose });
  const withCost = (exponent: number) => sealed.with(1, exponent);
  const refused = [
    withCost(13),
    withCost(19),
    withCost(40),
    withCost(255),
    sealed.with(0, 0),
    sealed.with(0, 2),
    sealed.subarray(0, PASSWORD_SEAL_BYTES - 1),
    sealed.subarray(0, 1),
    new Uint8Array(0),
  ];
  const before = performance.now();
  for (const bytes of refused) {
    await assert.rejects(openUnderPassword(bytes, { password: 'tea', purpose }), MalformedBytes);
  }
  // One derivation takes longer.
  assert.ok(performance.now() - before < 100);
});

test('a changed bit, in the header or behind it, and another cost within bounds do not open', async () => {
  const sealed = await sealUnderPassword(content, { password: 'tea', purpose });
  for (const at of [1, 2, 17, 18, 29, 30, sealed.length - 1]) {
    const changed = sealed.with(at, at === 1 ? 14 : (sealed[at] ?? 0) ^ 1);
    await assert.rejects(openUnderPassword(changed, { password: 'tea', purpose }), MalformedBytes);
  }
});
