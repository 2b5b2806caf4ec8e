// Contents, statements and bundles as plain JSON, for golden files and the examples of docs/protocol.md:
// bytes as hexadecimal text, ints as decimal text, other numbers as they are.

import { hexText } from '../../src/core/base/hex.ts';
import type {
  BatchStatement,
  Bundle,
  RecordAttribute,
  RecordContent,
  RecordData,
} from '../../src/core/domain/records.ts';
import type { Values } from './graph-reading.ts';

export type StatementValues = Readonly<Record<keyof BatchStatement, string | number>>;

/** In the order of the page. */
export function contentValues(content: RecordContent): Values {
  return {
    isDeleted: content.isDeleted,
    creator: hexText(content.creator),
    type: hexText(content.type),
    createdAt: content.createdAt,
    ordinal: content.ordinal,
    version: content.version,
    modifiedAt: content.modifiedAt,
    expiresAt: content.expiresAt,
    refreshMs: content.refreshMs,
    attributes: content.attributes.map(attributeValues),
    data: dataValues(content.data),
  };
}

export function statementValues(statement: BatchStatement): StatementValues {
  return {
    author: hexText(statement.author),
    membership: hexText(statement.membership),
    journal: hexText(statement.journal),
    firstSequence: statement.firstSequence,
    count: statement.count,
    previous: hexText(statement.previous),
    root: hexText(statement.root),
  };
}

export function bundleValues(bundle: Bundle): Values {
  return {
    statement: statementValues(bundle.statement),
    signature: hexText(bundle.signature),
    records: bundle.entries.map(({ place, contentBytes, data }) => ({
      place,
      content: hexText(contentBytes),
      data: data === null ? null : hexText(data),
    })),
    cover: bundle.cover.map(hexText),
  };
}

function attributeValues({ name, value }: RecordAttribute): Values {
  return { name, kind: value.kind, value: value.kind === 'int' ? `${value.value}` : value.value };
}

function dataValues(data: RecordData): Values {
  return data.kind === 'inline'
    ? { kind: data.kind, bytes: hexText(data.bytes) }
    : { kind: data.kind, length: data.length, digest: hexText(data.digest) };
}
