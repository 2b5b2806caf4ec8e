// The weakenings for attacks 29 and 30 (see weakening.ts): what a member may do that keeps back who was
// removed, or that was removed itself.

import type { Weakening } from './weakening.ts';

const WITHHELD = 'test/attacks/29-withheld-revocation.test.ts';
const RELAY = 'test/attacks/30-removed-relay.test.ts';
const ASKING = 'src/core/graph/sync/asking-side.ts';
const REMOVALS = 'src/core/node/removals.ts';

export const WEAKENINGS_OF_RELAYS: readonly Weakening[] = [
  {
    attack: 29,
    name: 'that who belongs comes before records',
    file: ASKING,
    find: 'this.#isCut = side.isSuspect;',
    replace: 'this.#isCut = false;',
    testFile: WITHHELD,
    testPattern: 'does not take a revocation',
  },
  {
    attack: 29,
    name: 'that whoever keeps something back is parted with',
    file: 'src/core/graph/sync/reconciler.ts',
    find: 'this.#parts.listener.onWithheld(link);',
    replace: 'void link;',
    testFile: WITHHELD,
    testPattern: 'is parted with',
  },
  {
    attack: 30,
    name: 'that links of removed members are cut',
    file: REMOVALS,
    find: "neighbors.partWith(each.link, 'removed', now, out);",
    replace: 'void now;',
    testFile: RELAY,
    testPattern: 'is told of a removal before',
  },
  {
    attack: 30,
    name: 'that a link of a removed member is none',
    file: REMOVALS,
    find: 'this.#explain(opened, removal);\n    return true;',
    replace: 'this.#explain(opened, removal);\n    return false;',
    testFile: RELAY,
    testPattern: 'comes up all the same',
  },
  {
    attack: 30,
    name: 'that the key of a removed member is that of nobody',
    file: 'src/core/node/directory.ts',
    find: 'memberships.filter((each) => security.removalOf(each) === null)',
    replace: 'memberships.filter((each) => security !== undefined && each !== undefined)',
    testFile: RELAY,
    testPattern: 'says to all',
  },
  {
    attack: 30,
    name: 'that a handshake asks who was removed',
    file: 'src/core/link/handshake.ts',
    find: "if (removal !== null) return refuse('MEMBERSHIP_REMOVED', removalText(removal));",
    replace: 'void removal;',
    and: {
      file: 'src/core/link/handshake.ts',
      find: "if (removal !== null) return this.#fail('MEMBERSHIP_REMOVED', removalText(removal));",
      replace: 'void removal;',
    },
    testFile: RELAY,
    testPattern: 'no direct connection',
  },
];
