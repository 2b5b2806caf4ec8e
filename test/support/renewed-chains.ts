// Chains whose last member was renewed by somebody else than whom it came from, and such chains that break one rule
// about what a renewal has to show. Golden files, as those of golden-chains.ts.

import { createHash } from 'node:crypto';

import { build, partsOf } from './certificate-builder.ts';
import {
  alice,
  BEGIN,
  bob,
  carol,
  club,
  dave,
  END,
  eve,
  type GoldenChain,
  NOW,
  rootOf,
} from './golden-chains.ts';
import type { Person } from './trust-cast.ts';
import { person, timeOf } from './trust-cast.ts';

interface Grant {
  readonly subject: Person;
  readonly issuer: Person;
  readonly role: 'creator' | 'administrator' | 'invitingMember' | 'member';
  readonly below?: number | null;
  readonly ended?: boolean;
  readonly renews?: Uint8Array;
  readonly signer?: Person;
}

const ENDED = timeOf('2021-01-01T00:00:00Z');

function certificate({ subject, issuer, role, below = null, ended, renews, signer }: Grant) {
  const dates = { notBefore: BEGIN, notAfter: ended === true ? ENDED : END };
  const digest = renews === undefined ? {} : { renews: sha256(renews) };
  const described = { kind: 'membership', subject, issuer, group: club, role, below } as const;
  const parts = partsOf({ ...described, ...dates, ...digest });
  return new Uint8Array(build({ ...parts, signer: signer ?? issuer }));
}

function sha256(der: Uint8Array): Uint8Array {
  return createHash('sha256').update(der).digest();
}

/** Bob brought Dave in when he was one of Alice's administrators, and Carol renewed Dave. */
export function renewedChains(): readonly GoldenChain[] {
  const root = rootOf();
  const creator = certificate({ subject: alice, issuer: club, role: 'creator', below: 23 });
  const above = { issuer: alice, role: 'administrator', below: 22 } as const;
  const bobs = certificate({ ...above, subject: bob, ended: true });
  const carols = certificate({ ...above, subject: carol });
  const plain = { subject: dave, role: 'member' } as const;
  const first = certificate({ ...plain, issuer: bob, ended: true });
  const renewal = certificate({ ...plain, issuer: carol, renews: first });
  const way = [creator, carols, renewal];
  const inOther = (last: Uint8Array) => [root, bobs, first, creator, carols, last];
  const named = { ...dave, friendlyName: 'David' };
  const wide = { ...above, subject: bob, below: 23 };
  const narrow = certificate({ ...above, subject: bob, below: 5 });
  const erin = person('Erin');
  const wrongs: readonly (readonly [string, string, readonly Uint8Array[]])[] = [
    ['first-missing', 'not in the chain', [root, bobs, ...way]],
    ['line-missing', 'does not say whom a member came from', [root, first, ...way]],
    ['line-in-another-order', 'other first grants than are needed', [root, first, bobs, ...way]],
    [
      'first-grant-too-many',
      'other first grants than are needed',
      [root, certificate({ ...above, subject: eve }), bobs, first, ...way],
    ],
    [
      'two-first-grants',
      'two first grants of one member',
      [root, bobs, certificate({ ...above, subject: bob }), first, ...way],
    ],
    [
      'of-a-renewal',
      'a renewal among the first grants',
      [
        root,
        bobs,
        first,
        renewal,
        creator,
        carols,
        certificate({ ...plain, issuer: carol, renews: renewal }),
      ],
    ],
    [
      'of-another-certificate',
      'not in the chain',
      inOther(certificate({ ...plain, issuer: carol, renews: bobs })),
    ],
    [
      'of-another-role',
      'renews the role member as invitingMember',
      inOther(
        certificate({
          subject: dave,
          issuer: carol,
          role: 'invitingMember',
          below: 0,
          renews: first,
        }),
      ),
    ],
    [
      'under-another-name',
      'another friendly name',
      inOther(certificate({ ...plain, subject: named, issuer: carol, renews: first })),
    ],
    [
      'with-more-room',
      'more room below',
      [root, narrow, creator, certificate({ ...above, subject: bob, renews: narrow })],
    ],
    [
      'line-signed-by-another',
      'certificate 3, law "signature"',
      (() => {
        const forged = certificate({ ...plain, issuer: bob, ended: true, signer: eve });
        const last = certificate({ ...plain, issuer: carol, renews: forged });
        return [root, bobs, forged, creator, carols, last];
      })(),
    ],
    [
      'line-without-the-right',
      'certificate 3, law "role"',
      (() => {
        const guest = certificate({ subject: bob, issuer: alice, role: 'member', ended: true });
        return [root, guest, first, ...way];
      })(),
    ],
  ];
  const last = certificate({ subject: erin, issuer: bob, role: 'member' });
  const again = certificate({ ...above, subject: bob, renews: bobs });
  return [
    golden('valid-renewed', null, [root, bobs, first, ...way]),
    golden('valid-below-a-renewed', null, [root, bobs, creator, again, last]),
    ...wrongs.map(([rule, says, chain]) => golden(`renewal-${rule}`, says, chain)),
    {
      ...golden('renewal-with-too-much-room-in-line', 'law "room below"', [
        root,
        certificate({ ...wide, ended: true }),
        creator,
        certificate({ ...above, subject: bob, renews: certificate({ ...wide, ended: true }) }),
      ]),
      refusal: { code: 'CHAIN_TOO_LONG', says: 'certificate 2, law "room below"' },
    },
  ];
}

function golden(rule: string, says: string | null, chain: readonly Uint8Array[]): GoldenChain {
  const refusal = says === null ? null : ({ code: 'CHAIN_INVALID', says } as const);
  return { rule, refusal, group: club.group, now: NOW, chain };
}
