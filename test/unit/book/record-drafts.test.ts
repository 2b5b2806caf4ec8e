// The next version of a record (protocol.md §12.9): what every wish becomes, and why it is refused.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { type WallTime, wallTimeOf } from '../../../src/core/base/time.ts';
import { Ordinals, type RecordWish } from '../../../src/core/book/record-drafts.ts';
import { lastExpiration } from '../../../src/core/book/record-laws.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import type { RecordContent } from '../../../src/core/domain/records.ts';
import {
  BOB_RENEWED,
  BOB_SHORTENED,
  batchIn,
  CAST,
  craftOne,
  DAY_MS,
  deletion,
  keeper,
  NOW,
  newNote,
  newText,
  nextBy,
  only,
  postponed,
  sent,
} from '../../support/record-club.ts';
import { someBytes, stringOf } from '../../support/record-samples.ts';

const { alice, ann, mallory, bob, carol } = CAST;
const NO_CHANGE = { attributes: undefined, data: undefined, expiresAt: undefined };

function expiring(expiresAt: number, isRefreshed = false): RecordWish {
  return newNote('', { expiresAt: wallTimeOf(expiresAt), isRefreshed });
}

/** Bob's note at `home`, that somebody publishes there. */
function foreignNote(home: ReturnType<typeof keeper>, wish = newNote('of Bob')) {
  const published = keeper(bob).publish(wish);
  home.take(sent(batchIn(published)));
  return only(published);
}

describe('adding', () => {
  test('makes version 1 of now, by its creator, that lives for one lease', () => {
    const { content } = only(keeper(bob).publish(newNote('a')));
    assert.equal(content.version, 1);
    assert.equal(content.createdAt, NOW);
    assert.equal(content.modifiedAt, NOW);
    assert.equal(content.expiresAt, NOW + 28 * DAY_MS);
    assert.deepEqual(content.creator, bob.person.publicKey);
    assert.equal(content.refreshMs, null);
    assert.equal(content.isDeleted, false);
    assert.deepEqual(content.attributes, [{ name: 'text', value: stringOf('a') }]);
  });

  test('lives no longer than the membership', () => {
    const { content } = only(keeper(ann).publish(newNote()));
    assert.equal(content.expiresAt, lastExpiration(ann.membership));
    const last = lastExpiration(bob.membership);
    assert.equal(only(keeper(bob).publish(expiring(last))).content.expiresAt, last);
    assert.equal(keeper(bob).refusal(expiring(last + 1)).code, 'EXPIRATION_INVALID');
  });

  test('ends in the future', () => {
    assert.equal(keeper(bob).refusal(expiring(NOW)).code, 'EXPIRATION_INVALID');
    assert.equal(only(keeper(bob).publish(expiring(NOW + 1))).content.expiresAt, NOW + 1);
  });

  test('with refreshing lives at least four minutes each time', () => {
    const fits = expiring(NOW + LIMITS.refreshMsMin, true);
    assert.equal(only(keeper(bob).publish(fits)).content.refreshMs, LIMITS.refreshMsMin);
    const short = expiring(NOW + LIMITS.refreshMsMin - 1, true);
    assert.equal(keeper(bob).refusal(short).code, 'EXPIRATION_INVALID');
  });

  test('with refreshing lives no longer each time than a version can say', () => {
    const founder = keeper(alice);
    const longest = NOW + 2 ** 43 - 1;
    assert.ok(longest < lastExpiration(alice.membership));
    const { content } = only(founder.publish(expiring(longest, true)));
    assert.equal(content.refreshMs, 2 ** 43 - 1);
    assert.equal(founder.refusal(expiring(longest + 1, true)).code, 'EXPIRATION_INVALID');
    founder.publish(expiring(longest + 1));
  });

  test('takes long data out of the content', () => {
    const author = keeper(bob);
    const record = only(author.publish(newNote('', { data: someBytes(1_025) })));
    assert.equal(record.content.data.kind, 'detached');
    assert.deepEqual(author.store.readData(record.id), someBytes(1_025));
    const short = only(author.publish(newNote('', { data: someBytes(1_024) })));
    assert.deepEqual(short.content.data, { kind: 'inline', bytes: someBytes(1_024) });
  });

  test('keeps the laws', () => {
    const author = keeper(bob);
    assert.equal(author.refusal(newNote('', { type: new Uint8Array(16) })).code, 'RECORD_INVALID');
    const own = new Uint8Array(16).fill(1, 0, 4);
    assert.equal(author.refusal(newNote('', { type: own })).code, 'NOT_AUTHORIZED');
    const attributes = [{ name: 'peerrecordid', value: stringOf('') }];
    assert.equal(author.refusal(newNote('', { attributes })).code, 'ATTRIBUTES_INVALID');
  });

  test('is for members, from the first to the last moment of their membership', () => {
    const author = keeper(bob);
    author.now = lastExpiration(bob.membership);
    assert.equal(author.refusal(newNote()).code, 'EXPIRATION_INVALID', 'no time is left');
    author.now = wallTimeOf(author.now + 1);
    assert.equal(author.refusal(newNote()).code, 'MEMBERSHIP_EXPIRED');
    author.now = wallTimeOf(bob.membership.notBefore - 1);
    assert.equal(author.refusal(newNote()).code, 'MEMBERSHIP_NOT_YET_VALID');
    author.now = bob.membership.notBefore;
    author.publish(newNote());
  });
});

describe('updating', () => {
  test('keeps what is not named, and counts one version more', () => {
    const author = keeper(bob);
    const first = only(author.publish(newNote('a', { data: someBytes(3_000) })));
    author.now = wallTimeOf(NOW + 5);
    const second = only(author.publish({ kind: 'update', id: first.id, ...NO_CHANGE }));
    assert.deepEqual(second.content, { ...first.content, version: 2, modifiedAt: NOW + 5 });
    assert.deepEqual(author.store.readData(first.id), someBytes(3_000));
    const third = only(author.publish(newText(first.id, 'b')));
    assert.equal(third.content.version, 3);
    assert.deepEqual(third.content.attributes, [{ name: 'text', value: stringOf('b') }]);
    const data = someBytes(9);
    const fourth = only(author.publish({ kind: 'update', id: first.id, ...NO_CHANGE, data }));
    assert.deepEqual(fourth.content.data, { kind: 'inline', bytes: data });
    assert.equal(author.store.readData(first.id), null);
  });

  test('keeps the expiration or puts it off, to the end of the membership', () => {
    const author = keeper(bob);
    const { id, content } = only(author.publish(expiring(NOW + DAY_MS)));
    const shorter = author.refusal(postponed(id, content.expiresAt - 1));
    assert.equal(shorter.code, 'EXPIRATION_INVALID');
    author.publish(postponed(id, content.expiresAt));
    const last = lastExpiration(bob.membership);
    assert.equal(author.refusal(postponed(id, last + 1)).code, 'EXPIRATION_INVALID');
    author.publish(postponed(id, last));
  });

  test('keeps the end of an earlier membership, which the present one does not raise', () => {
    const far = lastExpiration(bob.membership);
    const before = keeper(bob);
    const { id } = only(before.publish(expiring(far)));
    const refreshed = expiring(NOW + LIMITS.refreshMsMin, true);
    const short = only(before.publish(refreshed));
    const after = keeper(BOB_SHORTENED, { store: before.store });
    assert.equal(only(after.publish(newText(id, 'x'))).content.expiresAt, far);
    assert.equal(after.refusal(postponed(id, far + 1)).code, 'EXPIRATION_INVALID');
    const last = lastExpiration(BOB_SHORTENED.membership);
    assert.equal(after.refusal(postponed(short.id, last + 1)).code, 'EXPIRATION_INVALID');
    after.publish(postponed(short.id, last));
    const tombstone = only(after.publish(deletion(id)));
    assert.equal(tombstone.content.expiresAt, far);
  });

  test('is for the creator and for administrators', () => {
    const stranger = keeper(carol);
    const note = foreignNote(stranger);
    assert.equal(stranger.refusal(newText(note.id, 'x')).code, 'NOT_AUTHORIZED');
    assert.equal(stranger.refusal(deletion(note.id)).code, 'NOT_AUTHORIZED');
    for (const author of [alice, ann]) {
      const home = keeper(author);
      const { content } = only(home.publish(newText(foreignNote(home).id, 'x')));
      assert.deepEqual(content.creator, bob.person.publicKey);
      assert.equal(content.version, 2);
    }
  });

  test('by an administrator lets a record live as long as its creator is a member', () => {
    const home = keeper(mallory);
    const { id } = foreignNote(home);
    const last = lastExpiration(bob.membership);
    assert.equal(home.refusal(postponed(id, last + 1)).code, 'EXPIRATION_INVALID');
    home.publish(postponed(id, last));
    home.learn(BOB_RENEWED);
    home.publish(postponed(id, last + 1));
    const short = keeper(ann);
    const long = foreignNote(short, expiring(last));
    assert.equal(only(short.publish(newText(long.id, 'x'))).content.expiresAt, last);
    assert.equal(only(short.publish(deletion(long.id))).content.expiresAt, last);
  });

  test('is of what is there, not deleted and not over', () => {
    const author = keeper(bob);
    assert.equal(author.refusal(newText(new Uint8Array(16), 'x')).code, 'RECORD_NOT_FOUND');
    const { id } = only(author.publish(expiring(NOW + 10)));
    author.now = wallTimeOf(NOW + 10);
    assert.equal(author.refusal(newText(id, 'x')).code, 'RECORD_NOT_FOUND');
    assert.equal(author.refusal(deletion(id)).code, 'RECORD_NOT_FOUND');
    const other = only(author.publish(newNote()));
    author.publish(deletion(other.id));
    assert.equal(author.refusal(newText(other.id, 'x')).code, 'RECORD_NOT_FOUND');
    assert.equal(author.refusal(deletion(other.id)).code, 'RECORD_NOT_FOUND');
  });
});

describe('deleting', () => {
  test('empties the record, and lasts a lease at least', () => {
    const author = keeper(bob);
    const wish = { data: someBytes(3_000), expiresAt: wallTimeOf(NOW + DAY_MS), isRefreshed: true };
    const { id, content } = only(author.publish(newNote('a', wish)));
    const tombstone = only(author.publish(deletion(id)));
    assert.deepEqual(tombstone.content, {
      ...content,
      version: 2,
      isDeleted: true,
      refreshMs: null,
      attributes: [],
      data: { kind: 'inline', bytes: new Uint8Array(0) },
      expiresAt: Math.min(NOW + 28 * DAY_MS, lastExpiration(bob.membership)),
    });
    assert.equal(author.store.readData(id), null);
  });

  test('keeps an expiration that is further away', () => {
    const founder = keeper(alice);
    const far = wallTimeOf(NOW + 400 * DAY_MS);
    const { id } = only(founder.publish(newNote('a', { expiresAt: far })));
    assert.equal(only(founder.publish(deletion(id))).content.expiresAt, far);
  });
});

describe('a version before of a clock that is ahead', () => {
  function afterVersion(changes: Partial<RecordContent>, now: WallTime = NOW) {
    const home = keeper(bob);
    const note = only(home.publish(newNote()));
    home.take(nextBy(mallory, note, changes));
    home.now = now;
    return { home, id: note.id, note };
  }

  test('is not undercut by the next one', () => {
    const { home, id } = afterVersion({ modifiedAt: wallTimeOf(NOW + 60_000) });
    assert.equal(only(home.publish(newText(id, 'x'))).content.modifiedAt, NOW + 60_000);
  });

  test('with the highest version of its moment is followed in the next moment', () => {
    const modifiedAt = wallTimeOf(NOW + 60_000);
    const version = LIMITS.versionsAhead + 60_000;
    const { home, id } = afterVersion({ version, modifiedAt });
    const { content } = only(home.publish(deletion(id)));
    assert.deepEqual([content.version, content.modifiedAt], [version + 1, NOW + 60_001]);
  });

  test('at the edge of what is taken is followed a moment later, and refused until then', () => {
    const modifiedAt = wallTimeOf(NOW + LIMITS.clockAheadMs);
    const version = LIMITS.versionsAhead + LIMITS.clockAheadMs;
    const { home, id } = afterVersion({ version, modifiedAt });
    assert.equal(home.refusal(deletion(id)).code, 'RECORD_INVALID');
    home.now = wallTimeOf(NOW + 1);
    home.publish(deletion(id));
  });

  test('is refused while this clock is set far back', () => {
    const { home, id } = afterVersion({}, wallTimeOf(NOW - LIMITS.clockAheadMs - 1));
    assert.equal(home.refusal(newText(id, 'x')).code, 'RECORD_INVALID');
    home.now = wallTimeOf(NOW - LIMITS.clockAheadMs);
    home.publish(newText(id, 'x'));
  });

  test('that ends before the next moment cannot be changed, only put off or deleted', () => {
    const modifiedAt = wallTimeOf(NOW + 1_000);
    const version = LIMITS.versionsAhead + 1_000;
    const expiresAt = wallTimeOf(modifiedAt + 1);
    const { home, id } = afterVersion({ version, modifiedAt, expiresAt });
    assert.equal(home.refusal(newText(id, 'x')).code, 'EXPIRATION_INVALID');
    home.publish(postponed(id, expiresAt + 1));
  });
});

describe('refreshing', () => {
  const lifeMs = LIMITS.refreshMsMin;

  test('lets a record live its time again from now on', () => {
    const author = keeper(bob);
    const { id, content } = only(author.publish(expiring(NOW + lifeMs, true)));
    author.now = wallTimeOf(NOW + 100_000);
    const refreshed = only(author.publish({ kind: 'refresh', id }));
    const times = { modifiedAt: author.now, expiresAt: author.now + lifeMs };
    assert.deepEqual(refreshed.content, { ...content, version: 2, ...times });
  });

  test('ends with the membership of the creator', () => {
    const author = keeper(bob);
    const last = lastExpiration(bob.membership);
    author.now = wallTimeOf(last - lifeMs);
    const { id } = only(author.publish(expiring(last, true)));
    author.now = wallTimeOf(last - 1_000);
    assert.equal(only(author.publish({ kind: 'refresh', id })).content.expiresAt, last);
    const home = keeper(mallory);
    home.now = wallTimeOf(last - lifeMs);
    const created = { createdAt: home.now, expiresAt: last, refreshMs: lifeMs };
    const batch = craftOne(bob, created);
    home.take(batch);
    const [entry] = batch.entries;
    assert.ok(entry !== undefined);
    home.publish(newText(entry.id, 'x'));
    home.now = wallTimeOf(last - 1_000);
    const refreshed = only(home.publish({ kind: 'refresh', id: entry.id }));
    assert.equal(refreshed.content.expiresAt, last);
  });
});

test('ordinals of one moment follow each other from behind a random one, as they were foreseen', () => {
  const bytes = [Uint8Array.of(0x0f, 0xff, 0xfe), Uint8Array.of(0xff, 0, 1)];
  const ordinals = new Ordinals({ bytes: () => bytes.shift() ?? new Uint8Array(3) });
  const expected = [2 ** 20 - 1, 0, 1];
  assert.deepEqual(
    [1, 2, 3].map((calls) => ordinals.peek(NOW, calls)),
    expected,
  );
  assert.deepEqual(
    [1, 2, 3].map(() => ordinals.next(NOW)),
    expected,
  );
  const later = wallTimeOf(NOW + 1);
  assert.deepEqual([ordinals.next(later), ordinals.peek(later, 1)], [0xf_0002, 0xf_0003]);
});
