// What members say about who belongs to the group (protocol.md §14): signed statements that every member
// holds. A statement is only read here; what counts of a set of them is found out by core/security.

import type { WallTime } from '../base/time.ts';
import type { GroupName, PeerName } from './names.ts';
import type { Role } from './roles.ts';

/** The key of a member that says so, or the group's own. */
export interface StatementSignature {
  /** Raw Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Digest of the chain that gives the signer its rights, 32 bytes; zeros for the group's own key. */
  readonly membership: Uint8Array;
  /** Ed25519 over the statement and `membership`, 64 bytes. */
  readonly signature: Uint8Array;
}

export interface SecurityStatement {
  /** SHA-256 of text `peergroup-statement-v1`, text group and `bytes`: what names it everywhere. */
  readonly digest: Uint8Array;
  readonly body: StatementBody;
  /** By the clock of the first signer; explains, and decides nothing. */
  readonly issuedAt: WallTime;
  /** In the order of their keys, at least one, each key once. */
  readonly signatures: readonly StatementSignature[];
  /** In whose name it was read. */
  readonly group: GroupName;
  /** The part of `bytes` before the signatures. */
  readonly unsigned: Uint8Array;
  /** As it travels and is stored. */
  readonly bytes: Uint8Array;
}

export type StatementBody =
  | Revocation
  | JoinOffer
  | OfferEnd
  | Admission
  | Epoch
  | GroupProperties
  | SecretShare;

export type StatementKind = StatementBody['kind'];

/**
 * `member`: the member with this key is out, whom it brought in stays. `subtree`: these too.
 * `certificates`: only some of its memberships are void, as for one whose role becomes smaller.
 */
export type RevocationScope = 'member' | 'subtree' | 'certificates';

/**
 * Takes rights back. What the target signed, and under `subtree` what those below it signed, counts only when
 * it is listed: batches of records, certificates and statements, by their digests.
 */
export interface Revocation {
  readonly kind: 'revocation';
  /** Raw Ed25519 key of the member, 32 bytes. */
  readonly target: Uint8Array;
  readonly scope: RevocationScope;
  /** SHA-256 of the DER of each; empty but under `certificates`. */
  readonly certificates: readonly Uint8Array[];
  /** For each journal of the target the last sequence that counts; of a journal that is missing nothing counts. */
  readonly cutoffs: readonly JournalCutoff[];
  /** Digests of the pages that list what counts. */
  readonly keptPages: readonly Uint8Array[];
  /** For people. */
  readonly reason: string;
}

export interface JournalCutoff {
  /** 8 bytes. */
  readonly journal: Uint8Array;
  readonly sequence: number;
}

/** How somebody proves that an offer was meant for it. A `code` is a short password for one use. */
export type OfferKind = 'ticket' | 'password' | 'code';

/** Whoever proves to hold its secret may be made a member by any member that may issue the role. */
export interface JoinOffer {
  readonly kind: 'offer';
  readonly by: OfferKind;
  /** Of a ticket its public key; of others 32 random bytes. */
  readonly key: Uint8Array;
  readonly role: Exclude<Role, 'creator'>;
  /** Null when it has no limit. */
  readonly usesMax: number | null;
  readonly expiresAt: WallTime;
  /** How long the memberships live that it gives, in milliseconds; renewed by themselves. */
  readonly leaseMs: number;
  /** Somebody who may issue the role has to say yes to each. */
  readonly needsApproval: boolean;
  /** Whoever comes asks for a member by a door name that is made from it, 32 bytes. */
  readonly doorSecret: Uint8Array;
  /** For people; may be empty. */
  readonly label: string;
  /** What the password is checked by, for those who may issue the role; null for a ticket. */
  readonly verifier: SealedVerifier | null;
}

/** Sealed once under a random key, and that key once to each who may read it. */
export interface SealedVerifier {
  readonly ciphertext: Uint8Array;
  readonly boxes: readonly SealedBox[];
}

export interface SealedBox {
  /** Raw Ed25519 key of the member who opens it. */
  readonly publicKey: Uint8Array;
  readonly sealed: Uint8Array;
}

/** The offer admits nobody any more; who was admitted by it and is listed stays. */
export interface OfferEnd {
  readonly kind: 'offerEnd';
  /** Digest of the offer. */
  readonly offer: Uint8Array;
  /** SHA-256 of the DER of the memberships that count, ascending. */
  readonly admitted: readonly Uint8Array[];
}

/** Says by which offer somebody became a member: counts as one use. */
export interface Admission {
  readonly kind: 'admission';
  /** Digest of the offer. */
  readonly offer: Uint8Array;
  /** Key of the new member. */
  readonly member: Uint8Array;
  /** SHA-256 of the DER of its membership, which the signer of this statement issued. */
  readonly certificate: Uint8Array;
  /** By the key of the ticket, over offer and member, 64 bytes; empty for passwords and codes. */
  readonly proof: Uint8Array;
}

/** From now on members find each other by another secret, which they tell each other and nobody else. */
export interface Epoch {
  readonly kind: 'epoch';
  /** Digest of the epoch before; zeros for the first. */
  readonly previous: Uint8Array;
  /** SHA-256 of the discovery secret. */
  readonly secretDigest: Uint8Array;
  /** Digests of the revocations for whose sake it begins: who does not have them is not told the secret. */
  readonly revocations: readonly Uint8Array[];
}

/** Of the group, said by its key alone; of several the highest version counts. */
export interface GroupProperties {
  readonly kind: 'properties';
  readonly version: number;
  readonly friendlyName: string;
  readonly comment: string;
  /** How long new memberships live unless their issuer says otherwise, in milliseconds. */
  readonly leaseMs: number;
  /** For the application alone. */
  readonly application: string;
}

/** More boxes for the verifier of an offer: for those who may issue its role since. */
export interface SecretShare {
  readonly kind: 'share';
  readonly offer: Uint8Array;
  readonly boxes: readonly SealedBox[];
}

/** Why a membership does not count although its chain is sound. */
export interface Removal {
  /** `removed`: itself. `issuerRemoved`: whoever issued it had been removed. `ticketOverused`: others came first. */
  readonly why: 'removed' | 'issuerRemoved' | 'ticketOverused' | 'offerEnded';
  /** Digest of the statement that says so; of the offer for an overused ticket. */
  readonly statement: Uint8Array;
  /** Who says so; null for an overused ticket. */
  readonly by: PeerName | GroupName | null;
  readonly at: WallTime;
  /** For people; may be empty. */
  readonly reason: string;
}

/** What is kept of security beside chains of certificates. A page lists 32-byte digests, ascending. */
export type SecurityForm = 'statement' | 'page';
