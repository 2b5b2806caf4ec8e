// What this member publishes, up to the signed batch (protocol.md §12.4, §12.9): each wish becomes a draft
// that sees what those before it want, and drafts become batches at the end of our journal. Whether they
// count is judged by admission, as anybody's.

import { ByteWriter } from '../base/byte-writer.ts';
import type { WallTime } from '../base/time.ts';
import { LIMITS } from '../domain/limits.ts';
import type { Membership } from '../domain/membership.ts';
import type { GroupRecord, RecordContent } from '../domain/records.ts';
import type { Verdict } from '../domain/refusals.ts';
import { accept, refuse } from '../domain/refusals.ts';
import type { Chance } from '../ports/clock.ts';
import type { Crypto, Signer } from '../ports/crypto.ts';
import type { RecordStore, StoredMember } from '../ports/record-store.ts';
import { assembleBatch, type RecordDraft, signBatch } from '../records/batch-assembly.ts';
import type { BatchTools } from '../records/batch-contents.ts';
import { writeContent } from '../records/record-content.ts';
import { RememberedIds } from '../records/remembered-ids.ts';
import { markVerified, type VerifiedBatch } from '../records/verified-batch.ts';
import type { ListedMembers } from './listed-members.ts';
import { lacksRoom, PendingRecords, type Quotas } from './pending-records.ts';
import { Ordinals, RecordDrafts, type RecordWish } from './record-drafts.ts';

/** Wishes of one caller: all become records or none. */
export type Publication = readonly RecordWish[];

export interface OwnRecordsParts {
  readonly store: RecordStore;
  readonly crypto: Crypto;
  readonly chance: Chance;
  /** Of the member whose book it is. */
  readonly signer: Signer;
  readonly quotas: Quotas;
  readonly listed: ListedMembers;
}

/** What becomes of some publications, before it is judged. */
export interface SignedDrafts {
  /** For each publication. */
  readonly drafted: readonly Verdict<readonly RecordDraft[]>[];
  /** All drafts, in their order. */
  readonly batches: readonly VerifiedBatch[];
}

const NONE_BEFORE = new Uint8Array(32);

export class OwnRecords {
  readonly #parts: OwnRecordsParts;
  readonly #tools: BatchTools;
  readonly #ids: RememberedIds;
  readonly #ordinals: Ordinals;
  readonly #encoder = new ByteWriter();

  constructor(parts: OwnRecordsParts, tools: BatchTools) {
    this.#parts = parts;
    this.#tools = tools;
    this.#ids = new RememberedIds(tools.ids);
    this.#ordinals = new Ordinals(parts.chance);
  }

  /** Asks `stored` for all that the publications are about, and signs what they come to under this membership. */
  sign(
    publications: readonly Publication[],
    membership: Membership,
    stored: PendingRecords,
    now: WallTime,
  ): SignedDrafts {
    this.#ids.forget();
    stored.expect(this.#idsOf(publications, membership.publicKey, now));
    const drafted = this.#draft(publications, membership, stored, now);
    const drafts = drafted.flatMap((each) => (each.ok ? each.value : []));
    return { drafted, batches: this.#batchesOf(drafts, membership) };
  }

  /** Those that the wishes name, and those that new records are going to have unless one is taken. */
  #idsOf(
    publications: readonly Publication[],
    creator: Uint8Array,
    now: WallTime,
  ): readonly Uint8Array[] {
    let added = 0;
    return publications.flat().map((wish) => {
      if (wish.kind !== 'add') return wish.id;
      added += 1;
      const ordinal = this.#ordinals.peek(now, added);
      return this.#ids.idOf({ creator, type: wish.type, createdAt: now, ordinal });
    });
  }

  /** Each sees what the ones before it want, unless they are refused. */
  #draft(
    publications: readonly Publication[],
    membership: Membership,
    stored: PendingRecords,
    now: WallTime,
  ): readonly Verdict<readonly RecordDraft[]>[] {
    const pending = new PendingRecords(stored);
    return publications.map((wishes) => {
      // What is refused at once leaves nothing behind, and after the last nobody looks.
      if (wishes.length === 1 || publications.length === 1) {
        return this.#draftAll(wishes, membership, pending, now);
      }
      const own = new PendingRecords(pending);
      const drafted = this.#draftAll(wishes, membership, own, now);
      if (drafted.ok) own.settleInto(pending);
      return drafted;
    });
  }

  /** Quotas are judged here already: what was refused must not stand in a signed batch. */
  #draftAll(
    wishes: Publication,
    membership: Membership,
    pending: PendingRecords,
    now: WallTime,
  ): Verdict<readonly RecordDraft[]> {
    const { listed, crypto, quotas } = this.#parts;
    const findMember = (publicKey: Uint8Array): StoredMember | null => listed.find(publicKey);
    const parts = { crypto, membership, ids: this.#ids, ordinals: this.#ordinals, findMember };
    const drafter = new RecordDrafts(parts, pending, now);
    const drafts: RecordDraft[] = [];
    for (const wish of wishes) {
      const drafted = drafter.draft(wish);
      if (!drafted.ok) return drafted;
      const { content, data } = drafted.value;
      writeContent(this.#encoder.reset(), content, membership.publicKey);
      const contentBytes = this.#encoder.finish();
      const record = this.#provisional(content, contentBytes, membership);
      const full = lacksRoom(record, pending, quotas);
      if (full !== null) return refuse('QUOTA_EXCEEDED', full);
      pending.put(record, data);
      drafts.push({ content, data, contentBytes });
    }
    return accept(drafts);
  }

  /** A draft as later wishes of the step see it: without what it gets from its batch. */
  #provisional(
    content: RecordContent,
    contentBytes: Uint8Array,
    { publicKey, member }: Membership,
  ): GroupRecord {
    return {
      id: this.#ids.idOf(content),
      content,
      contentBytes,
      hash: NOTHING,
      author: publicKey,
      authorName: member,
      creatorName: member,
      sequence: 0,
      batch: NOTHING,
      place: 0,
    };
  }

  /** One batch after the other at the end of our journal. */
  #batchesOf(drafts: readonly RecordDraft[], membership: Membership): readonly VerifiedBatch[] {
    if (drafts.length === 0) return [];
    const { store, signer } = this.#parts;
    const author = membership.publicKey;
    const { journal } = store;
    const last = store.lastBatch(author, journal);
    let firstSequence = last === null ? 1 : last.statement.firstSequence + last.statement.count;
    let previous = last === null ? NONE_BEFORE : last.hash;
    const batches: VerifiedBatch[] = [];
    for (let at = 0; at < drafts.length; at += LIMITS.recordsInBatchMax) {
      const some = drafts.slice(at, at + LIMITS.recordsInBatchMax);
      const standing = {
        author,
        membership: membership.chainDigest,
        journal,
        firstSequence,
        previous,
      };
      const unsigned = assembleBatch(standing, some, { ...this.#tools, ids: this.#ids });
      batches.push(markVerified(signBatch(unsigned, signer)));
      firstSequence += some.length;
      previous = unsigned.hash;
    }
    return batches;
  }
}

const NOTHING = new Uint8Array();
