// For every attack: how the code could be weakened so that it succeeds, each by taking out one check
// and nothing else. `prove-attacks.ts` applies them one by one and demands that the named test fails.

export interface Change {
  /** From the root of the repository. */
  readonly file: string;
  /** Has to stand in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

export interface Weakening extends Change {
  readonly attack: number;
  /** What is no longer checked. */
  readonly name: string;
  /** The second of two locks on one door, where either alone keeps the attacker out. */
  readonly and?: Change;
  readonly testFile: string;
  /** Regular expression over names of tests, all of which are run; one of them has to fail. */
  readonly testPattern: string;
}
