// Hands the parts of an export file to the thread that takes them, some at a time and never more than
// it can hold: what is under way counts until the other side says that it is done with it.

import type { PartName } from '../../../core/records/export-file.ts';
import type { ReadPart } from './import-file.ts';
import type { WorkerMessage } from './record-jobs.ts';
import type { TransferControl } from './transfer-control.ts';

export interface SentPart {
  readonly name: PartName;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Small parts travel together, for each message costs. */
const MESSAGE_BYTES = 262_144;
const MESSAGE_PARTS_MAX = 256;
/** Under way at a time, or one message when that is larger. Without it a large file would lie in memory. */
const UNDER_WAY_BYTES_MAX = 4_194_304;

export class PartSender {
  readonly #control: TransferControl;
  readonly #tell: (message: WorkerMessage) => void;
  #parts: SentPart[] = [];
  #bytes = 0;
  /** Of each message that was sent, the oldest first. */
  #sentBytes: number[] = [];
  #taken: number;

  constructor(control: TransferControl, tell: (message: WorkerMessage) => void) {
    this.#control = control;
    this.#tell = tell;
    this.#taken = control.taken;
  }

  /** False when it was aborted. */
  send({ part, body }: ReadPart): boolean {
    if (part.name === 'about' || part.name === 'end') return true;
    this.#parts.push({ name: part.name, body });
    this.#bytes += body.length;
    const isFull = this.#bytes >= MESSAGE_BYTES || this.#parts.length >= MESSAGE_PARTS_MAX;
    return isFull ? this.end() : true;
  }

  /** Sends what was gathered. */
  end(): boolean {
    if (!this.#waitForRoom()) return false;
    if (this.#parts.length > 0) {
      this.#tell({ kind: 'parts', parts: this.#parts });
      this.#sentBytes.push(this.#bytes);
    }
    this.#parts = [];
    this.#bytes = 0;
    return true;
  }

  #waitForRoom(): boolean {
    for (;;) {
      if (this.#control.isAborted) return false;
      const { taken } = this.#control;
      this.#sentBytes = this.#sentBytes.slice(taken - this.#taken);
      this.#taken = taken;
      const underWay = this.#sentBytes.reduce((sum, bytes) => sum + bytes, 0);
      if (underWay === 0 || underWay + this.#bytes <= UNDER_WAY_BYTES_MAX) return true;
      this.#control.waitBeyond(taken);
    }
  }
}
