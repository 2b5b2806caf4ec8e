// What both sides of a transfer share beside messages: the thread that reads or writes the file does
// nothing but that, and looks here between two pages. Memory is shared because it hears no message then.

const ABORTED = 0;
const TAKEN = 1;
const CELLS = 2;
/** A thread that waits looks up by itself after this, whatever became of the other side. */
const LOOK_UP_MS = 1_000;

export class TransferControl {
  readonly memory: SharedArrayBuffer;
  readonly #cells: Int32Array;

  constructor(memory = new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#cells = new Int32Array(memory);
  }

  get isAborted(): boolean {
    return Atomics.load(this.#cells, ABORTED) !== 0;
  }

  /** How many messages the other side is done with. */
  get taken(): number {
    return Atomics.load(this.#cells, TAKEN);
  }

  abort(): void {
    Atomics.store(this.#cells, ABORTED, 1);
    this.take();
  }

  /** One message more is done with. */
  take(): void {
    Atomics.add(this.#cells, TAKEN, 1);
    Atomics.notify(this.#cells, TAKEN);
  }

  /** Blocks the thread until more than `taken` are done with, or it is time to look up. */
  waitBeyond(taken: number): void {
    Atomics.wait(this.#cells, TAKEN, taken, LOOK_UP_MS);
  }
}
