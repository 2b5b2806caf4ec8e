// The weakenings for attacks 27, 28, 31, 32 and 36 (see weakening.ts): who may remove whom, which of several removals
// counts, what one lets count, and what sums can hide.

import type { Weakening } from './weakening.ts';

const HITS = 'src/core/security/hits.ts';
const CONTEST = 'src/core/security/level-contest.ts';
const COUNTING = 'src/core/security/counting-revocations.ts';
const SOUNDNESS = 'src/core/security/soundness.ts';

export const WEAKENINGS_OF_STATEMENTS: readonly Weakening[] = [
  {
    attack: 27,
    name: 'that a level above decides first',
    file: COUNTING,
    find: 'hit.by.held.level < level && this.#hits',
    replace: 'level < 0 && this.#hits',
    testFile: 'test/attacks/27-revenge.test.ts',
    testPattern: 'cannot strike back|is back, at those',
  },
  {
    attack: 28,
    name: 'that nobody holds anybody off in a circle',
    file: CONTEST,
    find: "contestant.result = { kind: 'counts', signers: contestant.signers };",
    replace:
      "contestant.result = node === 0 ? { kind: 'counts', signers: contestant.signers } : { kind: 'heldOff', by: contestant.entrant };",
    testFile: 'test/attacks/28-mutual-removal.test.ts',
    testPattern: 'pairs that remove each other|all four',
  },
  {
    attack: 31,
    name: 'that a plain member removes itself only',
    file: SOUNDNESS,
    find: 'const may = membership === null || isIssuingRole(membership.role) || isOwn;',
    replace: 'const may = isOwn || membership !== undefined;',
    testFile: 'test/attacks/31-removal-without-right.test.ts',
    testPattern: 'a plain member removes nobody',
  },
  {
    attack: 31,
    name: 'the membership under which something is signed',
    file: 'src/core/wire/security.ts',
    find: 'writeDigest(out.raw(unsigned), membership);',
    replace: 'out.raw(unsigned);',
    testFile: 'test/unit/security/security-book.test.ts',
    testPattern: 'stands for one membership',
  },
  {
    attack: 32,
    name: 'that a batch is listed by its hash',
    file: HITS,
    find: 'return this.#pages.listing(revocation, digest);',
    replace: "return place === null ? this.#pages.listing(revocation, digest) : 'listed';",
    testFile: 'test/attacks/32-future-cutoff.test.ts',
    testPattern: 'in the future',
  },
  {
    attack: 36,
    name: 'that with the first symbol all are empty',
    file: 'src/core/graph/sync/symbol-decoder.ts',
    find: "this.#state = isClean ? 'decoded' : 'failed';",
    replace: "this.#state = 'decoded';",
    testFile: 'test/attacks/36-equal-sums.test.ts',
    testPattern: 'nothing to the first symbol',
  },
];
