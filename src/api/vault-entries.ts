// What is written to the vault: a new identity, a new group, a group that was joined.

import { KeyObject } from 'node:crypto';
import { SigningKey } from '../adapters/crypto/signing-key.ts';
import type { StoredIdentity } from '../adapters/vault/identity-shelf.ts';
import type { StoredGroup } from '../adapters/vault/stored-group.ts';
import { keyDigestOf } from '../adapters/x509/certificate-codec.ts';
import { type WallTime, wallTimeOf } from '../core/base/time.ts';
import type { IdentityCertificate } from '../core/domain/certificates.ts';
import type { Invitation } from '../core/domain/invitation.ts';
import type { Membership } from '../core/domain/membership.ts';
import {
  authorityOfDigest,
  joinName,
  parseGroupName,
  parsePeerName,
} from '../core/domain/names.ts';
import { ROLE_NUMBERS } from '../core/domain/roles.ts';
import { planMembership } from '../core/trust/issuing.ts';
import { requireClassifier, requireFriendlyName, requireObject } from './arguments.ts';
import { BACKDATING_MS } from './invite.ts';
import type { GroupSecrets } from './moving/group-config.ts';
import { withContacts } from './moving/merged-contacts.ts';
import { mergedSecrets } from './moving/merged-secrets.ts';
import type { NodeServices } from './node-services.ts';
import { errorOfRefusal, invalidArgument, PeerGroupError } from './peer-group-error.ts';

export interface NamingOptions {
  /** Free text for people, at most 255 characters. */
  readonly friendlyName?: string;
  /** The part of the name behind the dot, at most 149 characters; none by default. */
  readonly classifier?: string;
}

export interface IdentityOptions extends NamingOptions {
  /** A private Ed25519 key to be the identity's; a new one by default. */
  readonly key?: KeyObject;
}

/** 1000 years, which counts as without end: p2p.h's figure. */
const ENDLESS_MS = 365_250 * 86_400_000;

export interface NewIdentity {
  readonly stored: StoredIdentity;
  readonly certificate: IdentityCertificate;
}

export function newIdentity(options: IdentityOptions, services: NodeServices): NewIdentity {
  const { friendlyName, classifier } = requireNaming(options);
  const key = options.key === undefined ? SigningKey.generate() : requireKey(options.key);
  const name = parsePeerName(joinName(authorityOf(key), classifier));
  const createdAt = services.clock.now().wallTime;
  const validity = endlessFrom(createdAt);
  const certificate = services.issuer.issueIdentity({
    key,
    subject: name,
    friendlyName,
    ...validity,
  });
  return { stored: { name, certificate: certificate.der, key: key.pkcs8, createdAt }, certificate };
}

/** The certificate of the same key and name with another friendly name. */
export function renamedIdentity(
  { name, key }: StoredIdentity,
  friendlyName: string,
  { issuer, clock }: NodeServices,
): IdentityCertificate {
  const validity = endlessFrom(clock.now().wallTime);
  const signer = SigningKey.fromPkcs8(key);
  return issuer.issueIdentity({ key: signer, subject: name, friendlyName, ...validity });
}

/** A group whose creator is the identity of `creator`. */
export function newGroup(
  options: NamingOptions,
  creator: IdentityCertificate,
  services: NodeServices,
): StoredGroup {
  const { friendlyName, classifier } = requireNaming(options);
  const groupKey = SigningKey.generate();
  const name = parseGroupName(joinName(authorityOf(groupKey), classifier));
  const now = services.clock.now().wallTime;
  const validity = endlessFrom(now);
  const root = services.issuer.issueGroupRoot({
    key: groupKey,
    subject: name,
    friendlyName,
    ...validity,
  });
  const plan = planMembership(
    {
      issuerChain: [root],
      issuerKey: groupKey,
      subject: creator,
      role: 'creator',
      ...validity,
      // A creator that has lost the group's key could not be renewed by anybody.
      leaseMs: null,
    },
    now,
  );
  if (!plan.ok) throw errorOfRefusal(plan.refusal);
  return {
    name,
    identity: creator.subject,
    friendlyName: root.friendlyName,
    chain: [root.der, services.issuer.issueMembership(plan.value).der],
    discoverySecret: services.chance.bytes(32),
    earlierSecrets: [],
    epoch: null,
    tickets: [],
    groupKey: groupKey.pkcs8,
    joinedAt: now,
    addressBook: [],
  };
}

/** A group as an invitation gives it; of two memberships the larger role is kept, then the one that begins later. */
export function joinedGroup(
  invitation: Invitation,
  before: StoredGroup | undefined,
  services: NodeServices,
): StoredGroup {
  const { membership, discoverySecret, contacts, groupFriendlyName } = invitation;
  const now = services.clock.now().wallTime;
  const invited: GroupSecrets = { discoverySecret, epoch: null, earlierSecrets: [] };
  const addressBook = withContacts(before?.addressBook ?? [], contacts);
  const isOlder = before !== undefined && isBefore(membershipOf(before, services), membership);
  const rest = { friendlyName: groupFriendlyName, addressBook };
  if (isOlder) return { ...before, ...mergedSecrets(before, invited, now), ...rest };
  const chain = membership.chain.map(({ der }) => der);
  if (before !== undefined) {
    return { ...before, ...mergedSecrets(invited, before, now), ...rest, chain };
  }
  const { group: name, member: identity } = membership;
  return { name, identity, ...rest, chain, ...invited, tickets: [], groupKey: null, joinedAt: now };
}

/** Nobody has to take a membership that says less than the one that is here. */
function isBefore(known: Membership, given: Membership): boolean {
  if (known.role !== given.role) return ROLE_NUMBERS[known.role] < ROLE_NUMBERS[given.role];
  return known.notBefore > given.notBefore;
}

/** Throws `VAULT_CORRUPT` for a certificate that is not what was stored. */
export function certificateOf(stored: StoredIdentity, services: NodeServices): IdentityCertificate {
  const identity = services.judge.verifyIdentity(stored.certificate);
  if (!identity.ok) throw new PeerGroupError('VAULT_CORRUPT', identity.refusal.detail);
  return identity.value;
}

/** Whether it is valid today is for others to judge. */
export function membershipOf(stored: StoredGroup, services: NodeServices): Membership {
  const sound = services.judge.judgeSoundness(stored.chain);
  if (!sound.ok) throw errorOfRefusal(sound.refusal);
  if (sound.value.group !== stored.name || sound.value.member !== stored.identity) {
    throw new PeerGroupError(
      'VAULT_CORRUPT',
      `The membership in ${stored.name} is of somebody else.`,
    );
  }
  return sound.value;
}

function requireNaming(options: NamingOptions): {
  readonly friendlyName: string;
  readonly classifier: string;
} {
  requireObject('options', options);
  return {
    friendlyName: requireFriendlyName('friendlyName', options.friendlyName),
    classifier: requireClassifier('classifier', options.classifier),
  };
}

function requireKey(key: unknown): SigningKey {
  const isPrivate = key instanceof KeyObject && key.type === 'private';
  if (isPrivate && key.asymmetricKeyType === 'ed25519') return SigningKey.fromKeyObject(key);
  throw invalidArgument('key', 'a private Ed25519 KeyObject');
}

function authorityOf(key: SigningKey): string {
  return authorityOfDigest(keyDigestOf(key.publicKey));
}

function endlessFrom(now: WallTime): { readonly notBefore: WallTime; readonly notAfter: WallTime } {
  return { notBefore: wallTimeOf(now - BACKDATING_MS), notAfter: wallTimeOf(now + ENDLESS_MS) };
}
