// Whatever a member says in a well-formed batch, nothing throws (protocol.md §12.7): neither judging it
// nor changing what came of it; and what an author makes of it is taken everywhere at the same moment.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { wallTimeOf } from '../../../src/core/base/time.ts';
import { lastExpiration } from '../../../src/core/book/record-laws.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import type { RecordContent } from '../../../src/core/domain/records.ts';
import {
  batchesIn,
  CAST,
  craft,
  DAY_MS,
  deletion,
  keeper,
  kinds,
  NOW,
  newText,
  sent,
  versionBy,
} from '../../support/record-club.ts';
import { anyContent, NO_DATA } from '../../support/record-samples.ts';

const { alice, ann, mallory, bob, carol, eve } = CAST;
const CLOCK_AHEAD_MS = LIMITS.clockAheadMs;

/** Moments at which something just holds, or just does not. */
const EDGES = [
  NOW - DAY_MS,
  NOW - 1,
  NOW,
  NOW + 1,
  NOW + CLOCK_AHEAD_MS,
  NOW + CLOCK_AHEAD_MS + 1,
  lastExpiration(ann.membership),
  lastExpiration(bob.membership),
  lastExpiration(bob.membership) + 1,
  lastExpiration(mallory.membership),
];

const anyEdge = fc.constantFrom(...EDGES).map(wallTimeOf);

/** Mostly such that what was heard can be changed. */
const anyPresent = fc.oneof(fc.constantFrom(NOW, NOW, wallTimeOf(NOW + 1)), anyEdge);

/** Near the laws' edges, where a content that is random everywhere never comes. */
const anyNearContent = fc.record(
  {
    creator: fc.constantFrom(bob, alice, eve).map(({ person }) => person.publicKey),
    moments: fc.tuple(anyPresent, anyPresent, anyEdge),
    versionsAhead: fc.constantFrom(-65_535, -65_534, -65_534, -1, 0, 0, 1),
    isDeleted: fc.boolean(),
    refreshMs: fc.constantFrom(null, null, LIMITS.refreshMsMin),
  },
  { noNullPrototype: true },
);

type Near = typeof anyNearContent extends fc.Arbitrary<infer Value> ? Value : never;

function nearContent({ moments, versionsAhead, isDeleted, ...said }: Near): RecordContent {
  const [createdAt = NOW, modifiedAt = NOW, later = NOW] = [...moments].sort((a, b) => a - b);
  const version = Math.max(1, LIMITS.versionsAhead + modifiedAt - createdAt + versionsAhead);
  const expiresAt = wallTimeOf(Math.max(later, modifiedAt + 1));
  const refreshMs = isDeleted ? null : said.refreshMs;
  const { creator } = said;
  const times = { createdAt, modifiedAt, expiresAt };
  return versionBy(bob, { creator, ...times, version, isDeleted, refreshMs }).content;
}

const anySaid = fc.oneof(
  anyContent.map((content) => ({ ...content, data: NO_DATA })),
  anyNearContent.map(nearContent),
  anyNearContent.map(nearContent),
);

test('nothing that a member says makes others throw, then or when they change it', () => {
  let changed = 0;
  const anyRun = fc.record({
    author: fc.constantFrom('mallory', 'mallory', 'bob', 'eve', 'ann'),
    contents: fc.array(anySaid, { minLength: 1, maxLength: 4 }),
    reader: fc.constantFrom('alice', 'ann', 'mallory', 'bob', 'carol'),
    heardAt: anyPresent,
    changedAt: anyPresent,
    wish: fc.constantFrom('update', 'delete', 'refresh'),
  });
  fc.assert(
    fc.property(anyRun, ({ author, contents, reader, heardAt, changedAt, wish }) => {
      const [home, witness] = [keeper(CAST[reader]), keeper(carol)];
      const drafts = contents.map((content) => ({ content, data: null }));
      const batch = sent(craft(CAST[author], drafts));
      for (const each of [home, witness]) {
        each.now = heardAt;
        each.take(batch);
        each.now = changedAt;
        each.doWhatIsDue();
      }
      for (const { id } of batch.entries) {
        const change =
          wish === 'update'
            ? newText(id, 'x')
            : wish === 'delete'
              ? deletion(id)
              : ({ kind: 'refresh', id } as const);
        const { results, changes } = home.publishAll([[change]]);
        if (results[0]?.ok !== true) {
          assert.deepEqual(changes, []);
          continue;
        }
        changed += 1;
        const verdicts = batchesIn(changes).map((made) => kinds(witness.take(sent(made))));
        assert.deepEqual(verdicts, [['accepted']]);
      }
    }),
    { numRuns: 600 },
  );
  assert.ok(changed > 10, `${changed} records were changed`);
});
