// The weakenings for attacks 23 to 25 and 35 (see weakening.ts): what a removed member signed and what it
// did to others' records.

import type { Weakening } from './weakening.ts';

const ADMISSION = 'src/core/book/admission.ts';
const BOOK = 'src/core/book/record-book.ts';
const HITS = 'src/core/security/hits.ts';
const SWEEP = 'src/core/book/removal-sweep.ts';
const WAITING = 'src/core/book/waiting-room.ts';
const BACKDATED = 'test/attacks/23-backdated-record.test.ts';
const REUSED = 'test/attacks/24-reused-sequence.test.ts';
const LATE = 'test/attacks/25-late-certificate.test.ts';
const SHADOW = 'test/attacks/35-undo-shadow.test.ts';

export const WEAKENINGS_OF_REMOVAL: readonly Weakening[] = [
  {
    attack: 23,
    name: 'law "removed"',
    file: ADMISSION,
    find: '    if (stopped !== null) return batch.entries.map(() => stopped);\n',
    replace: '',
    testFile: BACKDATED,
    testPattern: 'is refused by whoever knows of the removal',
  },
  {
    attack: 23,
    name: 'that what came before the removal is judged once more',
    file: BOOK,
    find: '    this.#sweep.begin(security);\n',
    replace: '',
    testFile: BACKDATED,
    testPattern: 'where it came before the removal did',
  },
  {
    attack: 23,
    name: 'that a removed member signs nothing',
    file: BOOK,
    find: '    if (this.#isRemoved()) {\n',
    replace: '    if (false) {\n',
    testFile: BACKDATED,
    testPattern: 'publishes nothing any more',
  },
  {
    attack: 23,
    name: 'that the waiting room is looked through',
    file: BOOK,
    find: "return membership !== null && judgeBatch(batch, membership, security) === 'removed';",
    replace: 'return false;',
    testFile: 'test/unit/book/removal-sweep.test.ts',
    testPattern: 'is dropped when its author is removed',
  },
  {
    attack: 24,
    name: 'the list beside the cutoff',
    file: HITS,
    find: "    if (place !== null && isBeyond(revocation, place)) return 'notListed';\n",
    replace:
      "    if (place !== null) return isBeyond(revocation, place) ? 'notListed' : 'listed';\n",
    testFile: REUSED,
    testPattern: 'takes a listed place',
  },
  {
    attack: 24,
    name: 'that beyond the cutoff nothing waits for a page',
    file: HITS,
    find: "    if (place !== null && isBeyond(revocation, place)) return 'notListed';\n",
    replace: '',
    testFile: REUSED,
    testPattern: 'beyond the cutoff nothing waits',
  },
  {
    attack: 24,
    name: 'that what may be listed waits for the page',
    file: ADMISSION,
    find: "    if (verdict === 'counts') return null;\n",
    replace: "    if (verdict !== 'removed') return null;\n",
    testFile: REUSED,
    testPattern: 'what may be on it waits',
  },
  {
    attack: 24,
    name: 'that a page releases what waited for it',
    file: WAITING,
    find: '    return this.#release([...(this.#waitingByKey.get(SECURITY_KEY) ?? [])]);\n',
    replace: '    return [];\n',
    testFile: REUSED,
    testPattern: 'with the first of two pages',
  },
  {
    attack: 25,
    name: 'that a void membership is not learned',
    file: BOOK,
    find: '      if (!isOwn && !security.wantsChain(last)) {\n',
    replace: '      if (false) {\n',
    testFile: LATE,
    testPattern: 'that is not listed is not learned',
  },
  {
    attack: 25,
    name: 'that nobody waits for a void membership',
    file: BOOK,
    find: '        this.#dropUnder(last);\n',
    replace: '',
    testFile: LATE,
    testPattern: 'that is not listed is not learned',
  },
  {
    attack: 35,
    name: 'that the shadow comes back',
    file: SWEEP,
    find: "const isKept = shadow !== null && this.#verdictOfBatch(shadow.batch) !== 'removed';",
    replace: 'const isKept = false;',
    testFile: SHADOW,
    testPattern: 'come back from their shadows',
  },
  {
    attack: 35,
    name: 'that the shadow is judged before it comes back',
    file: SWEEP,
    find: "const isKept = shadow !== null && this.#verdictOfBatch(shadow.batch) !== 'removed';",
    replace: 'const isKept = shadow !== null;',
    testFile: SHADOW,
    testPattern: 'when both are swept away at once',
  },
  {
    attack: 35,
    name: 'that shadows of removed members go',
    file: SWEEP,
    find: "      if (!this.#settled.has(bytesKey(id))) this.changes.push({ kind: 'removeShadow', id });\n",
    replace: '',
    testFile: SHADOW,
    testPattern: 'a shadow of a removed member',
  },
  {
    attack: 35,
    name: 'that an opening sweeps what a process left',
    file: BOOK,
    find: '    this.#sweep.begin(security.state);\n',
    replace: '',
    testFile: SHADOW,
    testPattern: 'dies between the removal and the sweep',
  },
];
