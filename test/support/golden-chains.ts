// Chains that keep every law, and chains that break exactly one. The golden files are these, so a
// change of the certificate profile shows as a change of files.

import type { WallTime } from '../../src/core/base/time.ts';
import type { RefusalCode } from '../../src/core/domain/refusals.ts';
import type { Role } from '../../src/core/domain/roles.ts';
import type { CertificateParts } from './certificate-builder.ts';
import { build, partsOf } from './certificate-builder.ts';
import { FORM_BREAKS } from './form-breaks.ts';
import type { Person } from './trust-cast.ts';
import { person, timeOf } from './trust-cast.ts';

export interface GoldenChain {
  readonly rule: string;
  /** Null for a chain that is accepted. `says` is a part of the detail. */
  readonly refusal: { readonly code: RefusalCode; readonly says: string } | null;
  readonly group: string;
  readonly now: WallTime;
  readonly chain: readonly Uint8Array[];
}

/** One certificate of a chain; what is left out is as it should be. */
export interface Step {
  readonly subject: Person;
  readonly role: Role;
  readonly kind?: 'membership' | 'identity' | 'groupRoot';
  readonly below?: number | null;
  readonly notBefore?: WallTime;
  readonly notAfter?: WallTime;
  readonly group?: Person;
  /** Whom it names as issuer, when that is not the one before. */
  readonly issuer?: Person;
  readonly change?: (parts: CertificateParts) => CertificateParts;
}

export const NOW = timeOf('2030-06-01T12:00:00Z');
export const BEGIN = timeOf('2020-01-01T00:00:00Z');
export const END = timeOf('2500-01-01T00:00:00Z');

export const club = person('Chess club', 'chess');
export const alice = person('Alice');
export const bob = person('Bob', 'Schlüssel-ключ-鍵');
export const carol = person('Carol', 'laptop');
export const dave = person('Dave');
export const eve = person('Eve');
export const mallory = person('Mallory');

const ALICE: Step = { subject: alice, role: 'creator' };
const BOB: Step = { subject: bob, role: 'administrator' };
const DAVE: Step = { subject: dave, role: 'member' };
const ROOT: Step = { subject: club, role: 'creator' };

export function rootOf(step: Step = ROOT): Uint8Array {
  const { subject, kind = 'groupRoot', change = (parts) => parts } = step;
  const parts = partsOf({
    kind,
    subject,
    issuer: step.issuer ?? subject,
    group: step.group ?? subject,
    role: step.role,
    below: kind === 'groupRoot' ? 24 : (step.below ?? null),
    notBefore: step.notBefore ?? BEGIN,
    notAfter: step.notAfter ?? END,
  });
  return new Uint8Array(build(change(parts)));
}

export function chainOf(steps: readonly Step[], root: Step = ROOT): readonly Uint8Array[] {
  const chain = [rootOf(root)];
  let issuer = root.subject;
  for (const [at, step] of steps.entries()) {
    const { subject, role, kind = 'membership', change = (parts) => parts } = step;
    const parts = partsOf({
      kind,
      subject,
      issuer: step.issuer ?? (kind === 'membership' ? issuer : subject),
      group: step.group ?? root.subject,
      role,
      below: step.below === undefined ? roomBelow(role, at) : step.below,
      notBefore: step.notBefore ?? BEGIN,
      notAfter: step.notAfter ?? END,
    });
    const signed = kind === 'membership' ? { ...parts, signer: issuer } : parts;
    chain.push(new Uint8Array(build(change(signed))));
    issuer = subject;
  }
  return chain;
}

/** A creator and administrators below it, `memberships` in all. */
export function longChain(memberships: number): readonly Step[] {
  return Array.from({ length: memberships }, (_, at) => ({
    subject: person(`Member ${at + 1}`),
    role: at === 0 ? ('creator' as const) : ('administrator' as const),
    below: Math.max(0, 23 - at),
  }));
}

function roomBelow(role: Role, at: number): number | null {
  return role === 'member' ? null : Math.max(0, 23 - at);
}

function accepted(rule: string, steps: readonly Step[]): GoldenChain {
  return { rule, refusal: null, group: club.group, now: NOW, chain: chainOf(steps) };
}

function broken(
  rule: string,
  refusal: { readonly code: RefusalCode; readonly says: string },
  chain: readonly Uint8Array[],
): GoldenChain {
  return { rule, refusal, group: club.group, now: NOW, chain };
}

function invalid(rule: string, says: string, chain: readonly Uint8Array[]): GoldenChain {
  return broken(rule, { code: 'CHAIN_INVALID', says }, chain);
}

export function goldenChains(): readonly GoldenChain[] {
  return [
    accepted('valid-1', [ALICE]),
    accepted('valid-3', [ALICE, BOB, DAVE]),
    accepted('valid-24', longChain(24)),
    ...extentBreaks(),
    ...rootBreaks(),
    ...repetitionBreaks(),
    ...grantBreaks(),
    ...lifetimeBreaks(),
    ...FORM_BREAKS.map(({ rule, says, change }) =>
      invalid(
        `form-${rule}`,
        `certificate 2, law "form": ${/^(text|name):/.test(says) ? says : `certificate: ${says}`}`,
        chainOf([ALICE, { ...BOB, ...change }, DAVE]),
      ),
    ),
    invalid(
      'form-bytes-after-certificate',
      'certificate 3, law "form": certificate: outer sequence',
      chainOf([ALICE, BOB, DAVE]).map((der, at) => (at === 3 ? Uint8Array.of(...der, 0) : der)),
    ),
    invalid(
      'form-certificate-too-long',
      'certificate 1, law "form": certificate: too long',
      chainOf([{ ...ALICE, subject: { ...alice, friendlyName: 'A'.repeat(6_000) } }]),
    ),
  ];
}

function extentBreaks(): readonly GoldenChain[] {
  const tooLong = (says: string) => ({ code: 'CHAIN_TOO_LONG', says }) as const;
  const wordy = longChain(23).map((step) => ({
    ...step,
    subject: { ...step.subject, friendlyName: '鍵'.repeat(255) },
  }));
  return [
    invalid('length-0', 'law "length": 0', []),
    invalid('length-1', 'law "length": 1', [rootOf()]),
    broken('length-26', tooLong('law "length": 26'), chainOf(longChain(25))),
    broken('size', tooLong('law "size"'), chainOf(wordy)),
  ];
}

function rootBreaks(): readonly GoldenChain[] {
  const aliceOnly = [ALICE];
  const signedByEve = (parts: CertificateParts) => ({ ...parts, signer: eve });
  const impostor = { ...eve, peer: club.peer, group: club.group, friendlyName: 'Chess club' };
  return [
    invalid('root-missing', 'law "root": is not a group root', chainOf([ALICE, BOB]).slice(1)),
    invalid(
      'root-is-identity',
      'law "root": is not a group root',
      chainOf(aliceOnly, { ...ROOT, kind: 'identity' }),
    ),
    invalid(
      'root-signed-by-another',
      'law "root": is not signed by its own key',
      chainOf(aliceOnly, { ...ROOT, change: signedByEve }),
    ),
    invalid(
      'root-of-another-key',
      'law "root": its name is not bound to its key',
      chainOf(aliceOnly, { ...ROOT, subject: impostor }),
    ),
    broken(
      'root-of-another-group',
      { code: 'WRONG_GROUP', says: mallory.group },
      chainOf(aliceOnly, { ...ROOT, subject: mallory }),
    ),
  ];
}

function repetitionBreaks(): readonly GoldenChain[] {
  const byBob = (parts: CertificateParts) => ({
    ...parts,
    signer: bob,
    issuer: partsOfBob.subject,
  });
  const renamed = (parts: CertificateParts) => ({ ...parts, issuer: partsOfDave.subject });
  const root: Step = { ...ROOT, kind: 'groupRoot', subject: mallory, group: mallory };
  return [
    invalid(
      'kind-identity-in-chain',
      'certificate 2, law "kind": is a identity certificate',
      chainOf([ALICE, { ...BOB, kind: 'identity', below: null }]),
    ),
    invalid(
      'kind-second-root',
      'certificate 1, law "kind": is a groupRoot certificate',
      chainOf([{ ...root, below: 24 }]),
    ),
    invalid(
      'group',
      'certificate 3, law "group"',
      chainOf([ALICE, BOB, { ...DAVE, group: mallory }]),
    ),
    invalid(
      'issuer',
      'certificate 3, law "issuer"',
      chainOf([ALICE, BOB, { ...DAVE, issuer: carol, change: byBob }]),
    ),
    invalid(
      'issuer-is-group-below-a-member',
      'certificate 3, law "issuer"',
      chainOf([ALICE, BOB, { ...DAVE, issuer: club, change: byBob }]),
    ),
    invalid(
      'issuer-friendly-name',
      'certificate 3, law "issuer friendly name"',
      chainOf([ALICE, BOB, { ...DAVE, change: renamed }]),
    ),
  ];
}

const described = { kind: 'identity', group: club, role: 'member', below: null } as const;
const dates = { notBefore: BEGIN, notAfter: END };
const partsOfBob = partsOf({ ...described, ...dates, subject: bob, issuer: bob });
const partsOfDave = partsOf({ ...described, ...dates, subject: dave, issuer: dave });

function grantBreaks(): readonly GoldenChain[] {
  const circular = (says: string) => ({ code: 'CIRCULAR_CHAIN', says }) as const;
  const tooLong = (says: string) => ({ code: 'CHAIN_TOO_LONG', says }) as const;
  const signedByEve = (parts: CertificateParts) => ({ ...parts, signer: eve });
  const eveAsDave = { ...eve, peer: dave.peer };
  const rebornBob = { ...person('Bob', 'phone'), friendlyName: 'Bob again' };
  return [
    invalid(
      'name-bound-to-key',
      'certificate 3, law "name bound to key"',
      chainOf([ALICE, BOB, { ...DAVE, subject: eveAsDave }]),
    ),
    broken(
      'no-key-twice',
      circular('certificate 3, law "no key twice": has the key of certificate 2'),
      chainOf([ALICE, BOB, { ...DAVE, subject: rebornBob }]),
    ),
    broken(
      'no-key-twice-root',
      circular('certificate 3, law "no key twice": has the key of certificate 0'),
      chainOf([ALICE, BOB, { ...DAVE, subject: { ...club, friendlyName: 'Dave' } }]),
    ),
    invalid(
      'role-root-issues-creator-only',
      'certificate 1, law "role"',
      chainOf([{ subject: alice, role: 'administrator' }]),
    ),
    invalid(
      'role-member-issues-nothing',
      'certificate 3, law "role"',
      chainOf([ALICE, { subject: bob, role: 'member' }, DAVE]),
    ),
    invalid(
      'role-inviting-member-issues-members-only',
      'certificate 3, law "role"',
      chainOf([
        ALICE,
        { subject: bob, role: 'invitingMember' },
        { ...DAVE, role: 'invitingMember' },
      ]),
    ),
    broken(
      'room-below-does-not-shrink',
      tooLong('certificate 2, law "room below"'),
      chainOf([
        { ...ALICE, below: 5 },
        { ...BOB, below: 5 },
      ]),
    ),
    broken(
      'room-below-used-up',
      tooLong('certificate 3, law "room below"'),
      chainOf([ALICE, { ...BOB, below: 0 }, DAVE]),
    ),
    broken(
      'room-below-root',
      tooLong('certificate 1, law "room below"'),
      chainOf([{ ...ALICE, below: 24 }]),
    ),
    invalid(
      'signature',
      'certificate 3, law "signature"',
      chainOf([ALICE, BOB, { ...DAVE, change: signedByEve }]),
    ),
    invalid(
      'signature-in-the-middle',
      'certificate 2, law "signature"',
      chainOf([ALICE, { ...BOB, change: signedByEve }, DAVE]),
    ),
  ];
}

function lifetimeBreaks(): readonly GoldenChain[] {
  const spring = timeOf('2030-03-01T00:00:00Z');
  const summer = timeOf('2030-06-01T11:59:58Z');
  const autumn = timeOf('2030-09-01T00:00:00Z');
  const outlives = [ALICE, { ...BOB, notAfter: autumn }, { ...DAVE, notBefore: spring }];
  const precedes = [ALICE, { ...BOB, notBefore: spring }, { ...DAVE, notAfter: autumn }];
  const middleExpired = [ALICE, { ...BOB, notAfter: summer }, { ...DAVE, notAfter: autumn }];
  const backwards = [ALICE, BOB, { ...DAVE, notBefore: autumn, notAfter: spring }];
  const expired = [ALICE, BOB, { ...DAVE, notAfter: summer }];
  const early = [ALICE, BOB, { ...DAVE, notBefore: timeOf('2030-06-01T12:05:00Z') }];
  const late = 'valid until 2030-06-01T11:59:58Z, here it is 2030-06-01T12:00:00Z, 2 s too late';
  const soon = 'valid from 2030-06-01T12:05:00Z, here it is 2030-06-01T12:00:00Z, 300 s too early';
  return [
    invalid('lifetime-outlives-issuer', 'certificate 3, law "lifetime"', chainOf(outlives)),
    invalid('lifetime-precedes-issuer', 'certificate 3, law "lifetime"', chainOf(precedes)),
    invalid('lifetime-middle-expired', 'certificate 3, law "lifetime"', chainOf(middleExpired)),
    invalid('lifetime-backwards', 'certificate 3, law "lifetime"', chainOf(backwards)),
    broken('expired', { code: 'MEMBERSHIP_EXPIRED', says: late }, chainOf(expired)),
    broken('not-yet-valid', { code: 'MEMBERSHIP_NOT_YET_VALID', says: soon }, chainOf(early)),
  ];
}
