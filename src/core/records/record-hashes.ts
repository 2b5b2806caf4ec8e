// Hashes of records (protocol.md §12.3): what is a leaf of the batch's tree, and what tells two versions
// apart for good. The context of a journal is the same for all of its records, and is computed once.

import { ByteWriter } from '../base/byte-writer.ts';
import type { GroupName } from '../domain/names.ts';
import type { Crypto } from '../ports/crypto.ts';
import { PairMemory } from './pair-memory.ts';

const CONTEXT = 'peergroup-record-v1';
const LEAF = 0x00;
const CONTEXT_AT = 1;
const SEQUENCE_AT = 33;
const CONTENT_AT = 41;
/** Journals whose context is remembered: a guess at how many authors are heard at a time. */
const JOURNALS_REMEMBERED = 64;
/** What nearly all contents fit; a longer one gets memory of its own. */
const SCRATCH_BYTES = 4_096;

export class RecordHashes {
  readonly #group: GroupName;
  readonly #crypto: Pick<Crypto, 'sha256'>;
  readonly #contexts = new PairMemory(JOURNALS_REMEMBERED);
  readonly #scratch = new Uint8Array(SCRATCH_BYTES);

  constructor(group: GroupName, crypto: Pick<Crypto, 'sha256'>) {
    this.#group = group;
    this.#crypto = crypto;
  }

  /** 32 bytes. */
  hashOf(
    author: Uint8Array,
    journal: Uint8Array,
    sequence: number,
    contentBytes: Uint8Array,
  ): Uint8Array {
    const length = CONTENT_AT + contentBytes.length;
    const input = length <= SCRATCH_BYTES ? this.#scratch : new Uint8Array(length);
    input[0] = LEAF;
    input.set(this.#contextOf(author, journal), CONTEXT_AT);
    writeSequence(input, sequence);
    input.set(contentBytes, CONTENT_AT);
    return this.#crypto.sha256(input.subarray(0, length));
  }

  #contextOf(author: Uint8Array, journal: Uint8Array): Uint8Array {
    const known = this.#contexts.find(author, journal);
    if (known !== null) return known;
    const bound = new ByteWriter().text(CONTEXT).text(this.#group).raw(author).raw(journal);
    const context = this.#crypto.sha256(bound.finish());
    this.#contexts.remember(author, journal, context);
    return context;
  }
}

/** As u64, without a bigint for each record. */
function writeSequence(out: Uint8Array, sequence: number): void {
  let rest = sequence;
  for (let at = CONTENT_AT - 1; at >= SEQUENCE_AT; at--) {
    out[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}
