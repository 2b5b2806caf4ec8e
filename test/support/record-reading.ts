// The examples of docs/protocol.md §12 as the test of the page reads them: the values as plain JSON,
// and the bytes that the encoder makes of what was decoded.

import { ByteReader } from '../../src/core/base/byte-reader.ts';
import { ByteWriter } from '../../src/core/base/byte-writer.ts';
import { readBatchStatement, writeBatchStatement } from '../../src/core/records/batch-statement.ts';
import { decodeBundle, encodeBundle } from '../../src/core/records/bundle.ts';
import { decodeContent, encodeContent } from '../../src/core/records/record-content.ts';
import type { Values } from './graph-reading.ts';
import { bundleValues, contentValues, statementValues } from './record-values.ts';

export interface RecordRead {
  readonly values: Values;
  readonly again: Uint8Array;
}

/** `form` is the first word of the block's name. Throws `MalformedBytes`. */
export function readRecordForm(form: string, bytes: Uint8Array, author: Uint8Array): RecordRead {
  switch (form) {
    case 'record-content': {
      const content = decodeContent(bytes, author);
      return { values: contentValues(content), again: encodeContent(content, author) };
    }
    case 'batch-statement': {
      const input = new ByteReader(bytes);
      const statement = readBatchStatement(input);
      input.end();
      const out = new ByteWriter();
      writeBatchStatement(out, statement);
      return { values: statementValues(statement), again: out.finish() };
    }
    case 'record-bundle': {
      const bundle = decodeBundle(bytes, bytes.length);
      return { values: bundleValues(bundle), again: encodeBundle(bundle) };
    }
    default:
      throw new Error(`no form of records is called ${form}`);
  }
}
