// What a member of a village could not do, as its program would be told.

export class VillageError extends Error {
  override readonly name = 'VillageError';
  /**
   * A code of docs/errors.md. Three are of the village alone: `NOT_THERE` for a member that is not running, is
   * frozen or has left, `CRASHED` for a process that ended before the answer was there, and `WORLD_OVER`.
   */
  readonly code: string;

  /** Made by the village. @internal */
  constructor(code: string, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}
