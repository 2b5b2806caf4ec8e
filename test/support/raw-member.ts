// A member, or somebody who would like to be one, without the house: keys, chains and HELLOs of its
// choice. Honest HELLOs come from core/link, crafted ones are put together here from the codecs.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { systemClock } from '../../src/adapters/clock/system-clock.ts';
import { systemChance } from '../../src/adapters/crypto/chance.ts';
import { nodeCrypto } from '../../src/adapters/crypto/node-crypto.ts';
import { SigningKey } from '../../src/adapters/crypto/signing-key.ts';
import { certificateCodec, keyDigestOf } from '../../src/adapters/x509/certificate-codec.ts';
import { X509CertificateIssuer } from '../../src/adapters/x509/certificate-issuer.ts';
import type { InviteOptions, PeerGroup } from '../../src/api/index.ts';
import { ByteWriter } from '../../src/core/base/byte-writer.ts';
import { type Now, type WallTime, wallTimeOf } from '../../src/core/base/time.ts';
import type {
  GroupRootCertificate,
  IdentityCertificate,
} from '../../src/core/domain/certificates.ts';
import type { Membership } from '../../src/core/domain/membership.ts';
import {
  authorityOfDigest,
  joinName,
  type PeerName,
  parseGroupName,
  parsePeerName,
} from '../../src/core/domain/names.ts';
import { ChainMemory } from '../../src/core/link/chain-memory.ts';
import { doorName, hourOf } from '../../src/core/link/door-name.ts';
import { Handshake } from '../../src/core/link/handshake.ts';
import { ChainJudge } from '../../src/core/trust/chain.ts';
import { writeIdentityCard } from '../../src/core/trust/identity-card.ts';
import { openInvitation } from '../../src/core/trust/invitation.ts';
import { encodeFrame, KIND } from '../../src/core/wire/frame.ts';
import { encodeHello, encodeHelloBody, type HelloBody } from '../../src/core/wire/hello.ts';
import type { HandshakeRole } from '../../src/core/wire/link-kinds.ts';
import type { RawLink } from './raw-link.ts';

export const judge = new ChainJudge(certificateCodec, nodeCrypto);
export const issuer = new X509CertificateIssuer(systemChance);
const DAY_MS = 86_400_000;

export interface RawIdentity {
  readonly key: SigningKey;
  readonly name: PeerName;
  readonly certificate: IdentityCertificate;
}

export interface RawMember extends RawIdentity {
  readonly membership: Membership;
  readonly discoverySecret: Uint8Array;
}

export function nowTime(): WallTime {
  return systemClock.now().wallTime;
}

export function lifetime(days = 28): { readonly notBefore: WallTime; readonly notAfter: WallTime } {
  const now = nowTime();
  return { notBefore: wallTimeOf(now - DAY_MS), notAfter: wallTimeOf(now + days * DAY_MS) };
}

/** A new key, or another name of a key that is there. */
export function rawIdentity(
  friendlyName: string,
  options: { readonly key?: SigningKey; readonly classifier?: string } = {},
): RawIdentity {
  const { key = SigningKey.generate(), classifier = '' } = options;
  const name = parsePeerName(joinName(authorityOf(key), classifier));
  const certificate = issuer.issueIdentity({ key, subject: name, friendlyName, ...lifetime(365) });
  return { key, name, certificate };
}

export function authorityOf(key: SigningKey): string {
  return authorityOfDigest(keyDigestOf(key.publicKey));
}

/** Joins a group of a real node in the regular way. */
export async function enlist(
  group: PeerGroup,
  identity: RawIdentity,
  options: InviteOptions = {},
): Promise<RawMember> {
  const text = await group.invite(writeIdentityCard(identity.certificate), options);
  const opened = openInvitation(text, nowTime(), identity.name, { judge, crypto: nodeCrypto });
  assert.ok(opened.ok, JSON.stringify(opened));
  const { membership, discoverySecret } = opened.value;
  return { ...identity, membership, discoverySecret };
}

/** The creator of a group of their own, whatever that group is called. */
export function foundRaw(
  identity: RawIdentity,
  friendlyName: string,
): RawMember & {
  readonly groupKey: SigningKey;
  readonly root: GroupRootCertificate;
} {
  const groupKey = SigningKey.generate();
  const subject = parseGroupName(authorityOf(groupKey));
  const dates = lifetime();
  const root = issuer.issueGroupRoot({ key: groupKey, subject, friendlyName, ...dates });
  const own = issuer.issueMembership({
    issuerKey: groupKey,
    issuer: subject,
    issuerFriendlyName: root.friendlyName,
    group: subject,
    subject: identity.name,
    subjectKey: identity.key.publicKey,
    friendlyName: identity.certificate.friendlyName,
    role: 'creator',
    membershipsBelowMax: 23,
    leaseMs: null,
    renews: null,
    ...dates,
  });
  const judged = judge.judgeSoundness([root.der, own.der]);
  assert.ok(judged.ok, JSON.stringify(judged));
  const discoverySecret = new Uint8Array(randomBytes(32));
  return { ...identity, groupKey, root, membership: judged.value, discoverySecret };
}

/** A member of a raw group, invited by its founder or an administrator. */
export function grantRaw(
  founder: RawMember,
  identity: RawIdentity,
  role: 'administrator' | 'member' = 'member',
): RawMember {
  const { membership, discoverySecret } = founder;
  const { group, chain, notBefore, notAfter } = membership;
  const issued = issuer.issueMembership({
    issuerKey: founder.key,
    issuer: founder.name,
    issuerFriendlyName: founder.certificate.friendlyName,
    group,
    subject: identity.name,
    subjectKey: identity.key.publicKey,
    friendlyName: identity.certificate.friendlyName,
    role,
    membershipsBelowMax: role === 'member' ? null : 22,
    leaseMs: null,
    renews: null,
    notBefore,
    notAfter,
  });
  const judged = judge.judgeSoundness([...chain, issued].map(({ der }) => der));
  assert.ok(judged.ok, JSON.stringify(judged));
  return { ...identity, membership: judged.value, discoverySecret };
}

/** The door name of a member now, or some hours away. */
export function doorOf(discoverySecret: Uint8Array, member: string, hoursLater = 0): string {
  const key = { discoverySecret, member: parsePeerName(member) };
  return doorName(nodeCrypto, key, hourOf(nowTime()) + hoursLater);
}

/** The handshake of core/link on a raw link. */
export function honestHandshake(
  link: RawLink,
  who: RawMember,
  role: HandshakeRole,
  memory = new ChainMemory(),
): Handshake {
  const far = judge.verifyIdentity(link.farCertificate);
  assert.ok(far.ok, JSON.stringify(far));
  return new Handshake(
    {
      role,
      exporter: link.exporter,
      membership: who.membership,
      ownCertificateDigest: nodeCrypto.sha256(who.certificate.der),
      signer: who.key,
      farCertificate: far.value,
      openId: new Uint8Array(randomBytes(16)),
      isSeparate: role === 'dialer',
      isNeighbor: false,
      nodeId: 7n,
      listenAddresses: [],
      removalOf: () => null,
    },
    { crypto: nodeCrypto, judge, memory },
  );
}

export function honestHello(link: RawLink, who: RawMember): Uint8Array {
  const [hello] = honestHandshake(link, who, 'dialer').start(now());
  assert.ok(hello !== undefined);
  return hello;
}

export function now(): Now {
  return systemClock.now();
}

export interface HelloChanges {
  readonly body?: Partial<HelloBody>;
  /** In place of the encoded body. */
  readonly signedPart?: Uint8Array;
  /** The group that the signature names. */
  readonly group?: string;
  readonly role?: HandshakeRole;
  readonly signature?: Uint8Array;
}

/** A HELLO that says what it is told to say, signed by `who` for this very connection. */
export function craftedHello(
  link: RawLink,
  who: RawMember,
  changes: HelloChanges = {},
): Uint8Array {
  const { role = 'dialer' } = changes;
  const isNeighbor = changes.body?.isNeighbor === true;
  const body = { isSeparate: role === 'dialer' && !isNeighbor, ...changes.body };
  const signedPart = changes.signedPart ?? helloBody(who.membership, body);
  const own = nodeCrypto.sha256(who.certificate.der);
  const far = nodeCrypto.sha256(link.farCertificate);
  const signed = new ByteWriter()
    .text('peergroup-hello-v1')
    .u8(role === 'dialer' ? 1 : 2)
    .raw(link.exporter)
    .raw(role === 'dialer' ? own : far)
    .raw(role === 'dialer' ? far : own)
    .text(changes.group ?? who.membership.group)
    .raw(nodeCrypto.sha256(signedPart))
    .finish();
  return encodeFrame(
    KIND.hello,
    encodeHello(signedPart, changes.signature ?? who.key.sign(signed)),
  );
}

export function helloBody(membership: Membership, body: Partial<HelloBody> = {}): Uint8Array {
  return encodeHelloBody({
    nodeId: 7n,
    openId: new Uint8Array(randomBytes(16)),
    isSeparate: true,
    isNeighbor: false,
    sentAtMs: Math.floor(nowTime()),
    messageBytesMax: 16_777_216,
    listenAddresses: [],
    chainDigest: membership.chainDigest,
    knownChainDigest: null,
    chain: membership.chain.map(({ der }) => der),
    ...body,
  });
}
