// Records for tests, made by the code that makes our own: authors with keys that do not change from run
// to run, journals that go on from batch to batch, and the changes that store what they publish.

import { hash } from 'node:crypto';
import { nodeCrypto } from '../../src/adapters/crypto/node-crypto.ts';
import { SigningKey } from '../../src/adapters/crypto/signing-key.ts';
import { bytesKey, concatBytes } from '../../src/core/base/bytes.ts';
import { hexBytes, hexText } from '../../src/core/base/hex.ts';
import { wallTimeOf } from '../../src/core/base/time.ts';
import { LIMITS } from '../../src/core/domain/limits.ts';
import { type PeerName, parseGroupName, parsePeerName } from '../../src/core/domain/names.ts';
import type { GroupRecord, RecordContent, RecordData } from '../../src/core/domain/records.ts';
import type { Signer } from '../../src/core/ports/crypto.ts';
import type { StoreChange } from '../../src/core/ports/record-store.ts';
import {
  assembleBatch,
  type RecordDraft,
  signBatch,
} from '../../src/core/records/batch-assembly.ts';
import type {
  BatchContents,
  BatchEntry,
  BatchTools,
} from '../../src/core/records/batch-contents.ts';
import { RecordHashes } from '../../src/core/records/record-hashes.ts';
import { RecordIds } from '../../src/core/records/record-ids.ts';

export const TEST_GROUP = parseGroupName(`${'0f'.repeat(20)}.village`);
export const TEST_MEMBER = parsePeerName(`${'a1'.repeat(20)}.alice`);

/** 2026-01-01, when the records of tests are made unless they say otherwise. */
export const TEST_MOMENT = 1_767_225_600_000;

const TOOLS: BatchTools = {
  group: TEST_GROUP,
  crypto: nodeCrypto,
  ids: new RecordIds(TEST_GROUP, nodeCrypto),
  hashes: new RecordHashes(TEST_GROUP, nodeCrypto),
};

/** RFC 8410: an Ed25519 private key as PKCS #8, up to the seed. */
const PKCS8_PREFIX = hexBytes('302e020100300506032b657004220420');

export interface TestAuthor {
  readonly name: PeerName;
  readonly signer: Signer;
  readonly publicKey: Uint8Array;
  readonly membership: Uint8Array;
  /** Stores the membership. */
  readonly arrival: StoreChange;
}

export function testAuthor(classifier: string): TestAuthor {
  const seed = digestOf(classifier);
  const signer = SigningKey.fromPkcs8(concatBytes([PKCS8_PREFIX, seed]));
  const { publicKey } = signer;
  const name = parsePeerName(`${hexText(seed.subarray(0, 20))}.${classifier}`);
  const membership = digestOf(`membership of ${classifier}`);
  const arrival: StoreChange = {
    kind: 'putMembership',
    chainDigest: membership,
    chain: [Uint8Array.of(0x30, 0), new TextEncoder().encode(classifier)],
    publicKey,
    member: name,
    notAfter: wallTimeOf(TEST_MOMENT + 1e10),
  };
  return { name, signer, publicKey, membership, arrival };
}

/** What a test wants of a record; the rest is as in the simplest one. */
export interface RecordWish extends Partial<Omit<RecordContent, 'data'>> {
  readonly data?: Uint8Array;
}

const A_TYPE = hexBytes('00112233445566778899aabbccddeeff');

export class TestJournal {
  readonly author: TestAuthor;
  readonly journal: Uint8Array;
  #firstSequence = 1;
  #previous: Uint8Array = new Uint8Array(32);

  constructor(author: TestAuthor, journal = 1) {
    this.author = author;
    this.journal = new Uint8Array(8).fill(journal);
  }

  /** Signs the next batch. */
  publish(wishes: readonly RecordWish[]): BatchContents {
    const standing = {
      author: this.author.publicKey,
      membership: this.author.membership,
      journal: this.journal,
      firstSequence: this.#firstSequence,
      previous: this.#previous,
    };
    const drafts = wishes.map((wish) => draftOf(wish, this.author.publicKey));
    const contents = signBatch(assembleBatch(standing, drafts, TOOLS), this.author.signer);
    this.#firstSequence += wishes.length;
    this.#previous = contents.batch.hash;
    return contents;
  }

  /** The next batch comes twice: a journal that goes on from here without the last one contradicts it. */
  fork(): TestJournal {
    const twin = new TestJournal(this.author);
    twin.#firstSequence = this.#firstSequence;
    twin.#previous = this.#previous;
    return twin;
  }
}

export function draftOf(wish: RecordWish, author: Uint8Array): RecordDraft {
  const { data = new Uint8Array(0), ...content } = wish;
  const createdAt = content.createdAt ?? wallTimeOf(TEST_MOMENT);
  const modifiedAt = content.modifiedAt ?? createdAt;
  const isDetached = data.length > LIMITS.inlineDataBytesMax;
  const named: RecordData = isDetached
    ? { kind: 'detached', length: data.length, digest: digestOf(data) }
    : { kind: 'inline', bytes: data };
  return {
    content: {
      type: A_TYPE,
      creator: author,
      ordinal: 0,
      version: 1,
      expiresAt: wallTimeOf(modifiedAt + 3_600_000),
      refreshMs: null,
      isDeleted: false,
      attributes: [],
      ...content,
      createdAt,
      modifiedAt,
      data: named,
    },
    data: isDetached ? data : null,
  };
}

export function recordOf(
  { batch }: BatchContents,
  entry: BatchEntry,
  nameOf: (publicKey: Uint8Array) => PeerName,
): GroupRecord {
  const { id, content, contentBytes, hash, sequence, place } = entry;
  const { author } = batch.statement;
  return {
    id,
    content,
    contentBytes,
    hash,
    author,
    authorName: nameOf(author),
    creatorName: nameOf(content.creator),
    sequence,
    batch: batch.hash,
    place,
  };
}

/** The changes that store a batch and all of its records, which are due to be removed when they expire. */
export function arrivalOf(
  contents: BatchContents,
  cast: readonly TestAuthor[],
): readonly StoreChange[] {
  const { batch, leaves, entries } = contents;
  return [
    { kind: 'putBatch', batch, leaves },
    ...entries.map((entry) => putOf(contents, entry, cast)),
  ];
}

export function putOf(
  contents: BatchContents,
  entry: BatchEntry,
  cast: readonly TestAuthor[],
): StoreChange & { readonly kind: 'putRecord' } {
  const record = recordOf(contents, entry, (publicKey) => nameIn(cast, publicKey));
  const { data, path } = entry;
  return { kind: 'putRecord', record, data, path, removeAt: entry.content.expiresAt };
}

function nameIn(cast: readonly TestAuthor[], publicKey: Uint8Array): PeerName {
  const author = cast.find((one) => bytesKey(one.publicKey) === bytesKey(publicKey));
  if (author === undefined) throw new Error('an author outside the cast');
  return author.name;
}

/** Without the methods of Buffer, as everything that comes out of a store. */
function digestOf(input: string | Uint8Array): Uint8Array {
  return new Uint8Array(hash('sha256', input, 'buffer'));
}
