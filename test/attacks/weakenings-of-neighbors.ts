// The weakenings for attacks 43 and 45 (see weakening.ts): what a member may do with neighbor links.

import type { Weakening } from './weakening.ts';

const LINE = 'src/engine/graph/neighbor-line.ts';
const DESK = 'src/engine/graph/neighbor-desk.ts';
const HALF_OPEN = 'test/attacks/43-half-open-neighbor.test.ts';
const FLOOD = 'test/attacks/43-neighbor-flood.test.ts';

export const WEAKENINGS_OF_NEIGHBORS: readonly Weakening[] = [
  {
    attack: 43,
    name: 'how many links a member has',
    file: DESK,
    find: 'theirs.length >= LIMITS.neighborLinksPerMemberMax',
    replace: 'false',
    testFile: HALF_OPEN,
    testPattern: 'announced and never come',
  },
  {
    attack: 43,
    name: 'what waits for one that reads nothing',
    file: LINE,
    find: "if (waiting > LIMITS.neighborUnsentBytesMax) this.hangUp('tooSlow');",
    replace: 'void waiting;',
    testFile: HALF_OPEN,
    testPattern: 'reads nothing',
  },
  {
    attack: 43,
    name: 'that the socket of one that was hung up is cut',
    file: LINE,
    find: 'this.#clock.wakeAfter(LINGER_MS, () => wire.cut());',
    replace: '() => wire.setReading(true);',
    testFile: HALF_OPEN,
    testPattern: 'stays open all the same',
  },
  {
    attack: 43,
    name: 'that messages are for direct connections',
    file: LINE,
    find: "throw new MalformedBytes('MESSAGE on a neighbor link');",
    replace: 'return false;',
    and: {
      file: 'src/core/wire/link-kinds.ts',
      find: 'return kind >= NEIGHBOR_KINDS_FROM || kind === KIND.close;',
      replace: 'return kind >= 0;',
    },
    testFile: HALF_OPEN,
    testPattern: 'breaks a rule',
  },
  {
    attack: 43,
    name: 'how many links there are',
    file: DESK,
    find: 'this.#lines.size >= LIMITS.neighborLinksMax',
    replace: 'false',
    testFile: FLOOD,
    testPattern: 'together have 64 links',
  },
  {
    attack: 43,
    name: 'how many links a member has',
    file: DESK,
    find: 'theirs.length >= LIMITS.neighborLinksPerMemberMax',
    replace: 'false',
    testFile: FLOOD,
    testPattern: 'a hundred times',
  },
  {
    attack: 43,
    name: 'that a dialer wants one of the two',
    file: 'src/core/wire/hello.ts',
    find: 'if (flags > FLAG_NEIGHBOR)',
    replace: 'if (flags > 3)',
    testFile: FLOOD,
    testPattern: 'is no HELLO',
  },
];
