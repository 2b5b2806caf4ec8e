// The one shape that our certificates have (protocol.md §3): fields in, DER out. Nothing here is
// configurable, so that equal fields give equal bytes on every machine.

import { assert } from '../../core/base/assert.ts';
import { hexBytes } from '../../core/base/hex.ts';
import type { WallTime } from '../../core/base/time.ts';
import { utf8Bytes } from '../../core/base/utf8.ts';
import type {
  Certificate,
  GroupRootCertificate,
  IdentityCertificate,
  MembershipCertificate,
} from '../../core/domain/certificates.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import { authorityOf } from '../../core/domain/names.ts';
import { ROLE_NUMBERS } from '../../core/domain/roles.ts';
import { contextTag, der, derInteger, derLongInteger, TAG } from './der.ts';

type Unsigned<Kind extends Certificate> = Omit<Kind, 'signedBytes' | 'signature' | 'der'>;

/** What a certificate says before it is signed. */
export type CertificateFields =
  | Unsigned<IdentityCertificate>
  | Unsigned<GroupRootCertificate>
  | Unsigned<MembershipCertificate>;

export const PROFILE_VERSION = 1;
export const KIND_NUMBERS: Readonly<Record<Certificate['kind'], number>> = {
  membership: 1,
  groupRoot: 2,
  identity: 3,
};

/** AlgorithmIdentifier { id-Ed25519 } without parameters (RFC 8410). */
export const ED25519 = hexBytes('300506032b6570');
/** [0] { 2 }, which is X.509 version 3. */
export const VERSION_3 = hexBytes('a003020102');
export const COMMON_NAME = hexBytes('0603550403');
export const URI_TAG = contextTag(6, 'primitive');
export const EXTENSIONS_TAG = contextTag(3, 'constructed');
/** OBJECT IDENTIFIER elements of the extensions, in the order in which they stand. */
export const OBJECT_IDS = {
  basicConstraints: hexBytes('0603551d13'),
  keyUsage: hexBytes('0603551d0f'),
  extendedKeyUsage: hexBytes('0603551d25'),
  subjectKeyId: hexBytes('0603551d0e'),
  authorityKeyId: hexBytes('0603551d23'),
  subjectName: hexBytes('0603551d11'),
  issuerName: hexBytes('0603551d12'),
  // 2.25.202377200631003306629231386898579769437: the UUID 98406e5a-f950-4b47-bf85-9b5ba67ac85d.
  peergroup: hexBytes('06146982b0c0b796df9582ad8fbfc2e6ebbab3eb905d'),
} as const;

const TRUE = der(TAG.boolean, Uint8Array.of(0xff));
/** digitalSignature alone, and digitalSignature with keyCertSign. */
const MAY_SIGN = hexBytes('03020780');
const MAY_SIGN_AND_ISSUE = hexBytes('03020284');
/** serverAuth, clientAuth: the IDC stands on both sides of every link. */
const SERVER_AND_CLIENT = hexBytes('301406082b0601050507030106082b06010505070302');

/** The first second of 2050: from there on a date is a GeneralizedTime (RFC 5280, 4.1.2.5). */
const FIRST_GENERALIZED_TIME = Date.UTC(2050, 0);
const LAST_TIME = Date.UTC(9999, 11, 31, 23, 59, 59);

/** SubjectPublicKeyInfo of a raw Ed25519 key. */
export function writeKeyInfo(publicKey: Uint8Array): Uint8Array {
  return der(TAG.sequence, ED25519, writeBits(publicKey));
}

/** The TBSCertificate, which the issuer signs. */
export function writeSignedBytes(fields: CertificateFields): Uint8Array {
  const issuerFriendlyName =
    fields.kind === 'membership' ? fields.issuerFriendlyName : fields.friendlyName;
  return der(
    TAG.sequence,
    VERSION_3,
    der(TAG.integer, fields.serial),
    ED25519,
    writeCommonName(issuerFriendlyName),
    der(TAG.sequence, writeTime(fields.notBefore), writeTime(fields.notAfter)),
    writeCommonName(fields.friendlyName),
    writeKeyInfo(fields.publicKey),
    der(EXTENSIONS_TAG, der(TAG.sequence, ...writeExtensions(fields))),
  );
}

export function writeCertificate(signedBytes: Uint8Array, signature: Uint8Array): Uint8Array {
  return der(TAG.sequence, signedBytes, ED25519, writeBits(signature));
}

function writeExtensions(fields: CertificateFields): readonly Uint8Array[] {
  const { basicConstraints, keyUsage, extendedKeyUsage, subjectKeyId } = OBJECT_IDS;
  const below = membershipsBelow(fields);
  const constraints = below === null ? [] : [TRUE, derInteger(below)];
  const keyId = fields.keyDigest.subarray(0, 20);
  const written = [
    writeExtension(basicConstraints, 'critical', der(TAG.sequence, ...constraints)),
    writeExtension(keyUsage, 'critical', below === null ? MAY_SIGN : MAY_SIGN_AND_ISSUE),
  ];
  if (fields.kind === 'identity') {
    written.push(writeExtension(extendedKeyUsage, 'ignorable', SERVER_AND_CLIENT));
  }
  written.push(writeExtension(subjectKeyId, 'ignorable', der(TAG.octetString, keyId)));
  if (fields.kind === 'membership') written.push(writeAuthorityKeyId(fields));
  written.push(...writeNames(fields), writeOurExtension(fields));
  return written;
}

function membershipsBelow(fields: CertificateFields): number | null {
  if (fields.kind === 'membership') return fields.membershipsBelowMax;
  return fields.kind === 'groupRoot' ? LIMITS.membershipsInChainMax : null;
}

/** The authority of a name is the key identifier of its key, so the issuer's name gives it. */
function writeAuthorityKeyId({ issuer }: Unsigned<MembershipCertificate>): Uint8Array {
  const keyId = der(contextTag(0, 'primitive'), hexBytes(authorityOf(issuer)));
  return writeExtension(OBJECT_IDS.authorityKeyId, 'ignorable', der(TAG.sequence, keyId));
}

function writeNames(fields: CertificateFields): readonly Uint8Array[] {
  const subject = writeUri(fields.kind === 'groupRoot' ? 'group' : 'peer', fields.subject);
  const issuer = fields.kind === 'membership' ? writeIssuerUri(fields) : subject;
  return [
    writeExtension(OBJECT_IDS.subjectName, 'ignorable', subject),
    writeExtension(OBJECT_IDS.issuerName, 'ignorable', issuer),
  ];
}

function writeIssuerUri({ issuer, group }: Unsigned<MembershipCertificate>): Uint8Array {
  return writeUri(issuer === group ? 'group' : 'peer', issuer);
}

/** GeneralNames of one uniformResourceIdentifier. */
function writeUri(scheme: 'peer' | 'group', name: string): Uint8Array {
  const uri = `${scheme}:${encodeURIComponent(name)}`;
  return der(TAG.sequence, der(URI_TAG, utf8Bytes(uri)));
}

function writeOurExtension(fields: CertificateFields): Uint8Array {
  const said = [derInteger(PROFILE_VERSION), derInteger(KIND_NUMBERS[fields.kind])];
  if (fields.kind === 'groupRoot') said.push(writeText(fields.subject));
  if (fields.kind === 'membership') {
    said.push(writeText(fields.group), derInteger(ROLE_NUMBERS[fields.role]));
    if (fields.leaseMs !== null) said.push(derLongInteger(fields.leaseMs / 1000));
    if (fields.renews !== null) said.push(der(TAG.octetString, fields.renews));
  }
  return writeExtension(OBJECT_IDS.peergroup, 'ignorable', der(TAG.sequence, ...said));
}

function writeExtension(
  objectId: Uint8Array,
  weight: 'critical' | 'ignorable',
  value: Uint8Array,
): Uint8Array {
  const flag = weight === 'critical' ? [TRUE] : [];
  return der(TAG.sequence, objectId, ...flag, der(TAG.octetString, value));
}

function writeCommonName(text: string): Uint8Array {
  return der(TAG.sequence, der(TAG.set, der(TAG.sequence, COMMON_NAME, writeText(text))));
}

function writeText(text: string): Uint8Array {
  return der(TAG.utf8String, utf8Bytes(text));
}

function writeBits(bytes: Uint8Array): Uint8Array {
  return der(TAG.bitString, Uint8Array.of(0), bytes);
}

function writeTime(time: WallTime): Uint8Array {
  assert(isCertificateTime(time), 'a certificate has whole seconds from 1970 to 9999');
  const digits = new Date(time).toISOString().replace(/\.000Z$|\D/g, '');
  return time < FIRST_GENERALIZED_TIME
    ? der(TAG.utcTime, utf8Bytes(`${digits.slice(2)}Z`))
    : der(TAG.generalizedTime, utf8Bytes(`${digits}Z`));
}

export function isCertificateTime(time: number): boolean {
  return Number.isInteger(time / 1000) && time >= 0 && time <= LAST_TIME;
}
