// Certificates from DER (protocol.md §3). The fields are read, written again and compared byte for
// byte, so whatever deviates from the profile in any way is refused; the reading itself need not
// think of every deviation.

import { createHash } from 'node:crypto';

import { equalBytes } from '../../core/base/bytes.ts';
import type { WallTime } from '../../core/base/time.ts';
import { wallTimeOf } from '../../core/base/time.ts';
import { utf8Text } from '../../core/base/utf8.ts';
import { type Certificate, LEASE_SECONDS_MAX } from '../../core/domain/certificates.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import type { GroupName, PeerName } from '../../core/domain/names.ts';
import {
  FRIENDLY_NAME_LENGTH_MAX,
  isDisplayText,
  parseGroupName,
  parsePeerName,
} from '../../core/domain/names.ts';
import type { Role } from '../../core/domain/roles.ts';
import { isIssuingRole, ROLE_NUMBERS, ROLES } from '../../core/domain/roles.ts';
import type { CertificateCodec } from '../../core/ports/certificate-codec.ts';
import { DerReader, malformed, TAG } from './der.ts';
import type { CertificateFields } from './profile.ts';
import {
  COMMON_NAME,
  ED25519,
  EXTENSIONS_TAG,
  isCertificateTime,
  KIND_NUMBERS,
  OBJECT_IDS,
  PROFILE_VERSION,
  URI_TAG,
  VERSION_3,
  writeCertificate,
  writeKeyInfo,
  writeSignedBytes,
} from './profile.ts';

export const certificateCodec: CertificateCodec = { decode };

/** SHA-256 over the SubjectPublicKeyInfo of a raw Ed25519 key, whose first 160 bits are its authority. */
export function keyDigestOf(publicKey: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(writeKeyInfo(publicKey)).digest());
}

function decode(given: Uint8Array): Certificate {
  if (given.length > LIMITS.certificateBytesMax) throw malformed('too long');
  const der = new Uint8Array(given);
  const outer = new DerReader(der);
  const parts = outer.inside(TAG.sequence, 'outer sequence');
  outer.end('outer sequence');
  const signedBytes = parts.element(TAG.sequence, 'signed part');
  parts.constant(ED25519, 'signature algorithm');
  const signature = readBits(parts, 64, 'signature');
  parts.end('outer sequence');
  const fields = readFields(signedBytes);
  const canonical = writeCertificate(writeSignedBytes(fields), signature);
  if (!equalBytes(canonical, der)) throw malformed('not in the one form of what it says');
  return { ...fields, signedBytes, signature, der };
}

function readFields(signedBytes: Uint8Array): CertificateFields {
  const parts = new DerReader(signedBytes).inside(TAG.sequence, 'signed part');
  parts.constant(VERSION_3, 'version');
  const serial = readSerial(parts);
  parts.constant(ED25519, 'signature algorithm inside');
  const issuerFriendlyName = readCommonName(parts, 'issuer');
  const validity = parts.inside(TAG.sequence, 'validity');
  const notBefore = readTime(validity, 'notBefore');
  const notAfter = readTime(validity, 'notAfter');
  const friendlyName = readCommonName(parts, 'subject');
  const publicKey = readPublicKey(parts);
  const extensions = parts.inside(EXTENSIONS_TAG, 'extensions').inside(TAG.sequence, 'extensions');
  parts.end('signed part');
  const keyDigest = keyDigestOf(publicKey);
  const common = { serial, publicKey, keyDigest, friendlyName, notBefore, notAfter };
  const said = readExtensions(extensions);
  return said.kind === 'membership'
    ? { ...common, ...said, issuerFriendlyName }
    : { ...common, ...said };
}

/** What the extensions say. Critical flags, key usages and key identifiers follow from the rest. */
type Said =
  | { readonly kind: 'identity'; readonly subject: PeerName }
  | { readonly kind: 'groupRoot'; readonly subject: GroupName }
  | {
      readonly kind: 'membership';
      readonly subject: PeerName;
      readonly issuer: PeerName | GroupName;
      readonly group: GroupName;
      readonly role: Role;
      readonly membershipsBelowMax: number | null;
      readonly leaseMs: number | null;
      readonly renews: Uint8Array | null;
    };

/** The ones between the first and the last three follow from the rest, so they are not read at all. */
function readExtensions(extensions: DerReader): Said {
  const elements: Uint8Array[] = [];
  while (extensions.isNext(TAG.sequence)) {
    elements.push(extensions.element(TAG.sequence, 'extension'));
  }
  extensions.end('extensions');
  const ours = readExtension(elements.at(-1), OBJECT_IDS.peergroup, 'peergroup extension');
  const constraints = readExtension(elements[0], OBJECT_IDS.basicConstraints, 'basicConstraints');
  const subject = readExtension(elements.at(-3), OBJECT_IDS.subjectName, 'subjectAltName');
  const issuer = readExtension(elements.at(-2), OBJECT_IDS.issuerName, 'issuerAltName');
  const names = {
    subject: readName(subject, 'subjectAltName'),
    issuer: readName(issuer, 'issuerAltName'),
  };
  return readOurs(ours, names, readMembershipsBelow(constraints));
}

function readExtension(
  element: Uint8Array | undefined,
  objectId: Uint8Array,
  field: string,
): DerReader {
  if (element === undefined) throw malformed(`${field} is missing`);
  const parts = new DerReader(element).inside(TAG.sequence, field);
  parts.constant(objectId, field);
  if (parts.isNext(TAG.boolean)) parts.content(TAG.boolean, field);
  const value = parts.inside(TAG.octetString, field);
  parts.end(field);
  return value.inside(TAG.sequence, field);
}

function readMembershipsBelow(constraints: DerReader): number | null {
  if (!constraints.isNext(TAG.boolean)) return null;
  constraints.content(TAG.boolean, 'basicConstraints');
  return constraints.smallInteger('pathLenConstraint');
}

function readOurs(
  ours: DerReader,
  { subject, issuer }: { readonly subject: string; readonly issuer: string },
  membershipsBelowMax: number | null,
): Said {
  const field = 'peergroup extension';
  if (ours.smallInteger(field) !== PROFILE_VERSION) throw malformed(`${field}: version`);
  switch (ours.smallInteger(field)) {
    case KIND_NUMBERS.identity:
      return { kind: 'identity', subject: parsePeerName(subject) };
    case KIND_NUMBERS.groupRoot:
      return { kind: 'groupRoot', subject: parseGroupName(subject) };
    case KIND_NUMBERS.membership: {
      const group = parseGroupName(readText(ours, 'group name'));
      const role = readRole(ours);
      if (isIssuingRole(role) !== (membershipsBelowMax !== null)) {
        throw malformed('basicConstraints do not fit the role');
      }
      const leaseMs = ours.isNext(TAG.integer) ? readLease(ours) : null;
      const renews = ours.isNext(TAG.octetString) ? readRenews(ours) : null;
      const parsedIssuer = issuer === group ? group : parsePeerName(issuer);
      const names = { group, subject: parsePeerName(subject), issuer: parsedIssuer };
      return { kind: 'membership', ...names, role, membershipsBelowMax, leaseMs, renews };
    }
    default:
      throw malformed(`${field}: kind`);
  }
}

function readRole(ours: DerReader): Role {
  const number = ours.smallInteger('role');
  const role = ROLES.find((candidate) => ROLE_NUMBERS[candidate] === number);
  if (role === undefined) throw malformed('role');
  return role;
}

/** In milliseconds. One of 0 is none, and the one form of none is to be left out. */
function readLease(ours: DerReader): number | null {
  const seconds = ours.longInteger('lease');
  if (seconds > LEASE_SECONDS_MAX) throw malformed('lease');
  return seconds === 0 ? null : seconds * 1000;
}

function readRenews(ours: DerReader): Uint8Array {
  const digest = ours.content(TAG.octetString, 'renewed certificate');
  if (digest.length !== 32) throw malformed('renewed certificate');
  return digest;
}

/** The name in a URI; which scheme is due follows from the kind. */
function readName(names: DerReader, field: string): string {
  const uri = utf8Text(names.content(URI_TAG, field));
  try {
    return decodeURIComponent(uri.slice(uri.indexOf(':') + 1));
  } catch {
    throw malformed(`${field}: percent-encoding`);
  }
}

function readSerial(parts: DerReader): Uint8Array {
  const serial = parts.content(TAG.integer, 'serial number');
  const [first = 0] = serial;
  if (serial.length !== 16 || first < 0x40 || first > 0x7f) throw malformed('serial number');
  return serial;
}

function readCommonName(parts: DerReader, field: string): string {
  const attribute = parts
    .inside(TAG.sequence, field)
    .inside(TAG.set, field)
    .inside(TAG.sequence, field);
  attribute.constant(COMMON_NAME, field);
  const text = readText(attribute, field);
  if (text === '' || !isDisplayText(text, FRIENDLY_NAME_LENGTH_MAX)) throw malformed(field);
  return text;
}

function readText(parts: DerReader, field: string): string {
  return utf8Text(parts.content(TAG.utf8String, field));
}

/** Either form and any digits: which form is due follows from the date, and 31 June from writing it. */
function readTime(validity: DerReader, field: string): WallTime {
  const isShort = validity.isNext(TAG.utcTime);
  const text = utf8Text(validity.content(isShort ? TAG.utcTime : TAG.generalizedTime, field));
  const digits = isShort ? `${text < '5' ? '20' : '19'}${text}` : text;
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(digits);
  if (match === null) throw malformed(field);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map(Number);
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  if (!isCertificateTime(time)) throw malformed(field);
  return wallTimeOf(time);
}

function readPublicKey(parts: DerReader): Uint8Array {
  const keyInfo = parts.inside(TAG.sequence, 'public key');
  keyInfo.constant(ED25519, 'public key algorithm');
  return readBits(keyInfo, 32, 'public key');
}

function readBits(parts: DerReader, length: number, field: string): Uint8Array {
  const bits = parts.content(TAG.bitString, field);
  if (bits.length !== length + 1 || bits[0] !== 0) throw malformed(field);
  return bits.subarray(1);
}
