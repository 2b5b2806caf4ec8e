// Builds any certificate, sound or broken, without the code under test: every part is DER that a
// test may replace before it is signed.

import { createHash } from 'node:crypto';

import type { WallTime } from '../../src/core/base/time.ts';
import type { Role } from '../../src/core/domain/roles.ts';
import type { Person } from './trust-cast.ts';

/** All parts as DER elements but the names and dates, which most tests change. */
export interface CertificateParts {
  readonly version: Buffer;
  readonly serial: Buffer;
  readonly innerAlgorithm: Buffer;
  readonly issuer: Buffer;
  readonly notBefore: Buffer;
  readonly notAfter: Buffer;
  readonly subject: Buffer;
  readonly keyInfo: Buffer;
  readonly extensions: readonly Buffer[];
  /** Whatever stands after the extensions inside the signed part. */
  readonly signedTail: Buffer;
  readonly outerAlgorithm: Buffer;
  readonly signer: { sign(bytes: Uint8Array): Uint8Array };
}

export interface Description {
  readonly kind: 'identity' | 'groupRoot' | 'membership';
  readonly subject: Person;
  /** The subject itself for a self-signed certificate. */
  readonly issuer: Person;
  readonly group: Person;
  readonly role: Role;
  readonly below: number | null;
  /** In seconds; none when it is missing. */
  readonly lease?: number | null;
  /** Digest of the first grant; none when it is missing. */
  readonly renews?: Uint8Array;
  readonly notBefore: WallTime;
  readonly notAfter: WallTime;
}

export const EXTENSION_IDS = {
  basicConstraints: '0603551d13',
  keyUsage: '0603551d0f',
  extendedKeyUsage: '0603551d25',
  subjectKeyId: '0603551d0e',
  authorityKeyId: '0603551d23',
  subjectName: '0603551d11',
  issuerName: '0603551d12',
  peergroup: '06146982b0c0b796df9582ad8fbfc2e6ebbab3eb905d',
} as const;

export const ED25519 = hex('300506032b6570');
const KINDS = { membership: 1, groupRoot: 2, identity: 3 };
const ROLES = { creator: 1, administrator: 2, invitingMember: 3, member: 4 };

export function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}

export function tlv(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const digits = length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...(length < 128 ? [length] : digits)]), content]);
}

export function integer(value: number): Buffer {
  return tlv(2, Buffer.from([value]));
}

function longInteger(value: number): Buffer {
  const digits = value.toString(16);
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  return tlv(2, hex(even >= '8' ? `00${even}` : even));
}

export function utf8(text: string): Buffer {
  return tlv(0x0c, Buffer.from(text, 'utf8'));
}

export function commonName(text: Buffer): Buffer {
  return tlv(0x30, tlv(0x31, tlv(0x30, hex('0603550403'), text)));
}

export function time(at: WallTime): Buffer {
  const digits = new Date(at).toISOString().replace(/\.\d+|\D/g, '');
  return new Date(at).getUTCFullYear() < 2050
    ? tlv(0x17, Buffer.from(`${digits.slice(2)}Z`))
    : tlv(0x18, Buffer.from(`${digits}Z`));
}

export function extension(id: string, value: Uint8Array, flag: 'critical' | 'ignorable'): Buffer {
  const critical = flag === 'critical' ? hex('0101ff') : hex('');
  return tlv(0x30, hex(id), critical, tlv(4, value));
}

export function uri(text: string): Buffer {
  return tlv(0x30, tlv(0x86, Buffer.from(text)));
}

export function keyInfo(publicKey: Uint8Array): Buffer {
  return tlv(0x30, ED25519, tlv(3, Buffer.from([0]), publicKey));
}

export function partsOf(described: Description): CertificateParts {
  const { subject, issuer, notBefore, notAfter } = described;
  const digest = createHash('sha256').update(`${JSON.stringify(described.below)}${subject.peer}`);
  const serial = digest.digest().subarray(0, 16);
  return {
    version: hex('a003020102'),
    serial: tlv(2, Buffer.from([0x40 | ((serial[0] ?? 0) & 0x3f)]), serial.subarray(1)),
    innerAlgorithm: ED25519,
    issuer: commonName(utf8(issuer.friendlyName)),
    notBefore: time(notBefore),
    notAfter: time(notAfter),
    subject: commonName(utf8(subject.friendlyName)),
    keyInfo: keyInfo(subject.publicKey),
    extensions: extensionsOf(described),
    signedTail: hex(''),
    outerAlgorithm: ED25519,
    signer: issuer,
  };
}

export function build(parts: CertificateParts): Buffer {
  const signedBytes = tlv(
    0x30,
    parts.version,
    parts.serial,
    parts.innerAlgorithm,
    parts.issuer,
    tlv(0x30, parts.notBefore, parts.notAfter),
    parts.subject,
    parts.keyInfo,
    tlv(0xa3, tlv(0x30, ...parts.extensions)),
    parts.signedTail,
  );
  const signature = tlv(3, Buffer.from([0]), parts.signer.sign(signedBytes));
  return tlv(0x30, signedBytes, parts.outerAlgorithm, signature);
}

function extensionsOf(described: Description): readonly Buffer[] {
  const { kind, subject, issuer, group, role, below } = described;
  const subjectKeyId = createHash('sha256').update(keyInfo(subject.publicKey)).digest();
  const issuerKeyId = hex(issuer.peer.slice(0, 40));
  const isIssuedByGroup = kind === 'membership' && issuer.group === group.group;
  const name = (who: Person, isGroup: boolean) =>
    uri(`${isGroup ? 'group' : 'peer'}:${encodeURIComponent(who.peer)}`);
  const subjectName = name(subject, kind === 'groupRoot');
  const issuerName = name(issuer, kind === 'groupRoot' || isIssuedByGroup);
  const said = [integer(1), integer(KINDS[kind])];
  if (kind !== 'identity') said.push(utf8(group.group));
  if (kind === 'membership') said.push(integer(ROLES[role]));
  if (typeof described.lease === 'number') said.push(longInteger(described.lease));
  if (described.renews !== undefined) said.push(tlv(4, described.renews));
  const authority =
    kind === 'membership'
      ? [extension(EXTENSION_IDS.authorityKeyId, tlv(0x30, tlv(0x80, issuerKeyId)), 'ignorable')]
      : [];
  const purposes = hex('301406082b0601050507030106082b06010505070302');
  const usage =
    kind === 'identity' ? [extension(EXTENSION_IDS.extendedKeyUsage, purposes, 'ignorable')] : [];
  return [
    constraints(below),
    extension(EXTENSION_IDS.keyUsage, hex(below === null ? '03020780' : '03020284'), 'critical'),
    ...usage,
    extension(EXTENSION_IDS.subjectKeyId, tlv(4, subjectKeyId.subarray(0, 20)), 'ignorable'),
    ...authority,
    extension(EXTENSION_IDS.subjectName, subjectName, 'ignorable'),
    extension(EXTENSION_IDS.issuerName, issuerName, 'ignorable'),
    extension(EXTENSION_IDS.peergroup, tlv(0x30, ...said), 'ignorable'),
  ];
}

export function constraints(below: number | null): Buffer {
  const value = below === null ? tlv(0x30) : tlv(0x30, hex('0101ff'), integer(below));
  return extension(EXTENSION_IDS.basicConstraints, value, 'critical');
}
