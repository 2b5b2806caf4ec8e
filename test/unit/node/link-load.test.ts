// When a link is congested, and when its platform is asked.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LIMITS } from '../../../src/core/domain/limits.ts';
import { linkIdOf } from '../../../src/core/domain/links.ts';
import { LinkLoad } from '../../../src/core/node/link-load.ts';

const LINK = linkIdOf(1);
const FULL = LIMITS.congestedBytesMin;

test('the platform is asked once for what was given, and again for what came meanwhile', () => {
  const load = new LinkLoad();
  assert.equal(load.sent(LINK, FULL / 8), false);
  assert.equal(load.sent(LINK, FULL / 8), true);
  assert.equal(load.sent(LINK, FULL / 4), false, 'one question is enough');
  assert.equal(load.drained(LINK), true, 'a quarter came after the question');
  assert.equal(load.drained(LINK), false);
});

test('a link is congested from its bound on until its platform has taken enough', () => {
  const load = new LinkLoad();
  load.sent(LINK, FULL - 1);
  assert.equal(load.isCongested(LINK), false);
  load.sent(LINK, 1);
  assert.equal(load.isCongested(LINK), true);
  load.drained(LINK);
  assert.equal(load.isCongested(LINK), false);
});

test('an answer about a link that is gone means nothing', () => {
  const load = new LinkLoad();
  load.sent(LINK, FULL);
  load.forget(LINK);
  assert.equal(load.drained(LINK), false);
  assert.equal(load.isCongested(LINK), false);
});

test('each answer of the platform belongs to the question that was put first', () => {
  const load = new LinkLoad();
  load.sent(LINK, FULL);
  load.asked(LINK, 'pages');
  load.asked(LINK, 'load');
  load.asked(LINK, 'pages');
  const answered = Array.from({ length: 3 }, () => load.answered(LINK));
  assert.deepEqual(answered, ['pages', 'load', 'pages']);
});
