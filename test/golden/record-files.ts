// The golden files of records: contents with ids, batches with hashes and signatures, bundles with what
// they prove, and bytes that are refused. A record that any build has signed is read by every later
// one, so what stands in a file is never changed; new examples get new files.

import { hexText } from '../../src/core/base/hex.ts';
import type { BatchEntry } from '../../src/core/records/batch-contents.ts';
import { signedBytesOf } from '../../src/core/records/batch-statement.ts';
import { encodeBundle, openBundle } from '../../src/core/records/bundle.ts';
import { encodeContent } from '../../src/core/records/record-content.ts';
import { RecordIds } from '../../src/core/records/record-ids.ts';
import { alice, club } from '../support/golden-chains.ts';
import type { Values } from '../support/graph-reading.ts';
import { newTools } from '../support/record-samples.ts';
import {
  bundleValues,
  contentValues,
  type StatementValues,
  statementValues,
} from '../support/record-values.ts';
import { nodeCrypto } from '../support/trust-cast.ts';
import { batchExamples, bundleExamples, contentExamples } from './record-examples.ts';
import { recordRefusals } from './record-refusals.ts';

export const RECORDS_FOLDER = new URL('./records/', import.meta.url);

/** Bytes stand in golden files as hexadecimal text. */
export interface GoldenContent {
  readonly name: string;
  readonly author: string;
  readonly group: string;
  readonly id: string;
  readonly values: Values;
  readonly content: string;
}

export interface GoldenBatch {
  readonly name: string;
  readonly group: string;
  readonly statement: StatementValues;
  readonly hash: string;
  readonly signedBytes: string;
  readonly signature: string;
  /** Of all its records, in the order of their places. */
  readonly hashes: readonly string[];
}

export interface GoldenBundle {
  readonly name: string;
  readonly group: string;
  readonly batch: string;
  readonly values: Values;
  readonly entries: readonly Values[];
  readonly bundle: string;
}

const { group } = club;

/** The files as the build that runs makes them. */
export function recordFiles(): readonly { readonly name: string; readonly text: string }[] {
  const files: Readonly<Record<string, readonly object[]>> = {
    'contents.json': goldenContents(),
    'batches.json': goldenBatches(),
    'bundles.json': goldenBundles(),
    'refused.json': recordRefusals(),
  };
  return Object.entries(files).map(([name, items]) => ({
    name,
    text: `${JSON.stringify(items, null, 2)}\n`,
  }));
}

export function entryValues({ place, sequence, id, hash, path }: BatchEntry): Values {
  return {
    place,
    sequence,
    id: hexText(id),
    hash: hexText(hash),
    path: path === null ? null : hexText(path),
  };
}

function goldenContents(): readonly GoldenContent[] {
  const ids = new RecordIds(group, nodeCrypto);
  return contentExamples().map(({ name, draft: { content } }) => ({
    name,
    author: hexText(alice.publicKey),
    group,
    id: hexText(ids.idOf(content)),
    values: contentValues(content),
    content: hexText(encodeContent(content, alice.publicKey)),
  }));
}

function goldenBatches(): readonly GoldenBatch[] {
  return batchExamples().map(({ name, batch: { batch, entries } }) => ({
    name,
    group,
    statement: statementValues(batch.statement),
    hash: hexText(batch.hash),
    signedBytes: hexText(signedBytesOf(batch.hash)),
    signature: hexText(batch.signature),
    hashes: entries.map(({ hash }) => hexText(hash)),
  }));
}

function goldenBundles(): readonly GoldenBundle[] {
  return bundleExamples().map(({ name, bundle }) => {
    const verdict = openBundle(bundle, newTools());
    if (!verdict.ok) throw new Error(verdict.refusal.detail);
    const { batch, entries } = verdict.value;
    return {
      name,
      group,
      batch: hexText(batch.hash),
      values: bundleValues(bundle),
      entries: entries.map(entryValues),
      bundle: hexText(encodeBundle(bundle)),
    };
  });
}
