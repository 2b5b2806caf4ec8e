// Checks the signatures of batches beside the loop, so that core finds the verdict ready. A verdict is
// remembered; that of a stored batch is for good, for only verified batches are stored.

import { bytesKey, equalBytes } from '../core/base/bytes.ts';
import type { SignatureChecker } from '../core/ports/crypto.ts';
import type { RecordStore } from '../core/ports/record-store.ts';
import type { BatchContents } from '../core/records/batch-contents.ts';
import { signedBytesOf } from '../core/records/batch-statement.ts';
import { markVerified, type VerifiedBatch } from '../core/records/verified-batch.ts';

/** Verdicts of batches that were not stored: superseded, refused, forged. About 200 B each. */
const VERDICTS_KEPT_MAX = 4_096;

type Told = (batch: VerifiedBatch | null) => void;

export class SignatureChecks {
  readonly #checker: SignatureChecker;
  readonly #store: RecordStore;
  readonly #soon: (act: () => void) => void;
  readonly #verdictByKey = new Map<string, boolean>();
  readonly #askedByKey = new Map<string, ((isValid: boolean) => void)[]>();

  /** `soon` does what it is given when this turn is over; simulated time has turns of its own. */
  constructor(
    checker: SignatureChecker,
    store: RecordStore,
    soon: (act: () => void) => void = queueMicrotask,
  ) {
    this.#checker = checker;
    this.#store = store;
    this.#soon = soon;
  }

  /** Calls `told` once, later, with null for a signature that is not the author's. Throws what kept it from asking. */
  check(contents: BatchContents, told: Told): void {
    const { hash, signature, statement } = contents.batch;
    const key = bytesKey(hash) + bytesKey(signature);
    const tell = (isValid: boolean): void => told(isValid ? markVerified(contents) : null);
    const known = this.#verdictByKey.get(key) ?? this.#isStored(contents);
    if (known !== null) {
      this.#soon(() => tell(known));
      return;
    }
    const asked = this.#askedByKey.get(key);
    if (asked !== undefined) {
      asked.push(tell);
      return;
    }
    this.#askedByKey.set(key, [tell]);
    try {
      const bytes = signedBytesOf(hash);
      this.#checker.check(statement.author, bytes, signature, (ok) => this.#answer(key, ok));
    } catch (error) {
      // Whoever asks for it again would wait for an answer that never comes.
      this.#askedByKey.delete(key);
      throw error;
    }
  }

  #answer(key: string, isValid: boolean): void {
    this.#remember(key, isValid);
    const asking = this.#askedByKey.get(key) ?? [];
    this.#askedByKey.delete(key);
    for (const each of asking) each(isValid);
  }

  #isStored({ batch }: BatchContents): true | null {
    const stored = this.#store.findBatch(batch.hash);
    return stored !== null && equalBytes(stored.batch.signature, batch.signature) ? true : null;
  }

  #remember(key: string, isValid: boolean): void {
    this.#verdictByKey.set(key, isValid);
    for (const oldest of this.#verdictByKey.keys()) {
      if (this.#verdictByKey.size <= VERDICTS_KEPT_MAX) return;
      this.#verdictByKey.delete(oldest);
    }
  }
}
