// Weakenings of passwords, codes and tickets: attacks 46 and 50.

import type { Weakening } from './weakening.ts';

const SEALING = 'src/core/join/offer-sealing.ts';
const OFFLINE = 'test/attacks/46-offline-dictionary.test.ts';

export const WEAKENINGS_OF_PASSWORDS: readonly Weakening[] = [
  {
    attack: 46,
    name: 'boxes only for those who may issue the role',
    file: SEALING,
    find: 'members.filter(({ role }) => mayIssue(role, terms.role))',
    replace: 'members.filter(({ role }) => role !== terms.label)',
    testFile: OFFLINE,
    testPattern: 'a plain member has no box',
  },
  {
    attack: 46,
    name: 'shares only for those who may issue the role',
    file: SEALING,
    find: 'mayIssue(role, offer.role) && !served',
    replace: 'role !== offer.label && !served',
    testFile: OFFLINE,
    testPattern: 'a plain member that is asked for a box',
  },
  {
    attack: 46,
    name: 'a key of chance that the verifier is under',
    file: SEALING,
    find: 'const sealedUnder = chance.bytes(KEY_BYTES);',
    replace: 'const sealedUnder = key;',
    testFile: OFFLINE,
    testPattern: 'no 32 bytes of what everybody keeps',
  },
  {
    attack: 50,
    name: 'no administrators by a password',
    file: SEALING,
    find: "if (terms.role === 'administrator') {",
    replace: "if (terms.label === 'administrator') {",
    testFile: OFFLINE,
    testPattern: 'nobody can be made an administrator',
  },
];
