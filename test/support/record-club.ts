// A club whose members keep records: real keys, chains and hashes, each member with a record book on a
// simulated store. Alice founded it, Ann and Mallory are administrators (Mallory a bad one), Bob and
// Carol are members, and so is Eve, who attacks.

import assert from 'node:assert/strict';

import { nodeCrypto } from '../../src/adapters/crypto/node-crypto.ts';
import { bytesKey } from '../../src/core/base/bytes.ts';
import { hexText } from '../../src/core/base/hex.ts';
import { type WallTime, wallTimeOf } from '../../src/core/base/time.ts';
import type { RecordVerdict } from '../../src/core/book/admission.ts';
import { openSecurity } from '../../src/core/book/open-security.ts';
import type { Quotas } from '../../src/core/book/pending-records.ts';
import { type Publication, RecordBook, type Step } from '../../src/core/book/record-book.ts';
import type { RecordWish } from '../../src/core/book/record-drafts.ts';
import type { Released } from '../../src/core/book/waiting-room.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import type { Membership } from '../../src/core/domain/membership.ts';
import type {
  BatchStatement,
  GroupRecord,
  RecordChange,
  RecordContent,
} from '../../src/core/domain/records.ts';
import type { Refusal } from '../../src/core/domain/refusals.ts';
import type { Signer } from '../../src/core/ports/crypto.ts';
import type { RecordStore } from '../../src/core/ports/record-store.ts';
import { assembleBatch, type RecordDraft } from '../../src/core/records/batch-assembly.ts';
import type { BatchContents } from '../../src/core/records/batch-contents.ts';
import { signedBytesOf } from '../../src/core/records/batch-statement.ts';
import { decodeBundle, encodeBundle, openBundle } from '../../src/core/records/bundle.ts';
import { markVerified, type VerifiedBatch } from '../../src/core/records/verified-batch.ts';
import type { Learned } from '../../src/core/security/security-book.ts';
import type { MemoryRecordStore } from '../../src/sim/disk/memory-record-store.ts';
import { alice, bob, carol, club, eve, mallory, NOW } from './golden-chains.ts';
import { newMemoryStore } from './memory-store.ts';
import { bundleOf, draftOf, guid, newTools, standingOf } from './record-samples.ts';
import type { Said } from './removals.ts';
import type { Person } from './trust-cast.ts';
import { person, seededChance } from './trust-cast.ts';
import { grant, newJudge, rootOf } from './trust-village.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export { NOW };

export interface Recorder {
  readonly person: Person;
  readonly membership: Membership;
}

const founder = grant([rootOf(club)], club, alice, { role: 'creator' });

function invited(subject: Person, role: 'administrator' | 'member', days: number): Recorder {
  const notAfter = wallTimeOf(NOW + days * DAY_MS);
  return { person: subject, membership: grant(founder.chain, alice, subject, { role, notAfter }) };
}

/** Ann's membership ends before those of the members whose records she may change, Mallory's after. */
export const CAST = {
  alice: { person: alice, membership: founder },
  ann: invited(person('Ann'), 'administrator', 10),
  mallory: invited(mallory, 'administrator', 400),
  bob: invited(bob, 'member', 90),
  carol: invited(carol, 'member', 60),
  eve: invited(eve, 'member', 90),
} as const satisfies Record<string, Recorder>;

export const EVERYBODY: readonly Recorder[] = Object.values(CAST);

/** Bob's membership after it was renewed. */
export const BOB_RENEWED = invited(bob, 'member', 365);

/** Bob's when he came back for a shorter time than he once had. */
export const BOB_SHORTENED = invited(bob, 'member', 30);

export const AMPLE: Quotas = {
  recordsPerAuthorMax: LIMITS.recordsPerAuthorMax,
  bytesPerAuthorMax: LIMITS.recordBytesPerAuthorMax,
  recordsMax: LIMITS.recordsPerGroupMax,
  bytesMax: LIMITS.recordBytesPerGroupMax,
};

export interface DeskOptions<Store extends RecordStore = RecordStore> {
  readonly quotas?: Quotas;
  /** Whose memberships are here from the start. */
  readonly knows?: readonly Recorder[];
  readonly store?: Store;
}

export function newBook(
  { person: signer, membership }: Recorder,
  store: RecordStore,
  quotas = AMPLE,
  isRefreshHeld: () => boolean = () => false,
): RecordBook {
  const chance = seededChance(`records of ${signer.friendlyName}`);
  const crypto = nodeCrypto;
  const known = openSecurity({ store, crypto, judge: JUDGE, membership });
  const ownMembership = (): Membership => membership;
  const parts = { store, crypto, chance, signer, ownMembership, quotas, isRefreshHeld };
  return new RecordBook({ ...parts, ...known });
}

export function newStore({ person: { publicKey } }: Recorder): MemoryRecordStore {
  return newMemoryStore(nodeCrypto.sha256(publicKey).slice(0, 8));
}

/** A member with its book and store, the part of the engine played by the test. */
export class Keeper<Store extends RecordStore = MemoryRecordStore> {
  readonly recorder: Recorder;
  readonly book: RecordBook;
  readonly store: Store;
  now: WallTime = NOW;
  /** What it was told since it was last asked. */
  #told: RecordChange[] = [];

  constructor(recorder: Recorder, store: Store, options: Omit<DeskOptions, 'store'> = {}) {
    this.recorder = recorder;
    this.store = store;
    this.book = newBook(recorder, store, options.quotas);
    for (const known of [recorder, ...(options.knows ?? EVERYBODY)]) this.learn(known);
    this.sweep();
    this.#told = [];
  }

  learn({ membership }: Recorder): void {
    const learned = this.book.learnMembership(membership.chain.map(({ der }) => der));
    assert.ok(learned.ok, JSON.stringify(learned));
    this.#carryOut(learned.value);
    for (const more of this.book.onStored(learned.value.changes)) this.#follow(more);
    this.#admitAll(this.book.releaseFor(learned.value.learned));
  }

  /** What somebody says about who belongs, as it travels: pages first. What does not count any more is swept away. */
  hear({ pages, statement }: Said): Learned {
    for (const page of pages) this.hearPage(page);
    const learned = this.book.learnStatement(statement);
    this.#follow(learned);
    return learned;
  }

  hearPage(page: Uint8Array): Learned {
    const learned = this.book.learnPage(page);
    this.#follow(learned);
    return learned;
  }

  #follow(learned: Learned): void {
    const open = [learned];
    for (let next = open.shift(); next !== undefined; next = open.shift()) {
      if (next.kind !== 'stored') continue;
      this.store.commit(next.changes, 'process');
      open.push(...this.book.onStored(next.changes));
    }
    this.#admitAll(this.book.releaseForSecurity());
    this.sweep();
  }

  sweep(versionsMax = 1_000): void {
    while (!this.book.isSwept) this.#carryOut(this.book.sweep(this.now, versionsMax));
  }

  /** What it told since this was last called, the oldest first. */
  takeTold(): readonly RecordChange[] {
    return this.#told.splice(0);
  }

  publishAll(publications: readonly Publication[]) {
    const step = this.book.publish(publications, this.now);
    this.#carryOut(step);
    return step;
  }

  /** Has to be accepted; the batches as others get them. */
  publish(...wishes: RecordWish[]): Published {
    const { results, changes } = this.publishAll([wishes]);
    const [result] = results;
    assert.ok(result?.ok, JSON.stringify(result));
    return { records: result.value, batches: batchesIn(changes) };
  }

  refusal(...wishes: RecordWish[]): Refusal {
    const { results, changes } = this.publishAll([wishes]);
    const [result] = results;
    assert.ok(result?.ok === false, 'a publication that is refused');
    assert.deepEqual(changes, []);
    return result.refusal;
  }

  take(batch: BatchContents, from = 'a neighbor'): readonly RecordVerdict[] {
    return this.#admit(markVerified(batch), from);
  }

  /** Everything that is due by then happens, hour by hour and at the end. */
  passTime(ms: number): void {
    const end = wallTimeOf(this.now + ms);
    while (this.now < end) {
      this.now = wallTimeOf(Math.min(end, this.now + HOUR_MS));
      this.doWhatIsDue();
    }
  }

  doWhatIsDue(): void {
    const { POSITIVE_INFINITY } = Number;
    this.#admitAll(this.book.releaseDue(this.now, POSITIVE_INFINITY, POSITIVE_INFINITY));
    this.#carryOut(this.book.removeDue(this.now, 1_000));
  }

  #admitAll(released: readonly Released[]): void {
    for (const { batch, from } of released) this.#admit(batch, from);
  }

  #admit(batch: VerifiedBatch, from: string): readonly RecordVerdict[] {
    const step = this.book.admit(batch, this.now);
    this.#carryOut(step);
    this.book.keepWaiting(batch, step.verdicts, from, this.now);
    return step.verdicts;
  }

  #carryOut({ changes, told }: Step): void {
    if (changes.length > 0) this.store.commit(changes, 'process');
    this.#told.push(...told);
  }
}

export interface Published {
  readonly records: readonly GroupRecord[];
  readonly batches: readonly BatchContents[];
}

export function keeper(recorder: Recorder, options: DeskOptions<MemoryRecordStore> = {}): Keeper {
  return new Keeper(recorder, options.store ?? newStore(recorder), options);
}

/** The batches that are stored by these changes, as their author sends them. */
export function batchesIn(changes: Step['changes']): readonly BatchContents[] {
  return changes
    .filter((change) => change.kind === 'putBatch')
    .map(({ batch, leaves }) => ({
      batch,
      leaves,
      entries: changes
        .filter((change) => change.kind === 'putRecord')
        .filter(({ record }) => bytesKey(record.batch) === bytesKey(batch.hash))
        .map(({ record, data, path }) => ({ ...record, data, path })),
    }));
}

export function only(published: Published): GroupRecord {
  const [record, ...others] = published.records;
  assert.ok(record !== undefined && others.length === 0, 'one record');
  return record;
}

/** The batch of a publication that made one. */
export function batchIn({ batches }: Published): BatchContents {
  const [batch, ...others] = batches;
  assert.ok(batch !== undefined && others.length === 0, 'one batch');
  return batch;
}

export function newNote(text = '', more: Partial<RecordWish & { kind: 'add' }> = {}): RecordWish {
  return {
    kind: 'add',
    type: guid(0x3f),
    attributes: [{ name: 'text', value: { kind: 'string', value: text } }],
    data: new TextEncoder().encode(text),
    expiresAt: null,
    isRefreshed: false,
    ...more,
  };
}

export function newText(id: Uint8Array, text: string): RecordWish {
  const attributes = [{ name: 'text', value: { kind: 'string', value: text } }] as const;
  return { kind: 'update', id, attributes, data: undefined, expiresAt: undefined };
}

/** The end is put off, and nothing else. */
export function postponed(id: Uint8Array, expiresAt: number): RecordWish {
  const unchanged = { attributes: undefined, data: undefined };
  return { kind: 'update', id, ...unchanged, expiresAt: wallTimeOf(expiresAt) };
}

export function deletion(id: Uint8Array): RecordWish {
  return { kind: 'delete', id };
}

export interface Crafting {
  readonly standing?: Partial<Pick<BatchStatement, 'journal' | 'firstSequence' | 'previous'>>;
  readonly membership?: Uint8Array;
  /** Who signs it in place of its author. */
  readonly signer?: Signer;
}

/** The first of a journal, unless `crafting` says otherwise; nothing of it is judged. */
export function craft(
  { person: author, membership }: Recorder,
  drafts: readonly RecordDraft[],
  crafting: Crafting = {},
): BatchContents {
  const standing = standingOf({
    author: author.publicKey,
    membership: crafting.membership ?? membership.chainDigest,
    ...crafting.standing,
  });
  const { statement, hash, leaves, entries } = assembleBatch(standing, drafts, TOOLS);
  const signature = (crafting.signer ?? author).sign(signedBytesOf(hash));
  return { batch: { statement, hash, signature }, leaves, entries };
}

/** A batch of one, with whatever its author likes to say. */
export function craftOne(author: Recorder, content: Partial<RecordContent>, crafting?: Crafting) {
  return craft(author, [versionBy(author, content)], crafting);
}

/** Created now by whoever signs it, if nothing else is said. */
export function versionBy({ person: { publicKey } }: Recorder, content: Partial<RecordContent>) {
  const moment = content.createdAt ?? NOW;
  const times = { createdAt: moment, modifiedAt: content.modifiedAt ?? moment };
  const expiresAt = wallTimeOf(times.modifiedAt + DAY_MS);
  return draftOf(NOTHING, { creator: publicKey, ...times, expiresAt, ...content });
}

/** A deletion or a change of `record` as `author` would make it, with changes. */
export function nextBy(
  author: Recorder,
  { content }: Pick<GroupRecord, 'content'>,
  changes: Partial<RecordContent> = {},
): BatchContents {
  return craft(author, [nextVersion(content, changes)]);
}

export function nextVersion(content: RecordContent, changes: Partial<RecordContent> = {}) {
  const version = content.version + 1;
  const bare = { refreshMs: null, attributes: [] };
  const kept = changes.isDeleted === true ? bare : {};
  return draftOf(NOTHING, { ...content, version, ...kept, ...changes });
}

/** As it arrives at another member: as bytes, all of it or some of its records with their proof. */
export function sent(batch: BatchContents, places?: readonly number[]): BatchContents {
  const all = batch.entries.map(({ place }) => place);
  const bytes = encodeBundle(bundleOf(batch, places ?? all));
  const opened = openBundle(decodeBundle(bytes, bytes.length), TOOLS);
  if (!opened.ok) assert.fail(opened.refusal.detail);
  return opened.value;
}

/** Each record of the batch as a bundle of its own. */
export function sentApart(batch: BatchContents): readonly BatchContents[] {
  return batch.entries.map(({ place }) => sent(batch, [place]));
}

/** What a member sees and keeps of these records, as text that can be compared. */
export function viewOf(store: RecordStore, ids: readonly Uint8Array[], now: WallTime) {
  return ids.map((id) => {
    const record = store.findRecord(id);
    const isSeen = record !== null && !record.content.isDeleted && record.content.expiresAt > now;
    const shadow = store.findShadow(id);
    return {
      id: hexText(id),
      seen: isSeen ? hexText(record.hash) : null,
      counts: record === null ? null : hexText(record.hash),
      creator: record?.creatorName ?? null,
      shadow: shadow === null ? null : hexText(shadow.hash),
    };
  });
}

export function idOf(content: RecordContent): Uint8Array {
  return TOOLS.ids.idOf(content);
}

export function kinds(verdicts: readonly RecordVerdict[]): readonly string[] {
  return verdicts.map((verdict) =>
    verdict.kind === 'refused' ? verdict.refusal.code : verdict.kind,
  );
}

/** The law that a verdict names. */
export function brokenLaw([verdict]: readonly RecordVerdict[]): string {
  assert.ok(verdict?.kind === 'refused', JSON.stringify(verdict?.kind));
  return /law "([^"]*)"/.exec(verdict.refusal.detail)?.[1] ?? verdict.refusal.detail;
}

const TOOLS = newTools();
/** One for all, for it remembers the chains that it has judged. */
const JUDGE = newJudge();
const NOTHING = new Uint8Array(0);
