// What the tests about leases have to see.

import type { Weakening } from './weakening.ts';

const RENEWALS = 'src/core/security/renewals.ts';
const ORDER = 'src/core/security/counting-order.ts';
const LEASES = 'test/attacks/33-expired-lease.test.ts';

export const WEAKENINGS_OF_LEASES: readonly Weakening[] = [
  {
    attack: 33,
    name: 'that nobody is renewed longer than a lease after its end',
    file: RENEWALS,
    find: 'if (now <= endedAt + leaseMs) return null;',
    replace: 'if (now >= endedAt) return null;',
    testFile: LEASES,
    testPattern: 'for one lease',
  },
  {
    attack: 33,
    name: 'that a removed member is not renewed',
    file: RENEWALS,
    find: 'return removalOf(membership) === null;',
    replace: 'return removalOf !== undefined;',
    testFile: LEASES,
    testPattern: 'gets nothing',
  },
  {
    attack: 33,
    name: 'that a removed member is told so when it asks',
    file: RENEWALS,
    find: 'if (removal !== null) {',
    replace: 'if (removal !== null && now < 0) {',
    testFile: LEASES,
    testPattern: 'gets nothing',
  },
  {
    attack: 33,
    name: 'that of two memberships the one that is valid counts',
    file: ORDER,
    find: 'return judgeDates(membership, now).ok ? VALID : 1;',
    replace: 'return judgeDates(membership, now).ok ? 1 : 1;',
    testFile: 'test/unit/security/own-membership.test.ts',
    testPattern: 'gives way to one that is valid now',
  },
];
