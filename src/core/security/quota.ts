// How many statements a signer, a branch and the group may have (protocol.md §14.9). What is too many is found from
// the statements alone, the strongest signers' first and then by digests, so that everybody keeps the same ones.

import { bytesKey, compareBytes, equalBytes } from '../base/bytes.ts';
import { LIMITS } from '../domain/limits.ts';
import { ROLE_NUMBERS } from '../domain/roles.ts';
import type { StatementBody } from '../domain/security.ts';
import type { HeldStatement } from './held-statement.ts';

/** In this order statements are counted. */
export function compareRank(a: HeldStatement, b: HeldStatement): number {
  const byPlace = a.level - b.level || a.depth - b.depth;
  return byPlace || compareBytes(a.statement.digest, b.statement.digest);
}

/** Counts statements of one kind, which are shown to it in the order of `compareRank`. */
export class Quota {
  readonly #sumByShare = new Map<string, number>();
  readonly #fullShares = new Set<string>();

  /** False for one too many, which then counts for nothing. */
  takes(held: HeldStatement): boolean {
    const shares = sharesOf(held);
    if (shares.some(({ name }) => this.#fullShares.has(name))) return false;
    const full = shares.filter(({ name, weight, max }) => this.#sumOf(name) + weight > max);
    for (const { name } of full) this.#fullShares.add(name);
    if (full.length > 0) return false;
    for (const { name, weight } of shares) this.#sumByShare.set(name, this.#sumOf(name) + weight);
    return true;
  }

  #sumOf(share: string): number {
    return this.#sumByShare.get(share) ?? 0;
  }
}

/** Of a statement each so many bytes count as one more: four thousand of the longest would fill every memory. */
const WEIGHED_BYTES = 4_096;

/** What it takes of the shares: a revocation brings its pages, each of which is larger than what is common. */
export function weightOf({ statement: { body, bytes } }: HeldStatement): number {
  const pages = body.kind === 'revocation' ? body.keptPages.length : 0;
  return 1 + pages + Math.floor(bytes.length / WEIGHED_BYTES);
}

/**
 * True when those of its signer that come before it leave it no room. Says so of most that are too many, without
 * all being counted anew: whoever goes on saying things must not cost more the more it has said.
 */
export function isOutranked(held: HeldStatement, kept: readonly HeldStatement[]): boolean {
  const { body } = held.statement;
  let weight = weightOf(held);
  let alike = 1;
  for (const each of kept) {
    if (!isOfSameSigner(each, held) || compareRank(each, held) >= 0) continue;
    weight += weightOf(each);
    const other = each.statement.body;
    if (body.kind === 'offer' || isOfSameTarget(body, other)) alike += 1;
  }
  if (body.kind === 'offer') return alike > LIMITS.offersPerSignerMax;
  return alike > LIMITS.revocationsPerTargetMax || weight > LIMITS.statementsPerSignerMax;
}

function isOfSameSigner(one: HeldStatement, other: HeldStatement): boolean {
  return equalBytes(one.signers[0]?.publicKey ?? NOBODY, other.signers[0]?.publicKey ?? NOBODY);
}

function isOfSameTarget(one: StatementBody, other: StatementBody): boolean {
  if (one.kind !== 'revocation' || other.kind !== 'revocation') return false;
  return equalBytes(one.target, other.target);
}

interface Share {
  readonly name: string;
  readonly weight: number;
  readonly max: number;
}

function sharesOf(held: HeldStatement): readonly Share[] {
  const { body } = held.statement;
  const signer = bytesKey(held.signers[0]?.publicKey ?? NOBODY);
  const weight = weightOf(held);
  const shares: Share[] = [
    ...sharesOfSigner(signer, weight, held),
    { name: `branch ${held.branch}`, weight, max: LIMITS.statementsPerBranchMax },
    { name: 'all', weight, max: LIMITS.statementsMax },
  ];
  if (body.kind === 'revocation') {
    const name = `target ${signer}${bytesKey(body.target)}`;
    shares.push({ name, weight: 1, max: LIMITS.revocationsPerTargetMax });
  }
  return shares;
}

function sharesOfSigner(
  signer: string,
  weight: number,
  { statement, level }: HeldStatement,
): readonly Share[] {
  const name = `signer ${signer}`;
  if (statement.body.kind === 'offer') return [{ name, weight: 1, max: LIMITS.offersPerSignerMax }];
  const share = { name, weight, max: LIMITS.statementsPerSignerMax };
  if (level < ROLE_NUMBERS.member) return [share];
  return [
    { name: `member ${signer}`, weight: 1, max: LIMITS.statementsPerMemberMax },
    { ...share, max: LIMITS.statementsPerMemberMax + LIMITS.pagesPerMemberMax },
  ];
}

const NOBODY = new Uint8Array(32);
