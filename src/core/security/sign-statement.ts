// Statements with signatures on them, as they travel (protocol.md §14.1). Whether anybody may say so is judged by
// those who get them.

import { equalBytes } from '../base/bytes.ts';
import type { WallTime } from '../base/time.ts';
import type { GroupName } from '../domain/names.ts';
import type { SecurityStatement, StatementBody, StatementSignature } from '../domain/security.ts';
import type { Signer } from '../ports/crypto.ts';
import { encodeStatement, encodeUnsigned, signedBytesOf } from '../wire/security.ts';

export interface StatementKey {
  readonly signer: Signer;
  /** Digest of the chain that gives the signer its rights; null for the group's own key. */
  readonly membershipDigest: Uint8Array | null;
}

export function signStatement(
  body: StatementBody,
  issuedAt: WallTime,
  group: GroupName,
  key: StatementKey,
): Uint8Array {
  const unsigned = encodeUnsigned(issuedAt, body);
  return encodeStatement(unsigned, [signatureBy(key, group, unsigned)]);
}

/** The same statement with one more signature, in place of an earlier one by the same key. */
export function coSign(statement: SecurityStatement, key: StatementKey): Uint8Array {
  const { group, unsigned, signatures } = statement;
  const own = signatureBy(key, group, unsigned);
  const others = signatures.filter(({ publicKey }) => !equalBytes(publicKey, own.publicKey));
  return encodeStatement(unsigned, [...others, own]);
}

function signatureBy(
  { signer, membershipDigest }: StatementKey,
  group: GroupName,
  unsigned: Uint8Array,
): StatementSignature {
  const membership = membershipDigest ?? new Uint8Array(32);
  const signature = signer.sign(signedBytesOf(group, unsigned, membership));
  return { publicKey: signer.publicKey, membership, signature };
}
