// Whether a statement is sound (protocol.md §14.2): its signatures, whose they are, and that such a member may say such a
// thing at all. It never changes, so a statement that is not sound is the fault of whoever passed it on.

import { bytesKey, equalBytes } from '../base/bytes.ts';
import type { Membership } from '../domain/membership.ts';
import type { GroupName } from '../domain/names.ts';
import { isIssuingRole, mayIssue } from '../domain/roles.ts';
import type {
  Admission,
  JoinOffer,
  SecurityStatement,
  StatementSignature,
} from '../domain/security.ts';
import type { Crypto } from '../ports/crypto.ts';
import { signedBytesOf, ticketUseBytes } from '../wire/security.ts';
import type { HeldStatement, StatementSigner } from './held-statement.ts';
import { holdStatement } from './held-statement.ts';

export interface SoundnessParts {
  readonly group: GroupName;
  /** Raw Ed25519 key of the group. */
  readonly rootKey: Uint8Array;
  readonly crypto: Crypto;
  /** A sound membership of the group; null when it is not here. */
  readonly membershipOf: (chainDigest: Uint8Array) => Membership | null;
  /** A sound membership by SHA-256 of its certificate; null when none is here. */
  readonly membershipByCertificate: (digest: Uint8Array) => Membership | null;
  readonly findStatement: (digest: Uint8Array) => HeldStatement | null;
}

/** What has to come first, by digests. */
export interface Needs {
  readonly chains: readonly Uint8Array[];
  readonly statements: readonly Uint8Array[];
  readonly certificates: readonly Uint8Array[];
}

export type Soundness =
  | { readonly kind: 'sound'; readonly held: HeldStatement }
  | { readonly kind: 'awaits'; readonly needs: Needs }
  | { readonly kind: 'unsound'; readonly detail: string };

/** Costs a check of each signature. */
export function hasSoundSignatures(
  { group, unsigned, signatures }: SecurityStatement,
  crypto: Crypto,
): boolean {
  return signatures.every(({ publicKey, membership, signature }) =>
    crypto.verify(publicKey, signedBytesOf(group, unsigned, membership), signature),
  );
}

/** Of a statement whose signatures were found sound. */
export function judgeSoundness(statement: SecurityStatement, parts: SoundnessParts): Soundness {
  const signers: StatementSigner[] = [];
  const missing: Uint8Array[] = [];
  for (const signature of statement.signatures) {
    const signer = signerOf(signature, parts);
    if (typeof signer === 'string') return { kind: 'unsound', detail: signer };
    if (signer === null) missing.push(signature.membership);
    else signers.push(signer);
  }
  if (missing.length > 0) return awaits({ chains: missing });
  const wrong = wrongSigners(statement, signers);
  if (wrong !== null) return { kind: 'unsound', detail: wrong };
  return judgeBody(holdStatement(statement, signers), parts);
}

/** Null when the chain is not here, or what is wrong. */
export function signerOf(
  { publicKey, membership: chainDigest }: StatementSignature,
  { rootKey, membershipOf }: Pick<SoundnessParts, 'rootKey' | 'membershipOf'>,
): StatementSigner | string | null {
  if (chainDigest.every((byte) => byte === 0)) {
    const isRoot = equalBytes(publicKey, rootKey);
    return isRoot ? { publicKey, membership: null } : 'names no membership, and is not the group';
  }
  const membership = membershipOf(chainDigest);
  if (membership === null) return null;
  const isOwn = equalBytes(membership.publicKey, publicKey);
  return isOwn ? { publicKey, membership } : 'names the membership of another key';
}

function wrongSigners(
  { body }: SecurityStatement,
  signers: readonly StatementSigner[],
): string | null {
  if (signers.length === 1) return null;
  if (body.kind !== 'revocation') return `several signed a statement of kind ${body.kind}`;
  const isAllowed = signers.every(({ membership }) => membership?.role === 'administrator');
  return isAllowed ? null : 'administrators alone sign together';
}

function judgeBody(held: HeldStatement, parts: SoundnessParts): Soundness {
  const { body } = held.statement;
  const [signer] = held.signers;
  const membership = signer?.membership ?? null;
  switch (body.kind) {
    case 'revocation': {
      const isOwn = membership !== null && equalBytes(membership.publicKey, body.target);
      const may = membership === null || isIssuingRole(membership.role) || isOwn;
      return soundIf(may, held, 'a plain member removes itself only');
    }
    case 'offer':
      return soundOr(wrongOffer(body, membership), held);
    case 'epoch': {
      const may = membership === null || mayIssue(membership.role, 'administrator');
      return soundIf(may, held, 'an epoch is begun by an administrator');
    }
    case 'properties':
      return soundIf(membership === null, held, 'properties are said by the key of the group');
    case 'offerEnd':
    case 'admission':
    case 'share':
      return judgeAboutOffer(held, membership, parts);
  }
}

function judgeAboutOffer(
  held: HeldStatement,
  membership: Membership | null,
  parts: SoundnessParts,
): Soundness {
  const { body } = held.statement;
  if (body.kind !== 'admission' && body.kind !== 'offerEnd' && body.kind !== 'share') {
    return { kind: 'unsound', detail: 'names no offer' };
  }
  const named = parts.findStatement(body.offer);
  if (named === null) return awaits({ statements: [body.offer] });
  const offer = named.statement.body;
  if (offer.kind !== 'offer') return { kind: 'unsound', detail: `names the ${offer.kind}` };
  if (body.kind === 'offerEnd') return soundOr(wrongEnd(membership, named, offer), held);
  if (membership === null || !mayIssue(membership.role, offer.role)) {
    return { kind: 'unsound', detail: `its signer may not issue ${offer.role}` };
  }
  if (body.kind === 'admission') return judgeAdmission(body, { held, offer, membership }, parts);
  return soundIf(offer.by !== 'ticket', held, 'a ticket has no verifier to share');
}

function wrongOffer({ role, by }: JoinOffer, membership: Membership | null): string | null {
  if (membership === null || !mayIssue(membership.role, role)) {
    return `its signer may not issue ${role}`;
  }
  return role === 'administrator' && by !== 'ticket' ? `a ${by} for administrators` : null;
}

/** An end takes memberships away, so that of administrators not just any administrator may say it. */
function wrongEnd(
  membership: Membership | null,
  named: HeldStatement,
  { role }: JoinOffer,
): string | null {
  if (membership === null || membership.role === 'creator') return null;
  const author = named.signers[0];
  const isOwn = author !== undefined && equalBytes(author.publicKey, membership.publicKey);
  if (isOwn && mayIssue(membership.role, role)) return null;
  const may = membership.role === 'administrator' && role !== 'administrator';
  return may ? null : 'ends the offer of somebody else';
}

interface AdmissionCase {
  readonly held: HeldStatement;
  readonly offer: JoinOffer;
  readonly membership: Membership;
}

function judgeAdmission(
  { offer: offerDigest, member, certificate, proof }: Admission,
  { held, offer, membership }: AdmissionCase,
  { group, crypto, membershipByCertificate }: SoundnessParts,
): Soundness {
  const isProven =
    offer.by === 'ticket'
      ? crypto.verify(offer.key, ticketUseBytes(group, offerDigest, member), proof)
      : proof.length === 0;
  if (!isProven) return { kind: 'unsound', detail: 'the offer was not made to this member' };
  const admitted = membershipByCertificate(certificate);
  if (admitted === null) return awaits({ certificates: [certificate] });
  const issuer = admitted.chain.at(-2);
  const isIssued =
    issuer !== undefined &&
    admitted.certificate.renews === null &&
    equalBytes(issuer.publicKey, membership.publicKey) &&
    equalBytes(admitted.publicKey, member) &&
    admitted.role === offer.role;
  return soundIf(isIssued, held, 'names a certificate that its signer did not issue for the offer');
}

function soundIf(may: boolean, held: HeldStatement, detail: string): Soundness {
  return may ? { kind: 'sound', held } : { kind: 'unsound', detail };
}

function soundOr(wrong: string | null, held: HeldStatement): Soundness {
  return wrong === null ? { kind: 'sound', held } : { kind: 'unsound', detail: wrong };
}

function awaits(needs: Partial<Needs>): Soundness {
  return { kind: 'awaits', needs: { chains: [], statements: [], certificates: [], ...needs } };
}

/** What tells apart what is waited for. */
export function needKeys({ chains, statements, certificates }: Needs): readonly string[] {
  return [
    ...chains.map(chainNeed),
    ...statements.map(statementNeed),
    ...certificates.map(certificateNeed),
  ];
}

export function chainNeed(digest: Uint8Array): string {
  return `chain ${bytesKey(digest)}`;
}

export function statementNeed(digest: Uint8Array): string {
  return `statement ${bytesKey(digest)}`;
}

export function certificateNeed(digest: Uint8Array): string {
  return `certificate ${bytesKey(digest)}`;
}
