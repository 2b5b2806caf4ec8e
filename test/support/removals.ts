// Revocations for tests, signed by members of a club: what they let count is said by hand, as the plan of
// an honest member or of an attacker would have it.

import { compareBytes } from '../../src/core/base/bytes.ts';
import type { WallTime } from '../../src/core/base/time.ts';
import type { Membership } from '../../src/core/domain/membership.ts';
import type {
  JournalCutoff,
  RevocationScope,
  StatementBody,
} from '../../src/core/domain/security.ts';
import type { BatchContents } from '../../src/core/records/batch-contents.ts';
import {
  decodeStatement,
  encodePage,
  encodeStatement,
  encodeUnsigned,
  pageDigest,
  signedBytesOf,
} from '../../src/core/wire/security.ts';
import { club, NOW } from './golden-chains.ts';
import { nodeCrypto, type Person } from './trust-cast.ts';

export interface Author {
  readonly person: Person;
  readonly membership: Membership;
}

/** As it travels: pages first. */
export interface Said {
  readonly pages: readonly Uint8Array[];
  readonly statement: Uint8Array;
}

export interface Removing {
  readonly scope?: RevocationScope;
  /** Batches that count all the same. */
  readonly kept?: readonly Pick<BatchContents, 'batch'>[];
  /** Certificates that count all the same: those at the end of these memberships. */
  readonly keptCertificates?: readonly Membership[];
  /** By default each journal of a kept batch up to the last that is kept. */
  readonly cutoffs?: readonly JournalCutoff[];
  readonly certificates?: readonly Uint8Array[];
  readonly reason?: string;
  readonly issuedAt?: WallTime;
  /** Digests on one page; all on one by default. */
  readonly perPage?: number;
}

export function signed(
  signers: readonly Author[],
  body: StatementBody,
  issuedAt: WallTime = NOW,
): Uint8Array {
  const unsigned = encodeUnsigned(issuedAt, body);
  const signatures = signers.map(({ person, membership: { chainDigest } }) => ({
    publicKey: person.publicKey,
    membership: chainDigest,
    signature: person.sign(signedBytesOf(club.group, unsigned, chainDigest)),
  }));
  return encodeStatement(unsigned, signatures);
}

/** These take the rights of the target away. */
export function removal(signers: readonly Author[], target: Author, removing: Removing = {}): Said {
  const kept = [
    ...(removing.kept ?? []).map(({ batch }) => batch.hash),
    ...(removing.keptCertificates ?? []).map(certificateDigest),
  ].sort(compareBytes);
  const perPage = removing.perPage ?? Math.max(1, kept.length);
  const pages: Uint8Array[] = [];
  for (let at = 0; at < kept.length; at += perPage) {
    pages.push(encodePage(kept.slice(at, at + perPage)));
  }
  const body: StatementBody = {
    kind: 'revocation',
    target: target.person.publicKey,
    scope: removing.scope ?? 'member',
    certificates: removing.certificates ?? [],
    cutoffs: removing.cutoffs ?? cutoffsOf(removing.kept ?? []),
    keptPages: pages.map((page) => pageDigest(page, club.group, nodeCrypto)).sort(compareBytes),
    reason: removing.reason ?? '',
  };
  return { pages, statement: signed(signers, body, removing.issuedAt) };
}

export function certificateDigest({ chain }: Membership): Uint8Array {
  const last = chain.at(-1) ?? chain[0];
  return nodeCrypto.sha256(last.der);
}

export function digestOf(statement: Uint8Array): Uint8Array {
  return decodeStatement(statement, club.group, nodeCrypto).digest;
}

function cutoffsOf(kept: readonly Pick<BatchContents, 'batch'>[]): readonly JournalCutoff[] {
  const cutoffs: JournalCutoff[] = [];
  for (const { batch } of kept) {
    const { journal, firstSequence, count } = batch.statement;
    const sequence = firstSequence + count - 1;
    const at = cutoffs.findIndex((each) => compareBytes(each.journal, journal) === 0);
    const before = cutoffs[at];
    if (before === undefined) cutoffs.push({ journal, sequence });
    else if (before.sequence < sequence) cutoffs[at] = { journal, sequence };
  }
  return cutoffs.sort((a, b) => compareBytes(a.journal, b.journal));
}
