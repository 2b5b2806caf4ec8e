// Records of the chess club, from fixed keys and times: every kind of content, three batches of Alice's
// journal, and bundles of them. The first of each is the example of docs/protocol.md; all of them are
// the golden files below test/golden/records.

import { wallTimeOf } from '../../src/core/base/time.ts';
import type { Bundle, RecordContent } from '../../src/core/domain/records.ts';
import type { RecordDraft } from '../../src/core/records/batch-assembly.ts';
import type { BatchContents } from '../../src/core/records/batch-contents.ts';
import { bob } from '../support/golden-chains.ts';
import {
  batchOf,
  bundleOf,
  CREATED_AT,
  DATE_MAX,
  DATE_MIN,
  DAY_MS,
  draftOf,
  guid,
  MOMENT_MAX,
  someBytes,
  standingOf,
  stringOf,
} from '../support/record-samples.ts';
import { ALICE_CHAIN, membershipOf } from './example-meeting.ts';

export interface ContentExample {
  readonly name: string;
  readonly draft: RecordDraft;
}

export interface BatchExample {
  readonly name: string;
  readonly batch: BatchContents;
}

export interface BundleExample {
  readonly name: string;
  readonly bundle: Bundle;
}

const GAME = new Uint8Array(Buffer.from('1. e4 e5 2. Nf3 Nc6 3. Bb5', 'utf8'));
const INT_MAX = 10n ** 18n - 1n;

function example(
  name: string,
  data: Uint8Array,
  changes: Partial<RecordContent> = {},
): ContentExample {
  return { name, draft: draftOf(data, changes) };
}

export function contentExamples(): readonly ContentExample[] {
  const none = new Uint8Array(0);
  const later = wallTimeOf(CREATED_AT + 3_600_000);
  return [
    example('a game', GAME, {
      ordinal: 7,
      refreshMs: 600_000,
      attributes: [
        { name: 'moves', value: { kind: 'int', value: 3n } },
        { name: 'opening', value: stringOf('Ruy López') },
        { name: 'played', value: { kind: 'date', value: CREATED_AT } },
      ],
    }),
    example("a tombstone of somebody else's record", none, {
      creator: bob.publicKey,
      version: 2,
      modifiedAt: later,
      expiresAt: wallTimeOf(CREATED_AT + DAY_MS),
      isDeleted: true,
    }),
    example('nothing but itself', none),
    example('the longest inline data', someBytes(1_024)),
    example('the shortest detached data', someBytes(1_025)),
    example('detached data of another', someBytes(3_000), {
      creator: bob.publicKey,
      version: 300,
      modifiedAt: later,
      expiresAt: wallTimeOf(later + DAY_MS),
    }),
    example('a tombstone', none, { version: 2, modifiedAt: later, isDeleted: true }),
    example('the largest numbers', none, {
      type: new Uint8Array(16).fill(0xff),
      createdAt: wallTimeOf(MOMENT_MAX),
      ordinal: 2 ** 20 - 1,
      version: Number.MAX_SAFE_INTEGER,
      modifiedAt: wallTimeOf(MOMENT_MAX),
      expiresAt: wallTimeOf(DATE_MAX),
      refreshMs: MOMENT_MAX,
    }),
    example('the smallest numbers', none, {
      createdAt: wallTimeOf(0),
      modifiedAt: wallTimeOf(0),
      expiresAt: wallTimeOf(1),
      refreshMs: 1,
    }),
    example('every kind of value', none, { attributes: edgeAttributes() }),
    example('256 attributes', none, { attributes: manyAttributes() }),
  ];
}

function edgeAttributes(): RecordContent['attributes'] {
  const ints = [0n, 1n, -1n, 2n ** 53n, -(2n ** 53n) - 1n, INT_MAX, -INT_MAX];
  const dates = [0, -1, DATE_MIN, DATE_MAX];
  const texts = ['', 'é', 'Schlüssel-ключ-鍵-🔑', '\u{feff}', '\u{10ffff}', 'x'.repeat(200)];
  return [
    ...dates.map((value, at) => ({
      name: `DATE${at}`,
      value: { kind: 'date', value: wallTimeOf(value) } as const,
    })),
    ...ints.map((value, at) => ({ name: `Int${at}`, value: { kind: 'int', value } as const })),
    ...texts.map((value, at) => ({ name: `string${at}`, value: stringOf(value) })),
    { name: 'z'.repeat(40), value: stringOf('the longest name') },
  ];
}

function manyAttributes(): RecordContent['attributes'] {
  return Array.from({ length: 256 }, (_, at) => ({
    name: `a${String(at).padStart(3, '0')}`,
    value: { kind: 'int', value: BigInt(at) } as const,
  }));
}

/** Three that follow each other. The last is long enough for a proof of many levels. */
export function batchExamples(): readonly BatchExample[] {
  const membership = membershipOf(ALICE_CHAIN).chainDigest;
  const drafts = contentExamples().map(({ draft }) => draft);
  const first = batchOf(drafts.slice(0, 3), standingOf({ membership }));
  const next = (before: BatchContents, more: readonly RecordDraft[]): BatchContents => {
    const { firstSequence, count } = before.batch.statement;
    const previous = before.batch.hash;
    const standing = { membership, previous, firstSequence: firstSequence + count };
    return batchOf(more, standingOf(standing));
  };
  const second = next(first, drafts);
  const thousand = Array.from({ length: 1_000 }, (_, ordinal) =>
    draftOf(someBytes(ordinal % 50, ordinal), { ordinal, type: guid(0x50) }),
  );
  return [
    { name: 'the first', batch: first },
    { name: 'every kind of content', batch: second },
    { name: 'a thousand', batch: next(second, thousand) },
  ];
}

export function bundleExamples(): readonly BundleExample[] {
  const [first, second, thousand] = batchExamples().map(({ batch }) => batch);
  if (first === undefined || second === undefined || thousand === undefined) return [];
  const all = Array.from(second.entries.keys());
  return [
    { name: 'two of three', bundle: bundleOf(first, [0, 2]) },
    { name: 'three of three', bundle: bundleOf(first, [0, 1, 2]) },
    { name: 'every kind of content', bundle: bundleOf(second, all) },
    { name: 'those with data', bundle: bundleOf(second, [4, 5]) },
    { name: 'the last', bundle: bundleOf(second, all.slice(-1)) },
    { name: 'one of a thousand', bundle: bundleOf(thousand, [617]) },
    { name: 'the last of a thousand', bundle: bundleOf(thousand, [999]) },
    { name: 'three of a thousand', bundle: bundleOf(thousand, [0, 511, 512]) },
  ];
}
