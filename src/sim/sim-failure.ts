// A check that did not hold: the seed that replays it, the sentence of the check, and what happened last.
// All of it stands in the message, for that is what everybody prints.

export class SimFailure extends Error {
  override readonly name = 'SimFailure';
  readonly seed: string;
  readonly checker: string;

  /** Made by the world. @internal */
  constructor(seed: string, checker: string, sentence: string, diary: readonly string[]) {
    super([`seed ${seed}: '${checker}': ${sentence}`, ...diary].join('\n    '));
    this.seed = seed;
    this.checker = checker;
  }
}
