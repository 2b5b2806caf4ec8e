// A statement that was found sound, with the memberships of those who signed it, and what its place among
// others depends on (protocol.md §14.9): how far up its signers stand, and under whose branch.

import { assert } from '../base/assert.ts';
import { bytesKey } from '../base/bytes.ts';
import type { Membership } from '../domain/membership.ts';
import { ROLE_NUMBERS } from '../domain/roles.ts';
import type { SecurityStatement, StatementBody, StatementKind } from '../domain/security.ts';

export interface StatementSigner {
  readonly publicKey: Uint8Array;
  /** Null for the group's own key. */
  readonly membership: Membership | null;
}

export interface HeldStatement {
  readonly statement: SecurityStatement;
  /** `bytesKey` of the digest. */
  readonly key: string;
  /** At least one. Several only under a revocation, and then all are administrators. */
  readonly signers: readonly StatementSigner[];
  /** 0 for the group's key, else the number of the role: nobody takes rights from a smaller one. */
  readonly level: number;
  /** 0 for the group's key, else how many memberships the line of the first signer has. */
  readonly depth: number;
  /** `bytesKey` of whom the creator took in, and below whom the first signer stands; of the creator, or the group. */
  readonly branch: string;
}

export function holdStatement(
  statement: SecurityStatement,
  signers: readonly StatementSigner[],
): HeldStatement {
  const [first] = signers;
  assert(first !== undefined, 'somebody signed a statement');
  return {
    statement,
    key: bytesKey(statement.digest),
    signers,
    level: levelOf(first),
    depth: first.membership === null ? 0 : first.membership.line.length - 1,
    branch: bytesKey(branchKeyOf(first)),
  };
}

/** What a statement says that is known to be of this kind. */
export function bodyOf<Kind extends StatementKind>(
  { statement: { body } }: Pick<HeldStatement, 'statement'>,
  kind: Kind,
): Extract<StatementBody, { readonly kind: Kind }> {
  assert(isOfKind(body, kind), 'the statement is of the kind by which it was found');
  return body;
}

function isOfKind<Kind extends StatementKind>(
  body: StatementBody,
  kind: Kind,
): body is Extract<StatementBody, { readonly kind: Kind }> {
  return body.kind === kind;
}

function levelOf({ membership }: StatementSigner): number {
  return membership === null ? 0 : ROLE_NUMBERS[membership.role];
}

function branchKeyOf({ publicKey, membership }: StatementSigner): Uint8Array {
  if (membership === null) return publicKey;
  const [, creator, below] = membership.line;
  return (below ?? creator)?.publicKey ?? publicKey;
}
