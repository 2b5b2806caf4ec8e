// A record ends with its creator (protocol.md §12.7 and §14.11): what an administrator made of a record whose
// creator has no listed membership any more goes too, at whoever had it and at whoever hears of it later.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { type WallTime, wallTimeOf } from '../../../src/core/base/time.ts';
import { LIMITS } from '../../../src/core/domain/limits.ts';
import {
  batchIn,
  CAST,
  craft,
  craftOne,
  DAY_MS,
  deletion,
  Keeper,
  keeper,
  kinds,
  NOW,
  newNote,
  newText,
  nextVersion,
  only,
  postponed,
  type Recorder,
  sent,
  versionBy,
  viewOf,
} from '../../support/record-club.ts';
import { removal } from '../../support/removals.ts';
import { person } from '../../support/trust-cast.ts';
import { grant } from '../../support/trust-village.ts';

const { alice, ann, bob, carol, eve, mallory } = CAST;
const LATER = wallTimeOf(NOW + 5_000);

/** In whose name Mallory issues a membership. */
function broughtInByMallory(name: string, days = 50): Recorder {
  const friend = person(name);
  const terms = { role: 'member', notAfter: wallTimeOf(NOW + days * DAY_MS) } as const;
  return {
    person: friend,
    membership: grant(mallory.membership.chain, mallory.person, friend, terms),
  };
}

const dan = broughtInByMallory('Dan');
const fay = broughtInByMallory('Fay');
/** Fay's, without Mallory. */
const FAY_AGAIN: Recorder = {
  person: fay.person,
  membership: grant(alice.membership.chain, alice.person, fay.person, {
    role: 'member',
    notAfter: wallTimeOf(NOW + 40 * DAY_MS),
  }),
};
/** Mallory goes, and of those it brought in Dan stays. */
const GONE = removal([alice], mallory, { keptCertificates: [dan.membership] });

/** A note of this creator, and what Ann made of it. */
function noteOf(
  creator: Recorder,
  ...wishes: readonly ((id: Uint8Array) => Parameters<Keeper['publish']>[0])[]
) {
  const published = keeper(creator).publish(newNote('first'));
  const editor = keeper(ann);
  editor.learn(creator);
  const first = sent(batchIn(published));
  editor.take(first);
  editor.now = LATER;
  const { id } = only(published);
  const made = (wishes.length === 0 ? [(it: Uint8Array) => newText(it, 'by Ann')] : wishes).map(
    (wish) => sent(batchIn(editor.publish(wish(id)))),
  );
  return { id, first, made, all: [first, ...made] };
}

/** Where she is known to be brought in without the right, she is not learned. */
function learnFay(home: Keeper): void {
  const learned = home.book.learnMembership(fay.membership.chain.map(({ der }) => der));
  if (learned.ok) home.learn(fay);
}

function newcomer(): Keeper {
  const home = keeper(carol);
  home.now = LATER;
  return home;
}

function endOf({ membership }: Recorder): WallTime {
  return membership.notAfter;
}

describe('what others made of a record whose creator has no listed membership', () => {
  const { id, all, made } = noteOf(fay);

  test('goes where it came before the removal, and is told to be gone', () => {
    const home = newcomer();
    home.learn(fay);
    for (const batch of all) assert.deepEqual(kinds(home.take(batch)), ['accepted']);
    home.takeTold();
    home.hear(GONE);
    const told = home
      .takeTold()
      .map(({ kind, before, after }) => [kind, before?.authorName, after]);
    assert.deepEqual(told, [['revoked', ann.person.peer, null]]);
    assert.deepEqual([home.store.findRecord(id), home.store.findShadow(id)], [null, null]);
  });

  test('does not come in where the removal came first, with the chain or without it', () => {
    for (const knowsFay of [true, false]) {
      const home = newcomer();
      if (knowsFay) home.learn(fay);
      home.hear(GONE);
      for (const batch of made) assert.deepEqual(kinds(home.take(batch)), ['deferred']);
      assert.equal(home.store.findRecord(id), null);
    }
  });

  test('is the same in whatever order creator, versions and removal are heard of', () => {
    const acts: readonly ((home: Keeper) => void)[] = [
      learnFay,
      (home) => all.map((batch) => home.take(batch)),
      (home) => made.map((batch) => home.take(batch)),
      (home) => home.hear(GONE),
    ];
    for (const order of permutations(acts)) {
      const home = newcomer();
      for (const act of order) act(home);
      assert.equal(home.store.findRecord(id), null);
      assert.equal(home.store.use(ann.person.publicKey).records, 0);
    }
  });

  test('cannot be made any more between the removal and the sweep', () => {
    const editor = keeper(ann);
    editor.now = LATER;
    editor.learn(fay);
    for (const batch of all) editor.take(batch);
    const { pages, statement } = GONE;
    for (const learned of [
      ...pages.map((page) => editor.book.learnPage(page)),
      editor.book.learnStatement(statement),
    ]) {
      if (learned.kind !== 'stored') continue;
      editor.store.commit(learned.changes, 'process');
      editor.book.onStored(learned.changes);
    }
    assert.notEqual(editor.store.findRecord(id), null, 'nothing was swept');
    for (const wish of [newText(id, 'again'), deletion(id), postponed(id, NOW + 20 * DAY_MS)]) {
      assert.equal(editor.refusal(wish).code, 'EXPIRATION_INVALID');
    }
    editor.sweep();
    assert.equal(editor.store.findRecord(id), null);
  });

  test('comes in when the member comes back otherwise, also when that one is removed later', () => {
    const home = newcomer();
    home.learn(fay);
    home.hear(GONE);
    for (const batch of made) assert.deepEqual(kinds(home.take(batch)), ['deferred']);
    home.learn(FAY_AGAIN);
    assert.equal(home.store.findRecord(id)?.authorName, ann.person.peer, 'it was waiting');
    home.hear(removal([alice], fay));
    assert.notEqual(home.store.findRecord(id), null, 'the chain of a removed member is listed');
  });

  test('and was swept, is taken when it is brought again after the removal was void', () => {
    const home = newcomer();
    const friend = broughtInByVictim('Gil');
    const note = noteOf(friend.recorder);
    home.learn(friend.recorder);
    for (const batch of note.all) home.take(batch);
    home.hear(friend.gone);
    assert.equal(home.store.findRecord(note.id), null);
    home.hear(GONE);
    for (const batch of note.made) assert.deepEqual(kinds(home.take(batch)), ['accepted']);
  });
});

/** By somebody whom Mallory removes without listing whom it brought in: which counts until Mallory is removed. */
function broughtInByVictim(name: string) {
  const friend = person(name);
  const inviter: Recorder = {
    person: person(`${name}'s host`),
    membership: grant(alice.membership.chain, alice.person, person(`${name}'s host`), {
      role: 'invitingMember',
      notAfter: endOf(fay),
    }),
  };
  const membership = grant(inviter.membership.chain, inviter.person, friend, {
    role: 'member',
    notAfter: wallTimeOf(NOW + 50 * DAY_MS),
  });
  return { recorder: { person: friend, membership }, gone: removal([mallory], inviter) };
}

describe('what stays', () => {
  test('is what others made of the record of somebody whose chain is listed', () => {
    const note = noteOf(dan);
    for (const hearsFirst of [true, false]) {
      const home = newcomer();
      if (hearsFirst) home.hear(GONE);
      home.learn(dan);
      for (const batch of note.all) assert.deepEqual(kinds(home.take(batch)), ['accepted']);
      if (!hearsFirst) home.hear(GONE);
      assert.equal(home.store.findRecord(note.id)?.authorName, ann.person.peer);
    }
  });

  test('is what others made of the record of a removed member, whose chain stays listed', () => {
    const note = noteOf(eve);
    for (const said of [removal([alice], eve, { kept: [note.first] }), removal([alice], eve)]) {
      const home = newcomer();
      for (const batch of note.all) home.take(batch);
      home.hear(said);
      assert.equal(home.store.findRecord(note.id)?.authorName, ann.person.peer);
      const late = newcomer();
      late.hear(said);
      for (const batch of note.made) assert.deepEqual(kinds(late.take(batch)), ['accepted']);
    }
  });

  test('is a version that ends within another membership of the creator, and the shadow below a longer one', () => {
    const end = wallTimeOf(NOW + 45 * DAY_MS);
    const note = noteOf(FAY_AGAIN, (id) => newText(id, 'short'));
    const home = newcomer();
    home.learn(fay);
    home.learn(FAY_AGAIN);
    for (const batch of note.all) home.take(batch);
    const before = home.store.findRecord(note.id);
    assert.ok(before !== null);
    const long = craft(ann, [nextVersion(before.content, { modifiedAt: LATER, expiresAt: end })]);
    assert.deepEqual(
      kinds(home.take(sent(long))),
      ['accepted'],
      'within the membership by Mallory',
    );
    home.hear(GONE);
    const [view] = viewOf(home.store, [note.id], home.now);
    const first = note.first.entries[0];
    assert.deepEqual(home.store.findRecord(note.id)?.hash, first?.hash, 'the shadow');
    assert.equal(view?.shadow, null);
    for (const batch of note.made) assert.deepEqual(kinds(home.take(batch)), ['accepted']);
    assert.deepEqual(kinds(home.take(sent(long))), ['deferred']);
  });
});

describe('a shadow', () => {
  test('that ends after its creator does not come back', () => {
    const end = wallTimeOf(NOW + 45 * DAY_MS);
    const home = newcomer();
    home.learn(fay);
    home.learn(FAY_AGAIN);
    const first = craftOne(FAY_AGAIN, {});
    const { content } = first.entries[0] ?? assert.fail();
    const own = craft(FAY_AGAIN, [nextVersion(content, { expiresAt: end })], {
      standing: { journal: new Uint8Array(8).fill(7) },
    });
    const edited = craft(ann, [
      nextVersion(content, { version: 3, expiresAt: end, modifiedAt: LATER }),
    ]);
    for (const batch of [first, own, edited])
      assert.deepEqual(kinds(home.take(sent(batch))), ['accepted']);
    const { id } = first.entries[0] ?? assert.fail();
    assert.notEqual(home.store.findShadow(id), null);
    home.hear(GONE);
    assert.deepEqual([home.store.findRecord(id), home.store.findShadow(id)], [null, null]);
  });
});

describe('a version that ends after its creator and whose author was removed', () => {
  // Whoever is looked at first: that depends on the digests of chains.
  for (const name of ['Gil', 'Hal', 'Ida', 'Jim', 'Kit', 'Leo']) {
    test(`goes once, and the shadow comes back once (${name})`, () => {
      const long = broughtInByMallory(name);
      const terms = { role: 'member', notAfter: endOf(FAY_AGAIN) } as const;
      const membership = grant(alice.membership.chain, alice.person, long.person, terms);
      const home = newcomer();
      home.learn(long);
      home.learn({ person: long.person, membership });
      const first = craftOne({ person: long.person, membership }, {});
      const { content, id, hash } = first.entries[0] ?? assert.fail();
      const end = wallTimeOf(NOW + 45 * DAY_MS);
      const edited = craft(mallory, [nextVersion(content, { expiresAt: end })]);
      for (const batch of [first, edited]) home.take(sent(batch));
      assert.equal(home.store.findRecord(id)?.authorName, mallory.person.peer);
      home.hear(removal([alice], mallory));
      assert.deepEqual(home.store.findRecord(id)?.hash, hash);
    });
  }
});

describe('the sweep of what outlived its creator', () => {
  const many = 3_000;
  const drafts = (from: number, count: number) =>
    Array.from({ length: count }, (_, at) =>
      versionBy(ann, { creator: fay.person.publicKey, version: 2, ordinal: from + at }),
    );
  const batches = [0, 1, 2].map((at) =>
    sent(
      craft(ann, drafts(at * 1_000, 1_000), {
        standing: { journal: new Uint8Array(8).fill(at + 1) },
      }),
    ),
  );

  test('goes on wherever the process died, page by page', () => {
    let home = newcomer();
    home.learn(fay);
    for (const batch of batches) home.take(batch);
    home.take(sent(craftOne(bob, {})));
    assert.equal(home.store.use(ann.person.publicKey).records, many);
    for (const learned of [
      ...GONE.pages.map((page) => home.book.learnPage(page)),
      home.book.learnStatement(GONE.statement),
    ]) {
      if (learned.kind !== 'stored') continue;
      home.store.commit(learned.changes, 'process');
      home.book.onStored(learned.changes);
    }
    const left: number[] = [];
    for (let step = 0; !home.book.isSwept; step++) {
      assert.ok(step < 50, 'it comes to its end');
      const { changes } = home.book.sweep(home.now, 1);
      assert.ok(changes.length <= LIMITS.recordsInBatchMax);
      if (step % 3 !== 1) home.store.commit(changes, 'process');
      else home.book.sweepAnew();
      left.push(home.store.use(ann.person.publicKey).records);
      if (step === 6) home = new Keeper(carol, home.store.restarted(), { knows: [] });
    }
    assert.equal(home.store.use(ann.person.publicKey).records, 0);
    assert.equal(home.store.totalUse().records, 1);
    assert.ok(
      left.some((count) => count > 0 && count < many),
      'not all of it at once',
    );
  });
});

describe('a chain that came and is void', () => {
  const batch = sent(craftOne(fay, {}));
  const chain = fay.membership.chain.map(({ der }) => der);

  test('is not waited for when a batch under it comes again, until somebody says something new', () => {
    const home = newcomer();
    home.hear(GONE);
    assert.deepEqual(kinds(home.take(batch)), ['deferred']);
    assert.equal(home.book.learnMembership(chain).ok, false);
    assert.equal(home.book.waitingBatches, 0);
    assert.deepEqual(kinds(home.take(batch)), ['MEMBERSHIP_REMOVED']);
    assert.equal(home.book.waitingBatches, 0);
    home.hear(removal([alice], eve));
    assert.deepEqual(kinds(home.take(batch)), ['deferred'], 'it may be listed now');
  });
});

function permutations<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  if (items.length <= 1) return [items];
  return items.flatMap((item, at) =>
    permutations(items.toSpliced(at, 1)).map((others) => [item, ...others]),
  );
}
