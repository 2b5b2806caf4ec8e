// Attack 41: a member announces parcels that it never gives. It is asked for a bounded number of them,
// is then not believed for a while, and holds up nobody who has what it announced.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '../../src/core/domain/limits.ts';
import { encodeIHave } from '../../src/core/wire/flood.ts';
import { KIND } from '../../src/core/wire/frame.ts';
import { nodeSha256 } from '../support/flood-network.ts';
import { CAROL, EVE, FloodSiege } from '../support/flood-siege.ts';

function announcements(from: number, count: number, sizeClass: 'medium' | 'large' = 'medium') {
  const marks = Array.from({ length: count }, (_, at) => from + at);
  return encodeIHave(
    marks.map((mark) => ({
      id: nodeSha256.sha256(Buffer.from(`${mark}`)).slice(0, 16),
      hop: 1,
      sizeClass,
    })),
  );
}

test('a hundred thousand announcements are a bounded number of questions, and tree and others go on', () => {
  const siege = new FloodSiege();
  for (let at = 0; at < 100_000; at += 1_000) {
    siege.hear(EVE, KIND.iHave, announcements(at, 1_000));
    siege.pass(100);
  }
  const asked = siege.sent().filter(({ frame }) => frame === KIND.graft);
  const most = LIMITS.promisesBrokenBurst + 20;
  assert.ok(asked.length <= most, `${asked.length} questions`);
  assert.deepEqual(new Set(asked.map(({ link }) => link)), new Set([EVE]));
  assert.ok(siege.misconduct.includes(`${EVE} brokenPromises`));
  assert.ok(siege.bring(1).includes(CAROL));
});

test('whoever announces what Eve announced first is asked when she does not give it', () => {
  const siege = new FloodSiege();
  siege.hear(EVE, KIND.iHave, announcements(1, 1));
  siege.hear(CAROL, KIND.iHave, announcements(1, 1));
  siege.pass(1_000);
  const asked = siege.sent().filter(({ frame }) => frame === KIND.graft);
  assert.deepEqual(
    asked.map(({ link }) => link),
    [EVE, CAROL],
  );
});
