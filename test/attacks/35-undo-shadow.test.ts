// Attack 35: an administrator overwrites and deletes what others made, and is removed with a cutoff before
// that. The creators' versions come back: from the shadow where one was kept, by comparing elsewhere.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';

import { systemChance } from '../../src/adapters/crypto/chance.ts';
import { checkDatabase } from '../../src/adapters/sqlite/database-check.ts';
import { openRecordDatabase } from '../../src/adapters/sqlite/record-database.ts';
import { hexText } from '../../src/core/base/hex.ts';
import { wallTimeOf } from '../../src/core/base/time.ts';
import type { RecordStore } from '../../src/core/ports/record-store.ts';
import type { BatchContents } from '../../src/core/records/batch-contents.ts';
import { decodeBundle, encodeBundle, openBundle } from '../../src/core/records/bundle.ts';
import { club } from '../support/golden-chains.ts';
import {
  batchIn,
  CAST,
  deletion,
  Keeper,
  keeper,
  kinds,
  NOW,
  newNote,
  newStore,
  newText,
  only,
  sent,
  viewOf,
} from '../support/record-club.ts';
import { newTools } from '../support/record-samples.ts';
import { removal, type Said } from '../support/removals.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const { alice, ann, bob, carol, eve, mallory } = CAST;
const TOOLS = newTools();
const AT_ONCE = 1 << 24;

interface OpenStore {
  readonly store: RecordStore;
  end(): void;
}

const STORES: Readonly<Record<string, (t: TestContext) => Promise<OpenStore>>> = {
  simulated: async () => ({ store: newStore(ann), end: () => undefined }),
  SQLite: async (t) => {
    const path = join(await temporaryDirectory(t), 'records.db');
    const { group } = club;
    const member = ann.membership.member;
    const store = openRecordDatabase({ path, group, member, chance: systemChance });
    return { store, end: () => proveSound(store, path) };
  },
};

/** Stored, and nothing swept yet. */
function tell(home: Keeper<RecordStore>, { pages, statement }: Said): void {
  const said = [...pages.map((page) => home.book.learnPage(page))];
  for (const learned of [...said, home.book.learnStatement(statement)]) {
    if (learned.kind !== 'stored') continue;
    home.store.commit(learned.changes, 'process');
    home.book.onStored(learned.changes);
  }
}

function proveSound(store: RecordStore, path: string): void {
  store.close();
  assert.deepEqual(checkDatabase(path).problems, []);
}

interface Story {
  /** Of Bob and Carol, as they made them. */
  readonly honest: readonly BatchContents[];
  /** Mallory's, while it was an administrator in good standing: Eve's note. */
  readonly kept: readonly BatchContents[];
  readonly vandalism: readonly BatchContents[];
  readonly said: Said;
  /** Overwritten, deleted, and overwritten by Mallory in good standing. */
  readonly ids: readonly [Uint8Array, Uint8Array, Uint8Array];
}

function story(): Story {
  const [ofBob, ofCarol, ofEve] = [keeper(bob), keeper(carol), keeper(eve)];
  const notes = [
    ofBob.publish(newNote('of Bob', { data: new Uint8Array(3_000).fill(3) })),
    ofCarol.publish(newNote('of Carol')),
    ofEve.publish(newNote('of Eve')),
  ] as const;
  const honest = notes.map((note) => sent(batchIn(note)));
  const author = keeper(mallory);
  for (const batch of honest) author.take(batch);
  const [first, second, third] = notes.map((note) => only(note).id);
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  const kept = [sent(batchIn(author.publish(newText(third, 'mended by Mallory'))))];
  author.now = wallTimeOf(NOW + 1_000);
  const vandalism = [
    author.publish(newText(first, 'nonsense')),
    author.publish(deletion(second)),
    author.publish(newText(first, 'more nonsense')),
    author.publish(newNote('an advertisement')),
  ].map((published) => sent(batchIn(published)));
  const said = removal([alice], mallory, { kept });
  return { honest, kept, vandalism, said, ids: [first, second, third] };
}

function textOf(home: Keeper<RecordStore>, id: Uint8Array): string {
  const record = home.book.find(id, home.now);
  const value = record?.content.attributes[0]?.value;
  return value?.kind === 'string' ? value.value : 'gone';
}

for (const [storeName, newRecordStore] of Object.entries(STORES)) {
  test(`${storeName}: the creators' versions come back from their shadows`, async (t) => {
    const { honest, kept, vandalism, said, ids } = story();
    const { store, end } = await newRecordStore(t);
    const home = new Keeper(ann, store);
    home.now = wallTimeOf(NOW + 2_000);
    for (const batch of [...honest, ...kept, ...vandalism]) home.take(batch);
    const texts = (): readonly string[] => ids.map((id) => textOf(home, id));
    assert.deepEqual(texts(), ['more nonsense', 'gone', 'mended by Mallory']);
    home.takeTold();
    home.hear(said);
    assert.deepEqual(texts(), ['of Bob', 'of Carol', 'mended by Mallory']);
    assert.deepEqual(home.store.readData(ids[0]), new Uint8Array(3_000).fill(3));
    const told = home
      .takeTold()
      .map(({ kind, before, after }) => [
        kind,
        before === null ? null : hexText(before.author),
        after === null ? null : hexText(after.author),
      ]);
    const [vandal, first, second] = [mallory, bob, carol].map(({ person }) =>
      hexText(person.publicKey),
    );
    assert.deepEqual(
      new Set(told.map((one) => one.join())),
      new Set([
        ['revoked', vandal, first].join(),
        ['revoked', null, second].join(),
        ['revoked', vandal, null].join(),
      ]),
    );
    for (const id of ids.slice(0, 2)) assert.equal(home.store.findShadow(id), null);
    for (const batch of vandalism) {
      assert.deepEqual(new Set(kinds(home.take(batch))), new Set(['MEMBERSHIP_REMOVED']));
    }
    assert.deepEqual(texts(), ['of Bob', 'of Carol', 'mended by Mallory']);
    end();
  });

  test(`${storeName}: who never had them gets them by comparing, and both have the same`, async (t) => {
    const { honest, kept, vandalism, said, ids } = story();
    const { store, end } = await newRecordStore(t);
    const [home, other] = [new Keeper(ann, store), keeper(eve)];
    for (const each of [home, other]) each.now = wallTimeOf(NOW + 2_000);
    for (const batch of [...honest, ...kept, ...vandalism]) other.take(batch);
    for (const batch of vandalism) home.take(batch);
    for (const each of [home, other]) each.hear(said);
    assert.deepEqual(
      ids.map((id) => textOf(home, id)),
      ['gone', 'gone', 'gone'],
    );
    assert.deepEqual(home.store.use(mallory.person.publicKey).records, 0);
    // As a comparison does: whatever one has and the other lacks is sent.
    for (const bundle of other.store.bundlesOf(ids, AT_ONCE).bundles) {
      const opened = openBundle(decodeBundle(encodeBundle(bundle), AT_ONCE), TOOLS);
      assert.ok(opened.ok);
      assert.deepEqual(new Set(kinds(home.take(opened.value))), new Set(['accepted']));
    }
    assert.deepEqual(seen(home, ids), seen(other, ids));
    assert.deepEqual(
      ids.map((id) => textOf(home, id)),
      ['of Bob', 'of Carol', 'mended by Mallory'],
    );
    end();
  });

  test(`${storeName}: a shadow of a removed member does not come back either`, async (t) => {
    const { honest, vandalism, said, ids } = story();
    const { store, end } = await newRecordStore(t);
    const home = new Keeper(ann, store);
    home.now = wallTimeOf(NOW + 2_000);
    for (const batch of [...honest, ...vandalism]) home.take(batch);
    home.hear(removal([alice], bob));
    assert.equal(home.store.findShadow(ids[0]), null);
    assert.equal(textOf(home, ids[0]), 'more nonsense', 'Mallory is a member still');
    home.hear(said);
    assert.equal(home.store.findRecord(ids[0]), null);
    assert.equal(home.store.use(bob.person.publicKey).records, 0);
    end();
  });
}

test('a shadow does not come back when both are swept away at once', () => {
  const { honest, vandalism, said, ids } = story();
  const home = keeper(ann);
  home.now = wallTimeOf(NOW + 2_000);
  // The batch that goes first is the one of the shadow, or the other: both in one step.
  for (const batch of [...vandalism, ...honest]) home.take(batch);
  for (const each of [said, removal([alice], bob)]) tell(home, each);
  home.sweep(100_000);
  assert.equal(home.store.findRecord(ids[0]), null);
  assert.equal(home.store.findShadow(ids[0]), null);
  assert.equal(textOf(home, ids[1]), 'of Carol');
});

test('a process that dies between the removal and the sweep sweeps when it is opened again', () => {
  const { honest, kept, vandalism, said, ids } = story();
  const home = keeper(ann);
  home.now = wallTimeOf(NOW + 2_000);
  for (const batch of [...honest, ...kept, ...vandalism]) home.take(batch);
  tell(home, said);
  const again = keeper(ann, { store: home.store.restarted() });
  again.now = home.now;
  assert.deepEqual(
    ids.map((id) => textOf(again, id)),
    ['of Bob', 'of Carol', 'mended by Mallory'],
  );
});

/** What is seen and counts; a shadow is each one's own affair. */
function seen(home: Keeper<RecordStore>, ids: readonly Uint8Array[]) {
  return viewOf(home.store, ids, home.now).map(({ shadow: _, ...view }) => view);
}
