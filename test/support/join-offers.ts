// What somebody can come with who wants to be a member, and who made it: statements as members sign them.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

import { nodeCrypto } from '../../src/adapters/crypto/node-crypto.ts';
import { nodeSealing } from '../../src/adapters/crypto/sealing.ts';
import { openPasswordExchange } from '../../src/adapters/opaque/password-exchange.ts';
import { wallTimeOf } from '../../src/core/base/time.ts';
import type { JoinOffer, StatementBody } from '../../src/core/domain/security.ts';
import { type OfferTerms, offerByPassword } from '../../src/core/join/offer-sealing.ts';
import { signStatement } from '../../src/core/security/sign-statement.ts';
import { decodeStatement } from '../../src/core/wire/security.ts';
import { club, NOW } from './golden-chains.ts';
import { CLUB, type Clubber, clubber } from './simulated-club.ts';
import { type Person, person, seededChance } from './trust-cast.ts';
import { grant } from './trust-village.ts';

export const DAY_MS = 86_400_000;
export const LEASE_MS: number = 28 * DAY_MS;
export const exchange: Awaited<ReturnType<typeof openPasswordExchange>> =
  await openPasswordExchange();

const { alice } = CLUB;
const below = (name: string, role: 'administrator' | 'invitingMember'): Clubber => {
  const subject = person(name);
  return clubber(subject, grant(alice.membership.chain, alice.person, subject, { role }));
};

/** Alice founded the club; Ann and Ada are administrators, Ivy invites members, Bob is one. */
export const STAFF = {
  alice,
  bob: CLUB.bob,
  ann: below('Ann', 'administrator'),
  ada: below('Ada', 'administrator'),
  ivy: below('Ivy', 'invitingMember'),
} as const;

/** What somebody has to come with. */
export interface TestOffer {
  readonly body: JoinOffer;
  readonly bytes: Uint8Array;
  readonly digest: Uint8Array;
  /** Of a ticket. */
  readonly key: Person;
}

/** Signed by a member, whatever it says. */
export function say(who: Clubber, body: StatementBody): Uint8Array {
  const { membership, person: signer } = who;
  return signStatement(body, NOW, membership.group, {
    signer,
    membershipDigest: membership.chainDigest,
  });
}

const TERMS: OfferTerms = {
  role: 'member',
  usesMax: 1,
  expiresAt: wallTimeOf(NOW + 7 * DAY_MS),
  leaseMs: LEASE_MS,
  needsApproval: false,
  label: '',
};

export function ticketOf(who: Clubber, name: string, terms: Partial<OfferTerms> = {}): TestOffer {
  const key = person(`ticket ${name}`);
  const doorSecret = new Uint8Array(createHash('sha256').update(`door ${name}`).digest());
  const body: JoinOffer = {
    kind: 'offer',
    by: 'ticket',
    ...TERMS,
    ...terms,
    key: key.publicKey,
    doorSecret,
    verifier: null,
  };
  return offered(who, body, key);
}

/** Sealed for those of the staff who may issue the role. */
export function passwordOf(
  who: Clubber,
  password: string,
  terms: Partial<OfferTerms> & { readonly by?: 'password' | 'code' } = {},
): TestOffer {
  const { by = 'password', ...given } = terms;
  const secret = by === 'code' ? { by, code: password } : { by, password };
  const readers = Object.values(STAFF).map(({ membership: { publicKey, role } }) => ({
    publicKey,
    role,
  }));
  const tools = {
    group: club.group,
    exchange,
    sealing: nodeSealing,
    chance: seededChance(`password ${password}`),
  };
  const made = offerByPassword({ ...TERMS, usesMax: 10, ...given }, secret, readers, tools);
  assert.ok(made.ok, JSON.stringify(made));
  return offered(who, made.value, person('no ticket'));
}

function offered(who: Clubber, body: JoinOffer, key: Person): TestOffer {
  const bytes = say(who, body);
  const digest = digestOfStatement(bytes);
  return { body, bytes, digest, key };
}

function digestOfStatement(bytes: Uint8Array): Uint8Array {
  return decodeStatement(bytes, club.group, nodeCrypto).digest;
}
