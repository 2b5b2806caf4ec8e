// Statements and pages in the files of a member: written out, read in again, and saved from a damaged
// database (protocol.md §12.10, §14).

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';

import { systemClock } from '../../src/adapters/clock/system-clock.ts';
import { systemChance } from '../../src/adapters/crypto/chance.ts';
import { checkDatabase } from '../../src/adapters/sqlite/database-check.ts';
import { openRecordDatabase } from '../../src/adapters/sqlite/record-database.ts';
import { repairDatabase } from '../../src/adapters/sqlite/repair/repair-database.ts';
import { RecordTransfers } from '../../src/api/records/record-transfer.ts';
import { hexText } from '../../src/core/base/hex.ts';
import type { SecurityForm } from '../../src/core/domain/security.ts';
import type { Clock } from '../../src/core/ports/clock.ts';
import type { RecordStore } from '../../src/core/ports/record-store.ts';
import { decodePage, decodeStatement, pageDigest } from '../../src/core/wire/security.ts';
import { RecordDesk } from '../../src/engine/record-desk.ts';
import { SignatureChecks } from '../../src/engine/signature-checks.ts';
import { club } from '../support/golden-chains.ts';
import {
  batchIn,
  CAST,
  Keeper,
  keeper,
  NOW,
  newBook,
  newNote,
  sent,
} from '../support/record-club.ts';
import { instantChecker } from '../support/record-office.ts';
import { newTools } from '../support/record-samples.ts';
import { removal } from '../support/removals.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { nodeCrypto } from '../support/trust-cast.ts';
import { newJudge } from '../support/trust-village.ts';

const { alice, carol, eve } = CAST;
const EVE = eve.person.publicKey;
const { group } = club;
const { member } = carol.membership;

const CLOCK: Clock = {
  now: () => ({ ...systemClock.now(), wallTime: NOW }),
  wakeAfter: (delayMs, wake) => systemClock.wakeAfter(delayMs, wake),
  endOfTurn: (act) => systemClock.endOfTurn(act),
  nextTurn: (act) => systemClock.nextTurn(act),
};

function opened(path: string) {
  return openRecordDatabase({ path, group, member, chance: systemChance });
}

/** Carol's records: two of Eve, who was removed, one of them listed. */
function storyAt(path: string) {
  const author = keeper(eve);
  const [first, second] = ['one', 'two'].map((text) => {
    return sent(batchIn(author.publish(newNote(text))));
  });
  assert.ok(first !== undefined && second !== undefined);
  const store = opened(path);
  const home = new Keeper(carol, store);
  for (const batch of [first, second]) home.take(batch);
  home.hear(removal([alice], eve, { kept: [first] }));
  const items = store.securityItems(null, 9);
  assert.deepEqual(items.map(({ form }) => form).sort(), ['page', 'statement']);
  assert.equal(store.use(EVE).records, 1);
  return { store, items, second };
}

function transfersOf(databasePath: string): RecordTransfers {
  return new RecordTransfers({ databasePath, group, member, clock: CLOCK, tools: newTools() });
}

function deskOf(t: TestContext, store: RecordStore) {
  const book = newBook(carol, store);
  const checks = new SignatureChecks(instantChecker, store);
  const desk = new RecordDesk(
    { book, store, clock: CLOCK, checks, durability: 'power' },
    { onChanges: () => undefined, onFailed: assert.fail },
  );
  t.after(() => desk.close());
  return { desk, book };
}

test('an export has what is known of removals, and an import learns it before the records', async (t) => {
  const directory = await temporaryDirectory(t);
  const [path, other] = [join(directory, 'one.db'), join(directory, 'two.db')];
  const { store, items, second } = storyAt(path);
  const elsewhere = join(await temporaryDirectory(t), 'records.pgrx');
  await transfersOf(path).exportTo(elsewhere, {});
  store.close();

  const into = opened(other);
  t.after(() => into.close());
  const { desk, book } = deskOf(t, into);
  const summary = await transfersOf(other).importFrom(elsewhere, {}, desk);
  assert.deepEqual(summary, { records: 1, superseded: 0, deferred: 0, refused: {} });
  assert.deepEqual(into.securityItems(null, 9), items);
  assert.equal(book.security.removalOf(eve.membership)?.why, 'removed');
  const home = new Keeper(carol, into);
  const [verdict] = home.take(second);
  assert.equal(verdict?.kind === 'refused' && verdict.refusal.code, 'MEMBERSHIP_REMOVED');
  const again = await transfersOf(other).importFrom(elsewhere, {}, desk);
  assert.deepEqual(again, { records: 0, superseded: 1, deferred: 0, refused: {} });
});

test('an import brings records of a removed member only as far as they are listed', async (t) => {
  const directory = await temporaryDirectory(t);
  const [before, path] = [join(directory, 'before.db'), join(directory, 'after.db')];
  const old = opened(before);
  const author = keeper(eve);
  const batches = ['one', 'two'].map((text) => sent(batchIn(author.publish(newNote(text)))));
  const [kept] = batches;
  assert.ok(kept !== undefined);
  const home = new Keeper(carol, old);
  for (const batch of batches) home.take(batch);
  const file = join(await temporaryDirectory(t), 'before.pgrx');
  await transfersOf(before).exportTo(file, {});
  old.close();

  const store = opened(path);
  t.after(() => store.close());
  new Keeper(carol, store).hear(removal([alice], eve, { kept: [kept] }));
  const { desk } = deskOf(t, store);
  const summary = await transfersOf(path).importFrom(file, {}, desk);
  assert.deepEqual(summary.refused, { MEMBERSHIP_REMOVED: 1 });
  assert.equal(summary.records, 1);
  assert.equal(store.use(EVE).records, 1);
});

test('a repair saves what its digest proves, and leaves the rest', async (t) => {
  const directory = await temporaryDirectory(t);
  const path = join(directory, 'records.db');
  const { store, items, second } = storyAt(path);
  const damaged = {
    digest: new Uint8Array(32).fill(7),
    form: 'page',
    bytes: new Uint8Array(34),
  } as const;
  store.commit([{ kind: 'putSecurity', ...damaged }], 'process');
  store.close();
  const database = new DatabaseSync(path);
  database.exec(
    `UPDATE security SET checksum = 1 WHERE digest = x'${hexText(items[0]?.digest ?? damaged.digest)}'`,
  );
  database.close();
  assert.equal(checkDatabase(path).problems.length, 1);

  const judge = newJudge();
  const result = repairDatabase({
    path,
    group,
    member,
    ownChain: carol.membership.chain.map(({ der }) => der),
    chance: systemChance,
    tools: newTools(),
    now: NOW,
    membershipsOf: (chain) =>
      chain.slice(1).flatMap((_, at) => {
        const judged = judge.judgeSoundness(chain.slice(0, at + 2));
        return judged.ok ? [judged.value] : [];
      }),
    securityDigestOf,
  });
  assert.equal(result.recordsKept, 1);
  const repaired = opened(path);
  t.after(() => repaired.close());
  assert.deepEqual(repaired.securityItems(null, 9), items);
  const home = new Keeper(carol, repaired);
  assert.equal(home.book.security.removalOf(eve.membership)?.why, 'removed');
  const [verdict] = home.take(second);
  assert.equal(verdict?.kind, 'refused');
  assert.deepEqual(checkDatabase(path).problems, []);
});

function securityDigestOf(form: SecurityForm, bytes: Uint8Array): Uint8Array | null {
  try {
    if (form === 'statement') return decodeStatement(bytes, group, nodeCrypto).digest;
    decodePage(bytes);
    return pageDigest(bytes, group, nodeCrypto);
  } catch {
    return null;
  }
}
