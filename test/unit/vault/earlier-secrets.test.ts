// Which discovery secrets are kept when there are too many.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  type EarlierSecret,
  withEarlierSecret,
} from '../../../src/adapters/vault/stored-secrets.ts';
import { wallTimeOf } from '../../../src/core/base/time.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';

const DAY_MS = 86_400_000;

function secretOf(number: number): Uint8Array {
  return new Uint8Array(32).fill(number);
}

test('a storm of epochs pushes out its own secrets, not those by which members that are away find in', () => {
  let secrets: readonly EarlierSecret[] = [];
  for (const number of [1, 2, 3]) {
    const replacedAt = wallTimeOf(number * DAY_MS);
    secrets = withEarlierSecret(secrets, { secret: secretOf(number), replacedAt });
  }
  for (let number = 10; number < 40; number++) {
    const replacedAt = wallTimeOf(4 * DAY_MS + number);
    secrets = withEarlierSecret(secrets, { secret: secretOf(number), replacedAt });
  }
  assert.equal(secrets.length, LIMITS.earlierSecretsMax);
  const kept = secrets.map(({ secret }) => secret[0]);
  for (const number of [1, 2, 3, 10]) assert.ok(kept.includes(number), `${number} is kept`);
});

test('a secret that comes again stands there once, as the latest', () => {
  const first = { secret: secretOf(1), replacedAt: wallTimeOf(1) };
  const second = { secret: secretOf(2), replacedAt: wallTimeOf(2) };
  const again = { secret: secretOf(1), replacedAt: wallTimeOf(3) };
  const secrets = [first, second, again].reduce<readonly EarlierSecret[]>(withEarlierSecret, []);
  assert.deepEqual(secrets, [again, second]);
});
