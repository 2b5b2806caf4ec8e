// What the examples of docs/protocol.md §14 and §15 are made of: whom the chess club admits, whom it
// removes, and by what its members find each other afterwards. Keys, group and records are those of the
// sections before.

import { compareBytes } from '../../src/core/base/bytes.ts';
import type { WallTime } from '../../src/core/base/time.ts';
import { wallTimeOf } from '../../src/core/base/time.ts';
import type { StatementBody } from '../../src/core/domain/security.ts';
import { batchHash } from '../../src/core/records/batch-statement.ts';
import {
  decodeStatement,
  encodePage,
  encodeStatement,
  encodeUnsigned,
  pageDigest,
  signedBytesOf,
  ticketUseBytes,
} from '../../src/core/wire/security.ts';
import { alice, bob, chainOf, club, dave, NOW } from '../support/golden-chains.ts';
import { nodeCrypto, type Person, person } from '../support/trust-cast.ts';
import { ALICE_CHAIN, BOB_CHAIN, membershipOf } from './example-meeting.ts';
import { batchExamples } from './record-examples.ts';

const DAY_MS = 86_400_000;
export const LEASE_MS = 28 * DAY_MS;
export const NOTHING: Uint8Array = new Uint8Array(0);
export const ZEROS: Uint8Array = new Uint8Array(32);
/** Of the epoch after the removal. */
export const NEXT_SECRET: Uint8Array = new Uint8Array(32).fill(8);

/** The key of the ticket. */
export const ticket = person('Ticket');
export const DAVE_CHAIN: readonly Uint8Array[] = chainOf([
  { subject: alice, role: 'creator' },
  { subject: dave, role: 'member' },
]);

/** Each with the membership that says what it may. */
export interface StatementSigner {
  readonly person: Person;
  readonly membership: Uint8Array;
}

export const byGroupKey: StatementSigner = { person: club, membership: ZEROS };
export const byAlice = signerOf(alice, ALICE_CHAIN);
export const byBob = signerOf(bob, BOB_CHAIN);
export const byDave = signerOf(dave, DAVE_CHAIN);

function signerOf(subject: Person, chain: readonly Uint8Array[]): StatementSigner {
  return { person: subject, membership: membershipOf(chain).chainDigest };
}

/** As it travels. */
export function statementOf(
  body: StatementBody,
  signers: readonly StatementSigner[],
  issuedAt: WallTime = NOW,
): Uint8Array {
  const unsigned = encodeUnsigned(issuedAt, body);
  const signatures = signers.map(({ person: { publicKey, sign }, membership }) => ({
    publicKey,
    membership,
    signature: sign(signedBytesOf(club.group, unsigned, membership)),
  }));
  return encodeStatement(unsigned, signatures);
}

export function digestOf(statement: Uint8Array): Uint8Array {
  return decodeStatement(statement, club.group, nodeCrypto).digest;
}

/** Of a chain, by which revocations name it. */
export function certificateDigest(chain: readonly Uint8Array[]): Uint8Array {
  return nodeCrypto.sha256(chain.at(-1) ?? NOTHING);
}

const [firstBatch] = batchExamples();
if (firstBatch === undefined) throw new Error('there is no batch');
const batchStatement = firstBatch.batch.batch.statement;

/** What stays of Alice: the batch of §12.4, and the membership of Bob, which she issued. */
export const PAGE: Uint8Array = encodePage(
  [batchHash(batchStatement, club.group, nodeCrypto), certificateDigest(BOB_CHAIN)].sort(
    compareBytes,
  ),
);

/** The group key removes Alice. */
export const REVOCATION: Uint8Array = statementOf(
  {
    kind: 'revocation',
    target: alice.publicKey,
    scope: 'member',
    certificates: [],
    cutoffs: [{ journal: batchStatement.journal, sequence: batchStatement.count }],
    keptPages: [pageDigest(PAGE, club.group, nodeCrypto)],
    reason: 'Lost her laptop',
  },
  [byGroupKey],
);

export const TICKET_OFFER: Uint8Array = statementOf(
  {
    kind: 'offer',
    by: 'ticket',
    key: ticket.publicKey,
    role: 'member',
    usesMax: 5,
    expiresAt: wallTimeOf(NOW + 7 * DAY_MS),
    leaseMs: LEASE_MS,
    needsApproval: false,
    doorSecret: new Uint8Array(32).fill(9),
    label: 'Spring tournament',
    verifier: null,
  },
  [byAlice],
);

export const PASSWORD_OFFER: Uint8Array = statementOf(
  {
    kind: 'offer',
    by: 'password',
    key: new Uint8Array(32).fill(10),
    role: 'member',
    usesMax: null,
    expiresAt: wallTimeOf(NOW + 365 * DAY_MS),
    leaseMs: LEASE_MS,
    needsApproval: true,
    doorSecret: new Uint8Array(32).fill(11),
    label: '',
    verifier: {
      ciphertext: new Uint8Array(64).fill(12),
      boxes: boxesFor([alice, bob]),
    },
  },
  [byAlice],
);

/** Of 80 bytes each, as if a key were in them. */
export function boxesFor(people: readonly Person[]) {
  return people
    .map(({ publicKey }, at) => ({ publicKey, sealed: new Uint8Array(80).fill(13 + at) }))
    .sort((a, b) => compareBytes(a.publicKey, b.publicKey));
}

export const TICKET_USE: Uint8Array = ticketUseBytes(
  club.group,
  digestOf(TICKET_OFFER),
  dave.publicKey,
);
export const TICKET_PROOF: Uint8Array = ticket.sign(TICKET_USE);

export const EPOCH: Uint8Array = statementOf(
  {
    kind: 'epoch',
    previous: ZEROS,
    secretDigest: nodeCrypto.sha256(NEXT_SECRET),
    revocations: [digestOf(REVOCATION)],
  },
  [byGroupKey],
);
