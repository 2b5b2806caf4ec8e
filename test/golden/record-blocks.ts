// What stands in the blocks of docs/protocol.md §12, computed: a game and the tombstone of another, the
// game's id and hash, the statement of the batch that has both, and a bundle of two of its records.

import { ByteWriter } from '../../src/core/base/byte-writer.ts';
import { hexText } from '../../src/core/base/hex.ts';
import { signedBytesOf, writeBatchStatement } from '../../src/core/records/batch-statement.ts';
import { encodeBundle } from '../../src/core/records/bundle.ts';
import { writeStamp } from '../../src/core/records/record-stamp.ts';
import { alice, club } from '../support/golden-chains.ts';
import type { Values } from '../support/graph-reading.ts';
import { jsonText, type PageBlock } from '../support/protocol-page.ts';
import { bundleValues, contentValues, statementValues } from '../support/record-values.ts';
import { nodeCrypto } from '../support/trust-cast.ts';
import { batchExamples, bundleExamples } from './record-examples.ts';

function hex(name: string, bytes: Uint8Array): PageBlock {
  return { language: 'hex', name, content: hexText(bytes) };
}

function shown(name: string, bytes: Uint8Array, values: Values): readonly PageBlock[] {
  return [hex(name, bytes), { language: 'json', name, content: jsonText(values) }];
}

export function recordBlocks(): readonly PageBlock[] {
  const [first] = batchExamples();
  const [two] = bundleExamples();
  const [game, tombstone] = first?.batch.entries ?? [];
  if (!first || !two || !game || !tombstone) throw new Error('an example is missing');
  const { statement, hash, signature } = first.batch.batch;
  const statementBytes = new ByteWriter();
  writeBatchStatement(statementBytes, statement);
  const idInput = new ByteWriter().text('peergroup-record-id-v1').text(club.group);
  idInput.raw(game.content.creator).raw(game.content.type);
  writeStamp(idInput, game.content);
  const context = new ByteWriter().text('peergroup-record-v1').text(club.group);
  context.raw(alice.publicKey).raw(statement.journal);
  return [
    ...shown('record-content of a game', game.contentBytes, contentValues(game.content)),
    ...shown(
      'record-content of a tombstone',
      tombstone.contentBytes,
      contentValues(tombstone.content),
    ),
    hex('record-id-input', idInput.finish()),
    hex('record-id', game.id),
    hex('record-context', nodeCrypto.sha256(context.finish())),
    hex('record-hash', game.hash),
    ...shown('batch-statement', statementBytes.finish(), statementValues(statement)),
    hex('batch-hash', hash),
    hex('batch-signed-bytes', signedBytesOf(hash)),
    hex('batch-signature', signature),
    ...shown('record-bundle', encodeBundle(two.bundle), bundleValues(two.bundle)),
  ];
}
