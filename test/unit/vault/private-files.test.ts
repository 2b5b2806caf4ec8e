// Windows refuses a rename for as long as a scanner has the file open.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryWhileHeld } from '../../../src/adapters/vault/private-files.ts';

function failing(code: string, times: number): { act: () => Promise<void>; calls: () => number } {
  let calls = 0;
  const act = async (): Promise<void> => {
    calls++;
    if (calls <= times) throw Object.assign(new Error(code), { code });
  };
  return { act, calls: () => calls };
}

test('a file that is held for a moment is tried again', async () => {
  for (const code of ['EPERM', 'EACCES', 'EBUSY']) {
    const held = failing(code, 2);
    await retryWhileHeld(held.act);
    assert.equal(held.calls(), 3);
  }
});

test('any other failure is final', async () => {
  const full = failing('ENOSPC', 1);
  await assert.rejects(retryWhileHeld(full.act), { code: 'ENOSPC' });
  assert.equal(full.calls(), 1);
});
